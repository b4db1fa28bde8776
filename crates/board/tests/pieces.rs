//! A board in pieces is the board, whatever has happened on it and however small the pieces are.

use board::{Board, ClientId, Document, Edit, Field, Kind, Merged, NewShape, ShapeId, StateVector};
use bytes::Bytes;
use proptest::prelude::*;
use scene::BoardPoint;

const NOTHING: StateVector = StateVector(Bytes::from_static(&[0]));

fn id(number: u64) -> ShapeId {
    ShapeId::from_random(number)
}

/// What one of two people does: who, what, to which shape; then perhaps both learn of each other.
fn play(steps: &[(bool, u8, u64, bool)]) -> Document {
    let mut people = [Board::new(ClientId::from_random(1)), Board::new(ClientId::from_random(2))];
    let mut room = Document::new(ClientId::from_random(3));
    for (is_second, what, shape, meets) in steps {
        let board = &mut people[usize::from(*is_second)];
        let edit = match what {
            0 => Edit::Insert { id: id(*shape), shape: NewShape::new(Kind::Text, vec![]).with_text("ab") },
            1 => Edit::Remove { id: id(*shape) },
            2 => Edit::SpliceText { id: id(*shape), at_utf16: 1, delete_utf16: 1, insert: "cde".to_owned() },
            _ => Edit::Set { id: id(*shape), field: Field::Pos(BoardPoint::new(f64::from(*what), 1.0)) },
        };
        if let Some(update) = board.apply(&[edit]).update {
            room.load(&update.0).expect("it was made by a board");
        }
        if *meets {
            let all = room.snapshot().0;
            people.iter_mut().for_each(|board| drop(board.merge(&all).expect("it can be read")));
        }
    }
    room
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn pieces_are_complete_one_after_the_other_and_make_the_whole(
        steps in prop::collection::vec((any::<bool>(), 0..6u8, 0..4u64, any::<bool>()), 0..60),
        structs_max in 1..9usize,
        bytes_max in 1..200usize,
    ) {
        let room = play(&steps);
        let pieces = room.diff_in_pieces(&NOTHING, structs_max, bytes_max).expect("a state vector");
        let mut reader = Document::new(ClientId::from_random(9));
        for piece in &pieces {
            let merged = reader.load(&piece.0);
            let is_applied = matches!(merged, Ok(Merged::Applied { .. }));
            prop_assert!(is_applied, "{:?}", merged);
        }
        prop_assert_eq!(reader.contents(), room.contents());
        prop_assert_eq!(reader.state_vector(), room.state_vector());
    }
}

#[test]
fn a_large_board_comes_in_small_updates() {
    let mut board = Board::new(ClientId::from_random(1));
    let shape = |number| Edit::Insert { id: id(number), shape: NewShape::new(Kind::Rectangle, vec![]) };
    board.apply(&(0..1_000).map(shape).collect::<Vec<_>>());
    let mut room = Document::new(ClientId::from_random(2));
    room.load(&board.snapshot().0).expect("it was made by a board");
    let pieces = room.diff_in_pieces(&NOTHING, 100, 1 << 20).expect("a state vector");
    assert!(pieces.len() >= 20, "{}", pieces.len());
    let structs = |piece: &board::Update| board::check_update(&piece.0).expect("a piece is an update").structs;
    assert!(pieces.iter().all(|piece| structs(piece) <= 100));
}
