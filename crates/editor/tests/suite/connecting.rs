//! Arrows that hold shapes, frames that hold shapes, notes, and growing the next node, as hands make them.

use board::{Field, Kind, Shape, ShapeId};
use editor::Input;
use kurbo::Point;

use crate::harness::{Hand, Pair};
use crate::outline::id;
use crate::script::{check, run};

const TWO: &str = "rectangle a 0,0 100x100\nrectangle b 300,0 100x100";

fn newest(hand: &Hand) -> Shape {
    hand.editor.board().shapes().next_back().expect("something was made").clone()
}

fn held(shape: &Shape) -> [Option<&str>; 2] {
    [&shape.start, &shape.end].map(|binding| binding.as_ref().map(|binding| binding.shape.as_str()))
}

fn ends(hand: &Hand, line: &ShapeId) -> [Point; 2] {
    let points = hand.editor.board().shape(line).expect("a line").board_points();
    [points[0], points[points.len() - 1]]
}

/// Two shapes and an arrow from the middle of one to the middle of the other.
fn joined() -> (Hand, ShapeId) {
    let mut hand = Hand::on(TWO);
    run(&mut hand, "tool arrow\ndrag 60,60 340,60");
    let arrow = newest(&hand).id;
    (hand, arrow)
}

#[test]
fn arrows_hold_what_they_are_drawn_from_and_to() {
    let table = [
        // The shape as a whole, a side's middle, an exact point, nothing at all.
        ("drag 60,60 340,60", [Some(("a", None)), Some(("b", None))]),
        ("drag 98,52 302,48", [Some(("a", Some((1.0, 0.5)))), Some(("b", Some((0.0, 0.5))))]),
        ("hold alt\ndrag 25,25 375,75", [Some(("a", Some((0.25, 0.25)))), Some(("b", Some((0.75, 0.75))))]),
        ("hold ctrl\ndrag 60,60 340,60", [None, None]),
        ("drag 200,200 340,60", [None, Some(("b", None))]),
        // From a shape as a whole to itself there is no way.
        ("drag 30,30 70,70", [Some(("a", None)), None]),
    ];
    for (gesture, expected) in table {
        let mut hand = Hand::on(TWO);
        run(&mut hand, &format!("tool arrow\n{gesture}"));
        let arrow = newest(&hand);
        let made = [&arrow.start, &arrow.end]
            .map(|end| end.as_ref().map(|end| (end.shape.as_str(), end.at.map(|at| (at.x, at.y)))));
        assert_eq!(made, expected, "{gesture}");
        run(&mut hand, "hold\nkey Mod+Z");
        assert_eq!(hand.outline(), "rectangle a 0,0 100x100\nrectangle b 300,0 100x100\n", "{gesture}");
    }
    check(TWO, "tool line\ndrag 60,60 340,60", &format!("{TWO}\nline new 60,60 0,0 280,0 *"));
}

#[test]
fn ends_follow_on_both_screens_and_nobody_writes_to_the_arrow() {
    let mut pair = Pair::on(TWO);
    run(&mut pair.a, "tool arrow\ndrag 60,60 340,60\nkey Escape");
    pair.exchange();
    let arrow = newest(&pair.b).id;
    let stored = |hand: &Hand| {
        let contents = hand.editor.board().contents();
        contents.lines().find(|line| line.contains(arrow.as_str())).map(str::to_owned)
    };
    let before = (stored(&pair.a), ends(&pair.a, &arrow));
    run(&mut pair.a, "click 0,50\ndrag 0,30 -40,300");
    run(&mut pair.b, "click 400,30\ndrag 400,30 500,130");
    pair.exchange();
    assert!(pair.contents_agree());
    assert_eq!((stored(&pair.a), stored(&pair.b)), (before.0.clone(), before.0));
    assert_eq!(ends(&pair.a, &arrow), ends(&pair.b, &arrow));
    assert_ne!(ends(&pair.a, &arrow), before.1);
}

#[test]
fn an_end_is_dragged_from_one_shape_to_another_and_off() {
    let (mut hand, arrow) = joined();
    let [_, end] = ends(&hand, &arrow);
    run(&mut hand, &format!("key Escape\nclick 200,50\ndrag {},{} 200,300", end.x, end.y));
    assert_eq!(held(hand.editor.board().shape(&arrow).expect("it")), [Some("a"), None]);
    run(&mut hand, "drag 200,300 340,60");
    assert_eq!(held(hand.editor.board().shape(&arrow).expect("it")), [Some("a"), Some("b")]);
    run(&mut hand, "key Mod+Z\nkey Mod+Z");
    assert_eq!(ends(&hand, &arrow)[1], end);
}

#[test]
fn an_arrow_that_is_moved_by_itself_lets_go_and_one_that_goes_along_holds_on() {
    let (mut hand, arrow) = joined();
    let before = ends(&hand, &arrow);
    run(&mut hand, "key Escape\nclick 200,50\nkey Shift+ArrowDown");
    let moved = hand.editor.board().shape(&arrow).expect("it").clone();
    assert_eq!(held(&moved), [None, None]);
    let by = kurbo::Vec2::new(0.0, 10.0);
    assert_eq!(ends(&hand, &arrow), before.map(|end| end + by));
    run(&mut hand, "key Mod+Z");
    assert_eq!(ends(&hand, &arrow), before);
    run(&mut hand, "key Mod+A\nkey Shift+ArrowDown");
    assert_eq!(held(hand.editor.board().shape(&arrow).expect("it")), [Some("a"), Some("b")]);
    assert_eq!(ends(&hand, &arrow), before.map(|end| end + by));
}

#[test]
fn an_end_stays_where_it_was_seen_when_its_shape_is_deleted() {
    let (mut hand, arrow) = joined();
    let before = ends(&hand, &arrow);
    run(&mut hand, "key Escape\nclick 400,30\nkey Delete");
    assert_eq!(held(hand.editor.board().shape(&arrow).expect("it")), [Some("a"), None]);
    assert_eq!(ends(&hand, &arrow), before);
    run(&mut hand, "key Mod+Z");
    assert_eq!(held(hand.editor.board().shape(&arrow).expect("it")), [Some("a"), Some("b")]);
}

#[test]
fn copies_hold_copies() {
    let (mut hand, arrow) = joined();
    run(&mut hand, "key Mod+A\nkey Mod+D");
    let copy = newest(&hand);
    assert_ne!(copy.id, arrow);
    let holds: Vec<_> = held(&copy).into_iter().flatten().map(str::to_owned).collect();
    assert!(holds.len() == 2 && !holds.contains(&"a".to_owned()) && !holds.contains(&"b".to_owned()), "{holds:?}");
    run(&mut hand, "key Escape\nclick 200,50\nkey Mod+D");
    assert_eq!(held(&newest(&hand)), [None, None], "a copy of the arrow alone holds nothing");
}

#[test]
fn the_next_node_grows_where_there_is_room() {
    let mut hand = Hand::on("rectangle a 0,0 100x100 fill=red \"one\"");
    run(&mut hand, "click 50,50\nkey Mod+ArrowRight");
    assert_eq!(hand.editor.selection().len(), 1);
    let node = hand.editor.board().shape(hand.editor.selection().iter().next().expect("one")).expect("it").clone();
    assert_eq!((node.pos.x, node.pos.y, &*node.text), (180.0, 0.0, ""));
    let arrow = hand.editor.board().shapes().find(|shape| shape.kind == Kind::Arrow).expect("an arrow").clone();
    assert_eq!(held(&arrow), [Some("a"), Some(node.id.as_str())]);
    run(&mut hand, "key Escape\nclick 50,50\nkey Mod+ArrowRight");
    let beside = hand.editor.board().shape(hand.editor.selection().iter().next().expect("one")).expect("it").pos;
    assert!(beside.x == 180.0 && beside.y.abs() >= 100.0, "{beside:?}");
    run(&mut hand, "key Mod+Z\nkey Mod+Z");
    assert_eq!(hand.editor.board().len(), 1);
}

#[test]
fn a_frame_takes_in_what_lies_in_it_and_carries_it() {
    let mut hand = Hand::on("rectangle a 20,20 50x50\nrectangle far 600,0 50x50 fill=red");
    run(&mut hand, "tool frame\ndrag 0,0 300,300\ntype Plan\nend");
    let pile: Vec<_> = hand.editor.board().shapes().map(|shape| (shape.kind.clone(), shape.id.clone())).collect();
    let Some((Kind::Frame, frame)) = pile.first().cloned() else { panic!("the frame is not beneath: {pile:?}") };
    let frame_of = |hand: &Hand, name: &str| hand.editor.board().shape(&id(name)).expect("it").frame.clone();
    assert_eq!((frame_of(&hand, "a"), frame_of(&hand, "far")), (Some(frame.clone()), None));
    // Its edge moves it, with what lies in it.
    run(&mut hand, "key Escape\ndrag 0,150 100,150");
    assert_eq!(hand.editor.board().shape(&id("a")).expect("it").pos.x, 120.0);
    // Into it, and out of it again.
    run(&mut hand, "drag 610,10 210,160");
    assert_eq!(frame_of(&hand, "far"), Some(frame.clone()));
    run(&mut hand, "key Escape\ndrag 210,160 710,160");
    assert_eq!(frame_of(&hand, "far"), None);
    // What is drawn in it lies in it.
    run(&mut hand, "tool ellipse\ndrag 150,150 200,200");
    assert_eq!(newest(&hand).frame, Some(frame.clone()));
    run(&mut hand, "key Escape\nclick 100,150\nkey Delete");
    assert_eq!(hand.outline(), "rectangle far 700,150 50x50 fill=red\n");
    run(&mut hand, "key Mod+Z");
    assert_eq!(hand.editor.board().len(), 4);
}

#[test]
fn a_shape_lies_in_the_frame_that_is_around_it_however_it_came_there() {
    let begin = "tool frame\ndrag 0,0 300,300\nend\nkey Escape\n";
    let frame_after = |script: &str| {
        let mut hand = Hand::on("rectangle a 20,20 50x50");
        run(&mut hand, &format!("{begin}{script}"));
        hand.editor.board().shape(&id("a")).expect("it").frame.is_some()
    };
    assert!(frame_after("key Mod+A\ndrag 0,150 100,150"), "both are in the hand");
    assert!(!frame_after(&format!("click 20,45\n{}", "key Shift+ArrowDown\n".repeat(40))), "nudged out");
    assert!(frame_after("click 20,45\nkey Shift+ArrowDown"), "nudged within");
    let newest_after = |script: &str| {
        let mut hand = Hand::on("rectangle a 20,20 50x50");
        run(&mut hand, &format!("{begin}{script}"));
        newest(&hand).frame.is_some()
    };
    assert!(newest_after("tool text\nclick 100,100\ntype words\nend"), "written");
    assert!(newest_after("tool ink\ndrag 100,100 200,200"), "drawn");
    assert!(newest_after("click 20,45\nkey Mod+D"), "doubled");
}

#[test]
fn what_lies_in_a_frame_stays_above_it() {
    let begin = "tool frame\ndrag 0,0 300,300\nend\nkey Escape\n";
    for script in [
        "click 20,45\ncommand send-to-back",
        "click 20,45\ncommand send-backward\ncommand send-backward",
        "click 0,280\ncommand bring-to-front",
    ] {
        let mut hand = Hand::on("rectangle a 20,20 50x50");
        run(&mut hand, &format!("{begin}{script}"));
        let lowest = hand.editor.board().shapes().next().expect("two shapes");
        assert_eq!(lowest.kind, Kind::Frame, "{script}");
    }
}

#[test]
fn a_copied_frame_holds_copies() {
    let mut hand = Hand::on("rectangle a 20,20 50x50");
    run(&mut hand, "tool frame\ndrag 0,0 300,300\nend\nkey Escape\nclick 0,150\nkey Mod+D");
    let frames: Vec<ShapeId> =
        hand.editor.board().shapes().filter(|shape| shape.kind == Kind::Frame).map(|shape| shape.id.clone()).collect();
    let inside: Vec<Option<ShapeId>> = hand
        .editor
        .board()
        .shapes()
        .filter(|shape| shape.kind == Kind::Rectangle)
        .map(|shape| shape.frame.clone())
        .collect();
    assert_eq!(frames.len(), 2);
    assert!(frames.iter().all(|frame| inside.contains(&Some(frame.clone()))), "{inside:?}");
}

#[test]
fn a_note_says_whose_it_is_and_its_writing_fits() {
    let mut hand = Hand::on("");
    hand.give(Input::Named("Ada".into()));
    run(&mut hand, "tool note\nclick 400,400\ntype hello");
    let note = newest(&hand);
    assert_eq!((note.kind.clone(), note.author.as_deref(), &*note.text), (Kind::Note, Some("Ada"), "hello"));
    let large = note.placed_text().expect("writing").font_size;
    hand.type_text(&"many more words than before ".repeat(12));
    let note = newest(&hand);
    assert!(note.placed_text().expect("writing").font_size < large);
    hand.give(Input::SetStyle(Field::Fill("blue".parse().ok())));
    run(&mut hand, "end\nkey Mod+Z");
    assert_eq!(hand.editor.board().len(), 1);
}

#[test]
fn a_point_is_made_in_the_middle_of_a_stretch_and_goes_where_it_meets_its_neighbour() {
    let line = "line a 100,100 0,0 200,0";
    check(line, "click 150,100\ndrag 200,100 200,200", "line a 100,100 0,0 100,100 200,0 *");
    check(
        "line a 100,100 0,0 100,100 200,0",
        "click 150,150\ndrag 200,200 298,103\nkey Escape",
        "line a 100,100 0,0 200,0",
    );
    check(line, "click 150,100\ndrag 200,100 200,200\nkey Mod+Z", &format!("{line} *"));
}

#[test]
fn a_stretch_of_an_elbow_stays_where_it_was_put() {
    let mut hand = Hand::on("rectangle a 0,0 100x100\nrectangle b 300,200 100x100");
    run(&mut hand, "tool arrow\ndrag 98,52 302,248");
    let arrow = newest(&hand).id;
    hand.give(Input::SetStyle(Field::Route(board::Route::Elbow)));
    let corners = |hand: &Hand| hand.editor.board().shape(&arrow).expect("it").seen_corners();
    let before = corners(&hand);
    assert_eq!(before.len(), 4, "{before:?}");
    let middle = before[1].midpoint(before[2]);
    run(&mut hand, &format!("drag {},{} {},{}", middle.x, middle.y, middle.x - 50.0, middle.y));
    let after = corners(&hand);
    assert_eq!(after[1].x, before[1].x - 50.0);
    run(&mut hand, "key Escape\nclick 400,230\ndrag 400,230 450,330");
    let moved = corners(&hand);
    assert_eq!((moved[1].x, moved[2].x), (after[1].x, after[2].x), "{moved:?}");
}

#[test]
fn a_label_is_moved_along_its_line() {
    let mut hand = Hand::on("line a 100,100 0,0 400,0 \"hi\"");
    run(&mut hand, "click 200,100\ndrag 300,100 400,130");
    assert_eq!(hand.editor.board().shape(&id("a")).expect("it").label_at, 0.75);
}

#[test]
fn the_next_node_grows_from_a_handle_beside_the_shape() {
    let mut hand = Hand::on("rectangle a 100,100 100x100 fill=red");
    run(&mut hand, "click 150,150\nmove 226,150\nclick 226,150");
    assert_eq!(hand.editor.board().len(), 3);
    // Pulled, it is an arrow.
    let mut hand = Hand::on("rectangle a 100,100 100x100 fill=red\nrectangle b 400,300 100x100 fill=red");
    run(&mut hand, "click 150,150\ndrag 150,226 150,300 430,330");
    let arrow = newest(&hand);
    assert_eq!((arrow.kind.clone(), held(&arrow)), (Kind::Arrow, [Some("a"), Some("b")]));
    assert_eq!(arrow.start.as_ref().and_then(|start| start.at).map(|at| (at.x, at.y)), Some((0.5, 1.0)));
}

#[test]
fn tab_goes_on_to_the_next_note() {
    let mut hand = Hand::on("");
    run(&mut hand, "tool note\nclick 400,400\ntype one");
    hand.give(Input::TextNext { down: false, back: false });
    hand.type_text("two");
    hand.give(Input::TextNext { down: true, back: false });
    hand.give(Input::TextEnded);
    let notes: Vec<(f64, f64, String)> =
        hand.editor.board().shapes().map(|note| (note.pos.x, note.pos.y, note.text.to_string())).collect();
    let expected = [(315.0, 315.0, "one"), (505.0, 315.0, "two"), (505.0, 505.0, "")];
    assert_eq!(notes, expected.map(|(x, y, text)| (x, y, text.to_owned())));
    // Back on the first one, it goes on to the one that is there.
    run(&mut hand, "double 400,400");
    hand.give(Input::TextNext { down: false, back: false });
    assert_eq!(hand.editor.board().len(), 3);
    let note = |hand: &Hand, at: usize| hand.editor.board().shapes().nth(at).expect("a note").id.clone();
    assert_eq!(hand.session_id(), note(&hand, 1));
    hand.give(Input::TextNext { down: false, back: true });
    assert_eq!(hand.session_id(), note(&hand, 0), "and back");
}

#[test]
fn what_grows_out_of_the_view_takes_the_view_along() {
    let mut hand = Hand::on("");
    run(&mut hand, "tool note\nclick 400,400\ntype one");
    for at in 0..12 {
        hand.give(Input::TextNext { down: false, back: false });
        hand.type_text("more");
        let (note, seen) = (newest(&hand).local_bounds(), hand.editor.camera().visible(1000.0, 800.0));
        assert!(seen.contains_rect(note) && note.x1 < seen.x1 - 150.0, "{at}: {note} in {seen}");
    }
    let mut hand = Hand::on("rectangle a 850,300 100x100 fill=red");
    run(&mut hand, "click 900,350\nkey Mod+ArrowRight\nkey Mod+ArrowRight");
    let node = hand.editor.board().shape(&hand.editor.selection()[0]).expect("a node").local_bounds();
    assert!(hand.editor.camera().visible(1000.0, 800.0).contains_rect(node));
}

#[test]
fn points_are_clicked_until_a_double_click_or_enter() {
    let three = "line new 100,100 0,0 100,0 100,100 *";
    check("", "tool line\nclick 100,100\nclick 200,100\nclick 200,200\npress 200,200\nrelease 200,200", three);
    check("", "tool line\nclick 100,100\nclick 200,100\nclick 200,200\nkey Enter", three);
    check("", "tool line\ndrag 100,100 200,100", "line new 100,100 0,0 100,0 *");
    check("", "tool line\nclick 100,100\nclick 200,100\nkey Escape", "");
    check("", "tool line\nclick 100,100\nkey Enter", "");
    check("", "tool line\nclick 100,100\nclick 200,100\nkey Enter\nkey Mod+Z", "");
    let mut hand = Hand::on("");
    run(&mut hand, "tool polygon\nclick 100,100\nclick 200,100\nclick 200,200\nclick 102,102");
    let made = newest(&hand);
    assert_eq!((made.kind.clone(), made.points.len()), (Kind::Polygon, 3));
    run(&mut hand, "drag 150,100 150,50\nkey Escape");
    assert_eq!(newest(&hand).points.len(), 4);
    run(&mut hand, "tool line\nclick 500,100\nclick 600,100\nclick 600,200\nclick 500,100");
    assert_eq!(newest(&hand).kind, Kind::Polygon, "a line that comes back to its beginning is a polygon");
}

#[test]
fn what_is_dragged_first_after_writing_moves() {
    let mut hand = Hand::on("rectangle a 200,20 100x100 fill=red");
    run(&mut hand, "double 0,0\ntype hi\ndrag 220,70 240,170");
    assert_eq!(hand.editor.board().shape(&id("a")).expect("it").pos.y, 120.0);
}
