//! Parts of a view that change, each behind one type. Leptos makes code for every closure in a view; behind a box it makes
//! it once, which keeps the program small.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

/// A part that is made anew whenever what it reads changes.
pub fn dynamic(view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    boxed(Box::new(view))
}

fn boxed(view: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    (move || view()).into_any()
}

/// A part that is there while a condition holds; it is made anew only when that changes.
pub fn when(condition: Signal<bool>, view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let holds = Memo::new(move |_| condition.get());
    dynamic(move || if holds.get() { view() } else { ().into_any() })
}

/// A part of many elements, which take longer to make than a frame has: it is made once, when it is first `needed`, and from
/// then on only hidden while it is not `shown`.
pub fn kept(needed: Signal<bool>, shown: Signal<bool>, view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let is_made = Memo::new(move |made: Option<&bool>| made == Some(&true) || needed.get());
    let is_shown = Memo::new(move |_| shown.get());
    dynamic(move || match is_made.get() {
        true => view! { <div class="kept" hidden=move || !is_shown.get()>{view()}</div> }.into_any(),
        false => ().into_any(),
    })
}

/// Several parts, one after the other.
pub fn list(views: impl Iterator<Item = AnyView>) -> AnyView {
    views.collect::<Vec<_>>().into_any()
}

/// Rows of a list that stay while what they show changes, and keep the focus that is in them: one is made when its item
/// first comes, and goes with it. Items of one key are told apart by their order.
pub fn keyed<T: Clone + Send + Sync + 'static>(
    items: Signal<Vec<T>>,
    key: fn(&T) -> String,
    row: impl Fn(Signal<T>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let keys = Signal::derive(move || items.with(|items| items.iter().map(key).collect::<Vec<_>>()));
    let row = move |(of, nth): (String, usize)| {
        let find = move || items.with(|items| items.iter().filter(|item| key(item) == of).nth(nth).cloned());
        // Whose item has just gone shows for its last moment what it showed at first.
        let first = untrack(&find);
        first.map(|first| row(Signal::derive(move || find().unwrap_or_else(|| first.clone()))))
    };
    boxed_rows(keys, Arc::new(row))
}

type MakeRow = Arc<dyn Fn((String, usize)) -> Option<AnyView> + Send + Sync>;

fn boxed_rows(keys: Signal<Vec<String>>, row: MakeRow) -> AnyView {
    let numbered = move || {
        keep_focus();
        let mut seen = HashMap::new();
        let number = |key: String| {
            let seen = seen.entry(key.clone()).or_insert(0);
            *seen += 1;
            (key, *seen - 1)
        };
        keys.get().into_iter().map(number).collect::<Vec<_>>()
    };
    view! { <For each=numbered key=Clone::clone children=move |of| row(of) /> }.into_any()
}

/// Gives the focus back to what has it now, should it be put elsewhere in the page at once: browsers take it away then. It
/// has it again before any key can be pressed.
fn keep_focus() {
    let focused = || document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let Some(before) = focused().filter(|element| element.tag_name() != "BODY") else { return };
    spawn_local(async move {
        if before.is_connected() && focused().is_none_or(|element| element.tag_name() == "BODY") {
            let _ = before.focus();
        }
    });
}

/// Runs now and whenever what it reads changes.
pub fn effect(run: impl FnMut() + 'static) {
    boxed_effect(Box::new(run));
}

fn boxed_effect(run: Box<dyn FnMut()>) {
    Effect::new(run);
}

/// The life of a component, for answers that come later.
#[derive(Clone, Copy)]
pub struct Mounted(StoredValue<()>);

impl Mounted {
    /// Of the component that is being made.
    pub fn here() -> Self {
        Self(StoredValue::new(()))
    }

    /// Waits for a future and hands its answer over, unless the component is gone by then.
    pub fn ask<T: 'static>(self, future: impl Future<Output = T> + 'static, then: impl FnOnce(T) + 'static) {
        spawn_local(async move {
            let answer = future.await;
            if self.0.try_get_value().is_some() {
                then(answer);
            }
        });
    }
}
