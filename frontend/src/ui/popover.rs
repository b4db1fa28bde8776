//! A panel that opens beside its button and closes on Escape, on a press elsewhere, or when the focus leaves it.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Node;

use super::button::Weight;
use super::dynamic::when;
use super::tooltip::{Side, Tooltip};

/// Closes `open` on Escape and on a press outside of `around`, which holds both the button and the panel.
pub fn close_on_leave(around: NodeRef<html::Div>, open: RwSignal<bool>) {
    let is_outside = move |target: Option<web_sys::EventTarget>| {
        let node = target.and_then(|target| target.dyn_into::<Node>().ok());
        around.get_untracked().is_some_and(|around| !around.contains(node.as_ref()))
    };
    let pressed = window_event_listener(ev::pointerdown, move |event| {
        if open.get_untracked() && is_outside(event.target()) {
            open.set(false);
        }
    });
    let focused = window_event_listener(ev::focusin, move |event| {
        if open.get_untracked() && is_outside(event.target()) {
            open.set(false);
        }
    });
    let escaped = window_event_listener(ev::keydown, move |event| {
        if open.get_untracked() && event.key() == "Escape" {
            open.set(false);
            focus_button(around);
        }
    });
    on_cleanup(move || {
        pressed.remove();
        focused.remove();
        escaped.remove();
    });
}

/// Gives the focus back to the button that opened the panel.
fn focus_button(around: NodeRef<html::Div>) {
    let button = around.get_untracked().and_then(|around| around.query_selector("[aria-expanded]").ok().flatten());
    if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = button.focus();
    }
}

/// A button and its panel.
#[component]
pub fn Popover(
    /// Whether the panel is shown.
    open: RwSignal<bool>,
    /// What the panel is, for assistive technology, and the button where it is not called otherwise.
    label: Signal<String>,
    /// What the button is called otherwise.
    #[prop(optional, into)]
    button_label: Option<Signal<String>>,
    /// CSS classes of the button.
    #[prop(default = "icon-button")]
    button_class: &'static str,
    /// How much the button asks for attention, where it is one with words.
    #[prop(optional, into)]
    weight: Option<Weight>,
    /// By what tests find the button.
    button_id: &'static str,
    /// Where the button's tooltip stands; where absent it is the browser's.
    #[prop(optional, into)]
    tip: Option<Side>,
    /// What the button shows.
    face: AnyView,
    /// CSS classes of the panel.
    panel_class: &'static str,
    /// What the panel shows, made anew each time that it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let around = NodeRef::<html::Div>::new();
    close_on_leave(around, open);
    let called = button_label.unwrap_or(label);
    let tooltip = tip.map(|side| {
        let tooltip =
            move || view! { <Tooltip label=called keys=Signal::stored(String::new()) side=side /> }.into_any();
        when(Signal::derive(move || !open.get()), tooltip)
    });
    let panel = move || {
        view! {
            <div class=panel_class role="dialog" aria-label=label>
                {children()}
            </div>
        }
        .into_any()
    };
    view! {
        <div class="popover" node_ref=around>
            <button
                type="button"
                class=button_class
                data-weight=weight.map(Weight::id)
                data-testid=button_id
                aria-label=called
                title=tip.is_none().then_some(called)
                aria-haspopup="true"
                aria-expanded=Signal::derive(move || open.get().to_string())
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {face}
                {tooltip}
            </button>
            {when(open.into(), panel)}
        </div>
    }
    .into_any()
}
