//! Switches of the page's theme and language, for the home page and for a board's menu.

use leptos::prelude::*;

use crate::parts;
use crate::preferences::{Preferences, Theme};
use crate::ui::choice::{Choice, ChoiceGroup};
use crate::ui::dynamic::{Mounted, dynamic, list};
use crate::ui::icon::{Icon, IconShape};
use crate::ui::toast::Toasts;
use crate::words::{Language, Word, Words, key};

/// The icon and the label of what the theme switch would do.
pub fn theme_switch(preferences: Preferences) -> (IconShape, Word) {
    match preferences.theme() {
        Theme::Light => (icondata::LuMoon, key::THEME_DARK),
        Theme::Dark => (icondata::LuSun, key::THEME_LIGHT),
    }
}

/// The theme switch as an entry of a menu.
#[component]
pub fn ThemeEntry() -> impl IntoView {
    let (preferences, words) = (Preferences::of_page(), Words::of_page());
    view! {
        <button type="button" class="menu__entry" data-testid="theme" on:click=move |_| preferences.toggle_theme()>
            {dynamic(move || view! { <Icon shape=theme_switch(preferences).0 /> }.into_any())}
            <span>{Signal::derive(move || words.get(theme_switch(preferences).1).to_owned())}</span>
        </button>
    }
    .into_any()
}

/// The languages, each by its own name or, where there is little room, by its tag.
#[component]
pub fn LanguageChoice(
    /// Whether to show tags.
    short: bool,
) -> impl IntoView {
    let words = Words::of_page();
    let (Words(language), toasts, mounted) = (words, Toasts::of_page(), Mounted::here());
    let option = move |option: Language| {
        let choose = move |()| {
            mounted.ask(parts::learn(option), move |is_there| match is_there {
                true => language.set(option),
                false => toasts.push(words.get(key::PAGE_PART_MISSING).to_owned()),
            });
        };
        view! {
            <Choice
                attr:lang=option.tag()
                attr:data-language=option.tag()
                label=Signal::derive(move || option.name().to_owned())
                class="segment"
                chosen=Signal::derive(move || language.get() == option)
                on_choose=Callback::new(choose)
            >
                {if short { option.tag().to_uppercase() } else { option.name().to_owned() }}
            </Choice>
        }
        .into_any()
    };
    view! {
        <ChoiceGroup label=words.of(key::LANGUAGE_LABEL) class="segments">
            {list(Language::ALL.into_iter().map(option))}
        </ChoiceGroup>
    }
    .into_any()
}
