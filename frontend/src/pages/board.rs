//! The page of one board: opens it, and lays the chrome around the canvas. It must not know how a board is drawn or
//! joined.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use protocol::{BoardId, ErrorCode, LinkSecret};

use super::problem::ProblemPage;
use crate::board::{Drawn, MapHost, Place, mount};
use crate::opening::{Opened, OpenedBoard, open_board};
use crate::panels::style::StyleOpen;
use crate::panels::toolbar::Toolbar;
use crate::parts;
use crate::store::{BoardStore, Destination, Problem, Status};
use crate::ui::dynamic::{Mounted, dynamic, effect, when};
use crate::words::{Words, key};

/// A moment in which the browser paints the board that has come.
const PAINT_FIRST: Duration = Duration::from_millis(50);
/// How long the board may take until the rest is asked for nevertheless.
const WITHOUT_BOARD: Duration = Duration::from_secs(3);

/// The page of one board.
#[component]
pub fn BoardPage(
    /// The board.
    id: BoardId,
    /// The key of the address, if it had one.
    key: Option<LinkSecret>,
) -> impl IntoView {
    let store = BoardStore::opening();
    store.destination.set_value(window().location().hash().ok().as_deref().and_then(Destination::parse));
    let opened = RwSignal::new(None::<Opened>);
    provide_context(store);
    provide_context(MapHost::default());
    provide_context(Drawn::default());
    provide_context(StyleOpen(RwSignal::new(false)));
    provide_context(OpenedBoard(opened));
    let asked = StoredValue::new((id.clone(), key.clone()));
    follow_opening(store, opened, id, key);
    // The key of the address, or the one that this browser kept of a link which wants a password by now.
    let locked = move || {
        let (id, key) = asked.get_value();
        let key = key.or_else(|| opened.read_untracked().as_ref().map(|board| board.key.clone()))?;
        Some(parts::unlock(id, key))
    };
    dynamic(move || match store.problem.get() {
        Some(problem @ Problem::Refused(ErrorCode::Locked)) => locked().unwrap_or_else(|| problem_page(problem)),
        Some(problem) => problem_page(problem),
        None => view! { <Chrome opened=opened /> }.into_any(),
    })
}

fn problem_page(problem: Problem) -> AnyView {
    view! { <ProblemPage problem=problem /> }.into_any()
}

/// Opens the board, puts the answer where the chrome and the shells see it, and keeps it in the keyring.
fn follow_opening(store: BoardStore, opened: RwSignal<Option<Opened>>, id: BoardId, key: Option<LinkSecret>) {
    let rescued = id.clone();
    Mounted::here().ask(open_board(id, key), move |answer| match answer {
        Ok(board) => {
            store.title.set(board.title.clone());
            store.role.set(board.role);
            opened.set(Some(board));
        }
        Err(problem) => {
            store.problem.set(Some(problem));
            if matches!(problem, Problem::Refused(_)) {
                leptos::task::spawn_local(parts::rescue_log(store, rescued.clone()));
            }
        }
    });
    let words = Words::of_page();
    effect(move || {
        let name = words.get(key::APP_NAME);
        let title = store.title.get();
        document().set_title(&if title.is_empty() { name.to_owned() } else { format!("{title} · {name}") });
    });
}

/// The canvas and the toolbar; what else stands around comes a moment later.
#[component]
fn Chrome(opened: RwSignal<Option<Opened>>) -> impl IntoView {
    let (store, zen) = (BoardStore::of_page(), RwSignal::new(false));
    want_around(store);
    let [over, before, after, dialogs] = parts::around(opened, zen);
    view! {
        <main class="board" data-zen=Signal::derive(move || (zen.get() || store.presenting.get().is_some()).to_string())>
            <CanvasHost opened=opened />
            {over}
            {before}
            // What one may do is known only then; shown earlier, it would jump.
            {when(Signal::derive(move || opened.read().is_some()), || view! { <Toolbar /> }.into_any())}
            {after}
        </main>
        {dialogs}
    }
    .into_any()
}

/// Asks for what stands around the board: when the board is there, when it stays away, or when somebody asks for something.
fn want_around(store: BoardStore) {
    effect(move || {
        if store.asked.read().is_some() {
            store.want_around();
        }
        // What has come is painted first.
        if store.status.get() != Status::Connecting {
            set_timeout(move || store.want_around(), PAINT_FIRST);
        }
    });
    set_timeout(move || store.want_around(), WITHOUT_BOARD);
}

/// The element that the canvas shell fills, with what assistive technology may know of it.
#[component]
fn CanvasHost(opened: RwSignal<Option<Opened>>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let host = NodeRef::<html::Div>::new();
    // Once: a later change of the title or the role is no reason to begin anew.
    let place = Memo::new(move |_| opened.get().map(|board| Place { id: board.id, key: board.key }));
    effect(move || {
        if let (Some(host), Some(place)) = (host.get(), place.get())
            && let Err(error) = mount((*host).clone(), place)
        {
            web_sys::console::error_2(&"the board cannot be shown:".into(), &error);
        }
    });
    let label = Signal::derive(move || words.fill(key::BOARD_CANVAS, &[("title", &store.title.get())]));
    let selection = Signal::derive(move || match store.selection_count.get() {
        0 => words.get(key::BOARD_SELECTED_NONE).to_owned(),
        count => {
            let said = words.count(key::BOARD_SELECTED_ONE, key::BOARD_SELECTED_MANY, count);
            // What somebody wrote for those who do not see the picture.
            match store.style.read().value("alt").filter(|alt| !alt.is_empty()) {
                Some(alt) => format!("{said}: {alt}"),
                None => said,
            }
        }
    });
    view! {
        <div
            id="board-host"
            node_ref=host
            role="application"
            tabindex="0"
            aria-label=label
            aria-describedby="selection-description"
        ></div>
        <p id="selection-description" class="visually-hidden" aria-live="polite">{selection}</p>
    }
    .into_any()
}
