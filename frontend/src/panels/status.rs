//! How safe the reader's changes are: a dot and a few words, and what of it is read out.

use leptos::prelude::*;
use protocol::Role;

use crate::store::{BoardStore, Status};
use crate::ui::dynamic::effect;
use crate::ui::toast::Toasts;
use crate::words::{Words, key};

/// The status.
#[component]
pub fn StatusLine() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let status = store.status;
    let announced = RwSignal::new(None::<Status>);
    effect(move || announced.set(announce(announced.get_untracked(), status.get())));
    tell_role(store, words);
    view! {
        <div class="status" data-testid="status" data-status=Signal::derive(move || status.get().id().to_owned())>
            <span class="status__dot"></span>
            <span class="status__text">{Signal::derive(move || in_words(words, status.get(), store.role.get()))}</span>
        </div>
        <div class="visually-hidden" role="status" aria-live="polite">
            {Signal::derive(move || announced.get().map(|status| in_words(words, status, store.role.get())).unwrap_or_default())}
        </div>
    }
    .into_any()
}

/// Tools that come and go without a word would look like a fault.
fn tell_role(store: BoardStore, words: Words) {
    let toasts = Toasts::of_page();
    let former = StoredValue::new(None::<Role>);
    effect(move || {
        // What the board was opened with is known before it is joined, and may be out of date.
        let is_joined =
            !matches!(store.status.get(), Status::Connecting | Status::Reconnecting | Status::Offline { .. });
        let role = store.role.get();
        if !is_joined {
            return;
        }
        let former = former.try_update_value(|former| former.replace(role)).flatten();
        if former.is_some_and(|former| former != role) {
            let named = words.named("role", role.as_str());
            toasts.push(words.fill(key::STATUS_ROLE_CHANGED, &[("role", &named)]));
        }
    });
}

/// What is read out: trouble, and its end; not the saving of every stroke.
fn announce(before: Option<Status>, now: Status) -> Option<Status> {
    match now {
        Status::Connecting | Status::Saving => before,
        Status::Saved => before.map(|_| now),
        // Counting up while offline would not stop talking.
        Status::Offline { .. } => Some(Status::Offline { kept: 0 }),
        Status::Reconnecting
        | Status::NotSaved
        | Status::Paused
        | Status::ReadOnly
        | Status::Outdated
        | Status::Refused => Some(now),
    }
}

fn in_words(words: Words, status: Status, role: Role) -> String {
    let word = match status {
        Status::Offline { kept: 0 } => key::STATUS_OFFLINE,
        Status::Offline { kept } => return words.count(key::STATUS_OFFLINE_ONE, key::STATUS_OFFLINE_MANY, kept),
        Status::Connecting => key::STATUS_CONNECTING,
        Status::Saved => key::STATUS_SAVED,
        Status::Saving => key::STATUS_SAVING,
        Status::Reconnecting => key::STATUS_RECONNECTING,
        Status::NotSaved => key::STATUS_NOT_SAVED,
        Status::Paused => key::STATUS_PAUSED,
        Status::ReadOnly if role == Role::Comment => key::STATUS_COMMENT_ONLY,
        Status::ReadOnly => key::STATUS_READ_ONLY,
        Status::Outdated => key::STATUS_OUTDATED,
        Status::Refused => key::STATUS_REFUSED,
    };
    words.get(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_read_out_once_and_its_end_too() {
        let told = [
            (Status::Connecting, None),
            (Status::Saved, None),
            (Status::Saving, None),
            (Status::Saved, None),
            (Status::Offline { kept: 1 }, Some(Status::Offline { kept: 0 })),
            (Status::Offline { kept: 2 }, Some(Status::Offline { kept: 0 })),
            (Status::Saving, Some(Status::Offline { kept: 0 })),
            (Status::Saved, Some(Status::Saved)),
            (Status::NotSaved, Some(Status::NotSaved)),
        ];
        let mut before = None;
        for (now, expected) in told {
            before = announce(before, now);
            assert_eq!(before, expected, "{now:?}");
        }
    }
}
