//! A version of a board: what it looks like, and what has changed since another. It must not know the visit.

use std::collections::HashMap;

use board::{Board, ClientId, Shape, ShapeId};
use kurbo::Rect;
use scene::{DisplayList, SvgPainter, Theme, replay};

/// Room around a board in a preview, as a share of its longer side.
const MARGIN: f64 = 0.05;
/// A preview shows at least this much, in board pixels: a lone shape does not fill the screen.
const LEAST_SIDE: f64 = 800.0;

/// How many shapes differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// New ones.
    pub added: usize,
    /// Other than they were.
    pub changed: usize,
    /// Gone.
    pub removed: usize,
}

/// A version, read.
pub struct Past(Board);

impl Past {
    /// Reads a version's content; none where it cannot be read.
    pub fn read(content: &[u8]) -> Option<Self> {
        // It only reads, so that any client id will do.
        let mut board = Board::new(ClientId::from_random(1));
        let merged = board.merge(content).ok()?;
        (!merged.gap).then_some(Self(board))
    }

    /// Around everything on it.
    pub fn extent(&self) -> Option<Rect> {
        self.0.shapes().map(Shape::bounds).reduce(|all, one| all.union(one))
    }

    /// A picture of what lies in a frame.
    pub fn svg(&self, theme: Theme, frame: Rect) -> String {
        let mut painter = SvgPainter::new(theme, frame);
        let mut list = DisplayList::new();
        for shape in self.0.shapes() {
            list.clear();
            shape.paint(&mut list);
            replay(&list, &mut painter);
        }
        painter.finish()
    }

    /// What has changed since an earlier version; since nothing at all for none.
    pub fn since(&self, before: Option<&Self>) -> Changes {
        let Some(before) = before else {
            return Changes { added: self.0.len(), ..Changes::default() };
        };
        let mut earlier: HashMap<&ShapeId, &Shape> = before.0.shapes().map(|shape| (&shape.id, shape)).collect();
        let mut changes = Changes::default();
        for shape in self.0.shapes() {
            match earlier.remove(&shape.id) {
                None => changes.added += 1,
                Some(was) if differ(was, shape) => changes.changed += 1,
                Some(_) => {}
            }
        }
        Changes { removed: earlier.len(), ..changes }
    }
}

/// Whether a shape is another than it was. When it was read, and as which of a board's shapes, says nothing about what
/// it is.
fn differ(was: &Shape, is: &Shape) -> bool {
    let mut is = is.clone();
    (is.revision, is.slot) = (was.revision, was.slot);
    is != *was
}

/// The frame in which boards of these extents are seen whole, without a jump between them.
pub fn frame_of(extents: impl Iterator<Item = Rect>) -> Rect {
    let all = extents.reduce(|all, one| all.union(one)).unwrap_or(Rect::ZERO);
    let more = (LEAST_SIDE - all.width().max(all.height())).max(0.0) / 2.0;
    let margin = all.width().max(all.height()) * MARGIN + more;
    all.inflate(margin, margin)
}

#[cfg(test)]
mod tests {
    use board::{Edit, Field, Kind, NewShape};
    use scene::BoardPoint;

    use super::*;

    fn id(number: u64) -> ShapeId {
        ShapeId::from_random(number)
    }

    #[test]
    fn changes_are_counted_by_shape() {
        let mut board = Board::new(ClientId::from_random(5));
        let shape = NewShape::new(Kind::from_name("rectangle"), vec![Field::Pos(BoardPoint::new(1.0, 2.0))]);
        let edits = (1..4).map(|number| Edit::Insert { id: id(number), shape: shape.clone() });
        board.apply(&edits.collect::<Vec<_>>());
        let first = Past::read(&board.snapshot().0).expect("a board");
        assert_eq!(first.since(None), Changes { added: 3, changed: 0, removed: 0 });
        board.apply(&[
            Edit::Remove { id: id(1) },
            Edit::Set { id: id(2), field: Field::Pos(BoardPoint::new(9.0, 9.0)) },
            Edit::Insert { id: id(8), shape: shape.clone() },
            Edit::Insert { id: id(9), shape },
        ]);
        let second = Past::read(&board.snapshot().0).expect("a board");
        assert_eq!(second.since(Some(&first)), Changes { added: 2, changed: 1, removed: 1 });
        assert_eq!(second.since(Some(&second)), Changes::default());
        assert!(Past::read(b"nonsense").is_none());
        let frame = frame_of([first.extent(), second.extent()].into_iter().flatten());
        assert!(first.svg(Theme::Light, frame).starts_with("<svg") && frame.width() >= LEAST_SIDE);
    }
}
