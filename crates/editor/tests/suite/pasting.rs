//! What is pasted, and where it goes.

use board::{Field, Kind, Shape};
use editor::{Input, NewImage, TableCell, limits};
use kurbo::{Rect, Size};
use scene::text::{Look, Span};
use scene::{ImageId, ScreenPoint};

use crate::harness::Hand;
use crate::script::run;

fn cell(text: &str, columns: usize, rows: usize) -> TableCell {
    TableCell { text: text.to_owned(), columns, rows, ..TableCell::default() }
}

/// The box of the shape that says this.
fn place(hand: &Hand, text: &str) -> Rect {
    let shape = hand.editor.board().shapes().find(|shape| &*shape.text == text);
    shape.expect("a cell").local_bounds()
}

fn bold() -> Vec<Span> {
    vec![Span { range: 0..1, look: Look { bold: true, ..Look::default() } }]
}

#[test]
fn a_table_becomes_a_grid_with_its_merged_cells() {
    let mut hand = Hand::on("");
    let head = TableCell { spans: bold(), ..cell("Head", 2, 1) };
    hand.give(Input::PasteTable(vec![
        vec![cell("Side", 1, 2), head],
        vec![cell("left", 1, 1), cell("right", 1, 1)],
        vec![cell("two\nlines", 1, 1), cell("x", 0, 0), cell("y", 9, 9)],
    ]));
    assert_eq!((hand.editor.board().len(), hand.editor.selection().len()), (7, 7));
    let [side, head, left, right] = ["Side", "Head", "left", "right"].map(|text| place(&hand, text));
    assert_eq!((side.y0, side.y1, side.x1), (head.y0, left.y1, head.x0), "over two rows");
    assert_eq!((head.x0, head.x1, head.y1), (left.x0, right.x1, left.y0), "over two columns");
    let (two, last) = (place(&hand, "two\nlines"), place(&hand, "y"));
    assert!(two.height() > left.height(), "as tall as its lines");
    assert_eq!((two.y0, last.y1), (left.y1, two.y1), "no cell reaches beyond the last row");
    let shape = hand.editor.board().shapes().find(|shape| &*shape.text == "Head").expect("it");
    assert_eq!(shape.spans(), bold());
    let all = [side, head, left, right, two, last].into_iter().reduce(|all, rect| all.union(rect)).expect("some");
    assert_eq!(all.center(), kurbo::Point::new(500.0, 400.0), "in the middle of the view");
    hand.command("undo");
    assert!(hand.editor.board().is_empty(), "one step");
}

#[test]
fn what_is_no_table_is_its_text() {
    let long = vec![vec![cell("a", 1, 1), cell("b", 1, 1)]; limits::TABLE_CELLS];
    for (rows, expected) in [
        (vec![vec![cell("one", 1, 1)], vec![cell("two", 1, 1)]], "one\ntwo".to_owned()),
        (vec![vec![cell("a", usize::MAX, usize::MAX)], vec![cell("b", 1, 1)]], "a\nb".to_owned()),
        (long, ["a\tb"; limits::TABLE_CELLS].join("\n")),
    ] {
        let mut hand = Hand::on("");
        hand.give(Input::PasteTable(rows));
        let texts: Vec<&Shape> = hand.editor.board().shapes().collect();
        assert_eq!(texts.len(), 1);
        assert_eq!((&texts[0].kind, &*texts[0].text), (&Kind::Text, expected.as_str()));
    }
    let mut hand = Hand::on("");
    hand.give(Input::PasteTable(vec![]));
    assert!(hand.editor.board().is_empty());
}

#[test]
fn everything_is_pasted_where_the_menu_was_opened_or_the_pointer_is() {
    let image = NewImage { image: ImageId([1; 32]), natural: Size::new(40.0, 20.0), name: String::new() };
    let pastes: [Input; 4] = [
        Input::Paste("some words".to_owned()),
        Input::PasteRich { text: "words".to_owned(), spans: bold() },
        Input::PasteTable(vec![vec![cell("a", 1, 1), cell("b", 1, 1)]]),
        Input::PlaceImages { images: vec![image], at: None },
    ];
    let middle = |hand: &Hand| {
        let boxes = hand.editor.board().shapes().map(|shape| shape.local_bounds());
        boxes.reduce(|all, rect| all.union(rect)).expect("something").center()
    };
    for paste in pastes {
        let mut hand = Hand::on("");
        hand.move_to(700.0, 600.0);
        hand.give(Input::PasteAt(ScreenPoint::new(120.0, 80.0)));
        hand.give(paste.clone());
        assert!((middle(&hand) - kurbo::Point::new(120.0, 80.0)).hypot() < 0.01, "{paste:?}");
        let mut hand = Hand::on("");
        hand.give(Input::PasteAt(ScreenPoint::new(f64::NAN, 0.0)));
        hand.move_to(700.0, 600.0);
        hand.give(paste.clone());
        assert!((middle(&hand) - kurbo::Point::new(700.0, 600.0)).hypot() < 0.01, "{paste:?}");
    }
}

#[test]
fn what_is_pasted_again_at_the_same_place_does_not_hide_the_first() {
    let image = NewImage { image: ImageId([1; 32]), natural: Size::new(40.0, 20.0), name: String::new() };
    for paste in [
        Input::Paste("words".to_owned()),
        Input::PasteRich { text: "words".to_owned(), spans: bold() },
        Input::PasteTable(vec![vec![cell("a", 1, 1), cell("b", 1, 1)]]),
        Input::PlaceImages { images: vec![image], at: None },
    ] {
        let mut hand = Hand::on("");
        hand.give(paste.clone());
        hand.give(paste.clone());
        let places: Vec<_> = hand.editor.board().shapes().map(|shape| shape.pos).collect();
        let (first, second) = (places[0], places[places.len() / 2]);
        assert_eq!(second - first, kurbo::Vec2::new(16.0, 16.0), "{paste:?}");
    }
}

#[test]
fn no_paste_takes_a_drag_from_the_hand() {
    let image = NewImage { image: ImageId([1; 32]), natural: Size::new(40.0, 20.0), name: String::new() };
    for paste in [
        Input::PasteRich { text: "words".to_owned(), spans: bold() },
        Input::PasteTable(vec![vec![cell("a", 1, 1), cell("b", 1, 1)]]),
        Input::PlaceImages { images: vec![image], at: None },
    ] {
        let mut hand = Hand::on("rectangle a 0,0 100x100 fill=red");
        run(&mut hand, "press 50,50\nmove 60,50\nmove 150,50");
        hand.give(paste);
        run(&mut hand, "move 250,50\nrelease 250,50");
        assert!(hand.outline().contains("rectangle a 200,0 100x100 fill=red *"), "{}", hand.outline());
        assert!(hand.editor.board().len() > 1);
    }
}

#[test]
fn long_lines_of_others_wrap_and_short_ones_stay_as_they_are() {
    for (text, wraps) in [("a word ".repeat(100), true), ("a word\n".repeat(100), false)] {
        for paste in [Input::Paste(text.clone()), Input::PasteRich { text: text.clone(), spans: bold() }] {
            let mut hand = Hand::on("");
            hand.give(paste);
            let shape = hand.editor.board().shapes().next().expect("a text");
            assert_eq!(shape.wrap.is_some(), wraps);
            assert!(shape.local_bounds().width() <= limits::PASTED_LINE_EM * shape.font_size);
            assert!(shape.field("wrap") == Some(Field::Wrap(shape.wrap)));
        }
    }
}
