//! The small label that appears beside a control under the mouse or with keyboard focus.

use leptos::prelude::*;

use super::dynamic::when;

/// Where a tooltip stands beside its control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Above, centred.
    Top,
    /// Above, growing to the right.
    TopStart,
    /// Below, growing to the right.
    BottomStart,
    /// Below, growing to the left.
    BottomEnd,
}

impl Side {
    fn id(self) -> &'static str {
        match self {
            Self::Top => "top",
            Self::TopStart => "top-start",
            Self::BottomStart => "bottom-start",
            Self::BottomEnd => "bottom-end",
        }
    }
}

/// A tooltip for the control that it is put into. Hidden from assistive technology, which reads the control's own label.
#[component]
pub fn Tooltip(
    /// What the control does.
    label: Signal<String>,
    /// Key binding as a person reads it; empty for none.
    keys: Signal<String>,
    /// Where it stands.
    side: Side,
) -> impl IntoView {
    view! {
        <span class="tooltip" data-side=side.id() aria-hidden="true">
            {label}
            {when(Signal::derive(move || !keys.read().is_empty()), move || view! { <kbd>{keys}</kbd> }.into_any())}
        </span>
    }
    .into_any()
}
