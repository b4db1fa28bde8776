//! Undo and redo: per gesture, one's own only, never over what a peer has done since.

use board::{Edit, Field, Kind, NewShape, Shape};
use editor::{Input, Notice, Output, limits};
use kurbo::Rect;
use scene::BoardPoint;

use crate::harness::{Hand, Pair};
use crate::outline::id;
use crate::script::{check, run};

const TWO: &str = "
    rectangle a 0,0 100x100 fill=red
    rectangle b 200,0 100x100
";

#[test]
fn a_press_a_step() {
    check(
        TWO,
        "drag 50,50 60,60\ndrag 60,60 80,80\nkey Mod+Z",
        "rectangle a 10,10 100x100 fill=red *\nrectangle b 200,0 100x100",
    );
    check(
        TWO,
        "drag 50,50 60,60\ndrag 60,60 80,80\nkey Mod+Z\nkey Mod+Z",
        "rectangle a 0,0 100x100 fill=red *\nrectangle b 200,0 100x100",
    );
    check(
        TWO,
        "drag 50,50 60,60\nkey Mod+Z\nkey Mod+Shift+Z",
        "rectangle a 10,10 100x100 fill=red *\nrectangle b 200,0 100x100",
    );
    check(
        TWO,
        "drag 50,50 60,60\nkey Mod+Z\nkey Mod+Y",
        "rectangle a 10,10 100x100 fill=red *\nrectangle b 200,0 100x100",
    );
    check(TWO, "key Mod+A\nkey Delete\nkey Mod+Z", "rectangle a 0,0 100x100 fill=red *\nrectangle b 200,0 100x100 *");
    check("", "tool rectangle\ndrag 0,0 50,50\nkey Mod+Z", "");
    check("", "tool rectangle\ndrag 0,0 50,50\nkey Mod+Z\nkey Mod+Shift+Z", "rectangle new 0,0 50x50 *");
}

#[test]
fn during_a_gesture_the_gesture_is_undone() {
    check(
        TWO,
        "drag 50,50 60,60\npress 60,60\nmove 90,90\nkey Mod+Z\nrelease 90,90",
        "rectangle a 10,10 100x100 fill=red *\nrectangle b 200,0 100x100",
    );
}

#[test]
fn nudges_in_a_row_are_one_step() {
    check(
        TWO,
        "click 50,50\nkey ArrowLeft\nkey Shift+ArrowUp\nkey ArrowLeft",
        "rectangle a -2,-10 100x100 fill=red *\nrectangle b 200,0 100x100",
    );
    check(
        TWO,
        "click 50,50\nkey ArrowLeft\nkey Shift+ArrowUp\nkey Mod+Z",
        "rectangle a 0,0 100x100 fill=red *\nrectangle b 200,0 100x100",
    );
    let mut hand = Hand::on(TWO);
    run(&mut hand, "click 50,50\nkey ArrowLeft");
    hand.wait(limits::STEP_MERGE_MS + 1);
    run(&mut hand, "key ArrowLeft\nkey Mod+Z");
    assert_eq!(hand.editor.board().shape(&id("a")).map(|a| a.pos.x), Some(-1.0));
}

fn notices(hand: &mut Hand) -> Vec<Notice> {
    let notice = |output| match output {
        Output::Notice(notice) => Some(notice),
        _ => None,
    };
    hand.take_outputs().into_iter().filter_map(notice).collect()
}

#[test]
fn only_own_changes() {
    let mut pair = Pair::on(TWO);
    run(&mut pair.a, "drag 50,50 60,60");
    pair.exchange();
    run(&mut pair.b, "click 200,50\nkey Delete");
    pair.exchange();
    run(&mut pair.a, "key Mod+Z");
    assert_eq!(pair.a.outline(), "rectangle a 0,0 100x100 fill=red *\n");
    assert_eq!(notices(&mut pair.a), []);
}

#[test]
fn what_a_peer_has_changed_since_stays() {
    let mut pair = Pair::on(TWO);
    run(&mut pair.a, "drag 50,50 60,60\ndrag 60,60 60,90");
    pair.exchange();
    run(&mut pair.b, "drag 50,90 350,90");
    pair.exchange();
    let placed = pair.a.outline();
    run(&mut pair.a, "key Mod+Z");
    assert_eq!(notices(&mut pair.a), [Notice::UndoKept { kept: 1, all: true }]);
    assert_eq!(pair.a.outline(), placed);
    // One press, one step: the next one is the first drag, which the peer overrode as well.
    run(&mut pair.a, "key Mod+Z");
    assert_eq!(notices(&mut pair.a), [Notice::UndoKept { kept: 1, all: true }]);
    assert!(!pair.a.editor.chrome().can_undo && !pair.a.editor.chrome().can_redo);
}

#[test]
fn what_a_peer_deleted_stays_deleted() {
    let mut pair = Pair::on(TWO);
    run(&mut pair.a, "key Mod+A\ndrag 50,50 60,60");
    pair.exchange();
    pair.a.give(Input::Saved);
    run(&mut pair.b, "click 60,60\nkey Delete");
    pair.exchange();
    run(&mut pair.a, "key Mod+Z");
    assert_eq!(pair.a.outline(), "rectangle b 200,0 100x100 *\n");
    assert_eq!(notices(&mut pair.a), [Notice::UndoKept { kept: 1, all: false }]);
    run(&mut pair.a, "key Mod+Shift+Z");
    assert_eq!(pair.a.outline(), "rectangle b 210,10 100x100 *\n");
}

#[test]
fn what_was_made_and_then_changed_by_a_peer_stays() {
    let mut pair = Pair::on("");
    run(&mut pair.a, "tool rectangle\ndrag 0,0 50,50");
    pair.exchange();
    run(&mut pair.b, "click 0,25\nfill blue");
    pair.exchange();
    run(&mut pair.a, "key Mod+Z");
    assert_eq!(pair.a.outline(), "rectangle new 0,0 50x50 fill=blue/soft *\n");
    assert_eq!(notices(&mut pair.a), [Notice::UndoKept { kept: 1, all: true }]);
}

#[test]
fn a_large_edit_is_split_and_stays_one_step() {
    let mut hand = Hand::on("");
    let many = paste_many(&mut hand);
    assert_eq!((hand.editor.board().len(), updates(&mut hand)), (many, 2));
    hand.key("Mod+Z");
    assert_eq!((hand.editor.board().len(), updates(&mut hand)), (0, 0), "it is shown before it is written");
    hand.tick(limits::WRITTEN_AFTER_MS - 1);
    assert_eq!(updates(&mut hand), 0, "first it is painted");
    hand.tick(1);
    assert_eq!(updates(&mut hand), 1, "a part at a time");
    hand.tick(0);
    assert_eq!((hand.editor.board().len(), updates(&mut hand)), (0, 1));
    hand.key("Mod+Shift+Z");
    assert_eq!((hand.editor.board().len(), updates(&mut hand)), (many, 0));
    // Whatever comes next finds it done.
    hand.key("Escape");
    assert_eq!((hand.editor.board().len(), updates(&mut hand)), (many, 2));
}

/// Puts more on the board than one transaction holds, selected; answers with how many.
fn paste_many(hand: &mut Hand) -> usize {
    let many = limits::SHAPES_PER_TRANSACTION + 500;
    let shape = |at: usize| format!(r#"{{"kind":"rectangle","pos":[{at},0],"size":[10,10],"fill":"red"}}"#);
    let shapes: Vec<String> = (0..many).map(shape).collect();
    hand.give(Input::Paste(format!(r#"{{"boardwalk":1,"shapes":[{}]}}"#, shapes.join(","))));
    many
}

#[test]
fn a_large_command_is_carried_out_bit_by_bit_and_stays_one_step() {
    for command in ["ArrowRight", "Delete"] {
        let mut hand = Hand::on("");
        let many = paste_many(&mut hand);
        let (before, pasted) = (hand.editor.board().contents(), hand.editor.board().revision());
        hand.key(command);
        let parts = many.div_ceil(limits::SHAPES_PER_TICK) as u64;
        assert_eq!(hand.editor.board().revision(), pasted + 1, "{command}: a part at a time");
        (1..parts).for_each(|_| hand.tick(0));
        assert_eq!(hand.editor.board().revision(), pasted + parts);
        assert_eq!(hand.editor.board().is_empty(), command == "Delete");
        let after = hand.editor.board().contents();
        let finish = |hand: &mut Hand| (0..parts).for_each(|_| hand.tick(limits::WRITTEN_AFTER_MS));
        for wanted in [&before, &after] {
            hand.key(if *wanted == before { "Mod+Z" } else { "Mod+Y" });
            finish(&mut hand);
            assert_eq!(hand.editor.board().contents(), *wanted, "{command}");
        }
        // In the midst of it, undo is of all of it.
        hand.key("Mod+Z");
        finish(&mut hand);
        hand.key(command);
        hand.key("Mod+Z");
        finish(&mut hand);
        assert_eq!(hand.editor.board().contents(), before, "{command}");
    }
}

/// So many updates have been sent since it was asked last.
fn updates(hand: &mut Hand) -> usize {
    hand.take_outputs().iter().filter(|output| matches!(output, Output::Update(_))).count()
}

#[test]
fn a_large_gesture_is_taken_back_a_part_at_a_time() {
    let mut hand = Hand::on("");
    let many = paste_many(&mut hand);
    let parts = many.div_ceil(limits::SHAPES_PER_TICK);
    let (before, shapes) = (hand.editor.board().contents(), outlines(&hand));
    let at = hand.editor.board().shapes().nth(many / 2).expect("a shape").bounds().center();
    let at = hand.editor.camera().to_screen(BoardPoint::new(at.x, at.y));
    hand.drag(&[(at.x, at.y), (at.x + 30.0, at.y), (at.x + 60.0, at.y + 40.0)]);
    (0..parts).for_each(|_| hand.tick(0));
    assert_ne!(outlines(&hand), shapes);
    assert!(updates(&mut hand) > parts);
    hand.key("Mod+Z");
    assert_eq!(outlines(&hand), shapes, "it is shown at once");
    for _ in 0..parts {
        hand.tick(limits::WRITTEN_AFTER_MS);
        assert_eq!(updates(&mut hand), 1);
    }
    assert_eq!(hand.editor.board().contents(), before);
}

#[test]
fn what_small_steps_changed_is_shown_with_the_rest() {
    let mut hand = Hand::on("");
    let many = paste_many(&mut hand);
    hand.key("Escape");
    let first = hand.editor.board().shapes().next().expect("a shape").bounds().center();
    let at = hand.editor.camera().to_screen(BoardPoint::new(first.x - 4.0, first.y));
    hand.click(at.x, at.y);
    hand.key("ArrowDown");
    hand.key("Mod+Z");
    hand.take_outputs();
    hand.key("Mod+Z");
    assert_eq!((hand.editor.board().len(), updates(&mut hand)), (0, 0), "all of them at once");
    assert!(hand.editor.chrome().can_redo, "while it is written");
    hand.key("Mod+Y");
    assert_eq!(hand.editor.board().len(), many);
}

#[test]
fn a_large_step_that_peers_have_overtaken_takes_no_selection() {
    let mut pair = Pair::on("");
    paste_many(&mut pair.a);
    pair.exchange();
    pair.a.key("ArrowRight");
    pair.exchange();
    pair.a.key("Escape");
    pair.b.give(Input::Command("select-all".to_owned()));
    pair.b.key("ArrowDown");
    pair.b.key("Escape");
    pair.exchange();
    assert!(pair.a.editor.selection().is_empty());
    pair.a.key("Mod+Z");
    assert!(!pair.a.editor.is_ahead());
    pair.a.key("Escape");
    assert!(pair.a.editor.selection().is_empty());
}

#[test]
fn a_picture_in_the_midst_of_a_large_command_is_known_as_such() {
    let mut hand = Hand::on("");
    let many = paste_many(&mut hand);
    assert!(!hand.editor.is_damage_withheld());
    hand.key("Delete");
    for _ in 1..many.div_ceil(limits::SHAPES_PER_TICK) {
        assert!(hand.editor.is_damage_withheld());
        hand.tick(0);
    }
    assert!(!hand.editor.is_damage_withheld());
    assert!(hand.editor.board().is_empty());
}

fn outlines(hand: &Hand) -> Vec<Rect> {
    hand.editor.board().shapes().map(Shape::bounds).collect()
}

#[test]
fn what_a_peer_does_before_a_large_step_is_written_stays() {
    let mut pair = Pair::on("");
    let many = paste_many(&mut pair.a);
    pair.exchange();
    pair.a.key("ArrowRight");
    (0..many.div_ceil(limits::SHAPES_PER_TICK)).for_each(|_| pair.a.tick(0));
    pair.exchange();
    let first = pair.b.editor.board().shapes().next().expect("a shape").id.clone();
    pair.a.take_outputs();
    pair.a.key("Mod+Z");
    pair.b.give(Input::Command("select-all".to_owned()));
    pair.b.key("ArrowDown");
    pair.b.key("Escape");
    pair.exchange();
    pair.a.key("Escape");
    pair.exchange();
    let kept = pair.a.take_outputs().into_iter().find_map(|output| match output {
        Output::Notice(Notice::UndoKept { kept, .. }) => Some(kept),
        _ => None,
    });
    assert_eq!(kept, Some(many), "all were moved meanwhile");
    assert!(pair.contents_agree());
    let places = [&pair.a, &pair.b].map(|hand| hand.editor.board().shape(&first).expect("a shape").pos);
    assert_eq!(places[0], places[1], "and shown as they are");
}

#[test]
fn going_back_to_a_version_is_one_step() {
    let mut pair = Pair::on(TWO);
    let (version, before) = (pair.a.editor.board().snapshot().0.to_vec(), pair.a.outline());
    run(&mut pair.a, "drag 50,50 60,90\ntool ellipse\ndrag 300,300 350,350\nclick 200,50\nkey Delete");
    let drawn = pair.a.outline().replace(" *", "");
    assert_ne!(drawn, before);
    pair.exchange();
    pair.a.give(Input::Restore(version.clone()));
    pair.exchange();
    assert_eq!(pair.a.outline(), before);
    assert!(pair.contents_agree(), "others see it");
    pair.a.key("Mod+Z");
    assert_eq!(pair.a.outline().replace(" *", ""), drawn);
    pair.b.give(Input::WriteAccess(false));
    let seen = pair.b.outline();
    pair.b.give(Input::Restore(version));
    assert_eq!(pair.b.outline(), seen, "who may only look does not go back");
    pair.a.give(Input::Restore(b"nonsense".to_vec()));
    assert_eq!(notices(&mut pair.a), [Notice::UpdateRefused]);
}

#[test]
fn the_oldest_steps_are_forgotten() {
    let mut hand = Hand::on("rectangle a 0,0 100x100");
    run(&mut hand, "click 0,50");
    for _ in 0..limits::HISTORY_STEPS + 5 {
        hand.wait(limits::STEP_MERGE_MS + 1);
        hand.key("ArrowRight");
    }
    for _ in 0..limits::HISTORY_STEPS + 5 {
        hand.key("Mod+Z");
    }
    assert_eq!(hand.outline(), "rectangle a 5,0 100x100 *\n");
}

#[test]
fn a_new_edit_clears_redo_and_a_peers_does_not() {
    let mut pair = Pair::on(TWO);
    run(&mut pair.a, "drag 50,50 60,60\nkey Mod+Z");
    pair.exchange();
    let shape = NewShape::new(Kind::Ellipse, vec![Field::Pos(BoardPoint::new(500.0, 0.0))]);
    let update = pair.b.editor.board().snapshot();
    pair.a.give(Input::Merge(update.0.to_vec()));
    let mut stranger = board::Board::new(board::ClientId::from_random(9));
    let update = stranger.apply(&[Edit::Insert { id: id("c"), shape }]).update.expect("an insert is a change");
    pair.a.give(Input::Merge(update.0.to_vec()));
    assert!(pair.a.editor.chrome().can_redo);
    run(&mut pair.a, "click 50,50\nkey ArrowLeft");
    assert!(!pair.a.editor.chrome().can_redo);
}

#[test]
fn two_people_in_one_text_undo_their_own_letters() {
    let mut pair = Pair::on("text t 0,0 \"middle\"");
    for hand in [&mut pair.a, &mut pair.b] {
        run(hand, "double 20,10");
    }
    pair.a.type_text("middle end");
    pair.exchange();
    pair.b.type_text("start middle end");
    pair.exchange();
    run(&mut pair.a, "end\nkey Mod+Z");
    pair.exchange();
    assert_eq!(pair.b.editor.board().shape(&id("t")).map(|text| &*text.text), Some("start middle"));
    run(&mut pair.b, "end\nkey Mod+Z");
    pair.exchange();
    assert_eq!(pair.a.editor.board().shape(&id("t")).map(|text| &*text.text), Some("middle"));
    run(&mut pair.a, "key Mod+Shift+Z");
    assert_eq!(pair.a.editor.board().shape(&id("t")).map(|text| &*text.text), Some("middle end"));
}

#[test]
fn a_delete_that_meets_own_changes_offers_them() {
    let mut pair = Pair::on(TWO);
    // Both are away from one another: one moves what the other deletes.
    run(&mut pair.a, "drag 50,50 90,90");
    run(&mut pair.b, "click 50,50\nkey Delete");
    pair.exchange();
    assert!(pair.contents_agree());
    assert_eq!(pair.a.editor.board().len(), 1, "the delete wins");
    assert_eq!(pair.a.editor.chrome().lost_count, 1);
    assert_eq!(pair.b.editor.chrome().lost_count, 0);
    run(&mut pair.a, "command restore-mine");
    pair.exchange();
    assert!(pair.contents_agree());
    assert_eq!(pair.b.editor.board().shape(&id("a")).map(|shape| shape.pos.x), Some(40.0));
    assert_eq!(pair.a.editor.chrome().lost_count, 0);
    run(&mut pair.a, "key Mod+Z");
    assert_eq!(pair.a.editor.board().len(), 1);
    // What the service keeps, whoever deletes it has seen.
    let mut pair = Pair::on(TWO);
    run(&mut pair.a, "drag 50,50 90,90");
    pair.a.give(Input::Saved);
    run(&mut pair.b, "click 50,50\nkey Delete");
    pair.exchange();
    assert_eq!(pair.a.editor.chrome().lost_count, 0);
}

/// A board of so many squares, all selected.
fn many(count: usize) -> Hand {
    let outline: Vec<String> =
        (0..count).map(|at| format!("rectangle s{at} {},{} 8x8", at % 60 * 10, at / 60 * 10)).collect();
    let mut hand = Hand::on(&outline.join("\n"));
    run(&mut hand, "key Mod+A");
    hand
}

#[test]
fn what_is_too_much_for_a_frame_is_put_down_in_parts_and_undone_as_one() {
    let mut hand = many(2_500);
    let before = hand.outline();
    run(&mut hand, "drag 304,204 404,204");
    let wakes = hand.take_outputs().iter().filter(|output| matches!(output, Output::WakeAt(_))).count();
    assert!(wakes > 0, "the rest wants a tick");
    let partly = hand.outline();
    assert!(partly != before, "the first part is there at once");
    (0..5).for_each(|_| hand.tick(0));
    let all = hand.outline();
    assert!(all != partly, "the rest came with the ticks");
    run(&mut hand, "key Mod+Z");
    assert!(hand.outline() == before, "one step takes all back");
    // A key in the midst finds it done.
    run(&mut hand, "key Mod+Shift+Z");
    assert!(hand.outline() == all, "and brings all again");
    run(&mut hand, "key Mod+Z\ndrag 304,204 404,204\nkey Mod+Z");
    assert!(hand.outline() == before, "a key finds it done");
}
