//! The page of one board: opens it, and lays the chrome around the canvas. It must not know how a board is drawn or
//! joined.

use leptos::html;
use leptos::prelude::*;
use protocol::{BoardId, ErrorCode, LinkSecret};

use super::problem::ProblemPage;
use crate::board::{MapHost, Place, keep_log, mount};
use crate::facilitation::Facilitating;
use crate::meeting::Meeting;
use crate::opening::{Opened, OpenedBoard, open_board, remember};
use crate::panels::actions::SelectionActions;
use crate::panels::comments::CommentsPanel;
use crate::panels::company::{FollowFrame, ReactionsPanel};
use crate::panels::facilitate::{FacilitatePanel, MeetingBar};
use crate::panels::invite::Invitation;
use crate::panels::map::MapPanel;
use crate::panels::menu::MenuPanel;
use crate::panels::people::PeoplePanel;
use crate::panels::pins::PinLayer;
use crate::panels::status::StatusLine;
use crate::panels::style::{StyleOpen, StylePanel};
use crate::panels::text_bar::TextBar;
use crate::panels::toolbar::Toolbar;
use crate::panels::uploads::UploadLine;
use crate::panels::zoom::{HistoryPanel, ZoomPanel};
use crate::parts;
use crate::preferences::Preferences;
use crate::route::Router;
use crate::store::{BoardStore, Destination, Problem, UiRequest};
use crate::ui::button::{Button, Weight};
use crate::ui::dynamic::{Mounted, dynamic, effect, list, when};
use crate::ui::icon::Icon;
use crate::ui::toast::Toasts;
use crate::versions::Versions;
use crate::words::{Word, Words, key};

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
    let facilitating = Facilitating::opening(store);
    provide_context(facilitating);
    provide_context(Meeting::opening(store, facilitating));
    provide_context(StyleOpen(RwSignal::new(false)));
    provide_context(OpenedBoard(opened));
    provide_context(Versions::of(OpenedBoard(opened), store));
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
                leptos::task::spawn_local(keep_log(store, rescued.clone()));
            }
        }
    });
    keep_known(store, opened);
    let words = Words::of_page();
    effect(move || {
        let name = words.get(key::APP_NAME);
        let title = store.title.get();
        document().set_title(&if title.is_empty() { name.to_owned() } else { format!("{title} · {name}") });
    });
}

/// Keeps the board, again whenever the server tells another title or role; then the address need not show the key.
fn keep_known(store: BoardStore, opened: RwSignal<Option<Opened>>) {
    let (words, toasts) = (Words::of_page(), Toasts::of_page());
    let router: Router = expect_context();
    let mounted = Mounted::here();
    effect(move || {
        let Some(board) = opened.get() else { return };
        let id = board.id.clone();
        let board = Opened { title: store.title.get(), role: store.role.get(), ..board };
        mounted.ask(remember(board), move |kept| match kept {
            Ok(()) => router.hide_key(&id),
            Err(_) => toasts.push(words.get(key::HOME_UNKEPT).to_owned()),
        });
    });
}

/// The canvas and everything around it.
#[component]
fn Chrome(opened: RwSignal<Option<Opened>>) -> impl IntoView {
    let help_open = RwSignal::new(false);
    let invite_open = RwSignal::new(false);
    let (palette_open, find_open) = (RwSignal::new(false), RwSignal::new(false));
    let (geometry_open, zen) = (RwSignal::new(false), RwSignal::new(false));
    let (export_open, reactions_open) = (RwSignal::new(false), RwSignal::new(false));
    let (store, preferences) = (BoardStore::of_page(), Preferences::of_page());
    let (words, toasts) = (Words::of_page(), Toasts::of_page());
    effect(move || {
        match store.asked.get() {
            Some("help") => help_open.set(true),
            Some("palette") => palette_open.set(true),
            Some("find") => find_open.set(true),
            Some("geometry") => geometry_open.update(|open| *open = !*open),
            Some("export") => export_open.set(true),
            Some("cursor-chat") => reactions_open.set(true),
            Some("zen") => zen.update(|zen| *zen = !*zen),
            Some("theme") => preferences.toggle_theme(),
            Some("toggle-map") => store.map_open.update(|open| *open = !*open),
            Some("frames") => toggle_slides(store),
            Some("present") => present(store, words, toasts),
            _ => return,
        }
        store.asked.set(None);
    });
    let invitation = Signal::derive(move || opened.get().map(|board| Invitation { id: board.id, links: board.links }));
    let panels = move || {
        view! {
            <TextBar />
            <div class="side">
                {parts::geometry(geometry_open)}
                <StylePanel />
                <SelectionActions />
            </div>
            <HistoryPanel />
            <Toolbar />
            <ZoomPanel />
            <MapPanel />
            {parts::slides()}
        }
        .into_any()
    };
    view! {
        <main class="board" data-zen=Signal::derive(move || (zen.get() || store.presenting.get().is_some()).to_string())>
            <CanvasHost opened=opened />
            <PinLayer />
            <FollowFrame />
            <MeetingBar />
            <TopBar help_open=help_open reactions_open=reactions_open invite_open=invite_open />
            <UploadLine />
            // What one may do is known only then; shown earlier, the panels would jump.
            {when(Signal::derive(move || opened.read().is_some()), panels)}
            {parts::find(find_open)}
            <BoardNotice />
            {parts::presentation()}
            {parts::context_menu()}
            {parts::versions()}
        </main>
        {parts::invite(invite_open, invitation)}
        {parts::help(help_open)}
        {parts::palette(palette_open)}
        {parts::export(export_open)}
    }
    .into_any()
}

/// The menu, and what is about other people.
#[component]
fn TopBar(help_open: RwSignal<bool>, reactions_open: RwSignal<bool>, invite_open: RwSignal<bool>) -> impl IntoView {
    view! {
        <div class="top">
            <MenuPanel help_open=help_open />
            <div class="panel company">
                <StatusLine />
                <ReactionsPanel open=reactions_open />
                <CommentsPanel />
                <FacilitatePanel />
                <PeoplePanel />
                <InviteButton open=invite_open />
            </div>
        </div>
    }
    .into_any()
}

fn toggle_slides(store: BoardStore) {
    store.request(UiRequest::ListSlides);
    store.slides_open.update(|open| *open = !*open);
}

/// Begins with the first frame, or says that there is none.
fn present(store: BoardStore, words: Words, toasts: Toasts) {
    store.request(UiRequest::ListSlides);
    match store.slides.read_untracked().is_empty() {
        true => toasts.push(words.get(key::SLIDES_NONE).to_owned()),
        false => store.presenting.set(Some(0)),
    }
}

/// The way out of where nothing can be seen, or nothing can be done.
#[component]
fn BoardNotice() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    dynamic(move || {
        let button = |label: Word, command: &'static str| {
            view! {
                <div class="board__notice" data-testid=command>
                    <Button
                        label=words.of(label)
                        weight=Weight::Secondary
                        on_press=Callback::new(move |()| store.request(UiRequest::Command(command)))
                    />
                </div>
            }
            .into_any()
        };
        match (store.view_mode.get(), store.is_lost.get(), store.lost_count.get()) {
            (true, ..) => button(key::BOARD_VIEW_MODE_END, "view-mode"),
            (false, _, 1..) => {
                let both = [(key::BOARD_RESTORE_MINE, "restore-mine"), (key::BOARD_FORGET_MINE, "forget-mine")];
                let buttons = list(both.into_iter().map(|(label, command)| button(label, command)));
                view! { <div class="board__offer">{buttons}</div> }.into_any()
            }
            (false, true, 0) => button(key::BOARD_BACK_TO_CONTENT, "zoom-fit"),
            (false, false, 0) => ().into_any(),
        }
    })
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

#[component]
fn InviteButton(open: RwSignal<bool>) -> impl IntoView {
    let words = Words::of_page();
    let label = words.of(key::INVITE_BUTTON);
    view! {
        <button
            type="button"
            class="button invite-button"
            data-weight="primary"
            data-testid="invite"
            aria-label=label
            aria-haspopup="dialog"
            on:click=move |_| open.set(true)
        >
            <Icon shape=icondata::LuUserPlus />
            <span>{label}</span>
        </button>
    }
    .into_any()
}
