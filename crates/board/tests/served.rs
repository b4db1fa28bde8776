//! A document that rests gives the same answers as one that never does, whenever it rests.

use board::{
    Board, ClientId, Document, Edit, Field, Kind, MergeError, Merged, NewShape, ServedDocument, ShapeId, StateVector,
    Update,
};
use proptest::prelude::*;
use scene::BoardPoint;

fn id(number: u64) -> ShapeId {
    ShapeId::from_random(number)
}

fn is_applied(merged: Result<Merged, MergeError>) -> bool {
    matches!(merged, Ok(Merged::Applied { .. }))
}

#[derive(Debug, Clone)]
enum Step {
    /// Who does what to which shape; whether the served copies hear of it at once, or later, or twice.
    Edit(usize, u8, u64, u8),
    /// Somebody learns all that is served.
    Meet(usize),
    Rest,
    /// Somebody asks for what is new since they last asked; `true`: for everything.
    Ask(bool),
    /// What was kept back comes, all at once or one by one.
    Late(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..2_usize, 0..6_u8, 0..4_u64, 0..8_u8).prop_map(|(who, what, shape, how)| Step::Edit(who, what, shape, how)),
        1 => (0..2_usize).prop_map(Step::Meet),
        3 => Just(Step::Rest),
        1 => any::<bool>().prop_map(Step::Ask),
        1 => any::<bool>().prop_map(Step::Late),
    ];
    prop::collection::vec(step, 0..60)
}

struct Pair {
    awake: Document,
    served: ServedDocument,
}

impl Pair {
    fn merge(&mut self, updates: &[&[u8]]) -> Result<(), TestCaseError> {
        let (wanted, merged) = (self.awake.merge_all(updates), self.served.merge_all(updates));
        prop_assert_eq!(&wanted.outcomes, &merged.outcomes);
        prop_assert_eq!(wanted.fresh.is_some(), merged.fresh.is_some());
        self.check()
    }

    fn check(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.awake.state_vector(), self.served.state_vector());
        let mut copy = Document::new(ClientId::from_random(8));
        let all = self.served.snapshot().0;
        prop_assert!(is_applied(copy.load(&all)));
        prop_assert_eq!(copy.contents(), self.awake.contents());
        Ok(())
    }
}

fn edit(board: &mut Board, what: u8, shape: u64) -> Option<Update> {
    let edit = match what {
        0 => Edit::Insert { id: id(shape), shape: NewShape::new(Kind::Text, vec![]).with_text("ab") },
        1 => Edit::Remove { id: id(shape) },
        2 => Edit::SpliceText { id: id(shape), at_utf16: 1, delete_utf16: 1, insert: "cde".to_owned() },
        _ => Edit::Set { id: id(shape), field: Field::Pos(BoardPoint::new(f64::from(what), 1.0)) },
    };
    board.apply(&[edit]).update
}

fn play(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut people = [Board::new(ClientId::from_random(1)), Board::new(ClientId::from_random(2))];
    let document = || Document::new(ClientId::from_random(3));
    let mut pair = Pair { awake: document(), served: ServedDocument::new(document()) };
    let mut late: Vec<Update> = Vec::new();
    let (mut reader, mut known) = (Document::new(ClientId::from_random(9)), StateVector::empty());
    for step in steps {
        match step {
            Step::Edit(who, what, shape, how) => {
                let Some(update) = edit(&mut people[who], what, shape) else { continue };
                match how {
                    0 => late.push(update),
                    1 => {
                        pair.merge(&[&update.0])?;
                        pair.merge(&[&update.0])?;
                    }
                    _ => pair.merge(&[&update.0])?,
                }
            }
            Step::Meet(who) => drop(people[who].merge(&pair.served.snapshot().0).expect("what is served is readable")),
            Step::Rest => {
                pair.served.rest();
                pair.served.rest();
                prop_assert!(pair.served.is_at_rest());
                pair.check()?;
            }
            Step::Ask(everything) => {
                let since = if everything { StateVector::empty() } else { known.clone() };
                let pieces = pair.served.diff_in_pieces(&since, 3, 100).expect("a state vector");
                for piece in pieces {
                    prop_assert!(is_applied(reader.load(&piece.0)));
                }
                known = pair.served.state_vector();
                prop_assert_eq!(&reader.state_vector(), &known);
                prop_assert_eq!(reader.contents(), pair.awake.contents());
                let whole = pair.served.diff(&StateVector::empty()).expect("a state vector");
                prop_assert!(is_applied(reader.load(&whole.0)));
            }
            Step::Late(together) => {
                let updates = std::mem::take(&mut late);
                let bytes: Vec<&[u8]> = updates.iter().map(|update| &update.0[..]).collect();
                for some in bytes.chunks(if together { 8 } else { 1 }) {
                    pair.merge(some)?;
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn resting_changes_no_answer(steps in steps()) {
        play(steps)?;
    }
}

#[test]
fn a_moved_shape_wakes_nobody_and_a_new_one_does() {
    let mut board = Board::new(ClientId::from_random(1));
    let mut served = ServedDocument::new(Document::new(ClientId::from_random(3)));
    let all = (0..100).map(|number| edit(&mut board, 0, number).expect("a new shape"));
    for update in all {
        served.merge_all(&[&update.0]);
    }
    // What has no place yet gets one: that is new below the shape.
    let first_move = edit(&mut board, 3, 5).expect("a move");
    served.merge_all(&[&first_move.0]);
    assert!(!served.rest(), "a hundred shapes have just come");
    assert!(served.rest());
    for step in 0..300_u32 {
        let field = Field::Pos(BoardPoint::new(f64::from(step), 1.0));
        let update = board.apply(&[Edit::Set { id: id(5), field }]).update.expect("a move");
        served.merge_all(&[&update.0]);
        assert!(served.is_at_rest() || step >= 256, "step {step}");
    }
    assert!(!served.is_at_rest(), "a long tail is merged");
    served.rest();
    assert!(served.rest());
    let update = edit(&mut board, 0, 200).expect("a new shape");
    served.merge_all(&[&update.0]);
    assert!(!served.is_at_rest());
    assert_eq!(served.diff(&StateVector::empty()).map(|all| all.0.len() > 1000), Ok(true));
}

#[test]
fn a_deletion_before_the_rest_reaches_who_has_the_same_state_vector() {
    let mut board = Board::new(ClientId::from_random(1));
    let document = || Document::new(ClientId::from_random(3));
    let (mut served, mut reader) = (ServedDocument::new(document()), document());
    let mut play = |served: &mut ServedDocument, what, shape| {
        let update = edit(&mut board, what, shape).expect("a change");
        served.merge_all(&[&update.0]);
    };
    for (what, shape) in [(0, 1), (0, 2), (3, 1)] {
        play(&mut served, what, shape);
    }
    assert!(is_applied(reader.load(&served.snapshot().0)));
    let known = served.state_vector();
    play(&mut served, 1, 2);
    assert_eq!(served.state_vector(), known, "a deletion changes no vector");
    assert!(served.rest());
    play(&mut served, 4, 1);
    assert!(served.is_at_rest());
    for piece in served.diff_in_pieces(&known, 3, 100).expect("a state vector") {
        assert!(is_applied(reader.load(&piece.0)));
    }
    let mut all = document();
    assert!(is_applied(all.load(&served.snapshot().0)));
    assert_eq!(reader.contents(), all.contents());
}
