//! What taking back will make of shapes, shown before it is written: it comes true, whatever a peer does meanwhile, and shapes
//! of the same revision look the same.

#![expect(clippy::unwrap_used, reason = "a test's own values are what they are said to be")]

use std::collections::HashMap;

use board::{
    Binding, Board, ClientId, Edit, Field, InkPoint, Kind, NewShape, OrderKey, Reversal, Shape, ShapeId, Slot,
};
use kurbo::Size;
use proptest::prelude::*;
use scene::{BoardPoint, Colour, Swatch};

fn id(number: u8) -> ShapeId {
    ShapeId::parse(&format!("s{number}")).unwrap()
}

fn set(number: u8, field: Field) -> Edit {
    Edit::Set { id: id(number), field }
}

fn insert(number: u8, value: u8) -> Edit {
    let held = |end: u8| Binding { shape: id(end), at: None };
    let at = Field::Pos(BoardPoint::new(f64::from(value) * 10.0, f64::from(number) * 30.0));
    let order = Field::Order(OrderKey::above(None, u64::from(value)));
    let shape = match number {
        0 | 1 => NewShape::new(Kind::Frame, vec![at, order]),
        2 => NewShape::new(Kind::Arrow, vec![at, order, Field::Start(Some(held(4))), Field::End(Some(held(5)))]),
        3 => NewShape::new(Kind::Ink, vec![at, order]).with_ink(vec![InkPoint::new(1.0, 2.0, 0.5)]),
        _ => NewShape::new(Kind::Rectangle, vec![at, order]).with_text("abc"),
    };
    Edit::Insert { id: id(number), shape }
}

fn edit((action, shape, value): (u8, u8, u8)) -> Edit {
    let number = shape % 8;
    let away = f64::from(value) * 7.0;
    match action % 10 {
        0 | 1 => insert(number, value),
        2 => Edit::Remove { id: id(number) },
        3 => set(number, Field::Fill((value % 2 == 0).then_some(Colour::INK))),
        4 => set(number, Field::Stroke(Colour::Swatch(Swatch::Red))),
        5 => set(number, Field::Frame((value % 3 > 0).then(|| id(value % 2)))),
        9 => set(number, Field::Size(Size::new(away, 20.0))),
        6 if value % 5 == 0 => set(number, Field::Angle(f64::NAN)),
        6 => set(number, Field::Angle(away)),
        7 if value % 4 == 0 => Edit::AppendInk { id: id(number), points: vec![InkPoint::new(away, 0.0, 0.5)] },
        7 => Edit::SpliceText { id: id(number), at_utf16: 1, delete_utf16: 1, insert: "x".into() },
        _ => set(number, Field::Pos(BoardPoint::new(away, 5.0))),
    }
}

fn edits(most: usize) -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec(any::<(u8, u8, u8)>().prop_map(edit), 0..most)
}

/// What of a shape is not a number of this copy.
fn alone(shape: &Shape) -> Shape {
    let mut shape = shape.clone();
    (shape.revision, shape.read, shape.slot) = (0, 0, Slot::NONE);
    shape
}

fn shapes(board: &Board) -> Vec<Shape> {
    board.shapes().map(alone).collect()
}

fn copy_of(board: &Board) -> Board {
    let mut copy = Board::new(ClientId::from_random(99));
    copy.merge(&board.snapshot().0).unwrap();
    copy
}

/// How shapes looked, by slot and revision.
#[derive(Default)]
struct Looks(HashMap<(Slot, u64), Shape>);

impl Looks {
    fn note(&mut self, board: &Board) {
        for shape in board.shapes() {
            let known = self.0.entry((shape.slot, shape.revision)).or_insert_with(|| alone(shape));
            assert_eq!(*known, alone(shape), "of one revision, and another look");
        }
    }
}

fn foresee(board: &mut Board, steps: &mut [Reversal]) -> Vec<ShapeId> {
    let mut seen: Vec<ShapeId> = steps.iter_mut().rev().flat_map(|step| board.foresee(step)).collect();
    while board.is_underived() {
        seen.extend(board.derive_foreseen(2));
    }
    seen
}

/// What a peer does, one by one.
fn hear(board: &mut Board, peer: &mut Board, edits: &[Edit], looks: &mut Looks) {
    for edit in edits {
        if let Some(update) = peer.apply(std::slice::from_ref(edit)).update {
            board.merge(&update.0).unwrap();
            looks.note(board);
        }
    }
}

proptest! {
    /// Undo and redo of steps that were foreseen all at once, beside a peer who may do something before and after that.
    #[test]
    fn what_is_foreseen_comes_true(
        before in edits(10),
        own in edits(30),
        step in 1usize..5,
        meanwhile in edits(3),
        too_late in edits(3),
    ) {
        let (mut board, mut peer) = (Board::new(ClientId::from_random(1)), Board::new(ClientId::from_random(2)));
        let mut looks = Looks::default();
        board.merge(&peer.apply(&(0..6).map(|number| insert(number, number)).collect::<Vec<_>>()).update.unwrap().0).unwrap();
        board.apply(&before);
        looks.note(&board);
        let mut steps: Vec<Reversal> = own.chunks(step).map(|edits| {
            let mut reversal = Reversal::default();
            for edit in edits {
                reversal.join(board.apply(std::slice::from_ref(edit)).reversal);
                looks.note(&board);
            }
            reversal
        }).collect();
        for _ in ["undo", "redo"] {
            peer.merge(&board.snapshot().0).unwrap();
            hear(&mut board, &mut peer, &meanwhile, &mut looks);
            let was = shapes(&board);
            let seen = foresee(&mut board, &mut steps);
            looks.note(&board);
            for shape in was.iter().filter(|shape| !seen.contains(&shape.id)) {
                let is = board.shape(&shape.id).map(alone);
                prop_assert_eq!(is.as_ref(), Some(shape), "changed and not told");
            }
            hear(&mut board, &mut peer, &too_late, &mut looks);
            let mut back = vec![];
            while let Some(step) = steps.pop() {
                let reverted = board.revert(&step);
                looks.note(&board);
                back.push(reverted.applied.reversal);
            }
            prop_assert_eq!(shapes(&board), shapes(&copy_of(&board)), "shown is what is stored");
            steps = back;
        }
    }

    /// Where nobody else is there, all but letters and strokes is shown at once, and is the same as without foresight.
    #[test]
    fn all_that_is_nobody_elses_is_foreseen(own in edits(30)) {
        let mut board = Board::new(ClientId::from_random(1));
        board.apply(&(0..6).map(|number| insert(number, number)).collect::<Vec<_>>());
        // What is not equal to itself is not taken back.
        let is_odd = |field: &Field| matches!(field, Field::Angle(angle) if angle.is_nan());
        let is_plain = |edit: &&Edit| match edit {
            Edit::AppendInk { .. } | Edit::SpliceText { .. } => false,
            Edit::Set { field, .. } => !is_odd(field),
            _ => true,
        };
        let start = shapes(&board);
        let mut steps: Vec<Reversal> =
            own.iter().filter(is_plain).map(|edit| board.apply(std::slice::from_ref(edit)).reversal).collect();
        let end = shapes(&board);
        for expected in [start, end] {
            foresee(&mut board, &mut steps);
            prop_assert_eq!(shapes(&board), &expected[..]);
            let mut back = vec![];
            while let Some(step) = steps.pop() {
                let reverted = board.revert(&step);
                prop_assert_eq!(reverted.kept, 0);
                prop_assert!(reverted.applied.change.touched.is_empty(), "nothing is read again");
                back.push(reverted.applied.reversal);
            }
            prop_assert_eq!(shapes(&board), shapes(&copy_of(&board)));
            steps = back;
        }
    }
}

#[test]
fn what_a_peer_has_changed_is_not_foreseen() {
    let (mut board, mut peer) = (Board::new(ClientId::from_random(1)), Board::new(ClientId::from_random(2)));
    board.apply(&[insert(4, 1), insert(5, 2)]);
    let moved = |number| set(number, Field::Pos(BoardPoint::new(500.0, 500.0)));
    let mut step = board.apply(&[moved(4), moved(5)]).reversal;
    peer.merge(&board.snapshot().0).unwrap();
    let update = peer.apply(&[set(4, Field::Pos(BoardPoint::new(900.0, 0.0)))]).update.unwrap();
    board.merge(&update.0).unwrap();
    assert_eq!(board.foresee(&mut step), [id(5)]);
    assert_eq!(board.derive_foreseen(9), []);
    let x = |board: &Board| [4, 5].map(|number| board.shape(&id(number)).unwrap().pos.x);
    assert_eq!(x(&board), [900.0, 20.0]);
    assert_eq!(board.revert(&step).kept, 1);
    assert_eq!(x(&board), [900.0, 20.0]);
}
