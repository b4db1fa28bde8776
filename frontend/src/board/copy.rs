//! Keeps the browser's copy of a board: gathers what comes onto it and writes that when the page has a moment, and writes
//! the board anew where too much has piled up. It must not know how the visit goes.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use bytes::Bytes;
use editor::Editor;
use js_sys::{Function, Promise, Reflect};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::{document, set_timeout, set_timeout_with_handle, window};
use protocol::limits::{STATE_CHUNK_BYTES, STATE_CHUNK_STRUCTS};
use visit::VisitInput;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::shell::{Shell, now_ms};
use crate::connection::copies::{self, BoardCopy, Contents, CopyError, MAX_COPY_BYTES, RowKey};

/// What has come is written so long after the first of it.
const GATHER: Duration = Duration::from_secs(2);
/// While a hand moves or draws something it waits on, so many times at most.
const WAITS_MAX: u32 = 15;
/// A board on which nothing happens for so long may be written anew.
const QUIET: Duration = Duration::from_secs(20);
/// The page answers at least this often while a copy is read.
const READ_SLICE_MS: u64 = 12;
/// Rows behind the whole board that are not worth a compaction.
const FEW_ROWS: usize = 100;
/// Nor are so many bytes behind the whole board.
const SHORT_TAIL_BYTES: u64 = 256 * 1024;

/// The writer of one visit. Until it begins, and after it ends, nothing is kept.
#[derive(Default)]
pub(super) struct CopyWriter {
    copy: RefCell<Option<Rc<BoardCopy>>>,
    size: RefCell<Size>,
    rows: RefCell<Vec<RowKey>>,
    waiting: RefCell<Vec<Bytes>>,
    has_joined: Cell<bool>,
    is_asked: Cell<bool>,
    is_busy: Cell<bool>,
    is_damaged: Cell<bool>,
    /// The browser was asked not to evict what is kept.
    has_asked: Cell<bool>,
    quiet: Cell<Option<TimeoutHandle>>,
}

/// How much of a copy is a whole board, and how much came since.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Size {
    whole_bytes: u64,
    whole_rows: usize,
    tail_bytes: u64,
}

impl Size {
    fn is_too_large(self, more_bytes: u64) -> bool {
        self.whole_bytes + self.tail_bytes + more_bytes > MAX_COPY_BYTES
    }

    fn wants_compaction(self, rows: usize) -> bool {
        rows > self.whole_rows + FEW_ROWS || self.tail_bytes > SHORT_TAIL_BYTES.max(self.whole_bytes / 2)
    }
}

/// Puts what this browser keeps of the board onto it, before anything is asked of the server.
pub(super) async fn recall(shell: &Rc<Shell>) {
    match read(shell).await {
        // The next visit begins a new one.
        Ok((copy, _)) if shell.copy.is_damaged.get() => warn(copy.remove().await),
        Ok((copy, contents)) => shell.copy.begin(copy, &contents),
        Err(error) => leptos::logging::warn!("{error}"),
    }
}

async fn read(shell: &Rc<Shell>) -> Result<(BoardCopy, Contents), CopyError> {
    // Whole milliseconds, far below 2^53.
    let copy = BoardCopy::open(shell.place.id.clone(), crate::clock::now_ms() as u64).await?;
    let mut contents = copy.contents().await?;
    let mut slice_ms = now_ms();
    for update in std::mem::take(&mut contents.updates) {
        shell.feed(VisitInput::Recalled(update));
        // A page in the background is given a turn once a second, and keeps nobody waiting.
        if now_ms().saturating_sub(slice_ms) > READ_SLICE_MS && !document().hidden() {
            next_turn().await;
            slice_ms = now_ms();
        }
    }
    Ok((copy, contents))
}

/// Lets the page paint and answer.
async fn next_turn() {
    let promise = Promise::new(&mut |resolve, _| {
        set_timeout(
            move || {
                let _ = resolve.call0(&JsValue::NULL);
            },
            Duration::ZERO,
        );
    });
    // It is never rejected.
    let _ = JsFuture::from(promise).await;
}

impl CopyWriter {
    fn begin(&self, copy: BoardCopy, contents: &Contents) {
        let Contents { whole_bytes, whole_rows, tail_bytes, .. } = *contents;
        *self.size.borrow_mut() = Size { whole_bytes, whole_rows, tail_bytes };
        self.rows.borrow_mut().clone_from(&contents.rows);
        *self.copy.borrow_mut() = Some(Rc::new(copy));
    }

    /// Something on the board is in the store.
    pub(super) fn take(&self, shell: &Rc<Shell>, update: Bytes) {
        self.waiting.borrow_mut().push(update);
        self.ask(shell);
    }

    /// The board is here as the server has it: only now is it worth being kept.
    pub(super) fn join(&self, shell: &Rc<Shell>) {
        self.has_joined.set(true);
        self.ask(shell);
    }

    /// What is being recalled cannot be read.
    pub(super) fn note_damage(&self) {
        self.is_damaged.set(true);
    }

    /// Keeps nothing more, and takes away what was kept.
    fn remove(&self) {
        if let Some(copy) = self.end() {
            spawn_local(async move { warn(copy.remove().await) });
        }
    }

    /// The server says that the board is no longer ours. What unsent edits build on stays for as long as they do.
    pub(super) fn withdraw(&self, shell: &Shell) {
        self.end();
        let board = shell.place.id.clone();
        spawn_local(async move { warn(copies::forget(&board).await) });
    }

    /// Writes what waits, now: the page may be about to go.
    pub(super) fn hurry(&self, shell: &Rc<Shell>) {
        if self.has_joined.get() {
            self.write(shell, true);
        }
    }

    /// The visit ends: writes what waits, and keeps nothing more.
    pub(super) fn leave(&self) {
        let updates = std::mem::take(&mut *self.waiting.borrow_mut());
        let is_kept = self.has_joined.get() && !self.is_busy.get() && !updates.is_empty();
        let is_empty = self.rows.borrow().is_empty();
        if let Some(copy) = self.end().filter(|_| is_kept && !self.size.borrow().is_too_large(bytes_of(&updates))) {
            spawn_local(async move {
                let written = if is_empty { copy.replace(&[], &updates).await } else { copy.append(&updates).await };
                warn(written.map(drop));
            });
        }
    }

    fn end(&self) -> Option<Rc<BoardCopy>> {
        self.waiting.borrow_mut().clear();
        self.has_joined.set(false);
        if let Some(quiet) = self.quiet.take() {
            quiet.clear();
        }
        self.copy.borrow_mut().take()
    }

    fn ask(&self, shell: &Rc<Shell>) {
        if !self.has_joined.get() || self.waiting.borrow().is_empty() || self.is_asked.replace(true) {
            return;
        }
        gather(Rc::downgrade(shell), WAITS_MAX);
    }

    /// Writes what waits, and the whole board where that is worth while and nobody is kept waiting by it.
    fn write(&self, shell: &Rc<Shell>, is_quiet: bool) {
        let Some(copy) = self.copy.borrow().clone() else { return self.waiting.borrow_mut().clear() };
        if self.is_busy.get() {
            return;
        }
        let updates = std::mem::take(&mut *self.waiting.borrow_mut());
        let bytes = bytes_of(&updates);
        if self.size.borrow().is_too_large(bytes) {
            return self.remove();
        }
        let is_empty = self.rows.borrow().is_empty();
        let is_due = is_quiet && self.size.borrow().wants_compaction(self.rows.borrow().len());
        let compacts = is_due && shell.is_all_stored();
        if updates.is_empty() && !compacts {
            return;
        }
        self.is_busy.set(true);
        let rows = self.rows.borrow().clone();
        let pieces = compacts.then(|| whole(shell));
        let weak = Rc::downgrade(shell);
        spawn_local(async move {
            let written = match &pieces {
                Some(pieces) => copy.replace(&rows, pieces).await,
                // What a first join brought is a whole board.
                None if is_empty => copy.replace(&[], &updates).await,
                None => copy.append(&updates).await,
            };
            written_as(&weak, written, pieces.map(|pieces| bytes_of(&pieces)), bytes, is_empty);
        });
    }

    fn wait_for_quiet(&self, shell: &Rc<Shell>) {
        if let Some(earlier) = self.quiet.take() {
            earlier.clear();
        }
        if self.size.borrow().wants_compaction(self.rows.borrow().len()) {
            let shell = Rc::downgrade(shell);
            let write = move || {
                if let Some(shell) = shell.upgrade() {
                    shell.copy.write(&shell, true);
                }
            };
            self.quiet.set(set_timeout_with_handle(write, QUIET).ok());
        }
    }
}

/// Writes what has come once it is time and no hand is at work.
fn gather(shell: Weak<Shell>, waits: u32) {
    set_timeout(
        move || {
            let Some(here) = shell.upgrade() else { return };
            if waits > 0 && here.with_editor(Editor::is_drafting) {
                return gather(shell, waits - 1);
            }
            here.copy.is_asked.set(false);
            here.copy.write(&here, false);
        },
        GATHER,
    );
}

/// Notes what a write did. Where it failed, what it lacks comes with the next join: an incomplete copy is a copy.
fn written_as(
    shell: &Weak<Shell>,
    written: Result<Option<Vec<RowKey>>, CopyError>,
    whole_bytes: Option<u64>,
    added_bytes: u64,
    was_empty: bool,
) {
    let Some(shell) = shell.upgrade() else { return };
    let writer = &shell.copy;
    writer.is_busy.set(false);
    match written {
        Ok(Some(rows)) => {
            let mut size = writer.size.borrow_mut();
            match whole_bytes {
                Some(whole_bytes) => {
                    *size = Size { whole_bytes, whole_rows: rows.len(), tail_bytes: 0 };
                    writer.rows.borrow_mut().clear();
                }
                None if was_empty => {
                    size.whole_bytes += added_bytes;
                    size.whole_rows += rows.len();
                }
                None => size.tail_bytes += added_bytes,
            }
            drop(size);
            if !writer.has_asked.replace(true) {
                ask_to_persist();
            }
            writer.rows.borrow_mut().extend(rows);
            writer.wait_for_quiet(&shell);
            writer.ask(&shell);
        }
        // Somebody removed it in another tab, and knew why.
        Ok(None) => drop(writer.end()),
        Err(error) => {
            leptos::logging::warn!("{error}");
            writer.end();
        }
    }
}

/// Asks the browser to keep what is kept here also when it is short of room. It may say no, and nobody need know.
fn ask_to_persist() {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or_default();
    // Absent over plain http, and in browsers that keep nothing for good.
    let storage = get(&window().navigator(), "storage");
    let persist = get(&storage, "persist").dyn_into::<Function>();
    let asked = persist.ok().and_then(|persist| persist.call0(&storage).ok()?.dyn_into::<Promise>().ok());
    if let Some(asked) = asked {
        spawn_local(async move { drop(JsFuture::from(asked).await) });
    }
}

fn whole(shell: &Shell) -> Vec<Bytes> {
    let pieces = shell.with_editor(|editor| editor.board().snapshot_in_pieces(STATE_CHUNK_STRUCTS, STATE_CHUNK_BYTES));
    pieces.into_iter().map(|piece| piece.0).collect()
}

fn bytes_of(updates: &[Bytes]) -> u64 {
    updates.iter().map(|update| update.len() as u64).sum()
}

fn warn(result: Result<(), CopyError>) {
    if let Err(error) = result {
        leptos::logging::warn!("{error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_written_anew_when_much_has_come_since_or_in_many_pieces() {
        const KIB: u64 = 1024;
        for (whole_bytes, tail_bytes, rows, expected) in [
            (0, 0, 0, false),
            (10 * KIB, 256 * KIB, 2, false),
            (10 * KIB, 257 * KIB, 2, true),
            (10 * KIB, 1, FEW_ROWS, false),
            (10 * KIB, 1, FEW_ROWS + 1, true),
            (10_240 * KIB, 5_120 * KIB, 2, false),
            (10_240 * KIB, 5_121 * KIB, 2, true),
        ] {
            for whole_rows in [0, 1, 40] {
                let size = Size { whole_bytes, whole_rows, tail_bytes };
                assert_eq!(size.wants_compaction(whole_rows + rows), expected, "{size:?} and {rows} rows");
            }
        }
        let full = Size { whole_bytes: MAX_COPY_BYTES, whole_rows: 1, tail_bytes: 0 };
        assert!(!full.is_too_large(0));
        assert!(full.is_too_large(1));
    }
}
