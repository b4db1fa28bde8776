//! Where the view looks from: its size, its camera, the wheel.

use std::sync::Arc;

use board::ShapeId;
use scene::{BoardPoint, Camera, ScreenPoint};

use super::Editor;
use crate::input::{Device, WheelEvent};
use crate::limits;

impl Editor {
    /// Where the letters at a place of the view lead, if anywhere.
    pub fn link_at(&self, at: ScreenPoint) -> Option<Arc<str>> {
        let at = self.camera.to_board(at);
        let shape = self.view().hit(at, Device::Mouse)?;
        self.board.shape(&shape)?.link_at(at)
    }

    pub(super) fn view_resized(&mut self, width_px: f64, height_px: f64) {
        if width_px.is_finite() && height_px.is_finite() {
            self.size_px = (width_px.max(0.0), height_px.max(0.0));
            self.outbox.damage.view = true;
            self.outbox.overlay = true;
        }
    }

    pub(super) fn look(&mut self, camera: Camera) {
        if camera == self.camera {
            return;
        }
        let (zoom, was_lost) = (self.camera.zoom(), self.is_lost());
        self.camera = camera;
        self.outbox.damage.view = true;
        self.outbox.chrome |= camera.zoom() != zoom || self.is_lost() != was_lost;
        self.outbox.overlay = true;
        self.outbox.looked = true;
    }

    /// Looks at a place; what is not finite is nowhere.
    pub(super) fn look_at(&mut self, at: BoardPoint, zoom: Option<f64>) {
        if at.x.is_finite() && at.y.is_finite() {
            let camera = Camera::new(self.camera.origin(), zoom.unwrap_or(self.camera.zoom()));
            self.look_alone(camera.centred(at, self.size_px.0, self.size_px.1));
        }
    }

    /// Has a place in view, away from the edges.
    pub(super) fn bring_into_view(&mut self, at: BoardPoint) {
        let (width_px, height_px) = self.size_px;
        let margin = 2.0 * limits::FIT_PADDING_PX / self.camera.zoom();
        let seen = self.camera.visible(width_px, height_px).inset(-margin);
        if at.x.is_finite() && at.y.is_finite() && !seen.contains(kurbo::Point::from(at)) {
            self.look_alone(self.camera.centred(at, width_px, height_px));
        }
    }

    /// Lets a shape fill the view; nothing stays selected.
    pub(super) fn show_slide(&mut self, id: &str) {
        let shape = ShapeId::parse(id).and_then(|id| self.board.shape(&id));
        let Some(bounds) = shape.map(|shape| shape.rotation().transform_rect_bbox(shape.local_bounds())) else {
            return;
        };
        let (width_px, height_px) = self.size_px;
        self.select(vec![]);
        self.look_alone(Camera::fitting(bounds, width_px, height_px, limits::SLIDE_MARGIN_PX, limits::SLIDE_ZOOM_MAX));
    }

    pub(super) fn wheel(&mut self, event: WheelEvent) {
        let numbers = [event.at.x, event.at.y, event.delta_x, event.delta_y];
        if !numbers.iter().all(|number| number.is_finite()) {
            return;
        }
        self.go_alone();
        if event.modifiers.command() {
            let by_px = event.delta_y.clamp(-limits::WHEEL_ZOOM_MAX_PX, limits::WHEEL_ZOOM_MAX_PX);
            let zoom = self.camera.zoom() * (-by_px * limits::WHEEL_ZOOM_PER_PX).exp();
            return self.look(self.camera.zoomed_at(event.at, zoom));
        }
        let sideways = event.modifiers.shift && event.delta_x == 0.0;
        let by = if sideways { (event.delta_y, 0.0) } else { (event.delta_x, event.delta_y) };
        self.look(self.camera.panned(-kurbo::Vec2::from(by)));
    }

    /// The image that is being cropped.
    pub(crate) fn cropping(&self) -> Option<&board::ShapeId> {
        self.machine().cropping()
    }
}
