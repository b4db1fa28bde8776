//! Where the view looks from.

use board::Shape;
use kurbo::Rect;
use scene::{Camera, ScreenPoint};

use super::{Command, LOOK, has_selection};
use crate::limits;
use crate::tools::Effect;
use crate::view::View;

pub(super) const IN: Command = Command {
    id: "zoom-in",
    shortcuts: &["Mod++", "Mod+=", "+", "="],
    run: Some(|view| zoomed(view, view.camera.zoom() * limits::ZOOM_STEP)),
    ..LOOK
};

pub(super) const OUT: Command = Command {
    id: "zoom-out",
    shortcuts: &["Mod+-", "-"],
    run: Some(|view| zoomed(view, view.camera.zoom() / limits::ZOOM_STEP)),
    ..LOOK
};

pub(super) const RESET: Command =
    Command { id: "zoom-reset", shortcuts: &["Mod+0", "Shift+0"], run: Some(|view| zoomed(view, 1.0)), ..LOOK };

pub(super) const FIT: Command = Command {
    id: "zoom-fit",
    shortcuts: &["Shift+1"],
    enabled: |view| view.index.extent().is_some(),
    run: Some(|view| view.index.extent().map_or(vec![], |extent| fitted(view, extent))),
    ..LOOK
};

pub(super) const SELECTION: Command = Command {
    id: "zoom-selection",
    shortcuts: &["Shift+2", "Shift+3"],
    enabled: has_selection,
    run: Some(|view| {
        let extent = view.selected().map(Shape::bounds).reduce(|all, bounds| all.union(bounds));
        extent.map_or(vec![], |extent| fitted(view, extent))
    }),
    ..LOOK
};

fn zoomed(view: &View, zoom: f64) -> Vec<Effect> {
    let (width_px, height_px) = view.size_px;
    vec![Effect::Look(view.camera.zoomed_at(ScreenPoint::new(width_px / 2.0, height_px / 2.0), zoom))]
}

/// Never larger than life: a single small shape is not blown up.
fn fitted(view: &View, extent: Rect) -> Vec<Effect> {
    let (width_px, height_px) = view.size_px;
    let padding_px = limits::FIT_PADDING_PX.min(width_px.min(height_px) / 8.0);
    vec![Effect::Look(Camera::fitting(extent, width_px, height_px, padding_px, 1.0))]
}
