//! What goes wrong between two people on one board, as other whiteboards have shipped and mended it: two hands each.

use board::Kind;
use editor::{Input, Output, PointerPhase, limits};
use kurbo::Vec2;

use crate::drafts::{board_picture, overlay};
use crate::harness::{Hand, Pair};
use crate::outline::id;
use crate::script::run;

const BOX: &str = "rectangle a 0,0 100x100 fill=red\nrectangle b 400,0 100x100 fill=red";
const LINE: &str = "line a 0,0 0,0 100,0\nrectangle b 400,0 100x100";

/// Gestures that have `a` in hand, as board, beginning and end.
const IN_HAND: [(&str, &str, &str); 11] = [
    (BOX, "press 50,50", "release 50,50"),
    (BOX, "press 50,50\nmove 90,90", "move 95,95\nrelease 95,95"),
    (BOX, "hold alt\npress 50,50\nmove 90,90", "move 95,95\nrelease 95,95\nhold"),
    (BOX, "click 50,50\npress 100,100\nmove 140,140", "move 150,150\nrelease 150,150"),
    (BOX, "click 50,50\npress 50,-24\nmove 124,50", "move 100,100\nrelease 100,100"),
    (BOX, "tool eraser\npress 20,20\nmove 80,80", "move 90,90\nrelease 90,90"),
    (BOX, "tool arrow\npress 50,50\nmove 200,50", "move 450,50\nrelease 450,50"),
    (BOX, "double 50,50\ntype ours", "type ours still\nend"),
    (BOX, "press 300,300\nmove 20,20", "move 10,10\nrelease 10,10\nkey ArrowRight"),
    (LINE, "click 50,0\npress 100,0\nmove 120,40", "move 140,60\nrelease 140,60"),
    (LINE, "click 50,0\npress 50,0\nmove 50,30", "move 50,60\nrelease 50,60"),
];

fn has(hand: &Hand, name: &str) -> bool {
    hand.editor.board().shape(&id(name)).is_some()
}

#[test]
fn a_peer_deletes_what_is_in_the_hand_whatever_it_does() {
    for (board, begin, end) in IN_HAND {
        let mut pair = Pair::on(board);
        run(&mut pair.a, begin);
        pair.exchange();
        run(&mut pair.b, if board == LINE { "click 50,0\nkey Delete" } else { "click 50,50\nkey Delete" });
        assert!(!has(&pair.b, "a"), "the peer took it: {begin}");
        pair.exchange();
        run(&mut pair.a, end);
        pair.exchange();
        assert!(pair.contents_agree(), "{begin}");
        assert!(!has(&pair.a, "a"), "nothing brings it back: {begin}");
        for key in ["Mod+Z", "Mod+Z", "Mod+Shift+Z", "Mod+Shift+Z"] {
            pair.a.key(key);
            pair.exchange();
            assert!(pair.contents_agree() && !has(&pair.a, "a"), "{key} after {begin}");
        }
        // The hand is free again.
        let before = pair.a.outline();
        run(&mut pair.a, "tool rectangle\ndrag 600,600 700,700");
        assert_ne!(pair.a.outline(), before, "{begin}");
    }
}

#[test]
fn a_gesture_that_is_taken_back_leaves_nothing_with_anybody() {
    for (board, begin, _) in IN_HAND {
        if begin.starts_with("double") {
            continue;
        }
        for cancels in [false, true] {
            let mut pair = Pair::on(board);
            let before = pair.b.editor.board().contents();
            run(&mut pair.a, begin);
            pair.exchange();
            match cancels {
                true => pair.a.pointer(PointerPhase::Cancel, 1, Vec2::new(90.0, 90.0)),
                false => pair.a.key("Escape"),
            }
            pair.exchange();
            assert!(pair.contents_agree(), "{begin}");
            assert_eq!(pair.b.editor.board().contents(), before, "{begin}");
            pair.b.take_outputs();
            assert_eq!(
                board_picture(&mut pair.a.editor),
                board_picture(&mut pair.b.editor),
                "{begin}, cancelled {cancels}"
            );
        }
    }
}

#[test]
fn undo_after_a_cut_is_one_step() {
    let mut hand = Hand::on(BOX);
    let before = hand.outline();
    run(&mut hand, "click 50,50\nkey ArrowRight\nkey Mod+A\ncommand cut");
    assert_eq!(hand.outline(), "");
    hand.key("Mod+Z");
    assert_eq!(hand.outline().replace(" *", ""), before.replace(" a 0,0", " a 1,0"), "the cut, and nothing before it");
}

#[test]
fn one_moves_and_the_other_colours_and_both_stay() {
    let mut pair = Pair::on(BOX);
    run(&mut pair.a, "drag 50,50 90,50");
    run(&mut pair.b, "click 50,50\nfill blue");
    pair.exchange();
    assert!(pair.contents_agree());
    let shape = pair.a.editor.board().shape(&id("a")).unwrap();
    assert_eq!((shape.pos.x, shape.fill.map(|fill| fill.to_string())), (40.0, Some("blue".to_owned())));
}

#[test]
fn two_move_the_two_ends_of_an_arrow_and_nobody_writes_to_it() {
    let mut pair = Pair::on(BOX);
    run(&mut pair.a, "tool arrow\ndrag 50,50 200,50 450,50");
    pair.exchange();
    let arrow = pair.a.editor.board().shapes().find(|shape| shape.kind == Kind::Arrow).unwrap().id.clone();
    run(&mut pair.a, "key Escape\ndrag 20,20 20,220");
    run(&mut pair.b, "key Escape\ndrag 480,20 480,320");
    let sent = |hand: &Hand| hand.outputs.iter().filter(|output| matches!(output, Output::Update(_))).count();
    assert_eq!((sent(&pair.a), sent(&pair.b)), (1, 1), "a move each");
    pair.exchange();
    assert!(pair.contents_agree());
    assert_eq!(board_picture(&mut pair.a.editor), board_picture(&mut pair.b.editor), "one arrow everywhere");
    pair.a.tick(1_000);
    pair.b.tick(1_000);
    assert_eq!((sent(&pair.a), sent(&pair.b)), (0, 0), "nobody answers");
    let bounds = pair.a.editor.board().shape(&arrow).unwrap().bounds();
    assert!(bounds.y1 > 150.0, "it follows both: {bounds}");
}

#[test]
fn two_put_a_frame_into_each_others_and_there_is_no_circle() {
    let mut pair = Pair::on("frame f 0,0 200x200\nframe g 400,0 200x200\nrectangle a 600,500 20x20");
    run(&mut pair.a, "drag 0,100 200,100 400,100");
    run(&mut pair.b, "drag 400,100 200,100 0,100");
    let frame_of = |hand: &Hand, name: &str| hand.editor.board().shape(&id(name)).and_then(|shape| shape.frame.clone());
    assert_eq!((frame_of(&pair.a, "f"), frame_of(&pair.b, "g")), (Some(id("g")), Some(id("f"))));
    pair.exchange();
    assert!(pair.contents_agree());
    assert_eq!(board_picture(&mut pair.a.editor), board_picture(&mut pair.b.editor));
    // Neither hangs, and what one does to either the other sees.
    run(&mut pair.a, "key ArrowRight\nkey Mod+D\nkey Mod+Z");
    run(&mut pair.b, "key Mod+A\nkey ArrowDown\nkey Delete");
    pair.exchange();
    assert!(pair.contents_agree());
    assert_eq!(pair.a.outline(), "");
}

#[test]
fn two_reorder_at_once_and_the_pile_is_the_same() {
    let pile =
        "rectangle a 0,0 100x100 fill=red\nrectangle b 20,20 100x100 fill=blue\nrectangle c 40,40 100x100 fill=green";
    for (ours, theirs) in [
        ("command bring-to-front", "command bring-to-front"),
        ("command send-to-back", "command send-to-back"),
        ("command bring-forward", "command send-backward"),
    ] {
        let mut pair = Pair::on(pile);
        run(&mut pair.a, &format!("click 5,5\n{ours}"));
        run(&mut pair.b, &format!("click 130,130\n{theirs}"));
        pair.exchange();
        let order = |hand: &Hand| hand.editor.board().shapes().map(|shape| shape.id.clone()).collect::<Vec<_>>();
        assert_eq!(order(&pair.a), order(&pair.b), "{ours}");
        assert_eq!(board_picture(&mut pair.a.editor), board_picture(&mut pair.b.editor), "{ours}");
    }
}

#[test]
fn who_may_only_look_sees_a_label_go_with_its_arrow() {
    let mut pair = Pair::on(BOX);
    run(&mut pair.b, "tool arrow\ndrag 50,50 200,50 450,50\nkey Enter\ntype seen\nend");
    pair.exchange();
    pair.a.give(Input::WriteAccess(false));
    run(&mut pair.a, "click 250,50");
    run(&mut pair.b, "key Enter\ntype seen no more");
    pair.exchange();
    run(&mut pair.b, "end\nkey Escape\nkey Mod+A\nkey Delete");
    pair.exchange();
    pair.a.tick(100);
    assert!(pair.contents_agree());
    assert_eq!(pair.a.outline(), "");
    assert!(pair.a.editor.selection().is_empty());
}

#[test]
fn who_writes_is_there_though_their_pointer_rests() {
    let mut pair = Pair::on("text a 100,100 \"one\"\nrectangle far 600,600 50x50");
    let is_faded = |hand: &mut Hand| overlay(&mut hand.editor).contains("opacity=\"0.4\"");
    run(&mut pair.a, "move 110,110\ndouble 110,110");
    pair.exchange_if(|output| !matches!(output, Output::EditText(_)));
    for letters in 0..4 {
        assert!(!is_faded(&mut pair.b), "after {letters} letters");
        pair.a.tick(limits::CURSOR_IDLE_MS / 2 + 1);
        pair.b.tick(limits::CURSOR_IDLE_MS / 2 + 1);
        pair.a.give(Input::TextEdited {
            id: id("a"),
            text: format!("one{}", "!".repeat(letters + 1)),
            caret_utf16: Some(letters as u32 + 4),
            composing: false,
        });
        pair.a.tick(limits::PRESENCE_MS);
        pair.exchange_if(|output| !matches!(output, Output::EditText(_)));
    }
    pair.a.give(Input::TextEnded);
    pair.exchange_if(|output| !matches!(output, Output::EditText(_)));
    pair.b.tick(limits::CURSOR_IDLE_MS + 1);
    assert!(is_faded(&mut pair.b));
}
