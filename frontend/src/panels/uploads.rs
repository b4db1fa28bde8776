//! How far images are on their way to the server.

use leptos::prelude::*;

use crate::store::BoardStore;
use crate::ui::dynamic::when;
use crate::words::{Words, key};

/// A line with a bar, while something is on its way.
#[component]
pub fn UploadLine() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let uploading = store.uploading;
    let text = Signal::derive(move || {
        let Some(now) = uploading.get() else { return String::new() };
        words.count(key::UPLOAD_ONE, key::UPLOAD_MANY, now.images)
    });
    let percent = Signal::derive(move || uploading.get().map_or(0, |now| now.percent).to_string());
    let line = move || {
        view! {
            <div class="uploads panel" data-testid="uploads">
                <span>{text}</span>
                <progress max="100" value=percent aria-label=text></progress>
            </div>
        }
        .into_any()
    };
    when(Signal::derive(move || uploading.read().is_some()), line)
}
