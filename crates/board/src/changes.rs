//! What has changed between two boards, of which one is an earlier version of the other, say: shape by shape, by what is
//! stored of them. Must not know who changed it; [`crate::Board::writers`] does.

use crate::{Board, Shape};

/// What became of one shape.
#[derive(Clone, Copy, Debug)]
pub struct ShapeChange<'a> {
    /// As it is; as it was, where it is gone.
    pub shape: &'a Shape,
    /// What became of it.
    pub became: Became,
}

/// What became of a shape from one board to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is new.
    Added,
    /// It is other than it was.
    Changed(Aspects),
    /// It is gone.
    Removed,
}

/// In which respects a shape is other than it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aspects {
    /// It lies elsewhere.
    pub moved: bool,
    /// Its form: sides, corners, stroke, turn, what a line holds.
    pub reshaped: bool,
    /// How it is painted or written.
    pub restyled: bool,
    /// What is written on it, and how its words look.
    pub retexted: bool,
    /// Where it comes in the pile.
    pub restacked: bool,
    /// Anything else: what it is, where it belongs, whether it is locked.
    pub other: bool,
}

/// How many shapes became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangeCounts {
    /// New ones.
    pub added: usize,
    /// Other than they were.
    pub changed: usize,
    /// Gone.
    pub removed: usize,
}

impl ChangeCounts {
    /// How many there are in all.
    #[must_use]
    pub fn all(&self) -> usize {
        self.added + self.changed + self.removed
    }

    /// One more.
    pub fn count(&mut self, became: Became) {
        match became {
            Became::Added => self.added += 1,
            Became::Changed(_) => self.changed += 1,
            Became::Removed => self.removed += 1,
        }
    }
}

/// Compares two boards. One item for each shape that is looked at, so that whoever takes them may pause between any two:
/// nothing where a shape is as it was. Lowest first; what is gone comes last. The first `looked_at` of them are left out.
pub fn compare<'a>(
    before: &'a Board,
    after: &'a Board,
    looked_at: usize,
) -> impl Iterator<Item = Option<ShapeChange<'a>>> {
    let there = after.shapes().skip(looked_at).map(|shape| {
        let became = match before.shape(&shape.id) {
            None => Became::Added,
            Some(was) => Became::Changed(aspects(was, shape)?),
        };
        Some(ShapeChange { shape, became })
    });
    let gone = before.shapes().skip(looked_at.saturating_sub(after.len())).map(|shape| {
        let is_gone = after.shape(&shape.id).is_none();
        is_gone.then_some(ShapeChange { shape, became: Became::Removed })
    });
    there.chain(gone)
}

/// How many shapes differ.
#[must_use]
pub fn count_changes(before: &Board, after: &Board) -> ChangeCounts {
    let mut counts = ChangeCounts::default();
    compare(before, after, 0).flatten().for_each(|change| counts.count(change.became));
    counts
}

/// In which respects a shape differs; none where it does not. When it was read, which of a board's shapes it is and what
/// follows from other shapes say nothing about what it is: a line that only follows what it holds is as it was.
fn aspects(was: &Shape, is: &Shape) -> Option<Aspects> {
    let mut rest = is.clone();
    (rest.revision, rest.read, rest.slot, rest.extent) = (was.revision, was.read, was.slot, was.extent);
    rest.course.clone_from(&was.course);
    rest.clips.clone_from(&was.clips);
    // Takes over what is named, and says whether any of it was other. What no list names is found in the end.
    macro_rules! differ {
        ($($field:ident),+) => {{
            let mut differ = false;
            $(if rest.$field != was.$field {
                rest.$field.clone_from(&was.$field);
                differ = true;
            })+
            differ
        }};
    }
    let found = Aspects {
        moved: differ!(pos),
        reshaped: differ!(size, points, ink, scale, angle, route, start, end, via, wrap),
        restyled: differ!(
            stroke,
            fill,
            fill_style,
            width,
            dash,
            radius,
            opacity,
            sketch,
            font_size,
            font,
            text_colour,
            align,
            align_y,
            start_head,
            end_head,
            label_at
        ),
        retexted: differ!(text, spans),
        restacked: differ!(order),
        other: false,
    };
    let found = Aspects { other: rest != *was, ..found };
    (found != Aspects::default()).then_some(found)
}

#[cfg(test)]
mod tests {
    use kurbo::Size;
    use scene::{BoardPoint, Colour};

    use super::*;
    use crate::{Binding, ClientId, Edit, Field, Kind, NewShape, OrderKey, ShapeId};

    fn id(number: u64) -> ShapeId {
        ShapeId::from_random(number)
    }

    fn version(board: &Board) -> Board {
        let mut version = Board::new(ClientId::from_random(1));
        version.merge(&board.snapshot().0).expect("a board");
        version
    }

    fn board() -> Board {
        let mut board = Board::new(ClientId::from_random(5));
        let at = |x| vec![Field::Pos(BoardPoint::new(x, 0.0)), Field::Size(Size::new(50.0, 50.0))];
        let shape = |number: u64| {
            let shape = NewShape::new(Kind::Rectangle, at(number as f64 * 100.0)).with_text("a");
            Edit::Insert { id: id(number), shape }
        };
        board.apply(&(1..=7).map(shape).collect::<Vec<_>>());
        board
    }

    fn set(number: u64, field: Field) -> Edit {
        Edit::Set { id: id(number), field }
    }

    #[test]
    fn each_shape_tells_in_which_respects_it_changed() {
        let mut board = board();
        let before = version(&board);
        assert_eq!(count_changes(&Board::new(ClientId::from_random(2)), &before).added, 7);
        board.apply(&[
            Edit::Remove { id: id(1) },
            set(2, Field::Pos(BoardPoint::new(9.0, 9.0))),
            set(3, Field::Size(Size::new(9.0, 9.0))),
            set(3, Field::Fill(Some(Colour::INK))),
            Edit::SpliceText { id: id(4), at_utf16: 0, delete_utf16: 0, insert: "b".to_owned() },
            set(5, Field::Order(OrderKey::above(None, 77))),
            set(6, Field::Locked(true)),
            Edit::Insert { id: id(9), shape: NewShape::new(Kind::Ellipse, vec![]) },
        ]);
        let after = version(&board);
        let found: Vec<(ShapeId, Became)> =
            compare(&before, &after, 0).flatten().map(|change| (change.shape.id.clone(), change.became)).collect();
        let none = Aspects::default();
        let changed = |number, aspects| (id(number), Became::Changed(aspects));
        for expected in [
            (id(1), Became::Removed),
            changed(2, Aspects { moved: true, ..none }),
            changed(3, Aspects { reshaped: true, restyled: true, ..none }),
            changed(4, Aspects { retexted: true, ..none }),
            changed(5, Aspects { restacked: true, ..none }),
            changed(6, Aspects { other: true, ..none }),
            (id(9), Became::Added),
        ] {
            assert!(found.contains(&expected), "{expected:?} is not among {found:?}");
        }
        assert_eq!(found.len(), 7);
        let all = || compare(&before, &after, 0).map(|change| change.map(|change| change.became)).collect::<Vec<_>>();
        for looked_at in 0..=15 {
            let rest = compare(&before, &after, looked_at).map(|change| change.map(|change| change.became));
            assert!(rest.eq(all().into_iter().skip(looked_at)), "{looked_at}");
        }
        assert_eq!(count_changes(&before, &after), ChangeCounts { added: 1, changed: 5, removed: 1 });
        assert_eq!(count_changes(&after, &after).all(), 0);
    }

    #[test]
    fn a_line_that_follows_what_it_holds_is_as_it_was() {
        let mut board = board();
        let arrow = vec![Field::End(Some(Binding { shape: id(2), at: None }))];
        board.apply(&[Edit::Insert { id: id(20), shape: NewShape::new(Kind::Arrow, arrow) }]);
        let before = version(&board);
        board.apply(&[set(2, Field::Pos(BoardPoint::new(900.0, 900.0)))]);
        assert_eq!(count_changes(&before, &version(&board)), ChangeCounts { changed: 1, ..ChangeCounts::default() });
    }
}
