//! What deleting and undoing cost on a board of 50,000 shapes, each moved many times: `cargo bench -p editor`.
//! The time that a press may take is 500 ms.

#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::time::Instant;

use board::{Board, ClientId, Edit, Field, Kind, NewShape, ShapeId};
use editor::{Editor, IdSource, Input};
use scene::BoardPoint;

const SHAPES: u32 = 50_000;
/// How often each was moved before.
const MOVES: u32 = 20;
/// Shapes of one transaction.
const CHUNK: usize = 2_000;

fn main() {
    let mut board = Board::new(ClientId::from_random(1));
    let ids: Vec<ShapeId> = (0..SHAPES).map(|at| ShapeId::from_random(at.into())).collect();
    let place =
        |at: usize, moved: u32| BoardPoint::new((at % 250) as f64 * 150.0 + f64::from(moved), (at / 250) as f64);
    let all: Vec<(usize, &ShapeId)> = ids.iter().enumerate().collect();
    for part in all.chunks(CHUNK) {
        let insert = |(at, id): &(usize, &ShapeId)| Edit::Insert {
            id: (*id).clone(),
            shape: NewShape::new(Kind::Rectangle, vec![Field::Pos(place(*at, 0))]),
        };
        board.apply(&part.iter().map(insert).collect::<Vec<_>>());
    }
    for moved in 1..=MOVES {
        for part in all.chunks(CHUNK) {
            let set =
                |(at, id): &(usize, &ShapeId)| Edit::Set { id: (*id).clone(), field: Field::Pos(place(*at, moved)) };
            board.apply(&part.iter().map(set).collect::<Vec<_>>());
        }
    }
    let mut editor = Editor::new(board, IdSource::new(1));
    for command in ["select-all", "nudge-right", "undo", "redo", "delete", "undo", "redo"] {
        let start = Instant::now();
        let outputs = editor.handle(0, Input::Command(command.to_owned()));
        let took = start.elapsed();
        editor.chrome();
        println!("{command}: {took:?} and {:?} for the page, {} outputs", start.elapsed() - took, outputs.len());
    }
}
