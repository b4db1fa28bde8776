//! A row of swatches, and behind a button every other colour: shades, what was used of late, a hex code, any colour. It
//! must not know what is coloured.

use leptos::html;
use leptos::prelude::*;
use scene::{Colour, Shade, Swatch, Theme};

use super::{change, css, leave, value_of};
use crate::preferences;
use crate::store::{BoardStore, UiRequest};
use crate::ui::choice::{Choice, ChoiceGroup};
use crate::ui::dynamic::{dynamic, effect, list, when};
use crate::ui::field::{follow, take_typed};
use crate::ui::icon::Icon;
use crate::words::{Words, key};

/// Colours of one key.
#[component]
pub fn Colours(
    /// The key of the style.
    name: &'static str,
) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let current = value_of(store, name);
    let more = RwSignal::new(false);
    effect(move || {
        // The swatches stay while nothing has such a colour, the rest does not.
        if !store.style.read().has(name) {
            more.set(false);
        }
    });
    let label = match name {
        "fill" => key::STYLE_FILL,
        "text_colour" => key::STYLE_TEXT_COLOUR,
        _ => key::STYLE_STROKE,
    };
    // Paper covers what lies below; a line of it would not be seen.
    let offered = Swatch::ALL.iter().filter(move |swatch| name == "fill" || **swatch != Swatch::White);
    let swatches: Vec<String> = offered.map(|swatch| swatch.name().to_owned()).collect();
    let none = (name != "stroke").then(|| view! { <NoColour name=name current=current /> }.into_any());
    let open_more = move |_| {
        more.update(|more| *more = !*more);
        store.request(UiRequest::ListColours);
    };
    view! {
        <ChoiceGroup label=words.of(label) class="swatches">
            {none}
            {list(swatches.into_iter().enumerate().map(move |(at, colour)| swatch(name, colour, at == 0, current)))}
            <button
                type="button"
                class="swatch swatch--more"
                data-more=name
                aria-label=words.of(key::STYLE_MORE_COLOURS)
                title=words.of(key::STYLE_MORE_COLOURS)
                aria-expanded=Signal::derive(move || more.get().to_string())
                on:click=open_more
            >
                <span class="swatch__any"></span>
            </button>
        </ChoiceGroup>
        {when(more.into(), move || view! { <MoreColours name=name current=current /> }.into_any())}
    }
    .into_any()
}

#[component]
fn NoColour(name: &'static str, current: Signal<Option<String>>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    // A label without a colour of its own has its shape's.
    let label = words.of(if name == "fill" { key::STYLE_NO_FILL } else { key::STYLE_STROKE });
    view! {
        <Choice
            attr:data-style=format!("{name}.none")
            attr:title=label
            label=label
            class="swatch swatch--none"
            chosen=Signal::derive(move || current.get().as_deref() == Some(""))
            entry=Signal::derive(move || current.get().is_none())
            on_choose=Callback::new(move |()| change(store, name, String::new()))
        >
            <span class="swatch__colour"></span>
        </Choice>
    }
    .into_any()
}

/// One colour to choose.
fn swatch(name: &'static str, colour: String, is_first: bool, current: Signal<Option<String>>) -> AnyView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let (light, dark) = (css(&colour, Theme::Light), css(&colour, Theme::Dark));
    let label = {
        let colour = colour.clone();
        Signal::derive(move || match colour.split_once('-') {
            Some((hue, shade)) => format!("{}, {}", words.named("colour", hue), words.named("shade", shade)),
            None => words.named("colour", &colour),
        })
    };
    let test_id = format!("{name}.{colour}");
    let is_chosen = {
        let colour = colour.clone();
        Signal::derive(move || current.get().as_deref() == Some(colour.as_str()))
    };
    view! {
        <Choice
            attr:data-style=test_id
            attr:title=label
            label=label
            class="swatch"
            chosen=is_chosen
            entry=Signal::derive(move || is_first && name == "stroke" && current.get().is_none())
            on_choose=Callback::new(move |()| change(store, name, colour.clone()))
        >
            <span class="swatch__colour" style:--light=light style:--dark=dark></span>
        </Choice>
    }
    .into_any()
}

/// Shades of the hue in use, colours of late and of the board, a hex code, and the browser's own picker.
#[component]
fn MoreColours(name: &'static str, current: Signal<Option<String>>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let hues = Swatch::ALL.iter().filter(|swatch| **swatch != Swatch::White);
    let shades = hues.flat_map(|hue| Shade::ALL.iter().map(|shade| Colour::Shade(*hue, *shade).to_string()));
    let shades: Vec<String> = shades.collect();
    let free = move || {
        let mut colours = preferences::recent_colours();
        colours.extend(store.board_colours.get());
        let mut seen = std::collections::HashSet::new();
        colours.retain(|colour| seen.insert(colour.clone()));
        list(colours.into_iter().map(|colour| swatch(name, colour, false, current)))
    };
    let choose = move |text: String| {
        let text = text.trim();
        let hex = if text.starts_with('#') { text.to_owned() } else { format!("#{text}") };
        if let Ok(colour) = hex.parse::<Colour>() {
            preferences::keep_recent_colour(&colour.to_string());
            change(store, name, colour.to_string());
        }
    };
    let resolved = Signal::derive(move || css(&current.get().unwrap_or_default(), Theme::Light));
    let hex = NodeRef::<html::Input>::new();
    follow(hex, resolved, store.selection_number.into());
    view! {
        <div class="more-colours">
            <h3 class="style__heading">{words.of(key::STYLE_SHADES)}</h3>
            <ChoiceGroup label=words.of(key::STYLE_SHADES) class="shades">
                {list(shades.into_iter().map(|colour| swatch(name, colour, false, current)))}
            </ChoiceGroup>
            <h3 class="style__heading">{words.of(key::STYLE_RECENT)}</h3>
            <ChoiceGroup label=words.of(key::STYLE_RECENT) class="swatches">
                {dynamic(free)}
            </ChoiceGroup>
            <div class="style__row">
                <label class="any-colour" title=words.of(key::STYLE_PICK)>
                    <Icon shape=icondata::LuPalette />
                    <input
                        type="color"
                        aria-label=words.of(key::STYLE_PICK)
                        prop:value=Signal::derive(move || resolved.get().chars().take(7).collect::<String>())
                        on:change=move |event| choose(event_target_value(&event))
                    />
                </label>
                <input
                    type="text"
                    class="hex-field"
                    data-hex=name
                    aria-label=words.of(key::STYLE_HEX)
                    title=words.of(key::STYLE_HEX_NOTE)
                    maxlength="9"
                    spellcheck="false"
                    node_ref=hex
                    prop:value=resolved
                    on:change=move |event| {
                        take_typed(&event, &resolved.get_untracked()).into_iter().for_each(choose);
                    }
                    on:keydown=move |event| leave(store, &event, resolved)
                />
            </div>
        </div>
    }
    .into_any()
}
