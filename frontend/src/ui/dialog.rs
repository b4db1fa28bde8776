//! A modal dialog: the browser's own, which keeps the focus inside and closes on Escape.

use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;

use super::button::IconButton;
use super::dynamic::{effect, when};
use super::tooltip::Side;

/// A dialog that is shown while `open` is true.
#[component]
pub fn Dialog(
    /// Whether it is shown; set to false when the person closes it.
    open: RwSignal<bool>,
    /// Its title.
    title: Signal<String>,
    /// What its close button says.
    close_label: Signal<String>,
    /// What it shows, made anew each time that it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            // Fails only for a dialog outside the document; this one has just been mounted.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    // The dialog has no padding of its own, so a click whose target is the dialog fell on the backdrop.
    let on_click = move |event: MouseEvent| {
        let on_backdrop = dialog.get_untracked().is_some_and(|dialog| event.target().as_ref() == Some(dialog.as_ref()));
        if on_backdrop {
            open.set(false);
        }
    };
    let body = move || {
        view! {
            <div class="dialog__body">
                <header class="dialog__header">
                    <h2>{title}</h2>
                    <IconButton
                        label=close_label
                        icon=icondata::LuX
                        side=Side::BottomEnd
                        on_press=Callback::new(move |()| open.set(false))
                    />
                </header>
                {children()}
            </div>
        }
        .into_any()
    };
    view! {
        <dialog
            class="dialog"
            node_ref=dialog
            aria-label=title
            on:close=move |_| open.set(false)
            on:click=on_click
        >
            {when(open.into(), body)}
        </dialog>
    }
    .into_any()
}
