//! Finding text on the board.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use crate::store::{BoardStore, UiRequest};
use crate::ui::button::IconButton;
use crate::ui::dynamic::{effect, when};
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

/// The field; there while somebody is looking for something.
#[component]
pub fn FindPanel(
    /// Whether it is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    when(open.into(), move || view! { <Find open=open /> }.into_any())
}

#[component]
fn Find(open: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let field = NodeRef::<html::Input>::new();
    effect(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let close = move || {
        open.set(false);
        store.request(UiRequest::Find(String::new()));
        store.request(UiRequest::Focus);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        match (event.key().as_str(), event.shift_key()) {
            ("Escape", _) => close(),
            ("Enter" | "F3", false) => store.request(UiRequest::CommandKeepingFocus("find-next")),
            ("Enter" | "F3", true) => store.request(UiRequest::CommandKeepingFocus("find-previous")),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let count = Signal::derive(move || match store.found.get() {
        (_, 0) => words.get(key::FIND_NONE).to_owned(),
        (at, count) => words.fill(key::FIND_COUNT, &[("at", &(at + 1).to_string()), ("count", &count.to_string())]),
    });
    let step = move |id: &'static str| Callback::new(move |()| store.request(UiRequest::CommandKeepingFocus(id)));
    view! {
        <div class="panel find" role="search">
            <input
                class="input"
                type="search"
                data-testid="find"
                aria-label=words.of(key::FIND_TITLE)
                placeholder=words.of(key::FIND_TITLE)
                node_ref=field
                on:input=move |event| store.request(UiRequest::Find(event_target_value(&event)))
                on:keydown=on_key
            />
            <span class="find__count" data-testid="find-count" aria-live="polite">{count}</span>
            <IconButton
                label=Signal::derive(move || words.named("command", "find-previous"))
                icon=icondata::LuChevronUp
                side=Side::BottomEnd
                on_press=step("find-previous")
            />
            <IconButton
                label=Signal::derive(move || words.named("command", "find-next"))
                icon=icondata::LuChevronDown
                side=Side::BottomEnd
                on_press=step("find-next")
            />
            <IconButton
                label=words.of(key::ACTION_CLOSE)
                icon=icondata::LuX
                side=Side::BottomEnd
                on_press=Callback::new(move |()| close())
            />
        </div>
    }
    .into_any()
}
