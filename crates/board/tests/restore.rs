//! Going back to a version: the same contents, as an edit that others see and that can be taken back.

#![expect(clippy::unwrap_used, reason = "a test's own values are what they are said to be")]

use board::{Board, ClientId, Edit, Field, InkPoint, Kind, NewShape, Reversal, ShapeId};
use proptest::prelude::*;
use scene::BoardPoint;

fn id(number: u8) -> ShapeId {
    ShapeId::parse(&format!("s{number}")).unwrap()
}

fn edit((number, what): (u8, u8)) -> Edit {
    let (number, value) = (number % 6, what / 5);
    match what % 5 {
        0 => {
            let fields = vec![Field::Pos(BoardPoint::new(f64::from(value), 0.0))];
            Edit::Insert { id: id(number), shape: NewShape::new(Kind::Rectangle, fields).with_text("abc") }
        }
        1 => Edit::Set { id: id(number), field: Field::Pos(BoardPoint::new(f64::from(value), 1.0)) },
        2 => Edit::Remove { id: id(number) },
        3 => Edit::AppendInk { id: id(number), points: vec![InkPoint::new(f64::from(value), 0.0, 0.5)] },
        _ => Edit::SpliceText { id: id(number), at_utf16: 1, delete_utf16: 1, insert: format!("-{value}-") },
    }
}

/// Restores in parts until nothing is left to do; what the others are told, and what takes it all back.
fn restore(board: &mut Board, version: &Board, max_shapes: usize) -> (Vec<bytes::Bytes>, Reversal) {
    let (mut updates, mut reversal) = (Vec::new(), Reversal::default());
    while let Some(update) = {
        let applied = board.restore(version, max_shapes);
        reversal.join(applied.reversal);
        applied.update
    } {
        updates.push(update.0);
        assert!(updates.len() < 100, "it never ends");
    }
    (updates, reversal)
}

proptest! {
    #[test]
    fn a_version_comes_back_for_everybody_and_can_be_taken_back(
        before in prop::collection::vec(any::<(u8, u8)>(), 0..30),
        after in prop::collection::vec(any::<(u8, u8)>(), 0..30),
        max_shapes in 1_usize..8,
    ) {
        let mut ann = Board::new(ClientId::from_random(1));
        before.into_iter().for_each(|step| drop(ann.apply(&[edit(step)])));
        let mut version = Board::new(ClientId::from_random(9));
        version.merge(&ann.snapshot().0).unwrap();
        after.into_iter().for_each(|step| drop(ann.apply(&[edit(step)])));
        let mut bob = Board::new(ClientId::from_random(2));
        bob.merge(&ann.snapshot().0).unwrap();
        let present = ann.contents();

        let (updates, reversal) = restore(&mut ann, &version, max_shapes);
        prop_assert_eq!(ann.contents(), version.contents());
        for update in updates {
            bob.merge(&update).unwrap();
        }
        prop_assert_eq!(bob.contents(), version.contents());

        let undone = ann.revert(&reversal);
        prop_assert_eq!(undone.kept, 0);
        prop_assert_eq!(ann.contents(), present);
    }
}

#[test]
fn what_a_version_does_not_know_of_others_is_restored_too() {
    let mut ann = Board::new(ClientId::from_random(1));
    let mut bob = Board::new(ClientId::from_random(2));
    ann.apply(&[edit((1, 0)), edit((2, 0))]);
    let mut version = Board::new(ClientId::from_random(9));
    version.merge(&ann.snapshot().0).unwrap();
    bob.merge(&ann.snapshot().0).unwrap();
    // Bob moves a shape while Ann restores: both meet, and nothing is lost that was not restored over.
    let moved = bob.apply(&[edit((1, 36))]).update.unwrap();
    ann.apply(&[edit((2, 2)), edit((3, 0))]);
    let (updates, _) = restore(&mut ann, &version, 100);
    ann.merge(&moved.0).unwrap();
    for update in [ann.snapshot().0].into_iter().chain(updates) {
        bob.merge(&update).unwrap();
    }
    assert_eq!(ann.contents(), bob.contents());
    assert_eq!(ann.len(), 2);
    assert_eq!(ann.shape(&id(1)).unwrap().pos.y, 1.0);
}
