//! Large selections in motion, carried as one bitmap: what of them is in it and what is beside it.

use board::{Binding, Edit, Field, Kind, NewShape, ShapeId};
use editor::{Editor, Layer};
use kurbo::{Affine, Point, Rect, Size};
use scene::{BoardPoint, SvgPainter, Theme};

use crate::drafts::overlay;
use crate::harness::Hand;
use crate::outline::id;
use crate::script::run;

const EVERYWHERE: Rect = Rect::new(-10_000.0, -10_000.0, 10_000.0, 10_000.0);

/// A hundred and twenty squares in rows of twelve, 40 apart, and what else is said.
fn crowd(more: &[Edit]) -> Hand {
    let mut board = board::Board::new(board::ClientId::from_random(1));
    let square = |at: usize| {
        let pos = BoardPoint::new((at % 12) as f64 * 40.0, (at / 12) as f64 * 40.0);
        let fields = vec![Field::Pos(pos), Field::Size(Size::new(20.0, 20.0)), Field::Fill("red".parse().ok())];
        Edit::Insert { id: id(&format!("s{at:03}")), shape: NewShape::new(Kind::Rectangle, fields) }
    };
    board.apply(&(0..120).map(square).chain(more.iter().cloned()).collect::<Vec<_>>());
    Hand::of(board, 1)
}

fn far_square() -> Edit {
    let fields = vec![Field::Pos(BoardPoint::new(900.0, 600.0)), Field::Size(Size::new(50.0, 50.0))];
    Edit::Insert { id: id("far"), shape: NewShape::new(Kind::Rectangle, fields) }
}

fn arrow(name: &str, from: &str, to: &str) -> Edit {
    let end = |shape: &str| Some(Binding { shape: id(shape), at: None });
    let fields = vec![Field::Start(end(from)), Field::End(end(to)), Field::Stroke("green".parse().expect("a colour"))];
    Edit::Insert { id: id(name), shape: NewShape::new(Kind::Arrow, fields) }
}

fn painted(editor: &mut Editor, layer: Layer) -> String {
    let mut painter = SvgPainter::new(Theme::Light, EVERYWHERE);
    let mut painting = editor.painting(layer, EVERYWHERE);
    editor.paint_some(&mut painting, usize::MAX, 1.0, &mut painter);
    painter.finish()
}

fn greens(picture: &str) -> usize {
    picture.matches("stroke=\"#2b9348\"").count()
}

/// Everything but the far square is swept into the selection.
fn select_crowd(hand: &mut Hand) {
    run(hand, "drag 880,780 -15,-15");
    run(hand, "key Escape\npress 860,480\nmove 500,300\nmove -15,-15\nrelease -15,-15");
}

#[test]
fn an_arrow_to_something_that_stays_is_seen_once() {
    let mut hand = crowd(&[far_square(), arrow("held", "s119", "far"), arrow("inner", "s000", "s119")]);
    let all: Vec<ShapeId> = hand.editor.board().shapes().map(|shape| shape.id.clone()).collect();
    select_crowd(&mut hand);
    assert_eq!(hand.editor.selection().len(), all.len() - 1, "all but the far one");
    run(&mut hand, "press 10,10\nmove 30,30\nmove 110,10");
    assert!(hand.editor.carried().is_some() && !hand.editor.carries_all());
    let (bitmap, beside) = (painted(&mut hand.editor, Layer::Carried), overlay(&mut hand.editor));
    // An arrow is a line and a head.
    assert_eq!((greens(&bitmap), greens(&beside)), (2, 2), "the one goes along, the other is stretched");
    assert_eq!(greens(&painted(&mut hand.editor, Layer::Board)), 0);
    run(&mut hand, "release 110,10");
    assert_eq!(greens(&painted(&mut hand.editor, Layer::Board)), 4);
}

#[test]
fn all_of_a_board_is_carried_only_where_nothing_is_stretched() {
    let mut hand = crowd(&[]);
    run(&mut hand, "key Mod+A\npress 10,10\nmove 30,30");
    assert!(hand.editor.carries_all());
    let free = Edit::Insert {
        id: id("half"),
        shape: NewShape::new(Kind::Arrow, vec![Field::Start(Some(Binding { shape: id("s000"), at: None }))]),
    };
    let mut hand = crowd(&[free]);
    run(&mut hand, "key Mod+A\nhold shift\nclick 60,11\nhold");
    run(&mut hand, "press 10,410\nmove 30,430");
    let moves_all = hand.editor.selection().len() == hand.editor.board().len();
    assert!(moves_all || !hand.editor.carries_all());
}

#[test]
fn what_is_stretched_is_carried_and_its_exact_picture_is_what_comes_of_it() {
    let mut hand = crowd(&[]);
    run(&mut hand, "key Mod+A");
    // By its lower right corner, twice as large.
    run(&mut hand, "command toggle-snapping\npress 460,380\nmove 480,400\nmove 920,760");
    let affine = hand.editor.carried().expect("it is carried");
    let corner = affine * Point::new(460.0, 380.0);
    assert!(corner.distance(Point::new(920.0, 760.0)) < 1.0, "{corner:?}");
    assert!(overlay(&mut hand.editor).matches("#db3b3b").count() == 0, "no shape is painted one by one");
    let exact = painted(&mut hand.editor, Layer::Transformed);
    run(&mut hand, "release 920,760");
    let mut after = SvgPainter::new(Theme::Light, EVERYWHERE);
    let ids: Vec<ShapeId> = hand.editor.selection().to_vec();
    assert_eq!(hand.editor.board().shape(&ids[0]).map(|shape| shape.size), Some(Size::new(40.0, 40.0)));
    hand.editor.paint_region(EVERYWHERE, &mut after);
    assert_eq!(exact, after.finish(), "what was shown is what came of it");
}

#[test]
fn a_selection_that_is_turned_is_carried_too() {
    let mut hand = crowd(&[far_square()]);
    select_crowd(&mut hand);
    run(&mut hand, "press 230,-24\nrelease 230,-24");
    let handle = Point::new(230.0, -24.0);
    run(&mut hand, &format!("press {},{}\nmove 300,-20\nmove 700,190", handle.x, handle.y));
    if let Some(affine) = hand.editor.carried() {
        assert_ne!(affine, Affine::IDENTITY);
        let exact = painted(&mut hand.editor, Layer::Transformed);
        assert_eq!(exact.matches("#db3b3b").count(), 120);
    }
}
