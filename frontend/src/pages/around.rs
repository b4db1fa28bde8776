//! What stands around a board: the panels, the bars and the dialogs. It is a part of the program that comes once the board
//! can be seen and drawn on; the toolbar alone comes with the board. It must not know how a board is drawn or joined.

use leptos::prelude::*;

use crate::board::attend;
use crate::facilitation::Facilitating;
use crate::meeting::Meeting;
use crate::opening::{Opened, OpenedBoard, remember};
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
use crate::panels::style::StylePanel;
use crate::panels::text_bar::TextBar;
use crate::panels::uploads::UploadLine;
use crate::panels::zoom::{HistoryPanel, ZoomPanel};
use crate::parts;
use crate::preferences::Preferences;
use crate::route::Router;
use crate::signed_in;
use crate::store::{BoardStore, UiRequest};
use crate::ui::button::{Button, Weight};
use crate::ui::dynamic::{Mounted, dynamic, effect, list, when};
use crate::ui::icon::Icon;
use crate::ui::toast::Toasts;
use crate::versions::Versions;
use crate::words::{Word, Words, key};

/// By their place in the page.
pub struct Around {
    /// Over the board.
    pub over: AnyView,
    /// Before the toolbar.
    pub before: AnyView,
    /// After it.
    pub after: AnyView,
    /// Beside the board's element.
    pub dialogs: AnyView,
}

/// Makes everything, for the component whose owner is current. `zen` says whether most of it is hidden.
pub fn around(opened: RwSignal<Option<Opened>>, zen: RwSignal<bool>) -> Around {
    let store = BoardStore::of_page();
    let facilitating = Facilitating::opening(store);
    let meeting = Meeting::opening(store, facilitating);
    provide_context(facilitating);
    provide_context(meeting);
    provide_context(Versions::of(OpenedBoard(opened), store));
    attend(meeting);
    keep_known(store, opened);
    signed_in::follow(store, opened);
    let [help, invite, palette, find, geometry, export, reactions] = [(); 7].map(|()| RwSignal::new(false));
    follow_asked(Opens { help, palette, find, geometry, export, reactions, zen });
    let invitation = Signal::derive(move || opened.get().map(|board| Invitation { id: board.id, links: board.links }));
    let is_open = Signal::derive(move || opened.read().is_some());
    let over = view! {
        <PinLayer />
        <FollowFrame />
        <MeetingBar />
        <TopBar help_open=help reactions_open=reactions invite_open=invite />
        <UploadLine />
    };
    let before = move || {
        view! {
            <TextBar />
            <div class="side">
                {parts::geometry(geometry)}
                <StylePanel />
                <SelectionActions />
            </div>
            <HistoryPanel />
        }
        .into_any()
    };
    let corner = move || view! { <ZoomPanel /> <MapPanel /> {parts::slides()} }.into_any();
    let after = view! {
        {when(is_open, corner)}
        {parts::find(find)}
        <BoardNotice />
        {parts::presentation()}
        {parts::context_menu()}
        {parts::versions()}
    };
    let dialogs = view! {
        {parts::invite(invite, invitation)}
        {parts::help(help)}
        {parts::palette(palette)}
        {parts::export(export)}
    };
    Around {
        over: over.into_any(),
        // What one may do is known only then; shown earlier, the panels would jump.
        before: when(is_open, before),
        after: after.into_any(),
        dialogs: dialogs.into_any(),
    }
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

/// What the page's own commands open.
#[derive(Clone, Copy)]
struct Opens {
    help: RwSignal<bool>,
    palette: RwSignal<bool>,
    find: RwSignal<bool>,
    geometry: RwSignal<bool>,
    export: RwSignal<bool>,
    reactions: RwSignal<bool>,
    zen: RwSignal<bool>,
}

/// Does the page's own commands.
fn follow_asked(opens: Opens) {
    let Opens { help, palette, find, geometry, export, reactions, zen } = opens;
    let store = BoardStore::of_page();
    let (preferences, words, toasts) = (Preferences::of_page(), Words::of_page(), Toasts::of_page());
    effect(move || {
        match store.asked.get() {
            Some("help") => help.set(true),
            Some("palette") => palette.set(true),
            Some("find") => find.set(true),
            Some("geometry") => geometry.update(|open| *open = !*open),
            Some("export") => export.set(true),
            Some("cursor-chat") => reactions.set(true),
            Some("zen") => zen.update(|zen| *zen = !*zen),
            Some("theme") => preferences.toggle_theme(),
            Some("toggle-map") => store.map_open.update(|open| *open = !*open),
            Some("frames") => toggle_slides(store),
            Some("present") => present(store, words, toasts),
            _ => return,
        }
        store.asked.set(None);
    });
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
