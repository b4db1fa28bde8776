//! The next node, by keys.

use kurbo::Vec2;

use super::{Command, EDIT};
use crate::growing;
use crate::tools::Effect;
use crate::view::View;

pub(super) const RIGHT: Command = grow("grow-right", &["Mod+ArrowRight"], |view| grown(view, Vec2::new(1.0, 0.0)));
pub(super) const LEFT: Command = grow("grow-left", &["Mod+ArrowLeft"], |view| grown(view, Vec2::new(-1.0, 0.0)));
pub(super) const UP: Command = grow("grow-up", &["Mod+ArrowUp"], |view| grown(view, Vec2::new(0.0, -1.0)));
pub(super) const DOWN: Command = grow("grow-down", &["Mod+ArrowDown"], |view| grown(view, Vec2::new(0.0, 1.0)));

const fn grow(id: &'static str, shortcuts: &'static [&'static str], run: fn(&View) -> Vec<Effect>) -> Command {
    Command { id, shortcuts, enabled: |view| growing::node(view).is_some(), run: Some(run), ..EDIT }
}

fn grown(view: &View, direction: Vec2) -> Vec<Effect> {
    growing::node(view).map_or(vec![], |node| growing::grown(node, direction, view))
}
