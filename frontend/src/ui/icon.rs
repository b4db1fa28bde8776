//! One icon of the icon set, as inline SVG that takes the text's colour.

use leptos::prelude::*;

pub use icondata::Icon as IconShape;

/// An icon. It is decoration: what it stands for is said by the control around it.
#[component]
pub fn Icon(
    /// Its shape.
    shape: IconShape,
) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            inner_html=shape.data
        ></svg>
    }
    .into_any()
}
