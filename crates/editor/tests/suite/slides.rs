//! Frames: their order in the list, what takes in what, and what becomes a frame or is none any longer.

use board::{Field, Kind, ShapeId};
use editor::Input;

use crate::drafts::overlay;
use crate::harness::{Hand, Pair};
use crate::outline::id;
use crate::script::run;

const FIVE: &str = "
    frame a 0,0 100x100 \"A\"
    frame b 200,0 100x100 \"B\"
    frame c 400,0 100x100 \"C\"
    frame d 600,0 100x100 \"D\"
    frame e 800,0 100x100 \"E\"
";

fn order(hand: &Hand) -> String {
    hand.editor.slides().iter().map(|slide| slide.name.as_str()).collect()
}

fn put(hand: &mut Hand, name: &str, to: usize) {
    hand.give(Input::MoveSlide { id: name.to_owned(), to });
}

fn stored(hand: &Hand) -> usize {
    hand.editor.board().contents().matches("\"slide\"").count()
}

#[test]
fn frames_come_as_one_reads_until_somebody_puts_them_elsewhere() {
    let mut hand = Hand::on(FIVE);
    assert_eq!((order(&hand).as_str(), stored(&hand)), ("ABCDE", 0));
    let steps =
        [("d", 0, "DABCE", 1), ("e", 1, "DEABC", 2), ("d", 4, "EABCD", 5), ("c", 99, "EABDC", 5), ("b", 1, "EBADC", 5)];
    for (name, to, expected, keys) in steps {
        put(&mut hand, name, to);
        assert_eq!((order(&hand).as_str(), stored(&hand)), (expected, keys), "{name} to {to}");
    }
    put(&mut hand, "b", 1);
    put(&mut hand, "nobody", 1);
    for expected in ["EABDC", "EABCD", "DEABC", "DABCE", "ABCDE"] {
        hand.command("undo");
        assert_eq!(order(&hand), expected);
    }
    assert_eq!(stored(&hand), 0);
}

#[test]
fn only_what_comes_before_is_given_a_place() {
    let mut hand = Hand::on(FIVE);
    put(&mut hand, "a", 1);
    assert_eq!((order(&hand).as_str(), stored(&hand)), ("BACDE", 2));
    // A new frame comes last, wherever it is.
    run(&mut hand, "tool frame\ndrag 0,-300 100,-200\ntype New\nend\nkey Escape");
    assert_eq!(order(&hand), "BANewCDE");
    put(&mut hand, "e", 0);
    assert_eq!(order(&hand), "EBANewCD");
}

#[test]
fn both_see_one_order_and_who_looks_on_changes_none() {
    let mut pair = Pair::on(FIVE);
    put(&mut pair.a, "e", 0);
    put(&mut pair.b, "d", 0);
    pair.exchange();
    assert_eq!(order(&pair.a), order(&pair.b));
    put(&mut pair.a, "a", 1);
    pair.exchange();
    assert_eq!((order(&pair.a), order(&pair.a).find('A')), (order(&pair.b), Some(1)));
    let before = order(&pair.b);
    pair.b.give(Input::WriteAccess(false));
    put(&mut pair.b, "a", 4);
    assert_eq!(order(&pair.b), before);
}

#[test]
fn places_given_twice_are_given_anew() {
    let mut hand = Hand::on(FIVE);
    put(&mut hand, "b", 0);
    let key = hand.editor.board().shape(&id("b")).expect("it").slide.clone();
    let contents = board::Edit::Set { id: id("c"), field: Field::Slide(key.clone()) };
    let other = board::Edit::Set { id: id("d"), field: Field::Slide(key) };
    let mut peer = board::Board::new(board::ClientId::from_random(7));
    peer.merge(&hand.editor.board().snapshot().0).expect("a snapshot");
    let update = peer.apply(&[contents, other]).update.expect("an update");
    hand.give(Input::Merge(update.0.to_vec()));
    assert_eq!(order(&hand), "BCDAE");
    put(&mut hand, "e", 1);
    assert_eq!(order(&hand), "BECDA");
}

fn frame_of(hand: &Hand, name: &str) -> Option<ShapeId> {
    hand.editor.board().shape(&id(name)).expect("it").frame.clone()
}

#[test]
fn a_rectangle_becomes_a_frame_with_what_lies_in_it_and_back() {
    let before = "rectangle child 20,20 50x50\nrectangle out 250,20 100x50\nrectangle box 0,0 300x200";
    let mut hand = Hand::on(before);
    run(&mut hand, "click 150,0");
    assert_eq!(hand.editor.selection(), [id("box")]);
    hand.give(Input::SetStyle(Field::Kind(Kind::Frame)));
    assert_eq!((frame_of(&hand, "child"), frame_of(&hand, "out")), (Some(id("box")), None));
    let pile: Vec<String> = hand.editor.board().shapes().map(|shape| shape.id.to_string()).collect();
    assert_eq!(pile[0], "box", "it lies beneath what it holds");
    hand.wait(5_000);
    hand.give(Input::SetStyle(Field::Kind(Kind::Ellipse)));
    assert_eq!(frame_of(&hand, "child"), None);
    assert_eq!(hand.editor.board().shape(&id("box")).expect("it").fill, "white".parse().ok(), "paper stays paper");
    // What was in it no longer goes along.
    run(&mut hand, "key Mod+Z");
    assert_eq!(frame_of(&hand, "child"), Some(id("box")));
    run(&mut hand, "key Mod+Z");
    assert_eq!(hand.outline().replace(" *", ""), crate::outline::trimmed(before));
}

#[test]
fn what_lay_in_a_frame_goes_to_the_frame_around_it() {
    let mut hand = Hand::on("frame outer 0,0 600x600\nframe inner 100,100 300x300\nrectangle child 150,150 50x50");
    let set = |name: &str, frame: &str| board::Edit::Set { id: id(name), field: Field::Frame(Some(id(frame))) };
    let mut peer = board::Board::new(board::ClientId::from_random(7));
    peer.merge(&hand.editor.board().snapshot().0).expect("a snapshot");
    let update = peer.apply(&[set("inner", "outer"), set("child", "inner")]).update.expect("an update");
    hand.give(Input::Merge(update.0.to_vec()));
    run(&mut hand, "click 100,300");
    assert_eq!(hand.editor.selection(), [id("inner")]);
    hand.give(Input::SetStyle(Field::Kind(Kind::Rectangle)));
    assert_eq!((frame_of(&hand, "child"), frame_of(&hand, "inner")), (Some(id("outer")), Some(id("outer"))));
    run(&mut hand, "drag 100,300 120,300");
    assert_eq!(hand.editor.board().shape(&id("child")).expect("it").pos.x, 150.0, "it no longer goes along");
}

#[test]
fn what_is_open_is_closed_and_what_is_closed_is_opened() {
    let table = [
        ("line a 100,100 0,0 100,0 100,100", Kind::Polygon, "polygon a 100,100 0,0 100,0 100,100 *"),
        ("line a 100,100 0,0 100,0 100,100 0,0", Kind::Polygon, "polygon a 100,100 0,0 100,0 100,100 *"),
        ("arrow a 100,100 0,0 100,0 100,100", Kind::Line, "line a 100,100 0,0 100,0 100,100 *"),
        ("polygon a 100,100 0,0 100,0 100,100 fill=red", Kind::Arrow, "arrow a 100,100 0,0 100,0 100,100 fill=red *"),
        ("line a 100,100 0,0 100,0", Kind::Polygon, "line a 100,100 0,0 100,0 *"),
        ("line a 100,100 0,0 100,0 100,100", Kind::Star, "line a 100,100 0,0 100,0 100,100 *"),
        ("rectangle a 100,100 100x100", Kind::Polygon, "rectangle a 100,100 100x100 *"),
        ("line a 100,100 0,0 100,0 100,100 angle=90", Kind::Polygon, "polygon a 100,100 100,0 100,100 0,100 *"),
    ];
    for (before, to, after) in table {
        let mut hand = Hand::on(before);
        run(&mut hand, "key Mod+A");
        hand.give(Input::SetStyle(Field::Kind(to.clone())));
        assert_eq!(hand.outline(), crate::outline::trimmed(after), "{before} to {to:?}");
        let offered = hand.editor.chrome().kinds;
        assert!(offered.contains(&&hand.editor.board().shapes().next().expect("it").kind), "{offered:?}");
        run(&mut hand, "key Mod+Z");
        assert_eq!(hand.outline(), crate::outline::trimmed(&format!("{before} *")), "{before}");
    }
}

#[test]
fn a_bound_line_that_is_closed_lets_go_where_it_is_seen() {
    let mut hand = Hand::on("rectangle a 0,0 100x100\nrectangle b 300,200 100x100");
    run(&mut hand, "tool arrow\ndrag 98,52 302,248");
    hand.give(Input::SetStyle(Field::Route(board::Route::Elbow)));
    let arrow = hand.editor.selection()[0].clone();
    let shape = |hand: &Hand| hand.editor.board().shape(&arrow).expect("it").clone();
    let seen = shape(&hand).seen_corners();
    hand.give(Input::SetStyle(Field::Kind(Kind::Polygon)));
    let closed = shape(&hand);
    assert_eq!((closed.kind.clone(), closed.board_points()), (Kind::Polygon, seen));
    assert!(closed.start.is_none() && closed.end.is_none() && closed.depends_on().next().is_none());
    run(&mut hand, "drag 0,20 0,120");
    assert_eq!(shape(&hand).board_points(), closed.board_points());
}

#[test]
fn the_frame_that_takes_in_is_shown_for_any_number_of_shapes() {
    let mut outline = String::from("frame f 600,0 300x300\n");
    for at in 0..150 {
        outline += &format!("rectangle s{at} {},{} 10x10\n", at % 15 * 20, 400 + at / 15 * 20);
    }
    let mut hand = Hand::on(&outline);
    run(&mut hand, "press 350,780\nmove 200,600\nmove -20,390\nrelease -20,390");
    assert_eq!(hand.editor.selection().len(), 150);
    let lit = |hand: &mut Hand| overlay(&mut hand.editor).contains("fill=\"#1a63d8\" fill-opacity=\"0.08");
    run(&mut hand, "press 25,425\nmove 40,440\nmove 85,425");
    assert!(!lit(&mut hand));
    run(&mut hand, "move 665,50");
    assert!(lit(&mut hand), "{}", overlay(&mut hand.editor));
    run(&mut hand, "release 665,50");
    let inside = hand.editor.board().shapes().filter(|shape| shape.frame == Some(id("f"))).count();
    assert!(inside > 100, "{inside}");
    // Those that changed frames keep the order in which they lay.
    let pile: Vec<String> = hand.editor.board().shapes().map(|shape| shape.id.to_string()).collect();
    let rank = |name: &str| pile.iter().position(|other| other == name);
    assert!(rank("s0") < rank("s1") && rank("s1") < rank("s2") && rank("f") == Some(0), "{pile:?}");
    // In it already, it is shown no more.
    run(&mut hand, "press 665,50\nmove 675,60\nmove 680,65");
    assert!(!lit(&mut hand));
}
