//! Styles of which one of a few is chosen, or a number. It must not know what a choice does.

use board::{Align, AlignY, FillStyle, Head, Kind, LineStyle};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::{change, leave, value_of};
use crate::panels::icons::ToolIcon;
use crate::store::BoardStore;
use crate::ui::choice::{Choice, ChoiceGroup};
use crate::ui::dynamic::list;
use crate::ui::field::{follow, take_typed};
use crate::words::{Word, Words, key};

/// A letter of this size.
macro_rules! letter {
    ($size:literal) => {
        concat!(
            r#"<text x="12" y="18" text-anchor="middle" stroke="none" fill="currentColor" font-size=""#,
            $size,
            r#"">A</text>"#
        )
    };
}

/// What a description may be long, below the bytes that the board keeps of it.
const DESCRIPTION_LETTERS: &str = "1000";

/// A letter like those of a font, in what the machine has: the font itself is loaded when something is written in it.
macro_rules! face {
    ($family:literal) => {
        concat!(
            r#"<text x="12" y="18" text-anchor="middle" stroke="none" fill="currentColor" font-size="15" font-family="'"#,
            $family,
            r#"'">Ag</text>"#
        )
    };
}

/// An option: its value as text, its id in the catalogue and for tests, and the inside of its picture in a box of 24.
struct OptionSpec {
    value: &'static str,
    id: &'static str,
    picture: &'static str,
}

const fn option(value: &'static str, id: &'static str, picture: &'static str) -> OptionSpec {
    OptionSpec { value, id, picture }
}

/// The options of a key, in order.
fn specs(name: &str) -> Vec<OptionSpec> {
    match name {
        "width" => vec![
            option("2", "s", r#"<path d="M4 12h16" stroke-width="1.5"/>"#),
            option("3.5", "m", r#"<path d="M4 12h16" stroke-width="3"/>"#),
            option("6", "l", r#"<path d="M4 12h16" stroke-width="5"/>"#),
            option("10", "xl", r#"<path d="M4 12h16" stroke-width="8"/>"#),
        ],
        "font_size" => vec![
            option("16", "s", letter!(9)),
            option("20", "m", letter!(12)),
            option("28", "l", letter!(16)),
            option("44", "xl", letter!(21)),
        ],
        "font" => vec![
            option("sans", "sans", face!("sans-serif")),
            option("hand", "hand", r#"<path d="M4 17c4-2 7-8 6-10s-4 3-3 7 4 4 6 1 1-5 0-3 0 6 2 5 3-4 5-5"/>"#),
            option("serif", "serif", face!("serif")),
            option("mono", "mono", face!("monospace")),
        ],
        "radius" => vec![
            option("0", "sharp", r#"<path d="M5 20V5h15"/>"#),
            option("", "usual", r#"<path d="M5 20V9a4 4 0 0 1 4-4h11"/>"#),
            option("32", "round", r#"<path d="M5 20v-4A11 11 0 0 1 16 5h4"/>"#),
        ],
        "route" => vec![
            option("straight", "straight", r#"<path d="M5 19 19 5"/>"#),
            option("curved", "curved", r#"<path d="M4 18c9 0 7-12 16-12"/>"#),
            option("elbow", "elbow", r#"<path d="M4 18h8V6h8"/>"#),
        ],
        "start_head" | "end_head" => {
            Head::ALL.iter().map(|head| option(head.name(), head.name(), head_picture(*head))).collect()
        }
        "sketch" => vec![
            option("", "clean", r#"<path d="M4 17 20 7"/>"#),
            option("1", "drawn", r#"<path d="M4 16c4-7 5-7 5-3s1 4 4-1 4-4 3 0 2 3 4 0"/>"#),
        ],
        "dash" => LineStyle::ALL.iter().map(|style| option(style.name(), style.name(), dash_picture(*style))).collect(),
        "fill_style" => {
            FillStyle::ALL.iter().map(|style| option(style.name(), style.name(), fill_picture(*style))).collect()
        }
        "align" => Align::ALL.iter().map(|align| option(align.name(), align.name(), align_picture(*align))).collect(),
        "align_y" => {
            AlignY::ALL.iter().map(|align| option(align.name(), align.name(), align_y_picture(*align))).collect()
        }
        _ => vec![],
    }
}

fn dash_picture(style: LineStyle) -> &'static str {
    match style {
        LineStyle::Solid => r#"<path d="M3 12h18"/>"#,
        LineStyle::Dashed => r#"<path d="M3 12h18" stroke-dasharray="4 4"/>"#,
        LineStyle::Dotted => r#"<path d="M3 12h18" stroke-dasharray="0.1 4"/>"#,
    }
}

fn fill_picture(style: FillStyle) -> &'static str {
    match style {
        FillStyle::Soft => {
            r#"<rect x="4" y="4" width="16" height="16" rx="3" fill="currentColor" fill-opacity="0.2"/>"#
        }
        FillStyle::Solid => r#"<rect x="4" y="4" width="16" height="16" rx="3" fill="currentColor"/>"#,
        FillStyle::Hachure => {
            r#"<rect x="4" y="4" width="16" height="16" rx="3"/><path d="m5 12 7-7M5 19 19 5m-7 14 7-7"/>"#
        }
        FillStyle::CrossHatch => {
            r#"<rect x="4" y="4" width="16" height="16" rx="3"/><path d="m5 12 7-7M5 19 19 5m-7 14 7-7M5 12l7 7M5 5l14 14M12 5l7 7"/>"#
        }
        FillStyle::Dots => {
            r#"<rect x="4" y="4" width="16" height="16" rx="3"/><path d="M9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01"/>"#
        }
    }
}

/// A head at the right end of a level line.
fn head_picture(head: Head) -> &'static str {
    match head {
        Head::None => r#"<path d="M4 12h16"/>"#,
        Head::Arrow => r#"<path d="M4 12h16m-6-6 6 6-6 6"/>"#,
        Head::Triangle => r#"<path d="M4 12h8m0-6 8 6-8 6z" fill="currentColor"/>"#,
        Head::TriangleOpen => r#"<path d="M4 12h8m0-6 8 6-8 6z"/>"#,
        Head::Diamond => r#"<path d="M3 12h6m0 0 6-5 6 5-6 5z" fill="currentColor"/>"#,
        Head::DiamondOpen => r#"<path d="M3 12h6m0 0 6-5 6 5-6 5z"/>"#,
        Head::Dot => r#"<path d="M4 12h8"/><circle cx="16" cy="12" r="4" fill="currentColor"/>"#,
        Head::Circle => r#"<path d="M4 12h8"/><circle cx="16" cy="12" r="4"/>"#,
        Head::Square => r#"<path d="M4 12h8m0-4h8v8h-8z" fill="currentColor"/>"#,
        Head::SquareOpen => r#"<path d="M4 12h8m0-4h8v8h-8z"/>"#,
        Head::Bar => r#"<path d="M4 12h16m0-6v12"/>"#,
        Head::One => r#"<path d="M4 12h16m-4-5v10"/>"#,
        Head::OnlyOne => r#"<path d="M4 12h16m-4-5v10m-4-10v10"/>"#,
        Head::ZeroOrOne => r#"<path d="M4 12h1m8 0h7m-3-5v10"/><circle cx="9" cy="12" r="4"/>"#,
        Head::Many => r#"<path d="M4 12h16m0-6-8 6 8 6"/>"#,
        Head::OneOrMany => r#"<path d="M4 12h16m0-6-8 6 8 6M9 6v12"/>"#,
        Head::ZeroOrMany => r#"<path d="M10 12h10m0-6-8 6 8 6"/><circle cx="6.5" cy="12" r="3.5"/>"#,
    }
}

fn align_picture(align: Align) -> &'static str {
    match align {
        Align::Left => r#"<path d="M4 6h16M4 12h9M4 18h13"/>"#,
        Align::Center => r#"<path d="M4 6h16M8 12h8M6 18h12"/>"#,
        Align::Right => r#"<path d="M4 6h16M11 12h9M7 18h13"/>"#,
    }
}

fn align_y_picture(align: AlignY) -> &'static str {
    match align {
        AlignY::Top => r#"<path d="M4 4h16M8 9h8M8 13h8"/>"#,
        AlignY::Middle => r#"<path d="M3 12h2m14 0h2M8 10h8M8 14h8"/>"#,
        AlignY::Bottom => r#"<path d="M4 20h16M8 11h8M8 15h8"/>"#,
    }
}

/// Kind and id of every option's word.
#[cfg(test)]
pub fn labels() -> impl Iterator<Item = (&'static str, &'static str)> {
    let names = [
        "route",
        "start_head",
        "end_head",
        "width",
        "font",
        "font_size",
        "radius",
        "sketch",
        "dash",
        "fill_style",
        "align",
        "align_y",
    ];
    let word = |name: &'static str| if name.ends_with("head") { "head" } else { name };
    names.into_iter().flat_map(move |name| specs(name).into_iter().map(move |spec| (word(name), spec.id)))
}

/// One of a few.
#[component]
pub fn Options(
    /// The key of the style.
    name: &'static str,
) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let current = value_of(store, name);
    let view = move |(at, spec): (usize, OptionSpec)| {
        let label =
            Signal::derive(move || words.named(name.trim_start_matches("start_").trim_start_matches("end_"), spec.id));
        view! {
            <Choice
                attr:data-style=format!("{name}.{}", spec.id)
                attr:title=label
                label=label
                class="segment"
                chosen=Signal::derive(move || current.get().as_deref() == Some(spec.value))
                entry=Signal::derive(move || at == 0 && current.get().is_none())
                on_choose=Callback::new(move |()| change(store, name, spec.value.to_owned()))
            >
                <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" inner_html=spec.picture></svg>
            </Choice>
        }
        .into_any()
    };
    view! {
        <ChoiceGroup
            label=words.of(group_label(name))
            class=if name.ends_with("head") { "heads" } else { "segments" }
        >
            {list(specs(name).into_iter().enumerate().map(view))}
        </ChoiceGroup>
    }
    .into_any()
}

fn group_label(name: &str) -> Word {
    match name {
        "width" | "dash" => key::STYLE_LINE,
        "fill_style" => key::STYLE_FILL,
        "radius" => key::STYLE_CORNERS,
        "route" => key::STYLE_ROUTE,
        "start_head" => key::STYLE_START_HEAD,
        "end_head" => key::STYLE_END_HEAD,
        "sketch" => key::STYLE_LOOK,
        _ => key::STYLE_TEXT,
    }
}

/// A number: a slider, or a small field beside the options.
#[component]
pub fn Amount(
    /// The key of the style.
    name: &'static str,
    /// What it is.
    label: Word,
    /// The least.
    min: f64,
    /// The most.
    max: f64,
    /// From one value to the next.
    step: f64,
    /// Whether it is a slider.
    is_slider: bool,
) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let current = value_of(store, name);
    let shown = Signal::derive(move || current.get().unwrap_or_default());
    let field = NodeRef::<html::Input>::new();
    follow(field, shown, store.selection_number.into());
    let take = move |value: String| {
        // Further than there is, is as far as there is.
        if let Some(number) = value.parse::<f64>().ok().filter(|number| number.is_finite()) {
            change(store, name, number.clamp(min, max).to_string());
        }
    };
    // A slider moves the shapes along; a number counts when it is typed.
    let on_input = move |event: ev::Event| {
        if is_slider {
            take(event_target_value(&event));
        }
    };
    let on_change = move |event: ev::Event| match is_slider {
        true => take(event_target_value(&event)),
        false => take_typed(&event, &shown.get_untracked()).into_iter().for_each(take),
    };
    view! {
        <input
            type=if is_slider { "range" } else { "number" }
            class=if is_slider { "slider" } else { "number-field" }
            data-style=name
            aria-label=words.of(label)
            title=words.of(label)
            min=min.to_string()
            max=max.to_string()
            step=step.to_string()
            node_ref=field
            prop:value=shown
            on:input=on_input
            on:change=on_change
            on:keydown=move |event| leave(store, &event, shown)
        />
    }
    .into_any()
}

/// Words of one's own, kept when the field is left.
#[component]
pub fn Description(
    /// The key of the style.
    name: &'static str,
    /// What it is.
    label: Word,
) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let current = value_of(store, name);
    let shown = Signal::derive(move || current.get().unwrap_or_default());
    let field = NodeRef::<html::Textarea>::new();
    follow(field, shown, store.selection_number.into());
    let on_change = move |event: ev::Event| {
        take_typed(&event, &shown.get_untracked()).into_iter().for_each(|words| change(store, name, words));
    };
    view! {
        <textarea
            class="style__words"
            rows=if name == "link" { "1" } else { "2" }
            placeholder=if name == "link" { "https://" } else { "" }
            data-style=name
            aria-label=words.of(label)
            maxlength=DESCRIPTION_LETTERS
            node_ref=field
            prop:value=shown
            on:change=on_change
            on:keydown=move |event| leave(store, &event, shown)
        ></textarea>
    }
    .into_any()
}

/// Other kinds that the selection can become: a button for each kind, of which those are seen that it can. While nothing is
/// selected all lie ready.
#[component]
pub fn Kinds() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let current = value_of(store, "kind");
    let button = move |kind: &'static Kind| {
        let label = Signal::derive(move || words.named("tool", kind.name()));
        let place = Memo::new(move |_| store.kinds.read().iter().position(|other| *other == kind));
        view! {
            <Choice
                attr:data-kind=move || place.get().map(|_| kind.name())
                attr:hidden=move || place.get().is_none() && !store.kinds.read().is_empty()
                attr:title=label
                label=label
                class="segment"
                chosen=Signal::derive(move || current.get().as_deref() == Some(kind.name()))
                entry=Signal::derive(move || place.get() == Some(0) && current.get().is_none())
                on_choose=Callback::new(move |()| change(store, "kind", kind.name().to_owned()))
            >
                <ToolIcon id=kind.name() />
            </Choice>
        }
        .into_any()
    };
    view! {
        <ChoiceGroup label=words.of(key::STYLE_KIND) class="kinds">
            {list(Kind::ALL.iter().map(button))}
        </ChoiceGroup>
    }
    .into_any()
}
