//! Asks for the token that making boards wants on some servers.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

use crate::preferences::keep_token;
use crate::ui::dialog::Dialog;
use crate::words::{Words, key};

/// The dialog.
#[component]
pub fn TokenDialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// Called once the token is kept.
    on_told: Callback<()>,
) -> impl IntoView {
    let words = Words::of_page();
    let field = NodeRef::<html::Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let token = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        if !token.trim().is_empty() {
            keep_token(&token);
            open.set(false);
            on_told.run(());
        }
    };
    view! {
        <Dialog open=open title=words.of(key::TOKEN_TITLE) close_label=words.of(key::ACTION_CLOSE)>
            <form class="dialog__form" on:submit=submit>
                <p class="dialog__text">{words.of(key::TOKEN_TEXT)}</p>
                <label class="field">
                    <span class="field__label">{words.of(key::TOKEN_LABEL)}</span>
                    <input
                        class="input"
                        type="password"
                        data-testid="create-token"
                        autocomplete="off"
                        node_ref=field
                    />
                </label>
                <div class="dialog__actions">
                    <button type="submit" class="button" data-weight="primary">{words.of(key::TOKEN_CONFIRM)}</button>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
