//! A field whose words count once they are whole: on Enter, or when it is left. Escape takes them back, and so does whatever
//! makes them somebody else's.

use js_sys::Reflect;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

use super::dynamic::effect;

/// Shows in a field what counts.
fn show(field: &EventTarget, value: &str) {
    // Inputs and areas of text alike.
    let _ = Reflect::set(field, &"value".into(), &value.into());
}

/// Takes what was typed out of a field, which shows what counts until that has changed. None: it is the same.
pub fn take_typed(event: &ev::Event, current: &str) -> Option<String> {
    let typed = event_target_value(event);
    // A page that knows the value already would not write it again.
    show(&event.target()?, current);
    (typed != current).then_some(typed)
}

/// On Escape: takes back what was typed. Whether it was Escape; the field is then to be left.
pub fn is_taken_back(event: &ev::KeyboardEvent, current: &str) -> bool {
    let is_escape = event.key() == "Escape" && !event.is_composing();
    if let Some(field) = event.target().filter(|_| is_escape) {
        show(&field, current);
    }
    is_escape
}

/// Takes back what is being typed whenever it would count for something else, which `owner` says.
pub fn follow<E>(field: NodeRef<E>, current: Signal<String>, owner: Signal<u64>)
where
    E: leptos::html::ElementType + 'static,
    E::Output: JsCast + AsRef<EventTarget> + Clone + 'static,
{
    effect(move || {
        owner.track();
        if let Some(field) = field.get_untracked() {
            show(AsRef::<EventTarget>::as_ref(&field), &current.get_untracked());
        }
    });
}
