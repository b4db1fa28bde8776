//! A version on a canvas of its own: painted by tiles as the board is, a piece a frame, with marks over it where something
//! changed. It must not know where versions come from, nor what is said of them.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use board::Became;
use kurbo::{Affine, BezPath, Circle, Line, Point, Rect, Shape as _, Vec2};
use leptos::prelude::{request_animation_frame, window};
use scene::tiles::{FRAME_BUDGET_MS, Viewport};
use scene::{Camera, Cap, Colour, Dash, DisplayList, Paint, Painter, ScreenPoint, StrokeStyle, Theme, replay};
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use super::canvas2d::{Brush, Surface};
use super::layer::Layer;
use super::past::{Mark, Past};
use super::pictures::Pictures;
use super::shell::Shell;
use crate::clock::now_ms;

/// Room between a shape and its mark, in CSS pixels.
const MARK_GAP_PX: f64 = 5.0;
/// How round a mark is.
const MARK_RADIUS_PX: f64 = 6.0;
/// The sign at a mark's corner.
const SIGN_RADIUS_PX: f64 = 7.0;
const SIGN_LINE: StrokeStyle = StrokeStyle::solid(1.75);
/// How strong the fill is of the mark in hand.
const IN_HAND_OPACITY: f32 = 0.12;
/// Room around a change that the view goes to, in CSS pixels.
const CHANGE_MARGIN_PX: f64 = 120.0;
/// The view comes no closer by itself, in CSS pixels a board pixel.
const ZOOM_MAX: f64 = 1.0;
const ADDED: Colour = Colour::Rgba(0x1f8a3fff);
const CHANGED: Colour = Colour::Rgba(0x1a63d8ff);
const REMOVED: Colour = Colour::Rgba(0xc92f36ff);
const ON_MARK: Colour = Colour::Rgba(0xffffffff);
const PIXEL: Rect = Rect::new(0.0, 0.0, 1.0, 1.0);

/// What is shown.
#[derive(Clone, Default)]
pub struct Shown {
    /// The version.
    pub past: Option<Rc<Past>>,
    /// The marks over it.
    pub marks: Arc<[Mark]>,
    /// The one that is in hand.
    pub in_hand: Option<usize>,
}

/// A view of versions, for as long as it is held.
pub struct PastView {
    painted: RefCell<Painted>,
    is_asked: Cell<bool>,
}

/// The canvases, and what is on them.
struct Painted {
    host: HtmlElement,
    /// The part of the host that nothing lies over.
    free: HtmlElement,
    surface: Surface,
    /// What is gone, fainter than the rest by its style.
    ghosts: Surface,
    layer: Layer,
    brush: Brush,
    probe: Surface,
    camera: Camera,
    theme: Theme,
    shown: Shown,
}

impl Shell {
    /// The images that the board shows.
    pub fn pictures(&self) -> Rc<RefCell<Pictures>> {
        Rc::clone(&self.images.pictures)
    }
}

impl PastView {
    /// Fills `host` with canvases; what the view is about goes into `free`, which lies in it.
    ///
    /// # Errors
    /// The browser gives no canvas.
    pub fn new(host: HtmlElement, free: HtmlElement, pictures: Rc<RefCell<Pictures>>) -> Result<Rc<Self>, JsValue> {
        let ghosts = Surface::inside(&host, "preview-ghosts")?;
        let surface = Surface::inside(&host, "preview-canvas")?;
        let probe = Surface::detached()?;
        probe.resize(1, 1);
        let brush = Brush::new(&surface, pictures);
        let layer = Layer::new(editor::Layer::Stored)?;
        let (camera, theme, shown) = (Camera::default(), Theme::Light, Shown::default());
        let painted = Painted { host, free, surface, ghosts, layer, brush, probe, camera, theme, shown };
        Ok(Rc::new(Self { painted: RefCell::new(painted), is_asked: Cell::new(false) }))
    }

    /// Shows this from now on.
    pub fn show(self: &Rc<Self>, shown: Shown, theme: Theme) {
        self.change(|painted| {
            let is_same = match (&painted.shown.past, &shown.past) {
                (Some(known), Some(past)) => Rc::ptr_eq(known, past),
                (known, past) => known.is_none() && past.is_none(),
            };
            if !is_same || painted.theme != theme {
                painted.layer.clear();
            }
            (painted.shown, painted.theme) = (shown, theme);
        });
    }

    /// Looks at all of a part of the board.
    pub fn overlook(self: &Rc<Self>, part: Rect) {
        self.change(|painted| painted.look_at(part, 0.0));
    }

    /// Looks at a change.
    pub fn go_to(self: &Rc<Self>, mark: &Mark) {
        let part = mark.bounds;
        self.change(|painted| painted.look_at(part, CHANGE_MARGIN_PX));
    }

    /// Moves what is seen by so many CSS pixels.
    pub fn pan(self: &Rc<Self>, by_px: Vec2) {
        self.change(|painted| painted.camera = painted.camera.panned(by_px));
    }

    /// Magnifies what is seen; the point under `at` stays there.
    pub fn zoom(self: &Rc<Self>, at: ScreenPoint, factor: f64) {
        self.change(|painted| painted.camera = painted.camera.zoomed_at(at, painted.camera.zoom() * factor));
    }

    /// The smallest mark around a point.
    pub fn mark_at(&self, at: ScreenPoint) -> Option<usize> {
        let painted = self.painted.borrow();
        let marks = painted.shown.marks.iter().map(|mark| painted.frame_of(mark)).enumerate();
        let around = marks.filter(|(_, frame)| frame.contains(Point::new(at.x, at.y)));
        around.min_by(|(_, one), (_, other)| one.area().total_cmp(&other.area())).map(|(number, _)| number)
    }

    /// Its host has another size, or something that it is painted with has come.
    pub fn refresh(self: &Rc<Self>) {
        self.change(|painted| painted.layer.clear());
    }

    fn change(self: &Rc<Self>, change: impl FnOnce(&mut Painted)) {
        change(&mut self.painted.borrow_mut());
        self.ask_frame();
    }

    fn ask_frame(self: &Rc<Self>) {
        if self.is_asked.replace(true) {
            return;
        }
        let view: Weak<Self> = Rc::downgrade(self);
        request_animation_frame(move || {
            // The preview may have ended meanwhile.
            let Some(view) = view.upgrade() else { return };
            view.is_asked.set(false);
            let has_more = view.painted.borrow_mut().frame();
            if has_more {
                view.ask_frame();
            }
        });
    }
}

impl Painted {
    /// A part of the board in the middle of what is free, as large as it fits with `margin_px` around it.
    fn look_at(&mut self, part: Rect, margin_px: f64) {
        let (width, height) = (f64::from(self.free.client_width()), f64::from(self.free.client_height()));
        let margin = margin_px.min(width / 4.0).min(height / 4.0);
        let scale = |room: f64, side: f64| (room - 2.0 * margin).max(1.0) / side.max(1.0);
        let zoom = scale(width, part.width()).min(scale(height, part.height())).min(ZOOM_MAX);
        let (left, top) = (f64::from(self.free.offset_left()), f64::from(self.free.offset_top()));
        let origin = part.center() - Vec2::new(left + width / 2.0, top + height / 2.0) / zoom;
        let (width, height) = self.size_px();
        let seen = Rect::from_origin_size(origin, (width / zoom, height / zoom));
        // A hand does not zoom so far back as this may have to.
        self.camera = Camera::overlooking(seen, width, height, 0.0);
    }

    fn size_px(&self) -> (f64, f64) {
        (f64::from(self.host.client_width()), f64::from(self.host.client_height()))
    }

    /// Paints what a frame has time for. Whether there is more to do.
    fn frame(&mut self) -> bool {
        let pixel_ratio = window().device_pixel_ratio();
        let (width_px, height_px) = self.size_px();
        let side = |px: f64| (px * pixel_ratio).round().max(1.0) as u32;
        for surface in [&self.surface, &self.ghosts] {
            surface.fit(side(width_px), side(height_px));
            surface.wipe_all();
        }
        let Some(past) = self.shown.past.clone() else { return false };
        let now = now_ms() as u64;
        self.layer.tiles.look(now, Viewport::new(&self.camera, width_px, height_px, pixel_ratio));
        self.layer.tiles.tick(now);
        self.layer.tiles.extend(past.extent());
        let (probe, start_ms) = (&self.probe, exact_ms());
        let left_ms = |scratch: &Surface| {
            probe.put(scratch, PIXEL, PIXEL, Affine::IDENTITY);
            start_ms + FRAME_BUDGET_MS - exact_ms()
        };
        past.with_editor(|editor| self.layer.paint(editor, &mut self.brush, self.theme, left_ms));
        self.layer.compose(&self.surface, Affine::IDENTITY, |part| self.surface.wipe(part));
        self.paint_ghosts(pixel_ratio);
        self.paint_marks(pixel_ratio);
        !self.layer.tiles.is_exact() || self.layer.tiles.wake_ms().is_some()
    }

    fn paint_ghosts(&mut self, pixel_ratio: f64) {
        let (width_px, height_px) = self.size_px();
        let seen = self.camera.visible(width_px, height_px);
        let to_device = Affine::scale(pixel_ratio) * self.camera.transform();
        let painter = self.brush.take_to(&self.ghosts, self.theme, to_device);
        let mut list = DisplayList::new();
        for ghost in self.shown.marks.iter().filter_map(|mark| mark.ghost.as_ref()) {
            if ghost.bounds().overlaps(seen) {
                list.clear();
                ghost.paint(&mut list);
                replay(&list, painter);
            }
        }
    }

    fn paint_marks(&mut self, pixel_ratio: f64) {
        let (width_px, height_px) = self.size_px();
        let seen = Rect::new(0.0, 0.0, width_px, height_px);
        let frames: Vec<Rect> = self.shown.marks.iter().map(|mark| self.frame_of(mark)).collect();
        let in_hand = self.shown.in_hand;
        let painter = self.brush.take_to(&self.surface, self.theme, Affine::scale(pixel_ratio));
        for (number, (mark, frame)) in self.shown.marks.iter().zip(frames).enumerate() {
            if frame.overlaps(seen) {
                paint_mark(painter, mark.became, frame, in_hand == Some(number));
            }
        }
    }

    /// Where a mark is seen, in CSS pixels.
    fn frame_of(&self, mark: &Mark) -> Rect {
        self.camera.transform().transform_rect_bbox(mark.bounds).inflate(MARK_GAP_PX, MARK_GAP_PX)
    }
}

impl Drop for Painted {
    fn drop(&mut self) {
        for surface in [&self.surface, &self.ghosts, &self.probe] {
            surface.element().remove();
            surface.release();
        }
    }
}

/// A frame and a sign: told apart by line and sign, not by colour alone.
fn paint_mark(painter: &mut impl Painter, became: Became, frame: Rect, is_in_hand: bool) {
    let width = if is_in_hand { 3.5 } else { 2.0 };
    let (colour, dash) = match became {
        Became::Added => (ADDED, Dash::Solid),
        Became::Changed(_) => (CHANGED, Dash::Dashed { on: 1.0, off: 2.5 * width }),
        Became::Removed => (REMOVED, Dash::Dashed { on: 9.0, off: 6.0 }),
    };
    let outline = Arc::new(frame.to_rounded_rect(MARK_RADIUS_PX).to_path(0.1));
    if is_in_hand {
        painter.fill(&outline, Paint { colour, opacity: IN_HAND_OPACITY });
    }
    painter.stroke(&outline, colour.into(), StrokeStyle { dash, cap: Cap::Round, ..StrokeStyle::solid(width) });
    let at = Point::new(frame.x0, frame.y0);
    painter.fill(&Arc::new(Circle::new(at, SIGN_RADIUS_PX).to_path(0.1)), colour.into());
    let reach = SIGN_RADIUS_PX * 0.5;
    let across = |angle: f64| {
        let by = Vec2::from_angle(angle) * reach;
        Line::new(at - by, at + by).to_path(0.1)
    };
    let sign: BezPath = match became {
        Became::Added => across(0.0).into_iter().chain(across(std::f64::consts::FRAC_PI_2)).collect(),
        Became::Changed(_) => across(-std::f64::consts::FRAC_PI_4),
        Became::Removed => across(0.0),
    };
    painter.stroke(&Arc::new(sign), ON_MARK.into(), SIGN_LINE);
}

/// Milliseconds since the page was opened, with fractions.
fn exact_ms() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}
