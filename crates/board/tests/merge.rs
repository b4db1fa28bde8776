//! Boards that meet: any order, any repetition, the same contents.

#![expect(clippy::unwrap_used, reason = "a test's own values are what they are said to be")]

use board::{Board, ClientId, Clocks, Document, Edit, Field, InkPoint, Kind, Merged, NewShape, ShapeId, StateVector};
use proptest::prelude::*;
use scene::text::Mark;
use scene::{BoardPoint, Colour, Swatch};

fn id(number: u8) -> ShapeId {
    ShapeId::parse(&format!("s{}", number % 4)).unwrap()
}

/// Any bytes are an edit, so that programs shrink.
fn edit((action, shape, value): (u8, u8, u8)) -> Edit {
    let (id, number) = (id(shape), f64::from(value));
    match action % 8 {
        0 | 1 => {
            let kind = Kind::ALL[usize::from(value) % Kind::ALL.len()].clone();
            Edit::Insert {
                id,
                shape: NewShape::new(kind, vec![Field::Pos(BoardPoint::new(number, 1.5))]).with_text("ab"),
            }
        }
        2 => Edit::Remove { id },
        3 => Edit::AppendInk { id, points: vec![InkPoint::new(number, 0.0, 0.5)] },
        4 if value % 3 == 1 => Edit::FormatText {
            id,
            at_utf16: u32::from(value % 8),
            length_utf16: u32::from(value % 5),
            mark: Mark::Bold(value % 2 == 0),
        },
        4 => Edit::SpliceText {
            id,
            at_utf16: u32::from(value % 8),
            delete_utf16: u32::from(value % 3),
            insert: "x😀".into(),
        },
        5 => Edit::Set { id, field: Field::Pos(BoardPoint::new(number, number)) },
        6 => Edit::Set { id, field: Field::Fill((value % 2 == 0).then_some(Colour::Swatch(Swatch::Red))) },
        _ => Edit::Set { id, field: Field::Angle(number) },
    }
}

/// Three boards that edit and now and then hear from each other; all their updates.
fn history(program: &[(u8, u8, u8, u8)]) -> (Vec<Board>, Vec<Vec<u8>>) {
    let mut boards: Vec<Board> = (1..=3).map(|client| Board::new(ClientId::from_random(client))).collect();
    let mut updates = Vec::new();
    for (who, action, shape, value) in program {
        let at = usize::from(*who) % 3;
        if action % 9 == 8 {
            let from = boards[usize::from(*shape) % 3].snapshot();
            boards[at].merge(&from.0).unwrap();
        } else {
            updates.extend(boards[at].apply(&[edit((*action, *shape, *value))]).update.map(|update| update.0.to_vec()));
        }
    }
    (boards, updates)
}

fn program() -> impl Strategy<Value = Vec<(u8, u8, u8, u8)>> {
    prop::collection::vec(any::<(u8, u8, u8, u8)>(), 1..60)
}

/// Merges all, those with gaps again and again until they fit.
fn merge_all(document: &mut Document, updates: &[Vec<u8>]) {
    let mut waiting: Vec<&Vec<u8>> = updates.iter().collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|update| matches!(document.merge(update).unwrap(), Merged::Gap(_)));
        assert!(waiting.len() < before, "what is missing never comes");
    }
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_matter(program in program(), shuffle in any::<u64>()) {
        let (mut boards, updates) = history(&program);
        let mut straight = Document::new(ClientId::from_random(8));
        merge_all(&mut straight, &updates);

        let mut shuffled = [updates.clone(), updates.clone()].concat();
        let mut random = shuffle | 1;
        for index in (1..shuffled.len()).rev() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(index, (random >> 33) as usize % (index + 1));
        }
        let mut any_order = Document::new(ClientId::from_random(9));
        merge_all(&mut any_order, &shuffled);
        prop_assert_eq!(any_order.contents(), straight.contents());
        prop_assert_eq!(any_order.state_vector(), straight.state_vector());

        for board in &mut boards {
            let update = straight.diff(&board.state_vector()).unwrap();
            board.merge(&update.0).unwrap();
            prop_assert_eq!(board.contents(), straight.contents());
            let mut fresh = Board::new(ClientId::from_random(10));
            fresh.merge(&board.snapshot().0).unwrap();
            let alone = |shape: &board::Shape| {
                let mut shape = shape.clone();
                (shape.revision, shape.read, shape.slot) = (0, 0, board::Slot::NONE);
                shape
            };
            prop_assert_eq!(
                fresh.shapes().map(alone).collect::<Vec<_>>(),
                board.shapes().map(alone).collect::<Vec<_>>(),
                "a board that grew differs from one that was loaded"
            );
        }
        let again = straight.merge(&straight.snapshot().0).unwrap();
        prop_assert_eq!(again, Merged::Applied { fresh: false });
    }

    #[test]
    fn touched_names_every_shape_that_changed(program in program()) {
        let (_, updates) = history(&program);
        let mut document = Document::new(ClientId::from_random(8));
        let mut board = Board::new(ClientId::from_random(9));
        for update in updates {
            if matches!(document.merge(&update).unwrap(), Merged::Gap(_)) {
                prop_assert!(board.merge(&update).unwrap().gap);
                continue;
            }
            let before: Vec<_> = board.shapes().cloned().collect();
            let change = board.merge(&update).unwrap();
            let is_same = |id: &ShapeId| {
                let strip = |shape: &board::Shape| {
                    let mut shape = shape.clone();
                    (shape.revision, shape.read) = (0, 0);
                    shape
                };
                before.iter().find(|shape| shape.id == *id).map(strip) == board.shape(id).map(strip)
            };
            let ids = before.iter().map(|shape| &shape.id).chain(board.shapes().map(|shape| &shape.id));
            for id in ids {
                prop_assert!(is_same(id) || change.touched.contains(id), "{} changed untold", id);
            }
            for shape in board.shapes().filter(|shape| !change.touched.contains(&shape.id)) {
                prop_assert!(shape.read < board.revision() || change.touched.is_empty());
            }
        }
    }
}

#[test]
fn a_gap_names_what_is_missing_and_changes_nothing() {
    let mut author = Board::new(ClientId::from_random(5));
    let shape = || NewShape::new(Kind::Rectangle, vec![]);
    let first = author.apply(&[Edit::Insert { id: id(0), shape: shape() }]).update.unwrap();
    let middle = author.own_clock();
    let second = author.apply(&[Edit::Insert { id: id(1), shape: shape() }]).update.unwrap();
    let removal = author.apply(&[Edit::Remove { id: id(0) }]).update.unwrap();

    let mut document = Document::new(ClientId::from_random(6));
    let needs = |clock| Merged::Gap([(5, clock)].into_iter().collect::<Clocks>());
    assert_eq!(document.merge(&second.0), Ok(needs(middle)));
    assert_eq!(document.merge(&removal.0), Ok(needs(middle)));
    assert!(document.is_empty() && !document.is_complete(&second.0));
    assert_eq!(document.merge(&first.0), Ok(Merged::Applied { fresh: true }));
    assert!(document.is_complete(&second.0) && document.is_complete(&removal.0));
    assert_eq!(document.merge(&removal.0), Ok(Merged::Applied { fresh: true }));
    assert_eq!(document.merge(&second.0), Ok(Merged::Applied { fresh: true }));
    assert_eq!(document.contents(), author.contents());
}

#[test]
fn a_board_knows_what_it_has_seen() {
    let mut author = Board::new(ClientId::from_random(5));
    let mut reader = Board::new(ClientId::from_random(6));
    assert!(reader.has_seen(5, 0) && !reader.has_seen(5, 1));
    let update =
        author.apply(&[Edit::Insert { id: id(0), shape: NewShape::new(Kind::Ellipse, vec![]) }]).update.unwrap();
    let clock = author.own_clock();
    assert!(author.has_seen(5, clock) && !reader.has_seen(5, clock));
    reader.merge(&update.0).unwrap();
    assert!(reader.has_seen(5, clock) && !reader.has_seen(5, clock + 1));
    assert_eq!(reader.diff(&StateVector::empty()).unwrap(), author.snapshot());
    assert!(board::is_empty_update(&Document::new(ClientId::from_random(1)).snapshot().0));
}

#[test]
fn the_same_edits_give_the_same_bytes() {
    let bytes = || {
        let mut board = Board::new(ClientId::from_random(5));
        let edits: Vec<Edit> = (0..200u8).map(|n| edit((n, n / 3, n.wrapping_mul(7)))).collect();
        let updates: Vec<_> = edits.chunks(3).map(|edits| board.apply(edits).update).collect();
        (updates, board.snapshot())
    };
    assert_eq!(bytes(), bytes());
}

proptest! {
    #[test]
    fn several_merged_at_once_are_as_if_merged_one_by_one(program in program(), at_once in 1..12_usize) {
        let (_, updates) = history(&program);
        let mut one_by_one = Document::new(ClientId::from_random(77));
        let mut together = Document::new(ClientId::from_random(78));
        let mut told = Document::new(ClientId::from_random(79));
        let hostile = [0xff_u8; 9];
        for batch in updates.chunks(at_once) {
            let singly: Vec<_> =
                batch.iter().map(|update| matches!(one_by_one.merge(update), Ok(Merged::Applied { .. }))).collect();
            let mut batch: Vec<&[u8]> = batch.iter().map(Vec::as_slice).collect();
            batch.push(&hostile);
            let mut merged = together.merge_all(&batch);
            prop_assert!(merged.outcomes.pop().is_some_and(|outcome| outcome.is_err()));
            let is_applied = |outcome: &Result<Merged, _>| matches!(outcome, Ok(Merged::Applied { .. }));
            prop_assert_eq!(merged.outcomes.iter().map(is_applied).collect::<Vec<_>>(), singly);
            if let Some(fresh) = merged.fresh {
                prop_assert!(is_applied(&told.merge(&fresh.0)));
            }
        }
        prop_assert_eq!(together.contents(), one_by_one.contents());
        prop_assert_eq!(told.contents(), one_by_one.contents());
        prop_assert_eq!(told.state_vector(), together.state_vector());
    }
}
