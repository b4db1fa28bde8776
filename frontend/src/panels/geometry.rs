//! The selection in numbers: place, size and angle, to read and to type.

use editor::{Geometry, GeometryField};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use crate::store::{BoardStore, UiRequest};
use crate::ui::dynamic::{list, when};
use crate::ui::field::{follow, is_taken_back, take_typed};
use crate::words::{Word, Words, key};

/// One number: its name, how it is read, how it is written.
type Number = (Word, fn(Geometry) -> f64, fn(f64) -> GeometryField);

const NUMBERS: [Number; 5] = [
    (key::GEOMETRY_X, |geometry| geometry.x, GeometryField::X),
    (key::GEOMETRY_Y, |geometry| geometry.y, GeometryField::Y),
    (key::GEOMETRY_WIDTH, |geometry| geometry.width, GeometryField::Width),
    (key::GEOMETRY_HEIGHT, |geometry| geometry.height, GeometryField::Height),
    (key::GEOMETRY_ANGLE, |geometry| geometry.angle_degrees, GeometryField::AngleDegrees),
];

/// The panel; there while it is wanted and something is selected that may be changed.
#[component]
pub fn GeometryPanel(
    /// Whether it is wanted.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let shown = Signal::derive(move || open.get() && store.may_write() && store.geometry.get().is_some());
    let panel = move || {
        view! {
            <div class="panel geometry" role="group" aria-label=words.of(key::GEOMETRY_TITLE)>
                {list(NUMBERS.into_iter().map(number))}
            </div>
        }
        .into_any()
    };
    when(shown, panel)
}

fn number((name, read, write): Number) -> AnyView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let value =
        Signal::derive(move || store.geometry.get().map(|geometry| read(geometry).to_string()).unwrap_or_default());
    let field = NodeRef::<html::Input>::new();
    follow(field, value, store.selection_number.into());
    let typed = move |event: ev::Event| {
        let typed = take_typed(&event, &value.get_untracked());
        if let Some(Ok(number)) = typed.map(|typed| typed.trim().replace(',', ".").parse::<f64>()) {
            store.request(UiRequest::SetGeometry(write(number)));
        }
    };
    let leave = move |event: ev::KeyboardEvent| {
        if is_taken_back(&event, &value.get_untracked()) {
            store.request(UiRequest::Focus);
        }
    };
    view! {
        <label class="geometry__number">
            <span>{words.of(name)}</span>
            <input
                class="input"
                type="text"
                inputmode="decimal"
                node_ref=field
                prop:value=value
                on:change=typed
                on:keydown=leave
            />
        </label>
    }
    .into_any()
}
