//! Places in the pile, on boards: equal keys, full gaps, people who do it at once.

#![expect(clippy::unwrap_used, reason = "a test's own values are what they are said to be")]

use board::{Board, ClientId, Edit, Field, Kind, NewShape, OrderKey, ShapeId};
use proptest::prelude::*;

fn insert(id: &str, order: OrderKey) -> Edit {
    Edit::Insert { id: ShapeId::parse(id).unwrap(), shape: NewShape::new(Kind::Ellipse, vec![Field::Order(order)]) }
}

fn key(text: &str) -> OrderKey {
    OrderKey::parse(text).unwrap()
}

fn pile(board: &Board) -> String {
    board.shapes().map(|shape| shape.id.as_str()).collect::<Vec<_>>().join(" ")
}

fn board(shapes: &[(&str, &str)]) -> Board {
    let mut board = Board::new(ClientId::from_random(1));
    board.apply(&shapes.iter().map(|(id, order)| insert(id, key(order))).collect::<Vec<_>>());
    board
}

/// Puts `new` between two shapes and returns the pile and how many neighbours moved.
fn put(board: &mut Board, below: Option<&str>, above: Option<&str>) -> (String, usize) {
    let id = |text: Option<&str>| text.and_then(ShapeId::parse);
    let placement = board.order_between(id(below).as_ref(), id(above).as_ref(), &[], 1, 12_345);
    let shifts = placement.shifts.len();
    board.apply(&placement.shifts);
    board.apply(&[insert("new", placement.keys[0].clone())]);
    (pile(board), shifts)
}

#[test]
fn a_new_shape_goes_where_it_is_put() {
    let full = format!("a0{}1", "0".repeat(61));
    let crowded = [("a", "a0"), ("b", full.as_str()), ("c", "a1")];
    type Row<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>, Option<&'a str>, &'a str, usize);
    let cases: Vec<Row> = vec![
        (&[], None, None, "new", 0),
        (&[("a", "a0"), ("b", "a1")], Some("a"), Some("b"), "a new b", 0),
        (&[("a", "a0"), ("b", "a1")], Some("b"), None, "a b new", 0),
        (&[("a", "a0"), ("b", "a1")], None, Some("a"), "new a b", 0),
        (&[("a", "a0"), ("b", "a0")], Some("a"), Some("b"), "a new b", 1),
        (&[("a", "a0"), ("b", "a0"), ("c", "a0")], Some("a"), Some("b"), "a new b c", 2),
        (&[("a", "a0"), ("b", "a0"), ("c", "a1")], Some("a"), Some("b"), "a new b c", 1),
        (&crowded, Some("a"), Some("b"), "a new b c", 1),
        (&[("a", "a0")], Some("gone"), Some("a"), "new a", 0),
    ];
    for (shapes, below, above, expected, shifts) in cases {
        let mut board = board(shapes);
        assert_eq!(put(&mut board, below, above), (expected.to_owned(), shifts), "{shapes:?} {below:?} {above:?}");
    }
}

#[test]
fn several_go_together_and_do_not_count_themselves() {
    let mut board = board(&[("a", "a0"), ("b", "a1"), ("c", "a2"), ("d", "a3")]);
    let moving = [ShapeId::parse("a").unwrap(), ShapeId::parse("b").unwrap()];
    let (below, above) = (ShapeId::parse("c").unwrap(), ShapeId::parse("d").unwrap());
    let placement = board.order_between(Some(&below), Some(&above), &moving, 2, 7);
    assert!(placement.shifts.is_empty());
    let edits = moving.into_iter().zip(placement.keys).map(|(id, order)| Edit::Set { id, field: Field::Order(order) });
    board.apply(&edits.collect::<Vec<_>>());
    assert_eq!(pile(&board), "c a b d");
}

#[test]
fn top_and_bottom() {
    let mut board = board(&[("a", "a5"), ("b", "a7")]);
    board.apply(&[insert("top", board.order_top(3)), insert("bottom", board.order_bottom(3))]);
    assert_eq!(pile(&board), "bottom a b top");
}

#[test]
fn people_who_append_at_once_agree() {
    let mut one = board(&[("a", "a0")]);
    let mut other = Board::new(ClientId::from_random(2));
    other.merge(&one.snapshot().0).unwrap();
    one.apply(&[insert("p", one.order_top(5))]);
    other.apply(&[insert("q", other.order_top(5))]);
    other.apply(&[insert("r", other.order_top(500))]);
    one.merge(&other.snapshot().0).unwrap();
    other.merge(&one.snapshot().0).unwrap();
    assert_eq!((pile(&one), pile(&one)), (pile(&other), "a p q r".to_owned()));
}

proptest! {
    #[test]
    fn any_row_of_inserts_keeps_its_places(places in prop::collection::vec((any::<u16>(), any::<u64>()), 1..60), tight: bool) {
        // Tight: keys so alike that there is never room without moving neighbours.
        let mut board = board(&[("a", "a0"), ("b", if tight { "a0" } else { "a1" }), ("c", if tight { "a0" } else { "a2" })]);
        let mut expected: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        for (index, (place, jitter)) in places.into_iter().enumerate() {
            let at = usize::from(place) % (expected.len() + 1);
            let id = |index: Option<usize>| index.and_then(|index| expected.get(index)).and_then(|id| ShapeId::parse(id));
            let placement = board.order_between(id(at.checked_sub(1)).as_ref(), id(Some(at)).as_ref(), &[], 1, jitter);
            board.apply(&placement.shifts);
            let name = format!("n{index}");
            board.apply(&[insert(&name, placement.keys[0].clone())]);
            expected.insert(at, name);
            prop_assert_eq!(pile(&board), expected.join(" "));
        }
    }
}
