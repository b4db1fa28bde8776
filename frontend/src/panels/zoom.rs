//! Undo and redo, and the camera's zoom.

use leptos::prelude::*;

use super::actions::CommandButton;
use super::context_menu::entry;
use crate::store::BoardStore;
use crate::ui::dynamic::{list, when};
use crate::ui::popover::Popover;
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

/// Undo and redo of one's own changes.
#[component]
pub fn HistoryPanel() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let buttons = move || {
        view! {
            <div class="panel history" role="group" aria-label=words.of(key::BOARD_HISTORY)>
                <CommandButton
                    id="undo"
                    side=Side::TopStart
                    disabled=Signal::derive(move || !store.can_undo.get())
                />
                <CommandButton id="redo" side=Side::Top disabled=Signal::derive(move || !store.can_redo.get()) />
            </div>
        }
        .into_any()
    };
    when(Signal::derive(move || store.may_write()), buttons)
}

/// What the percentage opens: where to look from, and what is shown beside the board.
const LOOKS: [&str; 6] = ["zoom-reset", "zoom-fit", "zoom-selection", "toggle-map", "zen", "view-mode"];

/// Zooming in and out; the percentage opens what else there is.
#[component]
pub fn ZoomPanel() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let open = RwSignal::new(false);
    let label = Signal::derive(move || {
        words.fill(key::BOARD_ZOOM_LEVEL, &[("percent", &store.zoom_percent.get().to_string())])
    });
    let percent = Signal::derive(move || format!("{}%", store.zoom_percent.get()));
    view! {
        <div class="panel zoom" role="group" aria-label=words.of(key::BOARD_VIEW)>
            <CommandButton id="zoom-out" side=Side::Top />
            <Popover
                open=open
                label=words.of(key::BOARD_VIEW)
                panel_class="panel menu popover__panel popover__panel--up"
                button_label=label
                button_class="zoom__level"
                button_id="zoom-menu"
                face=percent.into_any()
            >
                <Looks open=open />
            </Popover>
            <CommandButton id="zoom-in" side=Side::Top />
            <CommandButton id="zoom-fit" side=Side::Top />
        </div>
    }
    .into_any()
}

#[component]
fn Looks(open: RwSignal<bool>) -> impl IntoView {
    let enabled = BoardStore::of_page().enabled_commands();
    let entries = LOOKS.into_iter().filter(|id| enabled.contains(id)).map(entry);
    // Every entry runs something: the menu has done its work.
    view! { <div on:click=move |_| open.set(false)>{list(entries)}</div> }.into_any()
}
