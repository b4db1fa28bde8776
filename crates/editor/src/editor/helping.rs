//! What helps a hand: numbers for the selection, texts found on the board, viewing without editing.

use board::{Shape, ShapeId};
use kurbo::Rect;
use scene::ScreenPoint;

use super::Editor;
use crate::chrome::{Found, Geometry};
use crate::framing;
use crate::groups;
use crate::history::StepKind;
use crate::input::{GeometryField, StyleField};
use crate::limits;
use crate::transform::{Frame, Transform, tidy};

/// What was searched for, and what was found.
#[derive(Debug, Default)]
pub(crate) struct Search {
    ids: Vec<ShapeId>,
    /// The one that is shown.
    at: usize,
}

impl Editor {
    /// The box around what is selected and may be changed.
    fn selected_frame(&self) -> Option<Frame> {
        Frame::around(self.view().movable())
    }

    /// One of those numbers was typed.
    pub(super) fn set_geometry(&mut self, field: GeometryField) {
        let Some(frame) = self.selected_frame().filter(|_| self.can_edit) else { return };
        let Some(transform) = geometry_transform(frame, field) else { return };
        let view = self.view();
        let edits = framing::transformed(&transform, &view);
        self.commit(edits, Some(StepKind::Geometry));
    }

    /// Looks for a text on the board; nothing is looked for with an empty one.
    pub(super) fn find(&mut self, text: &str) {
        let wanted = text.trim().to_lowercase();
        let has_it = |shape: &&Shape| !wanted.is_empty() && shape.text.to_lowercase().contains(&wanted);
        let mut found: Vec<&Shape> = self.board.shapes().filter(has_it).take(limits::FOUND).collect();
        found.sort_by(|a, b| a.pos.y.total_cmp(&b.pos.y).then(a.pos.x.total_cmp(&b.pos.x)));
        self.search = Search { ids: found.into_iter().map(|shape| shape.id.clone()).collect(), at: 0 };
        self.show_found(0);
        self.outbox.chrome = true;
    }

    /// Goes to another of the texts that were found.
    pub(super) fn show_found(&mut self, by: isize) {
        let board = &self.board;
        self.search.ids.retain(|id| board.shape(id).is_some());
        let count = self.search.ids.len();
        if count == 0 {
            return;
        }
        self.search.at = (self.search.at.min(count - 1) as isize + by).rem_euclid(count as isize) as usize;
        let id = self.search.ids[self.search.at].clone();
        self.go_to(id.as_str());
    }

    pub(super) fn found(&self) -> Found {
        Found { count: self.search.ids.len(), at: self.search.at }
    }

    /// Selects a shape and brings it into view, large enough to be read.
    pub(super) fn go_to(&mut self, id: &str) {
        let Some(shape) = ShapeId::parse(id).and_then(|id| self.board.shape(&id)) else { return };
        let (id, bounds, (width_px, height_px)) = (shape.id.clone(), shape.bounds(), self.size_px);
        let is_seen = self.camera.visible(width_px, height_px).contains_rect(bounds);
        if !is_seen || bounds.height() * self.camera.zoom() < limits::READABLE_PX {
            let camera = scene::Camera::fitting(bounds, width_px, height_px, limits::FIT_PADDING_PX, 1.0);
            self.look_alone(camera);
        }
        self.select(vec![id]);
        self.outbox.chrome = true;
    }

    /// Whether nothing of the board is in view although there is something.
    pub(super) fn is_lost(&self) -> bool {
        let (width_px, height_px) = self.size_px;
        let seen = self.camera.visible(width_px, height_px);
        !self.board.is_empty() && width_px > 0.0 && self.index.meeting(seen).next().is_none()
    }

    /// Several styles at once, as one step.
    pub(super) fn set_styles(&mut self, style: Vec<StyleField>) {
        if self.history.is_open() {
            return;
        }
        self.history.open(self.selection.to_vec());
        style.into_iter().for_each(|field| self.set_style(field));
        self.history.close();
    }

    /// Selects what a menu is about.
    pub(super) fn pick(&mut self, at: ScreenPoint) {
        if !at.x.is_finite() || !at.y.is_finite() {
            return;
        }
        self.cancel_gesture();
        self.end_text();
        let at = self.camera.to_board(at);
        let view = self.view();
        let is_around = view.handles().is_some_and(|handles| handles.contains(at));
        let ids = match view.hit_even_locked(at).and_then(|id| view.board.shape(&id)) {
            Some(shape) if view.selection.contains(shape.slot) => return,
            Some(shape) => groups::around(shape, &view),
            None if is_around => return,
            None => vec![],
        };
        self.select(ids);
    }

    pub(super) fn write_access(&mut self, may_edit: bool) {
        self.may_edit = may_edit;
        let can_edit = may_edit && !self.view_mode;
        if self.can_edit == can_edit {
            return;
        }
        self.cancel_gesture();
        self.end_text();
        self.can_edit = can_edit;
        if !can_edit && self.tool.spec.edits {
            self.take_tool(crate::tools::REST);
        }
        self.outbox.chrome = true;
        self.outbox.overlay = true;
    }

    /// Looking on only, for as long as this person wants.
    pub(super) fn toggle_view_mode(&mut self) {
        self.view_mode = !self.view_mode;
        self.write_access(self.may_edit);
        self.outbox.chrome = true;
    }
}

impl Geometry {
    /// A box in numbers that can be read.
    pub(super) fn of(Frame { rect, angle }: Frame) -> Self {
        let hundredth = |value: f64| (value * 100.0).round() / 100.0;
        Self {
            x: hundredth(rect.x0),
            y: hundredth(rect.y0),
            width: hundredth(rect.width()),
            height: hundredth(rect.height()),
            angle_degrees: hundredth(angle.to_degrees()),
        }
    }
}

fn geometry_transform(frame: Frame, field: GeometryField) -> Option<Transform> {
    let Frame { rect, angle } = frame;
    let resized = |width: f64, height: f64| Transform::Resize {
        frame,
        to: Rect::new(rect.x0, rect.y0, rect.x0 + tidy(width), rect.y0 + tidy(height)),
    };
    let transform = match field {
        GeometryField::X(x) => Transform::Move { by: (tidy(x - rect.x0), 0.0).into() },
        GeometryField::Y(y) => Transform::Move { by: (0.0, tidy(y - rect.y0)).into() },
        GeometryField::Width(width) if width >= 1.0 => resized(width, rect.height()),
        GeometryField::Height(height) if height >= 1.0 => resized(rect.width(), height),
        GeometryField::Width(_) | GeometryField::Height(_) => return None,
        GeometryField::AngleDegrees(degrees) => {
            Transform::Rotate { about: rect.center(), by: degrees.to_radians() - angle }
        }
    };
    field.value().is_finite().then_some(transform)
}
