//! One board on the home page: its picture, its name, and what can be done with it.

use leptos::prelude::*;
use protocol::{BoardId, ErrorCode, Role};

use super::shelf::{Asking, Shelf};
use crate::api::{self, ApiError};
use crate::clock::{now_ms, relative};
use crate::keyring::KeptBoard;
use crate::preferences::{Preferences, Theme};
use crate::route::{RouteLink, board_path};
use crate::seen;
use crate::ui::button::IconButton;
use crate::ui::dynamic::{Mounted, dynamic, effect, when};
use crate::ui::icon::{Icon, IconShape};
use crate::ui::popover::Popover;
use crate::ui::tooltip::Side;
use crate::words::{Word, Words, key};

/// A board. One that is put in the bin, or taken out of it, is another card.
#[component]
pub fn Card(
    /// Where it stands.
    shelf: Shelf,
    /// The board.
    board: Signal<KeptBoard>,
) -> impl IntoView {
    // Each change of any board is looked at once here, not by all that stands on the card.
    let board: Signal<KeptBoard> = Memo::new(move |_| board.get()).into();
    let title = Signal::derive(move || board.with(|board| shelf.title(board)));
    let KeptBoard { id, deleted_at_ms, .. } = board.get_untracked();
    // A board that does not open says why here, before anybody tries.
    let trouble = RwSignal::new(None::<ErrorCode>);
    let face = view! {
        <Picture shelf=shelf board=board trouble=trouble />
        <span class="card__title">{title}</span>
        <span class="card__meta">{meta(shelf.words, board, trouble)}{calls(shelf, id.clone())}</span>
    };
    let (face, star) = if deleted_at_ms.is_some() {
        (view! { <span class="card__open">{face}</span> }.into_any(), None)
    } else {
        let path = board_path(&id);
        let link = view! { <RouteLink to=path class="card__open" attr:data-testid="recent-board">{face}</RouteLink> };
        (link.into_any(), Some(star(shelf, board, title)))
    };
    view! {
        <li class="card" data-testid="board-card" data-board=id.to_string()>
            {face}
            <span class="card__tools">
                {star}
                <CardMenu shelf=shelf board=board title=title />
            </span>
        </li>
    }
    .into_any()
}

fn meta(words: Words, board: Signal<KeptBoard>, trouble: RwSignal<Option<ErrorCode>>) -> AnyView {
    let role = Signal::derive(move || board.with(|board| board.strongest().map_or(Role::View, |link| link.role)));
    let when_of = Signal::derive(move || {
        // Whole milliseconds since 1970 are exact in a double.
        let spoken = |at_ms: u64| relative(at_ms as f64, now_ms(), words.0.get());
        match (trouble.get(), board.with(|board| (board.deleted_at_ms, board.opened_at_ms))) {
            (_, (Some(at_ms), _)) => words.fill(key::HOME_DELETED, &[("when", &spoken(at_ms))]),
            (Some(code), _) => words.named("problem", &format!("{}.title", code.id())),
            (None, (None, at_ms)) => words.fill(key::HOME_OPENED, &[("when", &spoken(at_ms))]),
        }
    });
    let folder = Signal::derive(move || board.with(|board| board.folder.clone()));
    let shelved =
        move || view! { <span class="card__folder"><Icon shape=icondata::LuFolder />{folder}</span> }.into_any();
    view! {
        <span class="badge" data-role=Signal::derive(move || role.get().as_str())>
            {Signal::derive(move || words.named("role", role.get().as_str()))}
        </span>
        <span class="card__when">{when_of}</span>
        {when(Signal::derive(move || !folder.read().is_empty()), shelved)}
    }
    .into_any()
}

/// How many threads call the reader unread, as this browser knows.
fn calls(shelf: Shelf, id: BoardId) -> AnyView {
    let words = shelf.words;
    dynamic(move || {
        shelf.news.track();
        match seen::calls(&id) {
            0 => ().into_any(),
            count => view! {
                <span class="card__calls" data-testid="board-calls">
                    <Icon shape=icondata::LuAtSign />
                    {Signal::derive(move || words.count(key::HOME_CALLS_ONE, key::HOME_CALLS_MANY, count))}
                </span>
            }
            .into_any(),
        }
    })
}

fn star(shelf: Shelf, board: Signal<KeptBoard>, title: Signal<String>) -> AnyView {
    let words = shelf.words;
    let starred = Signal::derive(move || board.with(|board| board.starred));
    let label = Signal::derive(move || {
        let word = if starred.get() { key::HOME_UNSTAR } else { key::HOME_STAR };
        words.fill(word, &[("title", &title.get())])
    });
    let press = move |()| {
        let starred = starred.get_untracked();
        shelf.change(&board.get_untracked().id, move |board| board.starred = !starred);
    };
    view! {
        <IconButton
            attr:class="icon-button card__star"
            attr:data-starred=Signal::derive(move || starred.get().to_string())
            attr:data-testid="star-board"
            label=label
            icon=icondata::LuStar
            side=Side::BottomEnd
            on_press=Callback::new(press)
        />
    }
    .into_any()
}

/// The board as the server paints it; a patterned tile until then, and where nothing is on it.
#[component]
fn Picture(shelf: Shelf, board: Signal<KeptBoard>, trouble: RwSignal<Option<ErrorCode>>) -> impl IntoView {
    let preferences = Preferences::of_page();
    let mounted = Mounted::here();
    let source = RwSignal::new(None::<String>);
    let KeptBoard { id, deleted_at_ms, .. } = board.get_untracked();
    let (hue, was_deleted) = (hue(id.as_str()), deleted_at_ms.is_some());
    let strongest = Memo::new(move |_| board.with(|board| board.strongest().map(|link| link.key.clone())));
    effect(move || {
        let is_dark = preferences.theme() == Theme::Dark;
        let Some(key) = strongest.get() else { return };
        let (id, asked) = (id.clone(), id.clone());
        mounted.ask(async move { api::picture(&id, &key, None, is_dark).await }, move |answer| match answer {
            Ok(svg) => {
                trouble.set(None);
                source.set((!svg.is_empty()).then(|| data_url(&svg)));
                if was_deleted {
                    // Another owner took it out of the bin.
                    shelf.note_deleted(&asked, false);
                }
            }
            Err(ApiError::Refused(ErrorCode::Deleted)) if !was_deleted => shelf.note_deleted(&asked, true),
            Err(ApiError::Refused(code)) if code.retry() == protocol::Retry::Never && code != ErrorCode::Deleted => {
                trouble.set(Some(code));
                if matches!(code, ErrorCode::WrongKey | ErrorCode::Revoked | ErrorCode::Expired) {
                    shelf.note_lost(&asked);
                }
            }
            // Without a server, or while it is busy, the tile stays.
            Err(_) => {}
        });
    });
    let image = move || match source.get() {
        Some(source) => view! { <img class="card__image" src=source alt="" decoding="async" /> }.into_any(),
        None => ().into_any(),
    };
    let failed = Signal::derive(move || trouble.read().is_some());
    view! {
        <span class="card__picture" style:--hue=hue.to_string() aria-hidden="true">
            {dynamic(image)}
            {when(failed, || view! { <Icon shape=icondata::LuLink2Off /> }.into_any())}
        </span>
    }
    .into_any()
}

/// A picture as an address, which runs nothing.
pub fn data_url(svg: &str) -> String {
    format!("data:image/svg+xml,{}", String::from(js_sys::encode_uri_component(svg)))
}

/// A colour for a board's tile, in degrees; the same at each visit.
fn hue(id: &str) -> u32 {
    id.bytes().fold(0u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte))) % 360
}

#[component]
fn CardMenu(shelf: Shelf, board: Signal<KeptBoard>, title: Signal<String>) -> impl IntoView {
    let words = shelf.words;
    let open = RwSignal::new(false);
    let label = Signal::derive(move || words.fill(key::HOME_MORE, &[("title", &title.get())]));
    view! {
        <Popover
            open=open
            label=label
            panel_class="panel menu popover__panel popover__panel--end"
            button_id="board-menu"
            face=view! { <Icon shape=icondata::LuEllipsis /> }.into_any()
        >
            {entries(shelf, board, open)}
        </Popover>
    }
    .into_any()
}

/// What can be done with a board; on the server only what its strongest link allows.
fn entries(shelf: Shelf, current: Signal<KeptBoard>, open: RwSignal<bool>) -> AnyView {
    // An open menu stays as it is, and does what it says to the board as it is by then.
    let board = current.get_untracked();
    let owned = board.is_owned();
    let writes = board.strongest().is_some_and(|link| link.role.may_write());
    let entry = |id: &'static str, icon: IconShape, word: Word, run: fn(Shelf, &KeptBoard)| {
        let press = move |_| {
            open.set(false);
            run(shelf, &current.get_untracked());
        };
        view! {
            <button type="button" class="menu__entry" data-testid=id on:click=press>
                <Icon shape=icon />
                <span>{shelf.words.of(word)}</span>
            </button>
        }
        .into_any()
    };
    fn asks(shelf: Shelf, asking: Asking, board: &KeptBoard) {
        shelf.asking.set(Some((asking, board.clone())));
    }
    let forget = || {
        entry("forget-board", icondata::LuListX, key::HOME_FORGET_ENTRY, |shelf, board| {
            asks(shelf, Asking::Forget, board)
        })
    };
    if board.deleted_at_ms.is_some() {
        let restore = entry("restore-board", icondata::LuUndo2, key::HOME_RESTORE, |shelf, board| shelf.restore(board));
        let purge =
            entry("purge-board", icondata::LuTrash2, key::HOME_PURGE, |shelf, board| asks(shelf, Asking::Purge, board));
        let own = owned.then_some((restore, purge));
        return view! { {own} {forget()} }.into_any();
    }
    let rename = || {
        entry("rename-board", icondata::LuPencil, key::HOME_RENAME, |shelf, board| asks(shelf, Asking::Rename, board))
    };
    let duplicate =
        || entry("duplicate-board", icondata::LuCopy, key::HOME_DUPLICATE, |shelf, board| shelf.duplicate(board));
    let folder = entry("folder-board", icondata::LuFolderInput, key::HOME_FOLDER, |shelf, board| {
        asks(shelf, Asking::Folder, board)
    });
    let delete = || {
        entry("delete-board", icondata::LuTrash2, key::HOME_DELETE, |shelf, board| asks(shelf, Asking::Delete, board))
    };
    view! {
        {writes.then(rename)}
        {folder}
        {writes.then(duplicate)}
        <hr class="menu__line" />
        {forget()}
        {owned.then(delete)}
    }
    .into_any()
}
