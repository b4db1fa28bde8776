//! The home page: a new board, and the boards of this browser.

use leptos::prelude::*;
use protocol::Role;

use crate::clock::{now_in_words, now_ms, relative};
use crate::keyring::{self, KeptBoard, KeyringError};
use crate::opening::create_board;
use crate::panels::appearance::{LanguageChoice, theme_switch};
use crate::panels::menu::MARK;
use crate::preferences::Preferences;
use crate::route::{RouteLink, Router, board_link, board_path};
use crate::store::Problem;
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dialog::Dialog;
use crate::ui::dynamic::{Mounted, dynamic, effect, list, when};
use crate::ui::icon::Icon;
use crate::ui::toast::Toasts;
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

/// A small board with two people on it.
const PICTURE: &str = include_str!("../../../assets/icons/board-picture.svg");

/// The home page.
#[component]
pub fn HomePage() -> impl IntoView {
    let words = Words::of_page();
    effect(move || document().set_title(words.get(key::APP_NAME)));
    view! {
        <div class="home">
            <HomeHeader />
            <main class="home__main">
                <section class="hero">
                    <div class="hero__words">
                        <h1>{words.of(key::HOME_PROMISE)}</h1>
                        <p>{words.of(key::HOME_LEAD)}</p>
                        <NewBoard />
                    </div>
                    <span class="hero__picture" aria-hidden="true" inner_html=PICTURE></span>
                </section>
                <RecentBoards />
            </main>
        </div>
    }
    .into_any()
}

#[component]
fn HomeHeader() -> impl IntoView {
    let (preferences, words) = (Preferences::of_page(), Words::of_page());
    view! {
        <header class="home__header">
            <span class="brand">
                <span class="mark" aria-hidden="true" inner_html=MARK></span>
                <span>{words.of(key::APP_NAME)}</span>
            </span>
            <LanguageChoice short=true />
            <IconButton
                attr:data-testid="theme"
                label=Signal::derive(move || words.get(theme_switch(preferences).1).to_owned())
                icon=Signal::derive(move || theme_switch(preferences).0)
                side=Side::BottomEnd
                on_press=Callback::new(move |()| preferences.toggle_theme())
            />
        </header>
    }
    .into_any()
}

#[component]
fn NewBoard() -> impl IntoView {
    let (words, toasts) = (Words::of_page(), Toasts::of_page());
    let router: Router = expect_context();
    let mounted = Mounted::here();
    let creating = RwSignal::new(false);
    let press = move |()| {
        let date = now_in_words(words.0.get_untracked());
        creating.set(true);
        mounted.ask(create_board(words.fill(key::HOME_NEW_TITLE, &[("date", &date)])), move |answer| {
            creating.set(false);
            match answer {
                Ok((board, is_kept)) => enter(router, &board, is_kept),
                Err(problem) => toasts.push(failure(words, problem)),
            }
        });
    };
    let label =
        Signal::derive(move || words.get(if creating.get() { key::HOME_CREATING } else { key::HOME_NEW }).to_owned());
    view! {
        <Button
            attr:data-testid="new-board"
            attr:data-size="large"
            label=label
            weight=Weight::Primary
            icon=icondata::LuPlus
            disabled=creating
            on_press=Callback::new(press)
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

#[component]
fn RecentBoards() -> impl IntoView {
    let words = Words::of_page();
    let boards = RwSignal::new(None::<Result<Vec<KeptBoard>, KeyringError>>);
    let mounted = Mounted::here();
    let read = move || mounted.ask(keyring::boards(), move |answer| boards.set(Some(answer)));
    read();
    let forgetting = RwSignal::new(None::<KeptBoard>);
    let rows = move || match boards.get() {
        None => ().into_any(),
        Some(Ok(boards)) if boards.is_empty() => view! { <NoBoards /> }.into_any(),
        Some(Ok(boards)) => {
            let rows = boards.into_iter();
            let rows = list(rows.map(|board| view! { <BoardRow board=board forgetting=forgetting /> }.into_any()));
            view! { <ul class="boards">{rows}</ul> }.into_any()
        }
        Some(Err(_)) => view! { <p class="recent__note">{words.of(key::HOME_UNKEPT)}</p> }.into_any(),
    };
    view! {
        <section class="recent">
            <header class="recent__header">
                <h2>{words.of(key::HOME_RECENT)}</h2>
                <span>{words.of(key::HOME_RECENT_NOTE)}</span>
            </header>
            {dynamic(rows)}
        </section>
        <ForgetDialog forgetting=forgetting on_forgotten=Callback::new(move |()| read()) />
    }
    .into_any()
}

#[component]
fn NoBoards() -> impl IntoView {
    let words = Words::of_page();
    view! {
        <div class="empty">
            <Icon shape=icondata::LuShapes />
            <h3>{words.of(key::HOME_EMPTY_TITLE)}</h3>
            <p>{words.of(key::HOME_EMPTY_TEXT)}</p>
        </div>
    }
    .into_any()
}

#[component]
fn BoardRow(board: KeptBoard, forgetting: RwSignal<Option<KeptBoard>>) -> impl IntoView {
    let words = Words::of_page();
    let role = board.strongest().map_or(Role::View, |link| link.role);
    let opened_at_ms = board.opened_at_ms;
    let opened = Signal::derive(move || {
        // Whole milliseconds since 1970 are exact in a double.
        let when = relative(opened_at_ms as f64, now_ms(), words.0.get());
        words.fill(key::HOME_OPENED, &[("when", &when)])
    });
    let path = board_path(&board.id);
    let hue = hue(board.id.as_str());
    let board = StoredValue::new(board);
    let title = Signal::derive(move || board.with_value(|board| title_of(words, board)));
    view! {
        <li class="boards__row">
            <RouteLink to=path class="board-card" attr:data-testid="recent-board">
                <span class="board-card__tile" style:--hue=hue.to_string() aria-hidden="true"></span>
                <span class="board-card__text">
                    <span class="board-card__title">{title}</span>
                    <span class="board-card__meta">
                        <span class="badge" data-role=role.as_str()>{Signal::derive(move || words.named("role", role.as_str()))}</span>
                        <span>{opened}</span>
                    </span>
                </span>
            </RouteLink>
            <IconButton
                label=Signal::derive(move || words.fill(key::HOME_FORGET, &[("title", &title.get())]))
                icon=icondata::LuX
                side=Side::BottomEnd
                on_press=Callback::new(move |()| forgetting.set(Some(board.get_value())))
            />
        </li>
    }
    .into_any()
}

/// Asks before a board is forgotten, since a forgotten owner's key cannot be had again.
#[component]
fn ForgetDialog(forgetting: RwSignal<Option<KeptBoard>>, on_forgotten: Callback<()>) -> impl IntoView {
    let words = Words::of_page();
    let open = RwSignal::new(false);
    let mounted = Mounted::here();
    effect(move || open.set(forgetting.read().is_some()));
    let confirm = move |()| {
        let Some(board) = forgetting.get_untracked() else { return };
        mounted.ask(async move { keyring::forget(&board.id).await }, move |_| {
            open.set(false);
            // Reads the list anew, which shows whether it was forgotten.
            on_forgotten.run(());
        });
    };
    let text = Signal::derive(move || {
        let title = forgetting.get().map(|board| title_of(words, &board)).unwrap_or_default();
        words.fill(key::HOME_FORGET_TEXT, &[("title", &title)])
    });
    let owned = Signal::derive(move || {
        forgetting.read().as_ref().is_some_and(|board| board.links.iter().any(|link| link.role == Role::Owner))
    });
    let warning = move || view! { <p class="dialog__text">{words.of(key::HOME_FORGET_OWNER)}</p> }.into_any();
    view! {
        <Dialog open=open title=words.of(key::HOME_FORGET_TITLE) close_label=words.of(key::ACTION_CLOSE)>
            <p class="dialog__text">{text}</p>
            {when(owned, warning)}
            <div class="dialog__actions">
                <Button
                    label=words.of(key::ACTION_CANCEL)
                    weight=Weight::Secondary
                    on_press=Callback::new(move |()| open.set(false))
                />
                <Button
                    attr:data-testid="forget"
                    label=words.of(key::HOME_FORGET_CONFIRM)
                    weight=Weight::Danger
                    on_press=Callback::new(confirm)
                />
            </div>
        </Dialog>
    }
    .into_any()
}

fn title_of(words: Words, board: &KeptBoard) -> String {
    if board.title.is_empty() { words.get(key::BOARD_UNTITLED).to_owned() } else { board.title.clone() }
}

/// A colour for a board's tile, in degrees; the same at each visit.
fn hue(id: &str) -> u32 {
    id.bytes().fold(0u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte))) % 360
}
