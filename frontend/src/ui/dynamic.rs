//! Parts of a view that change, each behind one type. Leptos makes code for every closure in a view; behind a box it makes
//! it once, which keeps the program small.

use std::future::Future;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

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
