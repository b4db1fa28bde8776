//! What the home page asks before it changes or ends something.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use protocol::limits::MAX_TITLE_CHARS;

use super::shelf::{Asking, Shelf};
use crate::keyring::KeptBoard;
use crate::sign_in;
use crate::ui::button::{Button, Weight};
use crate::ui::dialog::Dialog;
use crate::ui::dynamic::{dynamic, effect, list, when};
use crate::words::{Word, key};

/// Longest name of a folder, in characters.
const MAX_FOLDER_CHARS: usize = 40;

/// The one dialog of the page's cards.
#[component]
pub fn CardDialog(
    /// Whose.
    shelf: Shelf,
) -> impl IntoView {
    let words = shelf.words;
    let open = RwSignal::new(false);
    // Each follows the other, and only where they differ: else they would go round for ever.
    effect(move || {
        let is_asked = shelf.asking.read().is_some();
        if open.get_untracked() != is_asked {
            open.set(is_asked);
        }
    });
    effect(move || {
        if !open.get() && shelf.asking.read_untracked().is_some() {
            shelf.asking.set(None);
        }
    });
    let title = Signal::derive(move || {
        let word = shelf.asking.read().as_ref().map(|(asking, _)| title_of(*asking));
        word.map(|word| words.get(word).to_owned()).unwrap_or_default()
    });
    let body = move || match shelf.asking.get() {
        Some((asking @ (Asking::Rename | Asking::Folder), board)) => {
            view! { <Named shelf=shelf asking=asking board=latest(shelf, board) open=open /> }.into_any()
        }
        Some((asking, board)) => {
            view! { <Sure shelf=shelf asking=asking board=latest(shelf, board) open=open /> }.into_any()
        }
        None => ().into_any(),
    };
    view! {
        <Dialog open=open title=title close_label=words.of(key::ACTION_CLOSE)>
            {dynamic(body)}
        </Dialog>
    }
    .into_any()
}

/// A board that is asked about, as it is kept while it is asked: the answer is about that.
fn latest(shelf: Shelf, board: KeptBoard) -> Signal<KeptBoard> {
    Signal::derive(move || shelf.now(&board))
}

fn title_of(asking: Asking) -> Word {
    match asking {
        Asking::Rename => key::HOME_RENAME_TITLE,
        Asking::Folder => key::HOME_FOLDER_TITLE,
        Asking::Delete => key::HOME_DELETE_TITLE,
        Asking::Purge => key::HOME_PURGE_TITLE,
        Asking::Forget => key::HOME_FORGET_TITLE,
    }
}

/// Asks for a name.
#[component]
fn Named(shelf: Shelf, asking: Asking, board: Signal<KeptBoard>, open: RwSignal<bool>) -> impl IntoView {
    let words = shelf.words;
    let field = NodeRef::<html::Input>::new();
    effect(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let (is_rename, before) = (asking == Asking::Rename, board.get_untracked());
    let (label, confirm, most, value) = if is_rename {
        (key::HOME_RENAME_LABEL, key::HOME_RENAME_CONFIRM, MAX_TITLE_CHARS, before.title)
    } else {
        (key::HOME_FOLDER_LABEL, key::HOME_FOLDER_CONFIRM, MAX_FOLDER_CHARS, before.folder)
    };
    let text = (!is_rename).then(|| view! { <p class="dialog__text">{words.of(key::HOME_FOLDER_TEXT)}</p> });
    let folders = if is_rename { Vec::new() } else { shelf.folders() };
    let folders = list(folders.into_iter().map(|name| view! { <option value=name></option> }.into_any()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = field.get_untracked().map(|field| field.value()).unwrap_or_default().trim().to_owned();
        let board = board.get_untracked();
        if is_rename {
            shelf.rename(&board, name);
        } else {
            let name: String = name.chars().take(MAX_FOLDER_CHARS).collect();
            shelf.change(&board.id, move |board| board.folder = name);
        }
        open.set(false);
    };
    view! {
        <form class="dialog__form" on:submit=submit>
            {text}
            <label class="field">
                <span class="field__label">{words.of(label)}</span>
                <input
                    class="input"
                    type="text"
                    data-testid="card-name"
                    autocomplete="off"
                    list=(!is_rename).then_some("folders")
                    maxlength=most.to_string()
                    value=value
                    node_ref=field
                />
            </label>
            <datalist id="folders">{folders}</datalist>
            <div class="dialog__actions">
                <Button
                    label=words.of(key::ACTION_CANCEL)
                    weight=Weight::Secondary
                    on_press=Callback::new(move |()| open.set(false))
                />
                <button type="submit" class="button" data-weight="primary">{words.of(confirm)}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Asks whether something may end.
#[component]
fn Sure(shelf: Shelf, asking: Asking, board: Signal<KeptBoard>, open: RwSignal<bool>) -> impl IntoView {
    let words = shelf.words;
    let (text, confirm) = match asking {
        Asking::Delete => (key::HOME_DELETE_TEXT, key::HOME_DELETE_CONFIRM),
        Asking::Purge => (key::HOME_PURGE_TEXT, key::HOME_PURGE_CONFIRM),
        _ => (key::HOME_FORGET_TEXT, key::HOME_FORGET_CONFIRM),
    };
    let text = Signal::derive(move || words.fill(text, &[("title", &board.with(|board| shelf.title(board)))]));
    // A forgotten owner's key cannot be had again, but of an account.
    let warning = Signal::derive(move || {
        let word = if board.with(|board| board.of_account) { key::HOME_FORGET_ACCOUNT } else { key::HOME_FORGET_OWNER };
        words.get(word)
    });
    let is_warned = Signal::derive(move || asking == Asking::Forget && board.with(KeptBoard::is_owned));
    let warning = when(is_warned, move || view! { <p class="dialog__text">{warning}</p> }.into_any());
    let press = move |()| {
        let board = board.get_untracked();
        match asking {
            Asking::Delete => shelf.delete(&board),
            Asking::Purge => shelf.purge(&board),
            _ => {
                // Also where it is not known yet whose it is.
                if sign_in::is_offered() {
                    sign_in::note_removed(&board.id);
                }
                shelf.forget(&board.id);
            }
        }
        open.set(false);
    };
    view! {
        <p class="dialog__text">{text}</p>
        {warning}
        <div class="dialog__actions">
            <Button
                label=words.of(key::ACTION_CANCEL)
                weight=Weight::Secondary
                on_press=Callback::new(move |()| open.set(false))
            />
            <Button
                attr:data-testid="confirm-card"
                label=words.of(confirm)
                weight=Weight::Danger
                on_press=Callback::new(press)
            />
        </div>
    }
    .into_any()
}
