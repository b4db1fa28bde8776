//! Who wrote what of a board, by Yjs clients: which of them wrote in which shapes since an earlier version. Who a client was
//! it must not know; a deletion names nobody, so what is gone is not told of.

use std::collections::{BTreeSet, HashMap};

use yrs::branch::Branch;
use yrs::{BranchID, Map, Out};

use crate::check::{self, CheckError};
use crate::{Board, ShapeId, StateVector};

impl Board {
    /// The clients that wrote in each shape of this board since another had `known`. `content` is all of this board as one
    /// update.
    ///
    /// # Errors
    /// `content` or `known` cannot be read.
    pub fn writers(&self, content: &[u8], known: &StateVector) -> Result<HashMap<ShapeId, BTreeSet<u64>>, CheckError> {
        let written = check::writers(content, &check::read_state_vector(&known.0)?)?;
        let (root, txn) = (self.document().shapes(), self.document().transact());
        let mut shapes = HashMap::new();
        for (id, shape) in root.iter(&txn) {
            if let Out::YMap(map) = shape
                && let BranchID::Nested(item) = AsRef::<Branch>::as_ref(&map).id()
                && let Some(id) = ShapeId::parse(id)
            {
                shapes.insert((item.client.get(), item.clock), id);
            }
        }
        let mut writers: HashMap<ShapeId, BTreeSet<u64>> = HashMap::new();
        for (entry, client) in written {
            if let Some(id) = shapes.get(&entry) {
                writers.entry(id.clone()).or_default().insert(client);
            }
        }
        Ok(writers)
    }
}

#[cfg(test)]
mod tests {
    use scene::BoardPoint;

    use super::*;
    use crate::{ClientId, Edit, Field, Kind, NewShape};

    fn id(number: u64) -> ShapeId {
        ShapeId::from_random(number)
    }

    fn insert(number: u64) -> Edit {
        Edit::Insert { id: id(number), shape: NewShape::new(Kind::Rectangle, vec![]).with_text("word") }
    }

    fn moved(number: u64, x: f64) -> Edit {
        Edit::Set { id: id(number), field: Field::Pos(BoardPoint::new(x, 0.0)) }
    }

    fn hand(client: u64, from: &Board) -> Board {
        let mut board = Board::new(ClientId::new(client).expect("a client id"));
        board.merge(&from.snapshot().0).expect("a board");
        board
    }

    fn told(board: &Board, known: &StateVector) -> Vec<(u64, Vec<u64>)> {
        let writers = board.writers(&board.snapshot().0, known).expect("a board");
        let shape = |number: u64| Some((number, writers.get(&id(number))?.iter().copied().collect()));
        (1..=9).filter_map(shape).collect()
    }

    #[test]
    fn each_shape_knows_the_clients_that_wrote_in_it_since() {
        let mut ann = hand(11, &Board::new(ClientId::from_random(1)));
        ann.apply(&[insert(1), insert(2), insert(3), insert(4)]);
        let all = told(&ann, &StateVector::empty());
        assert_eq!(all, [(1, vec![11]), (2, vec![11]), (3, vec![11]), (4, vec![11])]);
        let before = ann.state_vector();
        assert_eq!(told(&ann, &before), []);
        let mut ben = hand(22, &ann);
        for x in 1..4 {
            // Overwritten again and again: each stands where the one before stood.
            ben.apply(&[moved(1, f64::from(x))]);
        }
        ben.apply(&[Edit::SpliceText { id: id(2), at_utf16: 2, delete_utf16: 0, insert: "in".to_owned() }]);
        ben.apply(&[Edit::Remove { id: id(4) }]);
        ann.merge(&ben.snapshot().0).expect("a board");
        ann.apply(&[moved(1, 9.0), insert(5)]);
        // One that comes back under its id stands where the old one stood, and is another item.
        ann.apply(&[insert(4)]);
        let last = hand(33, &ann);
        assert_eq!(told(&last, &before), [(1, vec![11, 22]), (2, vec![22]), (4, vec![11]), (5, vec![11])]);
        assert!(last.writers(b"nonsense", &before).is_err());
    }
}
