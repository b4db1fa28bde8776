//! A question inside a dialog, before something that cannot be taken back. It has the focus while it is asked, and gives it
//! back. It must not know what is asked.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::ui::button::{Button, Weight};
use crate::ui::dynamic::effect;
use crate::words::{Words, key};

/// The question.
#[component]
pub fn Confirm(
    /// What is asked, in a few words.
    title: String,
    /// What it would do.
    text: Signal<String>,
    /// What the button says that does it.
    confirm: Signal<String>,
    /// By what tests find that button.
    confirm_id: &'static str,
    /// Does it; runs after the question is gone.
    on_confirm: Callback<()>,
    /// Takes the question away.
    on_close: Callback<()>,
) -> impl IntoView {
    let words = Words::of_page();
    let panel = NodeRef::<html::Div>::new();
    let asker = document().active_element().and_then(|asker| asker.dyn_into::<HtmlElement>().ok());
    let asker = StoredValue::new_local(asker);
    effect(move || {
        let cancel = panel.get().and_then(|panel| panel.query_selector("button").ok().flatten());
        focus(cancel);
    });
    let cancel = move |()| {
        on_close.run(());
        // A page that may not take the focus is no worse for it.
        let _ = asker.get_value().map(|asker| asker.focus());
    };
    let press = move |()| {
        // What was pressed may be gone with what it was about; its section stays.
        let section = asker.get_value().and_then(|asker| asker.closest("section").ok().flatten());
        on_close.run(());
        focus(section);
        on_confirm.run(());
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            // The dialog stays.
            event.prevent_default();
            event.stop_propagation();
            cancel(());
        }
    };
    view! {
        <div class="links__confirm" role="alertdialog" aria-label=title.clone() node_ref=panel on:keydown=on_key>
            <p>
                <strong>{title.clone()}</strong>
                " "
                {text}
            </p>
            <div class="dialog__actions">
                <Button
                    label=words.of(key::ACTION_CANCEL)
                    weight=Weight::Secondary
                    on_press=Callback::new(cancel)
                />
                <Button
                    attr:data-testid=confirm_id
                    label=confirm
                    weight=Weight::Danger
                    on_press=Callback::new(press)
                />
            </div>
        </div>
    }
    .into_any()
}

fn focus(element: Option<web_sys::Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
