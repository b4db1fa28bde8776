//! A version of a board: read piece by piece, and compared with the one before it. It must not know the visit, nor how
//! a version is shown.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use board::{Became, Board, ChangeCounts, ClientId, Shape, ShapeChange, ShapeId, StateVector};
use editor::{Editor, IdSource, Input};
use kurbo::Rect;

/// Structs and bytes of a version that are merged between two pauses.
const PIECE_STRUCTS: usize = 1_500;
const PIECE_BYTES: usize = 256 * 1024;
/// Shapes that are compared between two pauses.
const COMPARED_AT_ONCE: usize = 2_000;
/// Changes that are marked; more are only counted.
pub const MARKS_MAX: usize = 500;
/// Of a version of more bytes nobody asks which shape is whose: that reads all of it at once.
const TOLD_APART_BYTES: usize = 4 * 1024 * 1024;

/// Around a board in a preview, as a share of its longer side.
const MARGIN: f64 = 0.05;
/// A preview shows at least this much, in board pixels: a lone shape does not fill the screen.
const LEAST_SIDE: f64 = 800.0;

/// A version, read.
pub struct Past {
    content: Vec<u8>,
    /// It only shows: nobody edits the past.
    editor: RefCell<Editor>,
}

/// A version that is being read.
struct Reading {
    editor: Editor,
    pieces: std::vec::IntoIter<board::Update>,
}

/// A shape that changed.
#[derive(Debug, Clone)]
pub struct Mark {
    /// What became of it.
    pub became: Became,
    /// The name of its kind.
    pub kind: String,
    /// Where it is, or was.
    pub bounds: Rect,
    /// What it was, where it is gone.
    pub ghost: Option<Arc<Shape>>,
    /// The Yjs clients that wrote it, as far as the board says.
    pub clients: BTreeSet<u64>,
}

/// What has changed from one version to another.
#[derive(Debug, Clone, Default)]
pub struct Differences {
    /// All of them.
    pub counts: ChangeCounts,
    /// The first of them, [`MARKS_MAX`] at most.
    pub marks: Vec<Mark>,
}

impl Reading {
    fn begin(content: &[u8]) -> Option<Self> {
        let pieces = board::in_pieces(content, PIECE_STRUCTS, PIECE_BYTES).ok()?.into_iter();
        // It only reads, so that any client id will do.
        let board = Board::new(ClientId::from_random(1));
        Some(Self { editor: Editor::light(board, IdSource::new(1)), pieces })
    }

    /// Reads a piece; false where there is none left.
    fn step(&mut self) -> bool {
        let Some(piece) = self.pieces.next() else { return false };
        self.editor.handle(0, Input::Merge(piece.0.to_vec()));
        true
    }
}

impl Past {
    /// Reads a version's content; none where it cannot be read. `pause` gives others their turn.
    pub async fn read<F: Future<Output = ()>>(content: Vec<u8>, pause: impl Fn() -> F) -> Option<Self> {
        let mut reading = Reading::begin(&content)?;
        while reading.step() {
            pause().await;
        }
        Some(Self { content, editor: RefCell::new(reading.editor) })
    }

    /// All of it as one update.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Around everything on it.
    pub fn extent(&self) -> Option<Rect> {
        self.editor.borrow().extent()
    }

    /// Does something with what paints it.
    pub fn with_editor<T>(&self, work: impl FnOnce(&mut Editor) -> T) -> T {
        work(&mut self.editor.borrow_mut())
    }

    /// What has changed since an earlier version; since an empty board for none. `pause` as in [`Past::read`].
    pub async fn since<F: Future<Output = ()>>(&self, before: Option<&Self>, pause: impl Fn() -> F) -> Differences {
        let known = before.map_or_else(StateVector::empty, |before| before.editor.borrow().board().state_vector());
        let writers = self.writers(&known);
        let (mut differences, mut looked_at) = (Differences::default(), 0);
        loop {
            let looked = self.compare_some(before, looked_at, &mut differences, &writers);
            if looked == 0 {
                return differences;
            }
            looked_at += looked;
            pause().await;
        }
    }

    /// Looks at some shapes more; how many they were. Borrowed anew each time: somebody paints meanwhile.
    fn compare_some(
        &self,
        before: Option<&Self>,
        looked_at: usize,
        differences: &mut Differences,
        writers: &HashMap<ShapeId, BTreeSet<u64>>,
    ) -> usize {
        let empty = Board::new(ClientId::from_random(2));
        let (after, before) = (self.editor.borrow(), before.map(|before| before.editor.borrow()));
        let before = before.as_ref().map_or(&empty, |before| before.board());
        let mut looked = 0;
        for change in board::compare(before, after.board(), looked_at).take(COMPARED_AT_ONCE) {
            looked += 1;
            change.into_iter().for_each(|change| differences.note(&change, writers));
        }
        looked
    }

    fn writers(&self, known: &StateVector) -> HashMap<ShapeId, BTreeSet<u64>> {
        if self.content.len() > TOLD_APART_BYTES {
            return HashMap::new();
        }
        self.editor.borrow().board().writers(&self.content, known).unwrap_or_default()
    }
}

impl Differences {
    fn note(&mut self, change: &ShapeChange<'_>, writers: &HashMap<ShapeId, BTreeSet<u64>>) {
        let ShapeChange { shape, became } = change;
        self.counts.count(*became);
        if self.marks.len() < MARKS_MAX {
            let ghost = (*became == Became::Removed).then(|| Arc::new((*shape).clone()));
            let (kind, bounds) = (shape.kind.name().to_owned(), shape.bounds());
            let clients = writers.get(&shape.id).cloned().unwrap_or_default();
            self.marks.push(Mark { became: *became, kind, bounds, ghost, clients });
        }
    }
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
    use std::cell::Cell;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use board::{Edit, Field, Kind, NewShape};
    use scene::BoardPoint;

    use super::*;

    /// Runs what never waits.
    fn done<T>(work: impl Future<Output = T>) -> T {
        match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits"),
        }
    }

    fn read(content: &[u8]) -> Option<Past> {
        done(Past::read(content.to_vec(), || std::future::ready(())))
    }

    fn insert(number: u64) -> Edit {
        let at = BoardPoint::new(number as f64, 2.0);
        let shape = NewShape::new(Kind::from_name("rectangle"), vec![Field::Pos(at)]);
        Edit::Insert { id: ShapeId::from_random(number), shape }
    }

    #[test]
    fn changes_are_counted_and_marked_with_who_wrote_them() {
        let mut board = Board::new(ClientId::from_random(5));
        board.apply(&(1..=3).map(insert).collect::<Vec<_>>());
        let first = read(&board.snapshot().0).expect("a board");
        let since = |past: &Past, before| done(past.since(before, || std::future::ready(())));
        assert_eq!(since(&first, None).counts, ChangeCounts { added: 3, ..ChangeCounts::default() });
        let id = |number| ShapeId::from_random(number);
        board.apply(&[
            Edit::Remove { id: id(1) },
            Edit::Set { id: id(2), field: Field::Pos(BoardPoint::new(9.0, 9.0)) },
            insert(8),
            insert(9),
        ]);
        let second = read(&board.snapshot().0).expect("a board");
        let found = since(&second, Some(&first));
        assert_eq!(found.counts, ChangeCounts { added: 2, changed: 1, removed: 1 });
        for mark in &found.marks {
            let is_gone = mark.became == Became::Removed;
            assert_eq!(mark.ghost.is_some(), is_gone);
            let writers: &[u64] = if is_gone { &[] } else { &[board.client_id().get()] };
            assert!(mark.clients.iter().eq(writers), "{mark:?}");
        }
        assert_eq!(since(&second, Some(&second)).counts.all(), 0);
        assert!(read(b"nonsense").is_none());
        let frame = frame_of([first.extent(), second.extent()].into_iter().flatten());
        assert!(frame.width() >= LEAST_SIDE);
    }

    #[test]
    fn a_large_version_is_read_and_compared_in_turns_and_its_marks_are_bounded() {
        let mut board = Board::new(ClientId::from_random(5));
        let count = 5_000_u64;
        board.apply(&(1..=count).map(insert).collect::<Vec<_>>());
        let pauses = Cell::new(0);
        let pause = || {
            pauses.set(pauses.get() + 1);
            std::future::ready(())
        };
        let past = done(Past::read(board.snapshot().0.to_vec(), pause)).expect("a board");
        let read_in = pauses.replace(0);
        assert!(read_in >= count as usize / PIECE_STRUCTS, "{read_in}");
        let found = done(past.since(None, pause));
        assert!(pauses.get() >= count as usize / COMPARED_AT_ONCE, "{}", pauses.get());
        assert_eq!((found.counts.added, found.marks.len()), (count as usize, MARKS_MAX));
    }
}
