//! Shapes of every kind, their labels and their styles, as hands make them.

use board::{Field, Kind};
use editor::{Input, TOOLS};

use crate::harness::{Hand, Pair};
use crate::outline::id;
use crate::script::{check, run};

#[test]
fn every_closed_kind_has_its_tool() {
    for kind in Kind::CLOSED {
        let made = format!("{} new 10,10 100x50 *", kind.name());
        check("", &format!("tool {}\ndrag 10,10 110,60", kind.name()), &made);
        assert!(TOOLS.iter().any(|tool| tool.id == kind.name()));
    }
}

#[test]
fn labels_are_written_into_closed_shapes() {
    let labelled = "rectangle a 0,0 200x100 \"hi\" *";
    // Into the empty middle, which a click goes through.
    check("rectangle a 0,0 200x100", "double 100,50\ntype hi\nend", labelled);
    check("rectangle a 0,0 200x100", "click 0,50\nkey Enter\ntype hi\nend", labelled);
    check("rectangle a 0,0 200x100", "tool text\nclick 100,50\ntype hi\nend", labelled);
    // A label that is emptied leaves its shape.
    check("rectangle a 0,0 200x100 \"hi\"", "double 100,50\ntype \nend", "rectangle a 0,0 200x100 *");
    check("rectangle a 0,0 200x100", "double 100,50\nend", "rectangle a 0,0 200x100 *");
    check("rectangle a 0,0 200x100", "double 100,50\ntype hi\nend\nkey Mod+Z", "rectangle a 0,0 200x100");
}

#[test]
fn a_shape_makes_room_for_its_label() {
    let mut hand = Hand::on("rectangle a 0,0 120x50");
    run(&mut hand, "double 60,25\ntype many words that do not fit into so small a box\nend");
    let shape = hand.editor.board().shape(&id("a")).expect("it is there");
    assert!(shape.size.height > 100.0 && shape.size.width == 120.0);
    assert_eq!(shape.size_for_label(), shape.size);
}

#[test]
fn two_people_write_one_label() {
    let mut pair = Pair::on("diamond a 0,0 300x300 \"one two\"");
    run(&mut pair.a, "double 150,150\ntype zero one two");
    run(&mut pair.b, "double 150,150\ntype one two three");
    pair.exchange();
    assert!(pair.contents_agree());
    assert_eq!(&*pair.a.editor.board().shape(&id("a")).expect("it is there").text, "zero one two three");
}

#[test]
fn kinds_change_in_place() {
    let mut hand = Hand::on("rectangle a 0,0 100x100 \"words\"\nline b 0,200 0,0 50,0");
    run(&mut hand, "key Mod+A");
    hand.give(Input::SetStyle(Field::Kind(Kind::Star)));
    assert_eq!(hand.outline(), "star a 0,0 100x100 \"words\" *\nline b 0,200 0,0 50,0 *\n");
    hand.give(Input::SetStyle(Field::Kind(Kind::Arrow)));
    assert_eq!(hand.outline(), "star a 0,0 100x100 \"words\" *\narrow b 0,200 0,0 50,0 *\n");
    hand.give(Input::SetStyle(Field::Kind(Kind::Text)));
    run(&mut hand, "key Mod+Z\nkey Mod+Z");
    assert_eq!(hand.outline(), "rectangle a 0,0 100x100 \"words\" *\nline b 0,200 0,0 50,0 *\n");
}

#[test]
fn a_style_chosen_for_a_selection_is_the_next_shapes() {
    let mut hand = Hand::on("rectangle a 0,0 100x100");
    run(&mut hand, "click 0,50\nfill red\nwidth 7\ntool ellipse\ndrag 200,0 300,100");
    assert_eq!(hand.outline(), "rectangle a 0,0 100x100 fill=red/soft\nellipse new 200,0 100x100 fill=red/soft *\n");
    let remembered = hand.editor.remembered_styles();
    let mut tomorrow = Hand::on("");
    tomorrow.give(Input::RecallStyles(remembered));
    run(&mut tomorrow, "tool star\ndrag 0,0 100,100\ntool line\ndrag 0,200 100,200");
    assert_eq!(tomorrow.outline(), "star new 0,0 100x100 fill=red/soft\nline new 0,200 0,0 100,0 *\n");
    tomorrow.give(Input::RecallStyles("x".repeat(1_000_000)));
}

#[test]
fn each_shape_is_drawn_by_a_hand_of_its_own() {
    let mut hand = Hand::on("rectangle a 0,0 100x100\nellipse b 200,0 100x100\ntext c 0,300 \"hi\"");
    run(&mut hand, "key Mod+A");
    hand.give(Input::SetStyle(Field::Sketch(Some(1))));
    let seeds: Vec<Option<u32>> = hand.editor.board().shapes().map(|shape| shape.sketch).collect();
    assert!(seeds[0].is_some() && seeds[1].is_some() && seeds[0] != seeds[1] && seeds[2].is_none());
    assert_eq!(hand.editor.chrome().style.value("sketch"), Some(&Field::Sketch(Some(1))));
}

#[test]
fn only_what_applies_is_offered() {
    let keys = |outline: &str| -> Vec<&str> {
        let mut hand = Hand::on(outline);
        run(&mut hand, "key Mod+A");
        hand.editor.chrome().style.entries.iter().map(|(key, _)| *key).collect()
    };
    assert_eq!(keys("text a 0,0 \"hi\""), ["stroke", "font", "font_size", "align", "opacity", "link"]);
    assert_eq!(keys("ink a 0,0"), ["stroke", "width", "opacity"]);
    assert_eq!(keys("hologram a 0,0"), Vec::<&str>::new());
    assert!(keys("ellipse a 0,0").contains(&"fill") && !keys("ellipse a 0,0").contains(&"radius"));
    assert!(keys("ellipse a 0,0\nrectangle b 200,0").contains(&"radius"));
}

#[test]
fn styles_travel_by_the_clipboard() {
    let mut hand = Hand::on("rectangle a 0,0 100x100 fill=red");
    run(&mut hand, "click 50,50");
    for field in [Field::Opacity(0.5), Field::Sketch(Some(1)), Field::Radius(Some(20.0))] {
        hand.give(Input::SetStyle(field));
    }
    run(&mut hand, "key Mod+D");
    let shapes: Vec<_> = hand.editor.board().shapes().cloned().collect();
    assert_eq!(shapes.len(), 2);
    for key in ["fill", "opacity", "sketch", "radius"] {
        assert_eq!(shapes[0].field(key), shapes[1].field(key), "{key}");
    }
}

#[test]
fn a_straight_drag_makes_a_shape_that_can_be_seen() {
    check("", "tool rectangle\ndrag 100,100 100,200", "rectangle new 100,100 8x100 *");
    check("", "tool ellipse\ndrag 100,100 40,100", "ellipse new 40,100 60x8 *");
    check("", "tool diamond\ndrag 100,100 98,40", "diamond new 92,40 8x60 *");
    check("", "hold alt\ntool rectangle\ndrag 100,100 100,200", "rectangle new 92,0 16x200 *");
    // What is drawn as a line may be straight.
    let mut hand = Hand::on("");
    run(&mut hand, "tool arrow\ndrag 100,100 100,200");
    let arrow = hand.editor.board().shapes().next().expect("an arrow");
    assert_eq!(arrow.board_points(), [(100.0, 100.0).into(), (100.0, 200.0).into()]);
}

#[test]
fn a_shape_gets_as_wide_as_its_longest_word() {
    let written = |before: &str, text: &str| {
        let mut hand = Hand::on(before);
        run(&mut hand, &format!("click 100,145\nkey Enter\ntype {text}\nend"));
        hand.editor.board().shape(&id("a")).expect("it is there").clone()
    };
    let lines = |shape: &board::Shape| shape.placed_text().expect("a label").layout.lines.len();
    let box_of = "rectangle a 100,100 50x90";
    let shape = written(box_of, "Wonderful");
    assert!(shape.size.width > 50.0 && shape.size.height == 90.0 && lines(&shape) == 1, "{:?}", shape.size);
    assert_eq!(shape.local_bounds().center().x, 125.0, "to both sides");
    assert_eq!(lines(&written(box_of, "Wonderful Wonderful")), 2);
    let longest = "w".repeat(80);
    assert_eq!(written(box_of, &longest).size.width, 400.0);
    assert_eq!(written("rectangle a 100,100 500x90", &longest).size.width, 500.0);
    let undone = "rectangle a 100,100 50x90";
    check(undone, "click 100,145\nkey Enter\ntype Wonderful\nend\nkey Mod+Z", &format!("{undone} *"));
    // In a star the label has less room.
    let mut hand = Hand::on("star a 100,100 90x90");
    run(&mut hand, "key Mod+A\nkey Enter\ntype Label\nend");
    assert_eq!(lines(hand.editor.board().shape(&id("a")).expect("it is there")), 1);
}
