//! What lies over the board: shapes in motion, selections, handles, marquee, peers. Painted by the same lists as the
//! board, in CSS pixels. Changes nothing.

mod carets;
mod drafts;

use board::{Field, Kind, Shape};
use kurbo::{Affine, BezPath, Point, Rect, Shape as _};
use scene::{Colour, DisplayList, Paint, Painter, StrokeStyle, Swatch, TextRun, replay, text};

use crate::connecting;
use crate::cropping;
use crate::draft::Motion;
use crate::editor::Editor;
use crate::framing;
use crate::handles::{self, Handle, Handles, Sides};
use crate::input::Device;
use crate::limits;
use crate::peers::Peer;
use crate::transform::{Frame, Transform};

/// Selections, handles, marquees.
const ACCENT: Colour = Colour::Rgba(0x1a63d8ff);
const GUIDE: Colour = Colour::Rgba(0xe5397aff);
const LASER: Colour = Colour::Rgba(0xe5342bff);
const LASER_WIDTH_PX: f64 = 4.0;
const PAPER: Colour = Colour::Swatch(Swatch::White);
const OUTLINE: StrokeStyle = StrokeStyle::solid(1.5);
const HAIRLINE: StrokeStyle = StrokeStyle::solid(1.0);
/// Half a side of a handle.
const HANDLE_HALF_PX: f64 = 4.0;
/// A handle that makes something: the next shape, or a new point.
const GROW_RADIUS_PX: f64 = 7.0;
const MIDDLE_RADIUS_PX: f64 = 3.5;
/// A box with a shorter side than this shows two corners only.
const CROWDED_PX: f64 = 20.0;
/// Sides at least this long show a handle in their middle.
const ROOMY_PX: f64 = 64.0;
/// Beyond this many, selected shapes are not outlined one by one.
const OUTLINED_SHAPES: usize = 500;
const NAME_SIZE_PX: f64 = 12.0;
const NAME_PADDING_PX: f64 = 6.0;
const NAME_HEIGHT_PX: f64 = 20.0;
/// The opacity of the outline of what a click would select.
const HOVER_OPACITY: f32 = 0.5;
/// The opacity of the cursor of somebody who is away, or at rest.
const RESTING_OPACITY: f32 = 0.4;
/// The opacity of a marquee's inside.
const MARQUEE_OPACITY: f32 = 0.08;

impl Editor {
    /// Paints what lies over the board, in CSS pixels.
    pub fn paint_overlay(&mut self, painter: &mut impl Painter) {
        painter.push(self.camera.transform());
        self.paint_drafts(painter);
        let mut list = DisplayList::new();
        self.list_cropped(&mut list);
        replay(&list, painter);
        painter.pop();
        list.clear();
        if !self.company.hides_selections() {
            self.list_peer_selections(&mut list);
        }
        if let Some(shape) = self.pointed_at.as_ref().and_then(|id| self.board.shape(id)) {
            list.stroke(self.frame_path(shape, None), Paint { colour: ACCENT, opacity: HOVER_OPACITY }, OUTLINE);
        }
        self.list_selection(&mut list);
        self.list_held(&mut list);
        if let Some(marquee) = self.marquee() {
            let path = self.camera.transform() * marquee.to_path(0.1);
            list.fill(path.clone(), Paint { colour: ACCENT, opacity: MARQUEE_OPACITY });
            list.stroke(path, ACCENT, HAIRLINE);
        }
        self.list_aids(&mut list);
        self.list_carets(&mut list);
        for (_, peer) in self.peers.iter() {
            self.list_cursor(peer, &mut list);
        }
        replay(&list, painter);
    }

    /// Snapping guides, the lasso, lasers.
    fn list_aids(&self, list: &mut DisplayList) {
        let to_screen = self.camera.transform();
        for guide in self.guides() {
            let (from, to) = (to_screen * guide.p0, to_screen * guide.p1);
            list.stroke(kurbo::Line::new(from, to).to_path(0.1), GUIDE, HAIRLINE);
        }
        let mut lasso = BezPath::new();
        for (at, point) in self.trail().iter().enumerate() {
            let point = Point::from(self.camera.to_screen(*point));
            if at == 0 { lasso.move_to(point) } else { lasso.line_to(point) }
        }
        if lasso.elements().len() > 1 {
            list.fill(lasso.clone(), Paint { colour: ACCENT, opacity: MARQUEE_OPACITY });
            list.stroke(lasso, ACCENT, HAIRLINE);
        }
        for (trail, from, to, opacity) in self.lasers.lines(self.now_ms) {
            let colour = trail.who.and_then(|who| self.peers.get(who)).map_or(LASER, |peer| peer.colour);
            let line = kurbo::Line::new(self.camera.to_screen(from), self.camera.to_screen(to));
            list.stroke(line.to_path(0.1), Paint { colour, opacity }, StrokeStyle::solid(LASER_WIDTH_PX));
        }
    }

    fn list_peer_selections(&self, list: &mut DisplayList) {
        for (_, peer) in self.peers.iter() {
            let motion = peer.draft.as_ref().map(|draft| &draft.message.motion);
            let transform = transform_of(motion);
            let shapes = peer.selection.ids.iter().filter_map(|id| self.board.shape(id));
            for shape in shapes {
                list.stroke(self.frame_path(shape, transform), peer.colour, OUTLINE);
            }
            if let Some(bounds) = peer.selection.bounds {
                let path = transform.map_or_else(|| bounds.to_path(0.1), |transform| transform.of_rect(bounds));
                list.stroke(self.camera.transform() * path, peer.colour, OUTLINE);
            }
        }
    }

    /// All of the picture that is being cropped, in board pixels.
    fn list_cropped(&self, list: &mut DisplayList) {
        let Some(shape) = self.cropping().filter(|id| self.selection[..] == [(*id).clone()]) else { return };
        let changed = match self.announcer.motion() {
            Some(Motion::Change { id, fields }) if id == shape => self.changed(id, fields),
            _ => self.board.shape(shape).cloned(),
        };
        if let Some(shape) = changed {
            let whole = cropping::whole(&shape);
            whole.paint(list);
            list.stroke(whole.outline(), ACCENT, StrokeStyle::solid(1.0 / self.camera.zoom()));
        }
    }

    /// What an arrow that is being drawn would hold on to, and the frames that what is dragged would lie in.
    fn list_held(&self, list: &mut DisplayList) {
        let view = self.view();
        for frame in self.announcer.motion().map(|motion| framing::taking(motion, &view)).unwrap_or_default() {
            let path = self.frame_path(frame, None);
            list.fill(path.clone(), Paint { colour: ACCENT, opacity: MARQUEE_OPACITY });
            list.stroke(path, ACCENT, OUTLINE);
        }
        let fields = match self.announcer.motion() {
            Some(Motion::Create { shape, .. }) => &shape.fields,
            Some(Motion::Change { fields, .. }) => fields,
            _ => return,
        };
        for field in fields {
            let (Field::Start(Some(binding)) | Field::End(Some(binding))) = field else { continue };
            let Some(held) = self.board.shape(&binding.shape) else { continue };
            list.stroke(self.camera.transform() * held.outline(), ACCENT, OUTLINE);
            if binding.at.is_some() {
                let at = self.camera.transform() * connecting::held_point(held, binding);
                list_handle(list, at, 0.0, true);
            }
        }
    }

    /// The box of a shape on the screen, moved along with a draft.
    fn frame_path(&self, shape: &Shape, transform: Option<&Transform>) -> BezPath {
        let path = |shape: &Shape| match shape.kind {
            Kind::Line | Kind::Arrow => shape.outline(),
            _ => {
                let frame = Frame::of(shape);
                frame.to_board() * frame.rect.to_path(0.1)
            }
        };
        let path = match transform {
            Some(transform) => path(&transform.preview(shape)),
            None => path(shape),
        };
        self.camera.transform() * path
    }

    fn list_selection(&self, list: &mut DisplayList) {
        let motion = self.announcer.motion();
        let hides = matches!(
            motion,
            Some(Motion::Ink { .. } | Motion::Create { .. } | Motion::Erase { .. } | Motion::Laser { .. })
        );
        if hides || self.typing.is_some() {
            return;
        }
        let Some(shown) = &self.handles else { return };
        let transform = transform_of(motion);
        if self.selection.len() > 1 && self.selection.len() <= OUTLINED_SHAPES {
            for shape in self.selection.iter().filter_map(|id| self.board.shape(id)) {
                list.stroke(self.frame_path(shape, transform), ACCENT, HAIRLINE);
            }
        }
        match shown {
            Handles::Points { id, grips } => {
                let changed = match motion {
                    Some(Motion::Change { fields, .. }) => self.changed(id, fields),
                    _ => None,
                };
                let changed = changed.as_ref().and_then(Handles::of);
                let grips = match &changed {
                    Some(Handles::Points { grips, .. }) => grips,
                    _ => grips,
                };
                let affine = transform.and_then(Transform::affine).unwrap_or_default();
                for grip in grips.iter().filter(|grip| grip.is_shown(&self.camera)) {
                    list_grip(list, self.camera.transform() * (affine * grip.at), &grip.handle);
                }
            }
            Handles::Box { frame, sides, grows, .. } => {
                let changed = match motion {
                    Some(Motion::Change { id, fields }) => self.changed(id, fields).map(|shape| Frame::of(&shape)),
                    _ => None,
                };
                let frame = changed.unwrap_or_else(|| moved_frame(*frame, transform));
                list.stroke(self.camera.transform() * (frame.to_board() * frame.rect.to_path(0.1)), ACCENT, OUTLINE);
                if motion.is_none() && self.can_edit {
                    self.list_box_handles(frame, *sides, list);
                    if *grows && self.is_near_growing() {
                        self.list_grow_handles(frame, list);
                    }
                }
            }
        }
    }

    fn list_box_handles(&self, frame: Frame, sides: Sides, list: &mut DisplayList) {
        let to_screen = self.camera.transform() * frame.to_board();
        let zoom = self.camera.zoom();
        let is_crowded = frame.rect.width().min(frame.rect.height()) * zoom < CROWDED_PX;
        for (index, corner) in handles::corners(frame.rect).into_iter().enumerate() {
            if !is_crowded || index == 0 || index == 2 {
                list_handle(list, to_screen * corner, frame.angle, false);
            }
        }
        let middle = frame.rect.center();
        let mut sides_shown = vec![];
        if frame.rect.height() * zoom >= ROOMY_PX || (sides == Sides::LeftAndRight && !is_crowded) {
            sides_shown.extend([Point::new(frame.rect.x0, middle.y), Point::new(frame.rect.x1, middle.y)]);
        }
        if sides == Sides::All && frame.rect.width() * zoom >= ROOMY_PX {
            sides_shown.extend([Point::new(middle.x, frame.rect.y0), Point::new(middle.x, frame.rect.y1)]);
        }
        for side in sides_shown {
            list_handle(list, to_screen * side, frame.angle, false);
        }
        list_handle(list, to_screen * handles::rotate_handle(frame.rect, &self.camera), frame.angle, true);
    }

    /// Where the next shape grows.
    fn list_grow_handles(&self, frame: Frame, list: &mut DisplayList) {
        let to_screen = self.camera.transform() * frame.to_board();
        for side in handles::GROW {
            let at = to_screen * handles::grow_handle(frame.rect, side, &self.camera);
            list.fill(kurbo::Circle::new(at, GROW_RADIUS_PX).to_path(0.1), ACCENT);
            let mut plus = BezPath::new();
            let arm = GROW_RADIUS_PX / 2.0;
            for (from, to) in [((at.x - arm, at.y), (at.x + arm, at.y)), ((at.x, at.y - arm), (at.x, at.y + arm))] {
                plus.move_to(from);
                plus.line_to(to);
            }
            list.stroke(plus, PAPER, OUTLINE);
        }
    }

    /// Whether the pointer is so near to the selected shape that the next one may grow from it.
    pub(crate) fn is_near_growing(&self) -> bool {
        let Some(Handles::Box { frame, grows: true, .. }) = &self.handles else { return false };
        let near = limits::GROW_NEAR_PX / self.camera.zoom();
        let hover = self.hover.filter(|(_, device)| *device == Device::Mouse);
        hover.is_some_and(|(at, _)| {
            let at = frame.to_board().inverse() * Point::from(self.camera.to_board(at));
            frame.rect.inflate(near, near).contains(at)
        })
    }

    fn list_cursor(&self, peer: &Peer, list: &mut DisplayList) {
        let at = if self.company.is_calm() { peer.cursor } else { peer.shown_at(self.now_ms) };
        let Some(at) = at else { return };
        let opacity = if peer.rests(self.now_ms) { RESTING_OPACITY } else { 1.0 };
        let colour = Paint { colour: peer.colour, opacity };
        let at = self.camera.to_screen(at);
        let (width_px, height_px) = self.size_px;
        if at.x < -limits::FIT_PADDING_PX || at.y < -limits::FIT_PADDING_PX || at.x > width_px || at.y > height_px {
            return;
        }
        list.transformed(Affine::translate((at.x, at.y)), |list| {
            let arrow = arrow();
            list.fill(arrow.clone(), colour);
            list.stroke(arrow, PAPER, HAIRLINE);
            let says = peer.stance.says.as_str();
            let label = if says.is_empty() { peer.name.clone() } else { says.to_owned() };
            if label.is_empty() {
                return;
            }
            let layout = text::layout(&label, NAME_SIZE_PX, None);
            let tag = Rect::new(0.0, 0.0, layout.width + 2.0 * NAME_PADDING_PX, NAME_HEIGHT_PX)
                + kurbo::Vec2::new(12.0, 16.0);
            list.fill(tag.to_rounded_rect(NAME_HEIGHT_PX / 2.0).to_path(0.1), colour);
            list.text(TextRun {
                text: label.as_str().into(),
                x: tag.x0 + NAME_PADDING_PX,
                baseline_y: tag.y0 + NAME_HEIGHT_PX - NAME_PADDING_PX,
                font_size_px: NAME_SIZE_PX,
                face: text::Face::default(),
                paint: PAPER.into(),
            });
        });
    }
}

fn transform_of(motion: Option<&Motion>) -> Option<&Transform> {
    match motion {
        Some(Motion::Transform { transform, .. }) => Some(transform),
        _ => None,
    }
}

/// The box around the selection, along with a draft.
fn moved_frame(frame: Frame, transform: Option<&Transform>) -> Frame {
    match transform {
        None => frame,
        Some(Transform::Move { by }) => Frame { rect: frame.rect + *by, ..frame },
        Some(Transform::Rotate { by, .. }) => Frame { angle: frame.angle + by, ..frame },
        Some(Transform::Resize { frame, to }) => {
            let to = to.abs();
            let middle = frame.to_board() * to.center();
            Frame { rect: to + (middle - to.center()), ..*frame }
        }
    }
}

/// A small square, or a circle, filled like paper.
fn list_handle(list: &mut DisplayList, at: Point, angle: f64, is_round: bool) {
    let square = Rect::from_center_size(at, (2.0 * HANDLE_HALF_PX, 2.0 * HANDLE_HALF_PX));
    let path = match is_round {
        true => kurbo::Circle::new(at, HANDLE_HALF_PX).to_path(0.1),
        false => Affine::rotate_about(angle, at) * square.to_rounded_rect(2.0).to_path(0.1),
    };
    list.fill(path.clone(), PAPER);
    list.stroke(path, ACCENT, OUTLINE);
}

/// A point, or fainter where a new one would come of it.
fn list_grip(list: &mut DisplayList, at: Point, handle: &Handle) {
    match handle {
        Handle::Middle { .. } | Handle::Stretch { .. } | Handle::Label { .. } => {
            let path = kurbo::Circle::new(at, MIDDLE_RADIUS_PX).to_path(0.1);
            list.fill(path.clone(), Paint { colour: ACCENT, opacity: HOVER_OPACITY });
            list.stroke(path, PAPER, HAIRLINE);
        }
        _ => list_handle(list, at, 0.0, true),
    }
}

/// A pointer with its tip at the origin.
fn arrow() -> BezPath {
    let mut path = BezPath::new();
    path.move_to((0.0, 0.0));
    [(4.5, 15.0), (7.5, 9.0), (14.0, 7.0)].into_iter().for_each(|point| path.line_to(point));
    path.close_path();
    path
}
