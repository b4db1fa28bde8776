//! One of several: a radio group whose options are buttons, with the arrow keys moving between them.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Moves the focus along a radio group on arrow keys, Home and End, and chooses what it lands on. To be called on
/// `keydown` of the element with `role="radiogroup"`.
pub fn move_by_key(event: &KeyboardEvent) {
    let Some(options) = options_of(event) else { return };
    let focused = event.target();
    let at = options.iter().position(|option| focused.as_ref() == Some(option.as_ref()));
    let Some(next) = at.and_then(|at| landing(&event.key(), at, options.len())) else { return };
    event.prevent_default();
    event.stop_propagation();
    let _ = options[next].focus();
    options[next].click();
}

/// The options that can be seen, in order.
fn options_of(event: &KeyboardEvent) -> Option<Vec<HtmlElement>> {
    let group: HtmlElement = event.current_target()?.dyn_into().ok()?;
    let nodes = group.query_selector_all("[role=radio]").ok()?;
    let elements = (0..nodes.length()).filter_map(|at| nodes.get(at)?.dyn_into::<HtmlElement>().ok());
    Some(elements.filter(|element| element.offset_width() > 0).collect())
}

/// Where a key leads from an option; none for other keys.
fn landing(key: &str, at: usize, count: usize) -> Option<usize> {
    match key {
        "ArrowRight" | "ArrowDown" => Some((at + 1) % count),
        "ArrowLeft" | "ArrowUp" => Some((at + count - 1) % count),
        "Home" => Some(0),
        "End" => Some(count - 1),
        _ => None,
    }
}

/// A group of options.
#[component]
pub fn ChoiceGroup(
    /// What is chosen.
    label: Signal<String>,
    /// CSS classes of the group.
    class: &'static str,
    /// The options.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=class role="radiogroup" aria-label=label on:keydown=move |event| move_by_key(&event)>
            {children()}
        </div>
    }
    .into_any()
}

/// One option. The keyboard reaches the group at the chosen option, or at the first if none is chosen.
#[component]
pub fn Choice(
    /// What it is.
    label: Signal<String>,
    /// CSS classes.
    class: &'static str,
    /// Whether it is the chosen one.
    #[prop(into)]
    chosen: Signal<bool>,
    /// Whether the group is entered here though nothing is chosen.
    #[prop(optional, into)]
    entry: Signal<bool>,
    /// Called when it is chosen.
    on_choose: Callback<()>,
    /// What is shown.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=class
            role="radio"
            aria-label=label
            aria-checked=Signal::derive(move || chosen.get().to_string())
            tabindex=Signal::derive(move || if chosen.get() || entry.get() { "0" } else { "-1" }.to_owned())
            on:click=move |_| on_choose.run(())
        >
            {children()}
        </button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_around_the_group() {
        for (key, at, expected) in [
            ("ArrowRight", 2, Some(0)),
            ("ArrowDown", 0, Some(1)),
            ("ArrowLeft", 0, Some(2)),
            ("Home", 1, Some(0)),
            ("End", 1, Some(2)),
            ("Tab", 1, None),
        ] {
            assert_eq!(landing(key, at, 3), expected, "{key}");
        }
    }
}
