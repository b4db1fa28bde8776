//! Drafts between two editors: what a peer sees of a gesture, and until when.

use editor::{Editor, Input, Output, limits};
use kurbo::Rect;
use scene::{SvgPainter, Theme};

use crate::harness::{Hand, Pair, deliver};
use crate::outline::id;
use crate::script::run;

const ONE: &str = "rectangle a 0,0 100x100 fill=red";

/// The overlay as SVG.
pub fn overlay(editor: &mut Editor) -> String {
    let mut painter = SvgPainter::new(Theme::Light, Rect::new(0.0, 0.0, 1000.0, 800.0));
    editor.paint_overlay(&mut painter);
    painter.finish()
}

/// The board without overlay as SVG.
pub fn board_picture(editor: &mut Editor) -> String {
    let mut painter = SvgPainter::new(Theme::Light, Rect::new(0.0, 0.0, 1000.0, 800.0));
    editor.paint_board(&mut painter);
    painter.finish()
}

fn red_paths(picture: &str) -> usize {
    picture.matches("fill=\"#db3b3b\"").count()
}

/// Whether the red shape is on the overlay, moved by this.
fn is_lifted(hand: &mut Hand, by: &str) -> bool {
    let overlay = overlay(&mut hand.editor);
    red_paths(&board_picture(&mut hand.editor)) == 0 && red_paths(&overlay) == 1 && overlay.contains(by)
}

#[test]
fn a_peer_sees_a_shape_move_and_it_never_jumps_back() {
    let mut pair = Pair::on(ONE);
    run(&mut pair.a, "press 50,50\nmove 80,60");
    pair.exchange();
    assert!(is_lifted(&mut pair.b, "matrix(1 0 0 1 30 10)"), "{}", overlay(&mut pair.b.editor));
    pair.a.release(80.0, 60.0);
    // The end overtakes the edit: the draft is held.
    pair.exchange_if(|output| !matches!(output, Output::Update(_)));
    assert!(is_lifted(&mut pair.b, "matrix(1 0 0 1 30 10)"));
    let snapshot = pair.a.editor.board().snapshot().0.to_vec();
    pair.b.give(Input::Merge(snapshot));
    assert_eq!(pair.b.outline(), "rectangle a 30,10 100x100 fill=red\n");
    assert_eq!(red_paths(&board_picture(&mut pair.b.editor)), 1);
    assert_eq!(red_paths(&overlay(&mut pair.b.editor)), 0);
}

#[test]
fn an_edit_that_overtakes_the_end_leaves_no_draft() {
    let mut pair = Pair::on(ONE);
    run(&mut pair.a, "press 50,50\nmove 80,60");
    pair.exchange();
    pair.a.release(80.0, 60.0);
    pair.exchange();
    assert_eq!(red_paths(&board_picture(&mut pair.b.editor)), 1);
}

#[test]
fn drafts_are_held_to_a_rate_and_renewed_while_they_rest() {
    let mut hand = Hand::on(ONE);
    hand.press(50.0, 50.0);
    let drafts =
        |hand: &mut Hand| hand.take_outputs().iter().filter(|output| matches!(output, Output::Draft(_))).count();
    // 8 ms between moves, 400 ms in all.
    for step in 0..50 {
        hand.move_to(60.0 + f64::from(step), 60.0);
    }
    let sent = drafts(&mut hand);
    assert!((10..=14).contains(&sent), "{sent} drafts in 400 ms");
    hand.tick(limits::PRESENCE_MS);
    assert_eq!(drafts(&mut hand), 1);
    hand.tick(500);
    assert_eq!(drafts(&mut hand), 0);
    hand.tick(limits::DRAFT_RENEW_MS - 500);
    assert_eq!(drafts(&mut hand), 1);
}

#[test]
fn a_selection_goes_out_before_the_draft_that_names_it() {
    let mut hand = Hand::on(ONE);
    run(&mut hand, "press 50,50\nmove 80,60");
    let sent: Vec<&str> = hand
        .outputs
        .iter()
        .filter_map(|output| match output {
            Output::Selection(_) => Some("selection"),
            Output::Draft(_) => Some("draft"),
            _ => None,
        })
        .collect();
    assert_eq!(sent, ["selection", "draft"]);
}

#[test]
fn a_selection_that_comes_late_is_still_used() {
    let mut pair = Pair::on(ONE);
    run(&mut pair.a, "press 50,50\nmove 80,60");
    let outputs = pair.a.take_outputs();
    let (selections, others): (Vec<_>, Vec<_>) =
        outputs.into_iter().partition(|output| matches!(output, Output::Selection(_)));
    pair.a.outputs = others;
    deliver(&mut pair.a, &mut pair.b, &|_| true);
    assert_eq!(red_paths(&board_picture(&mut pair.b.editor)), 1);
    pair.a.outputs = selections;
    deliver(&mut pair.a, &mut pair.b, &|_| true);
    assert!(is_lifted(&mut pair.b, "matrix(1 0 0 1 30 10)"));
}

#[test]
fn what_comes_late_of_a_gesture_that_ended_is_ignored() {
    let mut pair = Pair::on(ONE);
    run(&mut pair.a, "press 50,50\nmove 80,60");
    let late = pair.a.outputs.iter().find_map(|output| match output {
        Output::Draft(bytes) => Some(bytes.clone()),
        _ => None,
    });
    pair.a.release(80.0, 60.0);
    pair.exchange();
    let client = pair.a.client();
    pair.b.give(Input::PeerDraft { client, bytes: late.expect("a draft was sent") });
    assert_eq!(red_paths(&board_picture(&mut pair.b.editor)), 1);
}

#[test]
fn a_cancelled_gesture_goes_back() {
    let mut pair = Pair::on(ONE);
    run(&mut pair.a, "press 50,50\nmove 80,60");
    pair.exchange();
    pair.a.key("Escape");
    pair.exchange();
    assert_eq!(red_paths(&board_picture(&mut pair.b.editor)), 1);
    assert_eq!(red_paths(&overlay(&mut pair.b.editor)), 0);
}

#[test]
fn silence_and_leaving_end_a_draft() {
    let mut pair = Pair::on(ONE);
    run(&mut pair.a, "press 50,50\nmove 80,60");
    pair.exchange();
    let wake = pair.b.outputs.iter().rev().find_map(|output| match output {
        Output::WakeAt(at_ms) => Some(*at_ms),
        _ => None,
    });
    assert_eq!(wake, Some(pair.b.now_ms + limits::DRAFT_STALE_MS));
    pair.b.tick(limits::DRAFT_STALE_MS);
    assert_eq!(red_paths(&board_picture(&mut pair.b.editor)), 1);

    pair.a.move_to(90.0, 90.0);
    pair.a.tick(50);
    pair.exchange();
    assert_eq!(red_paths(&board_picture(&mut pair.b.editor)), 0);
    let client = pair.a.client();
    pair.b.give(Input::PeerGone { client });
    assert_eq!(red_paths(&board_picture(&mut pair.b.editor)), 1);
}

#[test]
fn a_shape_in_the_making_is_seen() {
    let mut pair = Pair::on("");
    run(&mut pair.a, "tool rectangle\nfill red");
    pair.a.give(Input::SetStyle(board::Field::FillStyle(board::FillStyle::Solid)));
    run(&mut pair.a, "press 10,10\nmove 60,40");
    pair.exchange();
    assert_eq!(red_paths(&overlay(&mut pair.b.editor)), 1);
    assert_eq!(pair.b.outline(), "");
    pair.a.release(60.0, 40.0);
    pair.exchange();
    assert_eq!(pair.b.outline(), "rectangle new 10,10 50x30 fill=red\n");
    assert_eq!(red_paths(&overlay(&mut pair.b.editor)), 0);
}

#[test]
fn what_is_about_to_be_erased_fades() {
    let mut pair = Pair::on(ONE);
    run(&mut pair.a, "tool eraser\npress 50,50");
    pair.exchange();
    assert!(overlay(&mut pair.b.editor).contains("fill=\"#db3b3b\" fill-opacity=\"0.25\""));
    pair.a.release(50.0, 50.0);
    pair.exchange();
    assert_eq!(pair.b.outline(), "");
}

#[test]
fn a_peers_edit_during_a_drag_is_not_reverted() {
    let mut pair = Pair::on(ONE);
    run(&mut pair.a, "press 50,50\nmove 80,60");
    run(&mut pair.b, "click 50,50\nfill blue\nkey Shift+ArrowDown");
    pair.exchange();
    run(&mut pair.a, "move 81,60\nrelease 81,60");
    pair.exchange();
    assert_eq!(pair.a.outline(), "rectangle a 31,20 100x100 fill=blue *\n");
    assert!(pair.contents_agree());
}

#[test]
fn a_peer_takes_the_shape_out_of_the_hand() {
    let gestures = [
        "press 50,50\nmove 80,60",
        "click 50,50\npress 100,100\nmove 150,150",
        "click 50,50\npress 50,-24\nmove 100,50",
        "press 50,50",
    ];
    for gesture in gestures {
        let mut pair = Pair::on(ONE);
        run(&mut pair.a, gesture);
        run(&mut pair.b, "click 50,50\nkey Delete");
        pair.exchange();
        assert_eq!(pair.a.outline(), "", "{gesture}");
        assert!(!pair.a.editor.chrome().is_gesturing, "{gesture}");
        run(&mut pair.a, "move 200,200\nrelease 200,200");
        pair.exchange();
        assert_eq!((pair.a.outline(), pair.b.outline()), (String::new(), String::new()), "{gesture}");
    }
}

#[test]
fn of_several_shapes_only_what_is_left_moves() {
    let mut pair = Pair::on("rectangle a 0,0 100x100 fill=red\nrectangle b 200,0 100x100 fill=red");
    run(&mut pair.a, "key Mod+A\npress 50,50\nmove 60,60");
    run(&mut pair.b, "click 250,50\nkey Delete");
    pair.exchange();
    pair.a.release(70.0, 70.0);
    pair.exchange();
    assert_eq!(pair.b.outline(), "rectangle a 20,20 100x100 fill=red\n");
}

#[test]
fn hostile_messages_change_nothing() {
    let mut pair = Pair::on(ONE);
    let before = overlay(&mut pair.b.editor);
    let client = pair.a.client();
    let oversized = vec![1; limits::PRESENCE_BYTES + 1];
    for bytes in [vec![], vec![0], vec![9; 40], vec![1, 1, 1, 0, 4], oversized] {
        pair.b.give(Input::PeerDraft { client, bytes: bytes.clone() });
        pair.b.give(Input::PeerSelection { client, bytes });
    }
    assert_eq!(overlay(&mut pair.b.editor), before);
    assert!(pair.b.editor.board().shape(&id("a")).is_some());
}

#[test]
fn what_a_hand_moves_or_draws_is_a_draft_and_what_it_types_is_none() {
    let mut hand = Hand::on("rectangle a 0,0 100x100 fill=red");
    assert!(!hand.editor.is_drafting());
    hand.press(50.0, 50.0);
    assert!(!hand.editor.is_drafting(), "it may become a click");
    hand.move_to(80.0, 80.0);
    assert!(hand.editor.is_drafting());
    hand.release(80.0, 80.0);
    assert!(!hand.editor.is_drafting());
    hand.drag(&[(600.0, 600.0), (700.0, 700.0)]);
    assert!(!hand.editor.is_drafting(), "a marquee is over");
    hand.double_click(80.0, 80.0);
    hand.type_text("words");
    assert!(!hand.editor.is_drafting());
}
