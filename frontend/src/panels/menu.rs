//! The board's menu and title, at the top left.

use leptos::prelude::*;

use super::appearance::{LanguageChoice, ThemeEntry};
use super::icons::command_icon;
use super::title::BoardTitle;
use crate::route::{RouteLink, Router};
use crate::store::{BoardStore, UiRequest};
use crate::ui::dynamic::when;
use crate::ui::icon::Icon;
use crate::ui::popover::Popover;
use crate::ui::tooltip::{Side, Tooltip};
use crate::versions::Versions;
use crate::words::{Words, key};

/// The mark of the product, also the page's icon.
pub const MARK: &str = include_str!("../../../assets/icons/mark.svg");

/// Way home, title and menu.
#[component]
pub fn MenuPanel(
    /// Opens the help.
    help_open: RwSignal<bool>,
) -> impl IntoView {
    let words = Words::of_page();
    let open = RwSignal::new(false);
    let home = words.of(key::ACTION_HOME);
    view! {
        <header class="panel heading">
            <RouteLink to="/" class="icon-button heading__home" attr:aria-label=home>
                <span class="mark" aria-hidden="true" inner_html=MARK></span>
                {tip(home)}
            </RouteLink>
            <BoardTitle />
            <Popover
                open=open
                label=words.of(key::BOARD_MENU)
                panel_class="panel menu popover__panel popover__panel--start"
                button_id="menu"
                tip=Side::BottomStart
                face=view! { <Icon shape=icondata::LuMenu /> }.into_any()
            >
                <MenuEntries open=open help_open=help_open />
            </Popover>
        </header>
    }
    .into_any()
}

/// A tooltip without keys.
fn tip(label: Signal<String>) -> AnyView {
    view! { <Tooltip label=label keys=Signal::stored(String::new()) side=Side::BottomStart /> }.into_any()
}

/// A command of the board.
fn entry(id: &'static str, open: RwSignal<bool>) -> AnyView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let run = move |_| {
        open.set(false);
        store.request(UiRequest::Command(id));
    };
    view! {
        <button type="button" class="menu__entry" data-testid=id on:click=run>
            <Icon shape=command_icon(id) />
            <span>{Signal::derive(move || words.named("command", id))}</span>
        </button>
    }
    .into_any()
}

#[component]
fn MenuEntries(open: RwSignal<bool>, help_open: RwSignal<bool>) -> impl IntoView {
    let words = Words::of_page();
    let router: Router = expect_context();
    let (store, versions): (BoardStore, Versions) = (BoardStore::of_page(), expect_context());
    let show_versions = move |_| {
        open.set(false);
        versions.open.set(true);
    };
    let history = move || {
        view! {
            <button type="button" class="menu__entry" data-testid="show-versions" on:click=show_versions>
                <Icon shape=icondata::LuHistory />
                <span>{words.of(key::VERSIONS_OPEN)}</span>
            </button>
        }
        .into_any()
    };
    let show_help = move |_| {
        open.set(false);
        help_open.set(true);
    };
    view! {
        <button type="button" class="menu__entry" on:click=move |_| router.go("/")>
            <Icon shape=icondata::LuLayoutGrid />
            <span>{words.of(key::ACTION_HOME)}</span>
        </button>
        {when(Signal::derive(move || store.may_write()), history)}
        <button type="button" class="menu__entry" data-testid="help" on:click=show_help>
            <Icon shape=icondata::LuKeyboard />
            <span>{words.of(key::HELP_TITLE)}</span>
        </button>
        {when(Signal::derive(move || store.may_write()), move || entry("insert-image", open))}
        {entry("export", open)}
        <hr class="menu__line" />
        <ThemeEntry />
        <div class="menu__row">
            <Icon shape=icondata::LuLanguages />
            <LanguageChoice short=false />
        </div>
    }
    .into_any()
}
