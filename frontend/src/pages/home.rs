//! The home page: a new board, and the boards of this browser.

mod card;
mod dialogs;
mod move_away;
mod shelf;
mod token;

use leptos::prelude::*;
use protocol::ErrorCode;

pub use self::card::data_url;

use self::card::Card;
use self::dialogs::CardDialog;
use self::move_away::MoveAway;
use self::shelf::{Filter, Shelf};
use self::token::TokenDialog;
use crate::clock::now_in_words;
use crate::keyring::KeptBoard;
use crate::panels::appearance::{LanguageChoice, theme_switch};
use crate::panels::menu::MARK;
use crate::parts;
use crate::preferences::Preferences;
use crate::route::{Router, board_link, board_path};
use crate::sign_in::{self, SignInDesk};
use crate::store::Problem;
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{dynamic, effect, keyed, list, when};
use crate::ui::icon::{Icon, IconShape};
use crate::ui::toast::Toasts;
use crate::ui::tooltip::Side;
use crate::words::{Word, Words, key};

/// A small board with two people on it.
const PICTURE: &str = include_str!("../../../assets/icons/board-picture.svg");
/// Cards that stand in for boards until the browser's database has answered.
const SKELETONS: usize = 4;

/// The home page.
#[component]
pub fn HomePage() -> impl IntoView {
    let words = Words::of_page();
    effect(move || document().set_title(words.get(key::APP_NAME)));
    let shelf = Shelf::here();
    let changed = Callback::new(move |()| shelf.read());
    provide_context(SignInDesk { needed: RwSignal::new(false), lost: shelf.lost, changed });
    let newcomer = Signal::derive(move || shelf.is_empty());
    let making = Making::here(shelf);
    view! {
        <div class="home">
            <HomeHeader shelf=shelf />
            <main class="home__main">
                {when(newcomer, move || view! { <Hero making=making /> }.into_any())}
                <Boards shelf=shelf making=making />
            </main>
        </div>
        <CardDialog shelf=shelf />
        <TokenDialog open=making.asking_token on_told=Callback::new(move |()| making.begin()) />
    }
    .into_any()
}

#[component]
fn Hero(making: Making) -> impl IntoView {
    let words = Words::of_page();
    view! {
        <section class="hero">
            <div class="hero__words">
                <h1>{words.of(key::HOME_PROMISE)}</h1>
                <p>{words.of(if sign_in::is_needed() { key::HOME_LEAD_SIGNED_IN } else { key::HOME_LEAD })}</p>
                <NewBoard making=making large=true />
            </div>
            <span class="hero__picture" aria-hidden="true" inner_html=PICTURE></span>
        </section>
    }
    .into_any()
}

#[component]
fn HomeHeader(shelf: Shelf) -> impl IntoView {
    let (preferences, words) = (Preferences::of_page(), Words::of_page());
    let moving = RwSignal::new(false);
    view! {
        <header class="home__header">
            <span class="brand">
                <span class="mark" aria-hidden="true" inner_html=MARK></span>
                <span>{words.of(key::APP_NAME)}</span>
            </span>
            <IconButton
                attr:data-testid="move-away"
                label=words.of(key::RECOVERY_BUTTON)
                icon=icondata::LuMonitorSmartphone
                side=Side::BottomEnd
                on_press=Callback::new(move |()| moving.set(true))
            />
            <LanguageChoice short=true />
            <IconButton
                attr:data-testid="theme"
                label=Signal::derive(move || words.get(theme_switch(preferences).1).to_owned())
                icon=Signal::derive(move || theme_switch(preferences).0)
                side=Side::BottomEnd
                on_press=Callback::new(move |()| preferences.toggle_theme())
            />
            {parts::account(SignInDesk::of_page())}
        </header>
        <MoveAway open=moving shelf=shelf />
    }
    .into_any()
}

/// The making of a board. It goes on where the button that began it goes: boards that come change which one there is.
#[derive(Clone, Copy)]
struct Making {
    shelf: Shelf,
    creating: RwSignal<bool>,
    asking_token: RwSignal<bool>,
    desk: SignInDesk,
    router: Router,
    toasts: Toasts,
}

impl Making {
    /// For the page that is being made.
    fn here(shelf: Shelf) -> Self {
        Self {
            shelf,
            creating: RwSignal::new(false),
            asking_token: RwSignal::new(false),
            desk: SignInDesk::of_page(),
            router: expect_context(),
            toasts: Toasts::of_page(),
        }
    }

    fn begin(self) {
        let words = self.shelf.words;
        let date = now_in_words(words.0.get_untracked());
        self.creating.set(true);
        self.shelf.create(words.fill(key::HOME_NEW_TITLE, &[("date", &date)]), move |answer| {
            self.creating.set(false);
            match answer {
                Ok((board, is_kept)) => enter(self.router, &board, is_kept),
                Err(Problem::Refused(ErrorCode::TokenNeeded)) => self.asking_token.set(true),
                Err(Problem::Refused(ErrorCode::SignInNeeded)) if sign_in::is_offered() => self.desk.needed.set(true),
                Err(problem) => self.toasts.push(failure(words, problem)),
            }
        });
    }
}

#[component]
fn NewBoard(making: Making, large: bool) -> impl IntoView {
    let (words, creating) = (making.shelf.words, making.creating);
    let label =
        Signal::derive(move || words.get(if creating.get() { key::HOME_CREATING } else { key::HOME_NEW }).to_owned());
    view! {
        <Button
            attr:data-testid="new-board"
            attr:data-size=if large { "large" } else { "usual" }
            label=label
            weight=Weight::Primary
            icon=icondata::LuPlus
            disabled=creating
            on_press=Callback::new(move |()| making.begin())
        />
    }
    .into_any()
}

/// Goes to a new board; the address carries the key only where the browser could not keep it.
fn enter(router: Router, board: &KeptBoard, is_kept: bool) {
    match board.strongest() {
        Some(link) if !is_kept => router.go(&board_link(&board.id, &link.key)),
        _ => router.go(&board_path(&board.id)),
    }
}

fn failure(words: Words, problem: Problem) -> String {
    let reason = words.named("problem", &format!("{}.text", problem.id()));
    words.fill(key::HOME_CREATE_FAILED, &[("reason", &reason)])
}

/// The boards, with what finds one among them.
#[component]
fn Boards(shelf: Shelf, making: Making) -> impl IntoView {
    let words = shelf.words;
    let state = Memo::new(move |_| match &*shelf.boards.read() {
        None => "loading",
        Some(Err(_)) => "unkept",
        Some(Ok(boards)) if boards.is_empty() => "empty",
        Some(Ok(_)) => "there",
    });
    let body = move || match state.get() {
        "loading" => skeletons(words),
        "unkept" => note(words, icondata::LuDatabaseZap, key::HOME_UNKEPT_TITLE, key::HOME_UNKEPT),
        "empty" => note(words, icondata::LuShapes, key::HOME_EMPTY_TITLE, key::HOME_EMPTY_TEXT),
        _ => view! {
            <Finder shelf=shelf />
            {cards(shelf)}
        }
        .into_any(),
    };
    let some = Signal::derive(move || state.get() == "there");
    view! {
        <section class="shelf" aria-label=words.of(key::HOME_RECENT)>
            <header class="shelf__header">
                <h2>{words.of(key::HOME_RECENT)}</h2>
                {when(some, move || view! { <NewBoard making=making large=false /> }.into_any())}
            </header>
            {dynamic(body)}
        </section>
    }
    .into_any()
}

/// What stands where there are no cards.
fn note(words: Words, icon: IconShape, title: Word, text: Word) -> AnyView {
    view! {
        <div class="empty">
            <Icon shape=icon />
            <h3>{words.of(title)}</h3>
            <p>{words.of(text)}</p>
        </div>
    }
    .into_any()
}

fn skeletons(words: Words) -> AnyView {
    let card = || view! { <li class="card card--skeleton" aria-hidden="true"><span class="card__picture"></span></li> };
    view! {
        <p class="visually-hidden" role="status">{words.of(key::HOME_LOADING)}</p>
        <ul class="cards">{list((0..SKELETONS).map(|_| card().into_any()))}</ul>
    }
    .into_any()
}

fn cards(shelf: Shelf) -> AnyView {
    let shown = Memo::new(move |_| shelf.shown());
    let is_none = Memo::new(move |_| shown.read().is_empty());
    let more = move || {
        view! {
            <Button
                label=shelf.words.of(key::HOME_SHOW_MORE)
                weight=Weight::Secondary
                on_press=Callback::new(move |()| shelf.show_more())
            />
        }
        .into_any()
    };
    let there = move || {
        // A board in the bin is shown otherwise.
        let key = |board: &KeptBoard| format!("{} {}", board.id, board.deleted_at_ms.is_some());
        let card = move |board| view! { <Card shelf=shelf board=board /> }.into_any();
        view! {
            <ul class="cards">{keyed(shown.into(), key, card)}</ul>
            <div class="shelf__more">{when(Signal::derive(move || shelf.has_more()), more)}</div>
        }
        .into_any()
    };
    dynamic(move || if is_none.get() { dynamic(move || nothing(shelf)) } else { there() })
}

/// What stands where no board is to be shown.
fn nothing(shelf: Shelf) -> AnyView {
    let words = shelf.words;
    match shelf.filter.get() {
        _ if !shelf.query.read().trim().is_empty() => {
            note(words, icondata::LuSearchX, key::HOME_NONE_FOUND_TITLE, key::HOME_NONE_FOUND_TEXT)
        }
        Filter::Bin => note(words, icondata::LuTrash2, key::HOME_BIN_EMPTY_TITLE, key::HOME_BIN_EMPTY_TEXT),
        _ => note(words, icondata::LuFolderOpen, key::HOME_NONE_HERE_TITLE, key::HOME_NONE_HERE_TEXT),
    }
}

/// Search field, and what is to be shown.
#[component]
fn Finder(shelf: Shelf) -> impl IntoView {
    let words = shelf.words;
    let search = move |event| {
        shelf.query.set(event_target_value(&event));
    };
    let chip = move |filter: Filter| {
        let (label, chosen, choose) = (filter.clone(), filter.clone(), filter);
        let label = Signal::derive(move || label.label(words));
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=Signal::derive(move || (*shelf.filter.read() == chosen).to_string())
                on:click=move |_| shelf.filter.set(choose.clone())
            >
                {label}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="finder">
            <label class="finder__search">
                <Icon shape=icondata::LuSearch />
                <input
                    class="input"
                    type="search"
                    data-testid="search-boards"
                    aria-label=words.of(key::HOME_SEARCH)
                    placeholder=words.of(key::HOME_SEARCH)
                    prop:value=shelf.query
                    on:input=search
                />
            </label>
            <div class="finder__chips" role="group" aria-label=words.of(key::HOME_FOLDERS)>
                {dynamic(move || list(shelf.filters().into_iter().map(chip)))}
            </div>
            <p class="visually-hidden" role="status">
                {Signal::derive(move || words.count(key::HOME_COUNT_ONE, key::HOME_COUNT_MANY, shelf.matching()))}
            </p>
        </div>
    }
    .into_any()
}
