//! Undo and redo, and the camera's zoom.

use leptos::prelude::*;

use super::actions::{CommandButton, shortcut_of, spoken_keys};
use crate::store::{BoardStore, UiRequest};
use crate::ui::dynamic::when;
use crate::ui::tooltip::{Side, Tooltip};
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

/// Zooming in and out; the percentage resets it.
#[component]
pub fn ZoomPanel() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let reset = "zoom-reset";
    let label = Signal::derive(move || {
        words.fill(key::BOARD_ZOOM_LEVEL, &[("percent", &store.zoom_percent.get().to_string())])
    });
    view! {
        <div class="panel zoom" role="group" aria-label=words.of(key::BOARD_VIEW)>
            <CommandButton id="zoom-out" side=Side::Top />
            <button
                type="button"
                class="zoom__level"
                data-command=reset
                aria-label=label
                aria-keyshortcuts=shortcut_of(reset).as_deref().map(crate::shortcut::aria)
                on:click=move |_| store.request(UiRequest::Command(reset))
            >
                {Signal::derive(move || format!("{}%", store.zoom_percent.get()))}
                <Tooltip
                    label=Signal::derive(move || words.named("command", reset))
                    keys=spoken_keys(reset)
                    side=Side::Top
                />
            </button>
            <CommandButton id="zoom-in" side=Side::Top />
            <CommandButton id="zoom-fit" side=Side::Top />
        </div>
    }
    .into_any()
}
