//! Where a comment is written, with the names that it may call. It must not know what becomes of it.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use protocol::limits::MAX_COMMENT_CHARS;

use crate::meeting::Meeting;
use crate::ui::button::{Button, Weight};
use crate::ui::dynamic::{dynamic, effect, list};

/// The name that is being typed at the end of a text, after its @.
fn called(text: &str) -> Option<&str> {
    let (before, name) = text.rsplit_once('@')?;
    let begins = before.chars().next_back().is_none_or(char::is_whitespace);
    (begins && !name.contains('\n') && name.chars().count() <= 20).then_some(name)
}

/// Where a comment is written: Enter sends it, Shift+Enter begins a line, @ calls somebody.
#[component]
pub fn Composer(
    label: Signal<String>,
    send: Signal<String>,
    #[prop(optional, into)] before: String,
    on_send: Callback<String>,
) -> impl IntoView {
    let text = RwSignal::new(before);
    let field = NodeRef::<html::Textarea>::new();
    effect(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let submit = move || {
        let written = text.get_untracked().trim().to_owned();
        if !written.is_empty() {
            text.set(String::new());
            // The button cannot be pressed now, and takes no keys: Escape, and the next words, are for here.
            if let Some(field) = field.get_untracked() {
                let _ = field.focus();
            }
            on_send.run(written);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            submit();
        }
    };
    view! {
        <div class="composer">
            <textarea
                class="input composer__text"
                rows="2"
                node_ref=field
                aria-label=label
                placeholder=label
                data-testid="comment-text"
                maxlength=MAX_COMMENT_CHARS.to_string()
                prop:value=text
                on:input=move |event| text.set(event_target_value(&event))
                on:keydown=on_key
            ></textarea>
            <Suggestions text=text field=field />
            <Button
                attr:data-testid="send-comment"
                label=send
                weight=Weight::Primary
                disabled=Signal::derive(move || text.read().trim().is_empty())
                on_press=Callback::new(move |()| submit())
            />
        </div>
    }
    .into_any()
}

/// People whose names begin as what is being typed after an @.
#[component]
fn Suggestions(text: RwSignal<String>, field: NodeRef<html::Textarea>) -> impl IntoView {
    let meeting = Meeting::of_page();
    let suggestions = move || {
        let written = text.get();
        let suggested = called(&written).map(|name| meeting.suggested(name)).unwrap_or_default();
        list(suggested.into_iter().map(|mention| {
            let name = mention.name.clone();
            let choose = move |_| {
                text.update(|text| {
                    let at = text.rfind('@').unwrap_or(text.len());
                    text.truncate(at);
                    text.push_str(&format!("@{name} "));
                });
                if let Some(field) = field.get_untracked() {
                    let _ = field.focus();
                }
            };
            view! {
                <button type="button" class="button" data-weight="secondary" data-testid="suggestion" on:click=choose>
                    {format!("@{}", mention.name)}
                </button>
            }
            .into_any()
        }))
    };
    view! { <div class="composer__calls">{dynamic(suggestions)}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_called_after_an_at() {
        for (text, expected) in [
            ("@", Some("")),
            ("hi @Ad", Some("Ad")),
            ("hi @Ada Lo", Some("Ada Lo")),
            ("mail@home", None),
            ("@Ada\nnext", None),
            ("plain", None),
        ] {
            assert_eq!(called(text), expected, "{text}");
        }
    }
}
