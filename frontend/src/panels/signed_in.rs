//! The mark beside the name of somebody who is signed in. It must not know how that is known.

use leptos::prelude::*;

use crate::ui::icon::Icon;
use crate::words::{Words, key};

/// The mark of somebody who is signed in: the server's word, which nobody can say of themselves.
pub fn mark(says: Signal<String>) -> AnyView {
    view! {
        <span class="signed-in" role="img" data-testid="signed-in" aria-label=says title=says>
            <Icon shape=icondata::LuBadgeCheck />
        </span>
    }
    .into_any()
}

/// The same, which says no more.
pub fn plain_mark() -> AnyView {
    mark(Words::of_page().of(key::PRESENT_SIGNED_IN))
}
