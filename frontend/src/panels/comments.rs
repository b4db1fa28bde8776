//! The list of threads, behind a button that counts what was not read. It must not know pins or how threads are kept.

use leptos::prelude::*;
use protocol::meeting::Thread;

use super::pins::ReadOnlyNote;
use crate::clock::{now_ms, relative};
use crate::meeting::Meeting;
use crate::store::{BoardStore, UiRequest};
use crate::ui::button::{Button, Weight};
use crate::ui::choice::{Choice, ChoiceGroup};
use crate::ui::dynamic::{dynamic, list, when};
use crate::ui::icon::Icon;
use crate::ui::popover::Popover;
use crate::ui::tooltip::Side;
use crate::words::{Word, Words, key};

/// Which threads the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    Open,
    Unread,
    Resolved,
}

impl Filter {
    const ALL: [(Self, &'static str, Word); 3] = [
        (Self::Open, "open", key::COMMENTS_FILTER_OPEN),
        (Self::Unread, "unread", key::COMMENTS_FILTER_UNREAD),
        (Self::Resolved, "resolved", key::COMMENTS_FILTER_RESOLVED),
    ];

    fn shows(self, meeting: Meeting, thread: &Thread) -> bool {
        match self {
            Self::Open => !thread.resolved,
            Self::Unread => !thread.resolved && meeting.is_unread(thread),
            Self::Resolved => thread.resolved,
        }
    }
}

/// The button and its list.
#[component]
pub fn CommentsPanel() -> impl IntoView {
    let (meeting, words) = (Meeting::of_page(), Words::of_page());
    let (open, filter) = (RwSignal::new(false), RwSignal::new(Filter::Open));
    let label = Signal::derive(move || match meeting.unread() {
        0 => words.get(key::COMMENTS_TITLE).to_owned(),
        unread => words.count(key::COMMENTS_UNREAD_ONE, key::COMMENTS_UNREAD_MANY, unread),
    });
    let badge = move || match meeting.unread() {
        0 => ().into_any(),
        unread => view! { <span class="badge" data-testid="unread" aria-hidden="true">{unread}</span> }.into_any(),
    };
    let face = view! {
        <Icon shape=icondata::LuMessageCircle />
        {dynamic(badge)}
    };
    view! {
        <Popover
            open=open
            label=words.of(key::COMMENTS_TITLE)
            panel_class="panel comments popover__panel popover__panel--end"
            button_label=label
            button_class="icon-button comments-button"
            button_id="comments"
            tip=Side::BottomEnd
            face=face.into_any()
        >
            <Filters filter=filter />
            {dynamic(move || rows(meeting, words, filter.get(), open))}
            {when(Signal::derive(move || meeting.may_comment()), move || view! { <NewThread open=open /> }.into_any())}
            <ReadOnlyNote />
        </Popover>
    }
    .into_any()
}

#[component]
fn Filters(filter: RwSignal<Filter>) -> impl IntoView {
    let words = Words::of_page();
    let choices = Filter::ALL.into_iter().map(move |(which, id, word)| {
        let chosen = Signal::derive(move || filter.get() == which);
        view! {
            <Choice
                attr:data-filter=id
                label=words.of(word)
                class="segment"
                chosen=chosen
                on_choose=Callback::new(move |()| filter.set(which))
            >
                {words.of(word)}
            </Choice>
        }
        .into_any()
    });
    view! {
        <ChoiceGroup label=words.of(key::COMMENTS_TITLE) class="segments">
            {list(choices)}
        </ChoiceGroup>
    }
    .into_any()
}

/// The threads that a filter shows, the newest first.
fn rows(meeting: Meeting, words: Words, filter: Filter, open: RwSignal<bool>) -> AnyView {
    let newest_ms = |thread: &Thread| thread.comments.last().map_or(0, |last| last.created_at_ms);
    let mut threads = meeting.threads.get();
    threads.retain(|thread| filter.shows(meeting, thread));
    threads.sort_by_key(|thread| std::cmp::Reverse(newest_ms(thread)));
    if threads.is_empty() {
        return view! { <p class="comments__none">{words.of(key::COMMENTS_NONE)}</p> }.into_any();
    }
    let row = move |thread: Thread| {
        // Milliseconds since 1970 are exact in a double.
        let when = relative(newest_ms(&thread) as f64, now_ms(), words.0.get_untracked());
        let count = words.count(key::COMMENTS_COUNT_ONE, key::COMMENTS_COUNT_MANY, thread.comments.len());
        let (name, text) =
            thread.comments.first().map(|first| (first.name.clone(), first.text.clone())).unwrap_or_default();
        let id = thread.id.clone();
        let show = move |_| {
            open.set(false);
            meeting.show(id.clone());
        };
        view! {
            <li>
                <button
                    type="button"
                    class="comments__row"
                    data-testid="thread-row"
                    data-unread=meeting.is_unread(&thread).to_string()
                    on:click=show
                >
                    <span class="comments__who"><strong>{name}</strong><small>{when}</small></span>
                    <span class="comments__text">{text}</span>
                    <small>{count}</small>
                </button>
            </li>
        }
        .into_any()
    };
    view! { <ul class="comments__list">{list(threads.into_iter().map(row))}</ul> }.into_any()
}

#[component]
fn NewThread(open: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let begin = move |()| {
        open.set(false);
        store.request(UiRequest::SetTool("comment"));
    };
    view! {
        <Button
            attr:data-testid="new-comment"
            label=words.of(key::COMMENTS_NEW)
            weight=Weight::Secondary
            icon=icondata::LuMessageCirclePlus
            on_press=Callback::new(begin)
        />
    }
    .into_any()
}
