//! Frames: their list, and the bar under a frame that is presented.

use leptos::prelude::*;

use super::icons::tool_icon;
use crate::store::{BoardStore, UiRequest};
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{dynamic, list, when};
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

/// The list of frames, in their order; there while it is wanted.
#[component]
pub fn SlidesPanel() -> impl IntoView {
    let store = BoardStore::of_page();
    when(store.slides_open.into(), || view! { <Slides /> }.into_any())
}

#[component]
fn Slides() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let rows = move || {
        let slides = store.slides.get();
        if slides.is_empty() {
            return view! { <p class="slides__none">{words.of(key::SLIDES_NONE)}</p> }.into_any();
        }
        list(slides.into_iter().enumerate().map(|(at, slide)| {
            let id = slide.id.to_string();
            view! {
                <button
                    type="button"
                    class="menu__entry"
                    data-slide=at + 1
                    on:click=move |_| store.request(UiRequest::Show(id.clone()))
                >
                    <span class="slides__number">{at + 1}</span>
                    <span class="slides__name">{name_of(&slide.name, at, words)}</span>
                </button>
            }
            .into_any()
        }))
    };
    let none = Signal::derive(move || store.slides.read().is_empty());
    view! {
        <section class="panel slides" data-testid="slides" aria-label=words.of(key::SLIDES_TITLE)>
            <header class="slides__bar">
                <h2>{words.of(key::SLIDES_TITLE)}</h2>
                <IconButton
                    label=words.of(key::ACTION_CLOSE)
                    icon=icondata::LuX
                    side=Side::BottomEnd
                    on_press=Callback::new(move |()| store.slides_open.set(false))
                />
            </header>
            <div class="slides__list">{dynamic(rows)}</div>
            {when(Signal::derive(move || !none.get()), move || view! {
                <Button
                    label=Signal::derive(move || words.named("command", "present"))
                    weight=Weight::Primary
                    icon=icondata::LuPlay
                    on_press=Callback::new(move |()| store.request(UiRequest::Command("present")))
                />
            }.into_any())}
        </section>
    }
    .into_any()
}

fn name_of(name: &str, at: usize, words: Words) -> String {
    match name.is_empty() {
        true => words.fill(key::SLIDES_UNNAMED, &[("number", &(at + 1).to_string())]),
        false => name.to_owned(),
    }
}

/// What leads through a presentation; there while there is one.
#[component]
pub fn PresentationBar() -> impl IntoView {
    let store = BoardStore::of_page();
    let presents = Signal::derive(move || store.presenting.get().is_some());
    when(presents, || view! { <Bar /> }.into_any())
}

#[component]
fn Bar() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let place = Signal::derive(move || {
        let at = store.presenting.get().map_or(0, |at| at + 1).to_string();
        words.fill(key::SLIDES_PLACE, &[("at", &at), ("count", &store.slides.read().len().to_string())])
    });
    let is_first = Signal::derive(move || store.presenting.get() == Some(0));
    let is_last = Signal::derive(move || store.presenting.get().is_some_and(|at| at + 1 >= store.slides.read().len()));
    let go = move |by: isize| Callback::new(move |()| store.present_by(by));
    let points = move |()| {
        let tool = if store.tool.get_untracked() == "laser" { "select" } else { "laser" };
        store.request(UiRequest::SetTool(tool));
    };
    view! {
        <div class="panel presentation" role="group" data-testid="presentation" aria-label=words.of(key::SLIDES_PRESENTING)>
            <IconButton
                label=words.of(key::SLIDES_PREVIOUS)
                keys=Signal::stored("←".to_owned())
                icon=icondata::LuChevronLeft
                side=Side::Top
                disabled=is_first
                on_press=go(-1)
            />
            <span class="presentation__place" aria-live="polite">{place}</span>
            <IconButton
                label=words.of(key::SLIDES_NEXT)
                keys=Signal::stored("→".to_owned())
                icon=icondata::LuChevronRight
                side=Side::Top
                disabled=is_last
                on_press=go(1)
            />
            <IconButton
                label=Signal::derive(move || words.named("tool", "laser"))
                keys=Signal::stored("K".to_owned())
                icon=tool_icon("laser")
                side=Side::Top
                on_press=Callback::new(points)
            />
            <IconButton
                label=words.of(key::SLIDES_END)
                keys=Signal::stored("Esc".to_owned())
                icon=icondata::LuX
                side=Side::Top
                on_press=Callback::new(move |()| store.presenting.set(None))
            />
        </div>
    }
    .into_any()
}
