//! Frames: their list, and the bar under a frame that is presented.

use editor::Slide;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::company::lead;
use super::icons::tool_icon;
use crate::store::{BoardStore, UiRequest};
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{keyed, when};
use crate::ui::icon::Icon;
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
    let (moving, said) = (RwSignal::new(None), RwSignal::new(String::new()));
    let placed = Memo::new(move |_| store.slides.get().into_iter().enumerate().collect::<Vec<_>>());
    let row = move |placed| view! { <Row placed=placed moving=moving said=said /> }.into_any();
    let rows = keyed(placed.into(), |(_, slide)| slide.id.to_string(), row);
    let none = Signal::derive(move || store.slides.read().is_empty());
    let nothing = move || view! { <p class="slides__none">{words.of(key::SLIDES_NONE)}</p> }.into_any();
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
            <div class="slides__list">{when(none, nothing)}{rows}</div>
            <p class="visually-hidden" aria-live="polite">{said}</p>
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

/// A row that is dragged: which, and where it would come.
#[derive(Clone, Copy, PartialEq)]
struct Moving {
    from: usize,
    to: usize,
}

/// A frame in the list: shown by a press, put elsewhere by its grip or by Alt and an arrow.
#[component]
fn Row(placed: Signal<(usize, Slide)>, moving: RwSignal<Option<Moving>>, said: RwSignal<String>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let id = placed.with_untracked(|(_, slide)| slide.id.to_string());
    let shown = id.clone();
    let at = Memo::new(move |_| placed.with(|(at, _)| *at));
    let name = Signal::derive(move || placed.with(|(at, slide)| name_of(&slide.name, *at, words)));
    let put = move |to: usize| {
        let (at, count) = (at.get_untracked(), store.slides.read_untracked().len());
        if to == at || to >= count {
            return;
        }
        let (place, count) = ((to + 1).to_string(), count.to_string());
        let name = name.get_untracked();
        said.set(words.fill(key::SLIDES_MOVED, &[("name", &name), ("at", &place), ("count", &count)]));
        store.request(UiRequest::MoveSlide(id.clone(), to));
    };
    let by_key = {
        let put = put.clone();
        move |event: ev::KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowUp" => at.get_untracked().checked_sub(1),
                "ArrowDown" => Some(at.get_untracked() + 1),
                _ => None,
            };
            if let Some(to) = to.filter(|_| event.alt_key() && store.may_write()) {
                event.prevent_default();
                event.stop_propagation();
                put(to);
                // Where the last press was a pointer's, the board has taken the keys.
                if let Some(row) = event.current_target().and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
                    let _ = row.focus();
                }
            }
        }
    };
    let drop_at = Signal::derive(move || match moving.get() {
        Some(Moving { from, to }) if to == at.get() && from != to => {
            if to < from {
                "before"
            } else {
                "after"
            }
        }
        _ => "",
    });
    let put = Callback::new(put);
    let grip = move || view! { <Grip at=at moving=moving put=put /> }.into_any();
    view! {
        <div
            class="slides__row"
            data-drop=drop_at
            data-moving=Signal::derive(move || moving.get().is_some_and(|moving| moving.from == at.get()).to_string())
        >
            <button
                type="button"
                class="menu__entry"
                data-slide=Signal::derive(move || at.get() + 1)
                aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
                on:keydown=by_key
                on:click=move |_| store.request(UiRequest::Show(shown.clone()))
            >
                <span class="slides__number">{Signal::derive(move || at.get() + 1)}</span>
                <span class="slides__name">{name}</span>
            </button>
            {when(Signal::derive(move || store.may_write()), grip)}
        </div>
    }
    .into_any()
}

/// What a row is dragged by.
#[component]
fn Grip(at: Memo<usize>, moving: RwSignal<Option<Moving>>, put: Callback<usize>) -> impl IntoView {
    let words = Words::of_page();
    let begin = move |event: ev::PointerEvent| {
        event.prevent_default();
        if let Some(grip) = element_of(event.current_target()) {
            let _ = grip.set_pointer_capture(event.pointer_id());
            let at = at.get_untracked();
            moving.set(Some(Moving { from: at, to: at }));
        }
    };
    let go_on = move |event: ev::PointerEvent| {
        if moving.get_untracked().is_some()
            && let Some(to) = row_at(event.current_target(), f64::from(event.client_y()))
        {
            moving.set(Some(Moving { from: at.get_untracked(), to }));
        }
    };
    let end = move |_: ev::PointerEvent| {
        if let Some(Moving { to, .. }) = moving.get_untracked() {
            moving.set(None);
            put.run(to);
        }
    };
    view! {
        <span
            class="slides__grip"
            data-testid="slide-grip"
            aria-hidden="true"
            title=words.of(key::SLIDES_GRIP)
            on:pointerdown=begin
            on:pointermove=go_on
            on:pointerup=end
            on:pointercancel=move |_| moving.set(None)
        >
            <Icon shape=icondata::LuGripVertical />
        </span>
    }
    .into_any()
}

fn element_of(target: Option<web_sys::EventTarget>) -> Option<Element> {
    target.and_then(|target| target.dyn_into::<Element>().ok())
}

/// The row whose half a place of the page is nearest to.
fn row_at(grip: Option<web_sys::EventTarget>, y: f64) -> Option<usize> {
    let rows = element_of(grip)?.closest(".slides__list").ok()??.query_selector_all(".slides__row").ok()?;
    let distance = |at: u32| {
        let row = element_of(rows.get(at).map(Into::into))?.get_bounding_client_rect();
        Some(((row.top() + row.bottom()) / 2.0 - y).abs())
    };
    let nearest = (0..rows.length()).filter_map(|at| Some((at, distance(at)?))).min_by(|a, b| a.1.total_cmp(&b.1));
    nearest.map(|(at, _)| at as usize)
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
    let spotlight = Signal::derive(move || {
        words.get(if store.leading.get() { key::COMPANY_LEAD_END } else { key::COMPANY_LEAD }).to_owned()
    });
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
                attr:data-testid="spotlight"
                attr:aria-pressed=Signal::derive(move || store.leading.get().to_string())
                label=spotlight
                icon=icondata::LuUsers
                side=Side::Top
                on_press=Callback::new(move |()| lead(store, !store.leading.get_untracked()))
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
