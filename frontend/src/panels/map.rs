//! The map of the board: shown while it is wanted, pressed to go somewhere. What it shows the board's shell paints.

use leptos::ev;
use leptos::prelude::*;

use crate::board::MapHost;
use crate::store::{BoardStore, UiRequest};
use crate::ui::dynamic::when;
use crate::words::{Words, key};

/// The map's place.
#[component]
pub fn MapPanel() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let MapHost(host) = expect_context();
    let look = move |event: &ev::PointerEvent| {
        store.request(UiRequest::LookFromMap(f64::from(event.offset_x()), f64::from(event.offset_y())));
    };
    let press = move |event: ev::PointerEvent| {
        if let Some(host) = host.get_untracked() {
            let _ = host.set_pointer_capture(event.pointer_id());
        }
        look(&event);
    };
    let drag = move |event: ev::PointerEvent| {
        if event.buttons() & 1 == 1 {
            look(&event);
        }
    };
    let map = move || {
        view! {
            <div
                class="panel map"
                role="img"
                data-testid="map"
                aria-label=words.of(key::BOARD_MAP)
                node_ref=host
                on:pointerdown=press
                on:pointermove=drag
            ></div>
        }
        .into_any()
    };
    when(store.map_open.into(), map)
}
