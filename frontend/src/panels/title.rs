//! The board's name: who may write changes it where it stands. It must not know how a name is kept.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use protocol::limits::MAX_TITLE_CHARS;

use crate::opening::OpenedBoard;
use crate::store::BoardStore;
use crate::ui::dynamic::{Mounted, dynamic, effect};
use crate::ui::toast::Toasts;
use crate::words::{Words, key};

/// The name, and a field in its place while it is changed.
#[component]
pub fn BoardTitle() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let renaming = RwSignal::new(false);
    let title = Signal::derive(move || match store.title.get() {
        title if title.is_empty() => words.get(key::BOARD_UNTITLED).to_owned(),
        title => title,
    });
    let shown = move || {
        let name = if store.may_write() {
            view! {
                <button
                    type="button"
                    class="heading__rename"
                    data-testid="rename"
                    aria-description=words.of(key::BOARD_RENAME)
                    on:click=move |_| renaming.set(true)
                >
                    {title}
                </button>
            }
            .into_any()
        } else {
            view! { <span>{title}</span> }.into_any()
        };
        view! { <h1 class="heading__title" data-testid="board-title" title=title>{name}</h1> }.into_any()
    };
    dynamic(move || if renaming.get() { view! { <TitleField renaming=renaming /> }.into_any() } else { shown() })
}

#[component]
fn TitleField(renaming: RwSignal<bool>) -> impl IntoView {
    let (store, words, toasts) = (BoardStore::of_page(), Words::of_page(), Toasts::of_page());
    let opened: OpenedBoard = expect_context();
    let mounted = Mounted::here();
    let field = NodeRef::<html::Input>::new();
    effect(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let (before, is_over) = (store.title.get_untracked(), StoredValue::new(false));
    let end = move |keep: bool| {
        // Leaving the page with the field takes the focus from it, which would end it a second time.
        if is_over.try_get_value() != Some(false) {
            return;
        }
        is_over.set_value(true);
        let title = field.get_untracked().map(|field| field.value().trim().to_owned()).unwrap_or_default();
        if !keep || title == before {
            renaming.set(false);
            return;
        }
        let before = before.clone();
        store.title.set(title.clone());
        mounted.ask(opened.rename(title), move |answer| {
            match answer {
                Ok(title) => store.title.set(title),
                Err(problem) => {
                    store.title.set(before);
                    let reason = words.named("problem", &format!("{}.text", problem.id()));
                    toasts.push(words.fill(key::BOARD_RENAME_FAILED, &[("reason", &reason)]));
                }
            }
            renaming.set(false);
        });
    };
    let end = StoredValue::new(end);
    // The field loses the focus once more when it is taken away, and then there is nothing left to end.
    let finish = move |keep: bool| {
        if let Some(end) = end.try_get_value() {
            end(keep);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        // The board's own keys must not hear what is typed here.
        event.stop_propagation();
        match event.key().as_str() {
            "Enter" => finish(true),
            "Escape" => finish(false),
            _ => {}
        }
    };
    view! {
        <input
            class="input heading__field"
            data-testid="title-field"
            aria-label=words.of(key::BOARD_RENAME)
            maxlength=MAX_TITLE_CHARS.to_string()
            prop:value=store.title.get_untracked()
            node_ref=field
            on:keydown=on_key
            on:blur=move |_| finish(true)
        />
    }
    .into_any()
}
