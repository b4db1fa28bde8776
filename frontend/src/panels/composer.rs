//! Where a comment is written, with the names that it may call. It must not know what becomes of it.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use protocol::limits::MAX_COMMENT_CHARS;

use crate::drafts::Drafts;
use crate::meeting::Meeting;
use crate::ui::button::{Button, Weight};
use crate::ui::dynamic::{dynamic, effect, list};

/// The name that is being typed at the end of a text, after its @.
fn called(text: &str) -> Option<&str> {
    let (before, name) = text.rsplit_once('@')?;
    let begins = before.chars().next_back().is_none_or(char::is_whitespace);
    (begins && !name.contains('\n') && name.chars().count() <= 20).then_some(name)
}

/// What is being written in a field: the draft of its place, or what stood there before.
#[derive(Clone, Copy)]
struct Written {
    drafts: Drafts,
    place: StoredValue<String>,
    before: StoredValue<String>,
}

impl Written {
    fn get(self) -> String {
        self.place.with_value(|place| self.drafts.at(place)).unwrap_or_else(|| self.before.get_value())
    }

    fn set(self, text: String) {
        self.place.with_value(|place| self.drafts.write(place, text));
    }
}

/// Where a comment is written: Enter sends it, Shift+Enter begins a line, @ calls somebody. Without a connection it is
/// written on, and sent later.
#[component]
pub fn Composer(
    label: Signal<String>,
    send: Signal<String>,
    /// Where it belongs among the drafts.
    place: String,
    #[prop(optional, into)] before: String,
    on_send: Callback<String>,
) -> impl IntoView {
    let meeting = Meeting::of_page();
    let written = Written { drafts: meeting.drafts, place: StoredValue::new(place), before: StoredValue::new(before) };
    let text = Memo::new(move |_| written.get());
    let field = NodeRef::<html::Textarea>::new();
    effect(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let cannot = Signal::derive(move || text.read().trim().is_empty() || !meeting.may_comment());
    let submit = move || {
        if cannot.get_untracked() {
            return;
        }
        let words = text.get_untracked().trim().to_owned();
        // The button cannot be pressed now, and takes no keys: Escape, and the next words, are for here.
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
        on_send.run(words);
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
                on:input=move |event| written.set(event_target_value(&event))
                on:keydown=on_key
            ></textarea>
            <Suggestions written=written field=field />
            <Button
                attr:data-testid="send-comment"
                label=send
                weight=Weight::Primary
                disabled=cannot
                on_press=Callback::new(move |()| submit())
            />
        </div>
    }
    .into_any()
}

/// People whose names begin as what is being typed after an @.
#[component]
fn Suggestions(written: Written, field: NodeRef<html::Textarea>) -> impl IntoView {
    let meeting = Meeting::of_page();
    let suggestions = move || {
        let text = written.get();
        let suggested = called(&text).map(|name| meeting.suggested(name)).unwrap_or_default();
        list(suggested.into_iter().map(|mention| {
            let name = mention.name.clone();
            let choose = move |_| {
                let mut text = written.get();
                let at = text.rfind('@').unwrap_or(text.len());
                text.truncate(at);
                text.push_str(&format!("@{name} "));
                written.set(text);
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
