//! What the home page knows of this browser's boards, and what it does with them. It must not know how a card looks.

use leptos::prelude::*;
use protocol::{BoardId, ErrorCode, LinkSecret};

use crate::api::{self, ApiError};
use crate::clock::now_ms;
use crate::connection::copies;
use crate::keyring::{self, KeptBoard, KeyringError};
use crate::opening::{create_board, is_signed_in, keep_created};
use crate::recovery;
use crate::seen;
use crate::store::Problem;
use crate::ui::dynamic::Mounted;
use crate::ui::toast::Toasts;
use crate::words::{Words, key};

/// Cards that are shown before the person asks for more.
const FIRST_CARDS: usize = 24;

/// Which boards are to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All that are not in the bin.
    All,
    /// The starred ones.
    Starred,
    /// Those of one folder.
    Folder(String),
    /// Those in the bin.
    Bin,
}

impl Filter {
    /// What its chip says.
    pub fn label(&self, words: Words) -> String {
        match self {
            Self::All => words.get(key::HOME_ALL).to_owned(),
            Self::Starred => words.get(key::HOME_STARRED).to_owned(),
            Self::Folder(name) => name.clone(),
            Self::Bin => words.get(key::HOME_BIN).to_owned(),
        }
    }

    fn holds(&self, board: &KeptBoard) -> bool {
        match self {
            Self::Bin => board.deleted_at_ms.is_some(),
            _ if board.deleted_at_ms.is_some() => false,
            Self::All => true,
            Self::Starred => board.starred,
            Self::Folder(name) => board.folder == *name,
        }
    }
}

/// Something that a dialog asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// Another name.
    Rename,
    /// Another folder.
    Folder,
    /// Whether the board may go to the bin.
    Delete,
    /// Whether it may be gone for good.
    Purge,
    /// Whether this browser may forget it.
    Forget,
}

/// The boards of this browser, for the component that is being made.
#[derive(Clone, Copy)]
pub struct Shelf {
    /// As the keyring has them; none until it has answered.
    pub boards: RwSignal<Option<Result<Vec<KeptBoard>, KeyringError>>>,
    /// What is searched for.
    pub query: RwSignal<String>,
    /// What is to be seen.
    pub filter: RwSignal<Filter>,
    /// Boards whose keys open nothing any more.
    pub lost: RwSignal<Vec<BoardId>>,
    /// What a dialog asks, and of which board.
    pub asking: RwSignal<Option<(Asking, KeptBoard)>>,
    /// Counts what other tabs have written about boards' comments.
    pub news: RwSignal<u32>,
    most: RwSignal<usize>,
    mounted: Mounted,
    /// The page's words.
    pub words: Words,
    toasts: Toasts,
}

impl Shelf {
    /// Reads the keyring.
    pub fn here() -> Self {
        let shelf = Self {
            boards: RwSignal::new(None),
            query: RwSignal::default(),
            filter: RwSignal::new(Filter::All),
            lost: RwSignal::default(),
            asking: RwSignal::new(None),
            news: RwSignal::new(0),
            most: RwSignal::new(FIRST_CARDS),
            mounted: Mounted::here(),
            words: Words::of_page(),
            toasts: Toasts::of_page(),
        };
        seen::on_change(move || shelf.news.update(|news| *news += 1));
        shelf.read();
        shelf
    }

    /// Reads the keyring again, and lets the recovery link follow.
    pub fn read(self) {
        self.mounted.ask(keyring::boards(), move |answer| {
            if let Ok(boards) = &answer {
                let boards = boards.clone();
                // What could not be sent now is sent with the next visit.
                self.mounted.ask(async move { recovery::renew(&boards).await }, |_| {});
            }
            self.boards.set(Some(answer));
        });
    }

    /// Whether it is known that there are none.
    pub fn is_empty(self) -> bool {
        matches!(&*self.boards.read(), Some(Ok(boards)) if boards.is_empty())
    }

    /// The chips that there is a use for.
    pub fn filters(self) -> Vec<Filter> {
        let mut folders = self.folders();
        folders.sort_unstable_by_key(|name| name.to_lowercase());
        let folders = folders.into_iter().map(Filter::Folder);
        [Filter::All, Filter::Starred].into_iter().chain(folders).chain([Filter::Bin]).collect()
    }

    /// The folders that there are.
    pub fn folders(self) -> Vec<String> {
        let boards = self.boards.read();
        let mut folders: Vec<String> = Vec::new();
        for board in boards.iter().flatten().flatten().filter(|board| !board.folder.is_empty()) {
            if !folders.contains(&board.folder) {
                folders.push(board.folder.clone());
            }
        }
        folders
    }

    fn found(self) -> Vec<KeptBoard> {
        let (filter, query) = (self.filter.get(), self.query.get().trim().to_lowercase());
        let boards = self.boards.read();
        let fits = |board: &&KeptBoard| filter.holds(board) && board.title.to_lowercase().contains(&query);
        boards.iter().flatten().flatten().filter(fits).cloned().collect()
    }

    /// How many boards the filter and the search leave.
    pub fn matching(self) -> usize {
        self.found().len()
    }

    /// The boards to show.
    pub fn shown(self) -> Vec<KeptBoard> {
        let mut found = self.found();
        found.truncate(self.most.get());
        found
    }

    /// Whether there are more of them.
    pub fn has_more(self) -> bool {
        self.matching() > self.most.get()
    }

    /// A board as the keyring has it now; as it was where it has it no more.
    pub fn now(self, board: &KeptBoard) -> KeptBoard {
        let boards = self.boards.read();
        boards.iter().flatten().flatten().find(|now| now.id == board.id).unwrap_or(board).clone()
    }

    /// Makes a board, as long as the page is open: `then` may not need whatever shows the button, which goes with the
    /// first board that comes.
    pub fn create(self, title: String, then: impl FnOnce(Result<(KeptBoard, bool), Problem>) + 'static) {
        self.mounted.ask(create_board(title), then);
    }

    /// Shows as many more.
    pub fn show_more(self) {
        self.most.update(|most| *most += FIRST_CARDS);
    }

    /// What a board is called.
    pub fn title(self, board: &KeptBoard) -> String {
        if board.title.is_empty() { self.words.get(key::BOARD_UNTITLED).to_owned() } else { board.title.clone() }
    }

    /// Changes what this browser keeps of a board.
    pub fn change(self, id: &BoardId, change: impl FnOnce(&mut KeptBoard) + 'static) {
        let id = id.clone();
        self.mounted.ask(async move { keyring::change(&id, change).await }, move |_| self.read());
    }

    /// Forgets a board in this browser.
    pub fn forget(self, id: &BoardId) {
        let id = id.clone();
        let forgotten = async move {
            // A copy that cannot be removed now goes when room is made.
            let _ = copies::forget(&id).await;
            keyring::forget(&id).await
        };
        self.mounted.ask(forgotten, move |_| self.read());
    }

    /// Gives a board another name, for everybody.
    pub fn rename(self, board: &KeptBoard, title: String) {
        let Some((id, key)) = place_of(board) else { return };
        let renamed = async move { api::rename_board(&id, &key, title).await };
        self.ask(board, renamed, move |shelf, id, view| shelf.change(id, move |board| board.title = view.title));
    }

    /// Makes a board that begins as this one is now.
    pub fn duplicate(self, board: &KeptBoard) {
        let Some((id, key)) = place_of(board) else { return };
        let title = self.words.fill(key::HOME_COPY_OF, &[("title", &self.title(board))]);
        let made = async move {
            let created = api::copy_board(&id, &key, title).await?;
            Ok(keep_created(created, is_signed_in().await).await.0)
        };
        self.ask(board, made, |shelf, _, copy| {
            let title = shelf.title(&copy);
            shelf.toasts.push(shelf.words.fill(key::HOME_DUPLICATED, &[("title", &title)]));
            shelf.read();
        });
    }

    /// Puts a board in the bin.
    pub fn delete(self, board: &KeptBoard) {
        let Some((id, key)) = place_of(board) else { return };
        self.ask(board, async move { api::delete_board(&id, &key).await }, |shelf, id, _| shelf.note_deleted(id, true));
    }

    /// Takes a board out of the bin.
    pub fn restore(self, board: &KeptBoard) {
        let Some((id, key)) = place_of(board) else { return };
        self.ask(board, async move { api::restore_board(&id, &key).await }, |shelf, id, _| {
            shelf.note_deleted(id, false)
        });
    }

    /// Deletes a board for good.
    pub fn purge(self, board: &KeptBoard) {
        let Some((id, key)) = place_of(board) else { return };
        self.ask(board, async move { api::purge_board(&id, &key).await }, |shelf, id, ()| shelf.forget(id));
    }

    /// Notes that no key that this browser has of a board opens it.
    pub fn note_lost(self, id: &BoardId) {
        if !self.lost.read_untracked().contains(id) {
            self.lost.update(|lost| lost.push(id.clone()));
        }
    }

    /// Keeps what was heard of whether a board is in the bin.
    pub fn note_deleted(self, id: &BoardId, is_deleted: bool) {
        // Whole milliseconds, far below 2^53.
        let now = now_ms() as u64;
        self.change(id, move |board| {
            board.deleted_at_ms = is_deleted.then(|| board.deleted_at_ms.unwrap_or(now));
        });
    }

    fn ask<T: 'static>(
        self,
        board: &KeptBoard,
        answer: impl Future<Output = Result<T, ApiError>> + 'static,
        then: impl FnOnce(Self, &BoardId, T) + 'static,
    ) {
        let id = board.id.clone();
        self.mounted.ask(answer, move |answer| match answer {
            Ok(answer) => then(self, &id, answer),
            Err(ApiError::Refused(ErrorCode::Deleted)) => self.note_deleted(&id, true),
            Err(error) => self.fail(error),
        });
    }

    fn fail(self, error: ApiError) {
        let reason = self.words.named("problem", &format!("{}.text", Problem::from(error).id()));
        self.toasts.push(self.words.fill(key::HOME_FAILED, &[("reason", &reason)]));
    }
}

/// Where a board is, and the key that allows most.
fn place_of(board: &KeptBoard) -> Option<(BoardId, LinkSecret)> {
    Some((board.id.clone(), board.strongest()?.key.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bin_is_apart_from_everything_else() {
        let board = KeptBoard {
            starred: true,
            folder: "Work".to_owned(),
            ..KeptBoard::new(BoardId::from_random([1; BoardId::LENGTH]), 0)
        };
        let deleted = KeptBoard { deleted_at_ms: Some(1), ..board.clone() };
        let work = Filter::Folder("Work".to_owned());
        for (filter, here, in_bin) in [
            (Filter::All, true, false),
            (Filter::Starred, true, false),
            (work, true, false),
            (Filter::Bin, false, true),
        ] {
            assert_eq!((filter.holds(&board), filter.holds(&deleted)), (here, in_bin), "{filter:?}");
        }
        assert!(!Filter::Folder("Home".to_owned()).holds(&board));
    }
}
