//! Buttons: with text, and with an icon alone.

use leptos::prelude::*;

use super::dynamic::dynamic;
use super::icon::{Icon, IconShape};
use super::tooltip::{Side, Tooltip};

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The one thing to do here.
    Primary,
    /// Something else to do.
    Secondary,
    /// Something that cannot be taken back.
    Danger,
}

impl Weight {
    /// As styles know it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Danger => "danger",
        }
    }
}

/// A button with a text and, if given, an icon before it.
#[component]
pub fn Button(
    /// What it says.
    label: Signal<String>,
    /// How much it asks for attention.
    weight: Weight,
    /// Icon before the text.
    #[prop(optional, into)]
    icon: Option<IconShape>,
    /// Whether it can be pressed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Called when it is pressed.
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button"
            data-weight=weight.id()
            prop:disabled=disabled
            on:click=move |_| on_press.run(())
        >
            {icon.map(|shape| view! { <Icon shape=shape /> })}
            <span>{label}</span>
        </button>
    }
    .into_any()
}

/// A button that shows an icon alone and says what it does to assistive technology and in a tooltip.
#[component]
pub fn IconButton(
    /// What it does.
    label: Signal<String>,
    /// Its icon; a signal, as some change with what a press would do.
    #[prop(into)]
    icon: Signal<IconShape>,
    /// Key binding as a person reads it; empty for none.
    #[prop(optional, into)]
    keys: Signal<String>,
    /// Where the tooltip stands.
    side: Side,
    /// Whether it cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Called when it is pressed.
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="icon-button"
            aria-label=label
            aria-disabled=Signal::derive(move || disabled.get().to_string())
            on:click=move |_| {
                if !disabled.get_untracked() {
                    on_press.run(());
                }
            }
        >
            {dynamic(move || view! { <Icon shape=icon.get() /> }.into_any())}
            <Tooltip label=label keys=keys side=side />
        </button>
    }
    .into_any()
}
