//! A style of one shape for others.

use super::{Command, EDIT, LOOK, has_selection};
use crate::style::{STYLES, is_look};
use crate::tools::Effect;

pub(super) const COPY: Command = Command {
    id: "copy-styles",
    shortcuts: &["Mod+Alt+C"],
    enabled: has_selection,
    run: Some(|view| {
        let shape = view.selected().next();
        let looks = STYLES.iter().filter(|key| is_look(key));
        let style = shape.map(|shape| looks.filter_map(|key| shape.field(key)).collect());
        style.map(Effect::CopyStyle).into_iter().collect()
    }),
    ..LOOK
};

pub(super) const PASTE: Command = Command {
    id: "paste-styles",
    shortcuts: &["Mod+Alt+V"],
    enabled: |view| has_selection(view) && !view.copied_style.is_empty(),
    run: Some(|view| vec![Effect::Style(view.copied_style.to_vec())]),
    ..EDIT
};
