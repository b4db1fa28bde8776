//! The painter of the screen: display-list commands on a Canvas2D context. It must not know shapes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use js_sys::{Array, Reflect};
use kurbo::{Affine, BezPath, PathEl, Rect};
use leptos::prelude::{document, window};
use scene::text::Face;
use scene::{Cap, Colour, Dash, ImageRun, Paint, Painter, Rgba, StrokeStyle, Swatch, TextRun, Theme, text};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, HtmlImageElement, Path2d};

use super::pictures::Pictures;

/// Cached paths are swept when there are this many, so that those of edited shapes go.
const SWEEP_AT_PATHS: usize = 4096;

/// Says a path's steps to whatever has a canvas path's methods.
macro_rules! trace {
    ($to:expr, $path:expr) => {
        for step in $path.elements() {
            match *step {
                PathEl::MoveTo(to) => $to.move_to(to.x, to.y),
                PathEl::LineTo(to) => $to.line_to(to.x, to.y),
                PathEl::QuadTo(by, to) => $to.quadratic_curve_to(by.x, by.y, to.x, to.y),
                PathEl::CurveTo(by, and, to) => $to.bezier_curve_to(by.x, by.y, and.x, and.y, to.x, to.y),
                PathEl::ClosePath => $to.close_path(),
            }
        }
    };
}

/// Text with a smaller em than this, in device pixels, is a bar: nobody can read it, and letters are costly.
const READABLE_PX: f64 = 3.5;
/// A bar's height, and how far it stands above the baseline, in em.
const BAR_HEIGHT_EM: f64 = 0.4;
const BAR_RISE_EM: f64 = 0.45;
/// A bar is as dark as the letters it stands for.
const BAR_OPACITY: f32 = 0.6;
/// How strong the box is that stands for an image that is not there yet.
const PLACEHOLDER_OPACITY: f32 = 0.25;
/// A path of so few steps is quicker to say again than to keep.
const KEPT_FROM_STEPS: usize = 16;

/// A canvas and its context.
pub struct Surface {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Surface {
    /// Takes over a canvas.
    ///
    /// # Errors
    /// The browser gives no 2D context.
    pub fn new(canvas: HtmlCanvasElement) -> Result<Self, JsValue> {
        let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.dyn_into::<CanvasRenderingContext2d>()?;
        Ok(Self { canvas, context })
    }

    /// A canvas that is on no page.
    ///
    /// # Errors
    /// The browser gives no canvas.
    pub fn detached() -> Result<Self, JsValue> {
        Self::new(document().create_element("canvas")?.dyn_into()?)
    }

    /// A canvas that fills `host`, over those already there.
    ///
    /// # Errors
    /// The browser gives no canvas.
    pub fn inside(host: &HtmlElement, name: &str) -> Result<Self, JsValue> {
        let surface = Self::detached()?;
        surface.canvas.set_class_name("board-layer");
        surface.canvas.set_attribute("data-testid", name)?;
        surface.canvas.set_attribute("aria-hidden", "true")?;
        host.append_child(&surface.canvas)?;
        Ok(surface)
    }

    /// Makes it so large, in device pixels; it is blank afterwards if it was not.
    pub fn fit(&self, width: u32, height: u32) {
        if self.canvas.width() != width || self.canvas.height() != height {
            self.resize(width, height);
        }
    }

    /// Gives its memory back.
    pub fn release(&self) {
        self.resize(0, 0);
    }

    /// The element.
    pub fn element(&self) -> &HtmlCanvasElement {
        &self.canvas
    }

    /// Gives it a size in device pixels; it is blank afterwards.
    pub fn resize(&self, width: u32, height: u32) {
        self.canvas.set_width(width);
        self.canvas.set_height(height);
    }

    /// Its width and height in device pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.canvas.width(), self.canvas.height())
    }

    /// The colour that the page's styles give it, in CSS.
    pub fn colour(&self) -> String {
        let style = window().get_computed_style(&self.canvas).ok().flatten();
        style.and_then(|style| style.get_property_value("color").ok()).unwrap_or_default()
    }

    /// Shows it, or takes it out of what the browser puts together.
    pub fn show(&self, is_shown: bool) {
        let _ = self.canvas.style().set_property("visibility", if is_shown { "inherit" } else { "hidden" });
    }

    /// Fills a circle in its middle with a CSS colour.
    pub fn fill_circle(&self, radius: f64, colour: &str) {
        let (width, height) = (f64::from(self.canvas.width()), f64::from(self.canvas.height()));
        self.context.set_fill_style_str(colour);
        self.context.begin_path();
        let _ = self.context.arc(width / 2.0, height / 2.0, radius, 0.0, std::f64::consts::TAU);
        self.context.fill();
    }

    /// Fills it with a CSS colour.
    pub fn fill(&self, colour: &str) {
        self.context.set_fill_style_str(colour);
        self.context.fill_rect(0.0, 0.0, f64::from(self.canvas.width()), f64::from(self.canvas.height()));
    }

    /// Fills it with an image, scaled as well as the browser can.
    ///
    /// # Errors
    /// The browser cannot draw the image.
    pub fn draw_smoothly(&self, image: &HtmlImageElement) -> Result<(), JsValue> {
        let _ = Reflect::set(&self.context, &"imageSmoothingQuality".into(), &"high".into());
        let (width, height) = (f64::from(self.canvas.width()), f64::from(self.canvas.height()));
        self.context.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height)
    }

    /// Wipes a part, in device pixels.
    pub fn wipe(&self, part: Rect) {
        let _ = self.context.reset_transform();
        self.context.clear_rect(part.x0, part.y0, part.width(), part.height());
    }

    /// Wipes it all.
    pub fn wipe_all(&self) {
        self.wipe(Rect::new(0.0, 0.0, f64::from(self.canvas.width()), f64::from(self.canvas.height())));
    }

    /// Puts a part of another one here, both in device pixels, moved by `transform`.
    pub fn put(&self, from: &Surface, source: Rect, place: Rect, transform: Affine) {
        let [a, b, c, d, e, f] = transform.as_coeffs();
        let _ = self.context.set_transform(a, b, c, d, e, f);
        let (from_canvas, from, to) = (&from.canvas, source.origin(), place.origin());
        let _ = self.context.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            from_canvas,
            from.x,
            from.y,
            source.width(),
            source.height(),
            to.x,
            to.y,
            place.width(),
            place.height(),
        );
    }
}

/// The painter of surfaces, and what the context in hand was told last, so that nothing is told twice.
pub struct Brush {
    context: CanvasRenderingContext2d,
    paths: PathCache,
    told: Told,
    stack: Vec<Level>,
    transform: Affine,
    theme: Theme,
    pictures: Rc<RefCell<Pictures>>,
    /// Whether anything was painted since the surface was taken.
    has_painted: bool,
}

#[derive(Clone, Default, PartialEq)]
struct Told {
    fill: Option<Rgba>,
    stroke: Option<Rgba>,
    line: Option<StrokeStyle>,
    font: Option<(f64, Face)>,
}

enum Level {
    Transform(Affine),
    Clip(Told),
}

impl Brush {
    /// A brush; it is used on a surface after [`Brush::take_to`].
    pub fn new(surface: &Surface, pictures: Rc<RefCell<Pictures>>) -> Self {
        Self {
            context: surface.context.clone(),
            paths: PathCache::default(),
            told: Told::default(),
            stack: Vec::new(),
            transform: Affine::IDENTITY,
            theme: Theme::Light,
            pictures,
            has_painted: false,
        }
    }

    /// Paints on this surface from now on; `transform` leads to its device pixels.
    pub fn take_to(&mut self, surface: &Surface, theme: Theme, transform: Affine) -> &mut Self {
        self.context = surface.context.clone();
        self.theme = theme;
        self.stack.clear();
        self.told = Told::default();
        self.has_painted = false;
        self.context.set_line_join("round");
        let _ = Reflect::set(&self.context, &"fontKerning".into(), &"none".into());
        self.set_transform(transform);
        self
    }

    /// See [`Pictures::brought`].
    pub fn pictures_brought(&self) -> u64 {
        self.pictures.borrow().brought()
    }

    /// Whether anything was painted on the surface since it was taken.
    pub fn has_painted(&self) -> bool {
        self.has_painted
    }

    fn set_transform(&mut self, transform: Affine) {
        self.transform = transform;
        let [a, b, c, d, e, f] = transform.as_coeffs();
        // Only coefficients that are not finite are refused, and nothing is to be seen of those.
        let _ = self.context.set_transform(a, b, c, d, e, f);
    }

    /// Says a short path to the context; whether it was one.
    fn trace_short(&self, path: &BezPath) -> bool {
        let is_short = path.elements().len() < KEPT_FROM_STEPS;
        if is_short {
            self.context.begin_path();
            trace!(self.context, path);
        }
        is_short
    }

    fn tell_fill(&mut self, paint: Paint) {
        self.has_painted = true;
        let colour = self.theme.resolve(paint.colour).faded(paint.opacity);
        if self.told.fill != Some(colour) {
            self.told.fill = Some(colour);
            self.context.set_fill_style_str(&colour.css());
        }
    }

    fn tell_stroke(&mut self, paint: Paint, style: StrokeStyle) {
        self.has_painted = true;
        let colour = self.theme.resolve(paint.colour).faded(paint.opacity);
        if self.told.stroke != Some(colour) {
            self.told.stroke = Some(colour);
            self.context.set_stroke_style_str(&colour.css());
        }
        if self.told.line != Some(style) {
            self.told.line = Some(style);
            self.context.set_line_width(style.width);
            self.context.set_line_cap(match style.cap {
                Cap::Round => "round",
                Cap::Butt => "butt",
            });
            let dashes = match style.dash {
                Dash::Solid => Array::new(),
                Dash::Dashed { on, off } => Array::of2(&on.into(), &off.into()),
            };
            let _ = self.context.set_line_dash(&dashes);
        }
    }
}

impl Painter for Brush {
    fn fill(&mut self, path: &Arc<BezPath>, paint: Paint) {
        self.tell_fill(paint);
        if self.trace_short(path) {
            self.context.fill();
        } else if let Some(path) = self.paths.get(path) {
            self.context.fill_with_path_2d(path);
        }
    }

    fn stroke(&mut self, path: &Arc<BezPath>, paint: Paint, style: StrokeStyle) {
        self.tell_stroke(paint, style);
        if self.trace_short(path) {
            self.context.stroke();
        } else if let Some(path) = self.paths.get(path) {
            self.context.stroke_with_path(path);
        }
    }

    fn text(&mut self, run: &TextRun) {
        let em_px = run.font_size_px * self.transform.determinant().abs().sqrt();
        if em_px < READABLE_PX {
            self.tell_fill(Paint { opacity: run.paint.opacity * BAR_OPACITY, ..run.paint });
            let em = run.font_size_px;
            let width = text::width_of_em(run.face.font, &run.text, &[], 0..run.text.len()) * em;
            return self.context.fill_rect(run.x, run.baseline_y - BAR_RISE_EM * em, width, BAR_HEIGHT_EM * em);
        }
        self.tell_fill(run.paint);
        if self.told.font != Some((run.font_size_px, run.face)) {
            self.told.font = Some((run.font_size_px, run.face));
            let slant = if run.face.italic { "italic " } else { "" };
            let weight = if run.face.bold { "700 " } else { "" };
            let (family, fallback) = (run.face.font.family(), run.face.font.fallback());
            let families = if run.face.code { text::CODE_FAMILY } else { &format!("{family}, {fallback}") };
            self.context.set_font(&format!("{slant}{weight}{}px {families}", run.font_size_px));
        }
        let _ = self.context.fill_text(&run.text, run.x, run.baseline_y);
    }

    fn image(&mut self, run: &ImageRun) {
        self.has_painted = true;
        let scale = self.transform.determinant().abs().sqrt();
        self.context.set_global_alpha(run.opacity.into());
        let is_drawn = run.image.is_some_and(|image| self.pictures.borrow_mut().draw(&self.context, image, run, scale));
        self.context.set_global_alpha(1.0);
        if !is_drawn {
            self.tell_fill(Paint { colour: Colour::Swatch(Swatch::Grey), opacity: run.opacity * PLACEHOLDER_OPACITY });
            let place = run.place;
            self.context.fill_rect(place.x0, place.y0, place.width(), place.height());
        }
    }

    fn push(&mut self, transform: Affine) {
        self.stack.push(Level::Transform(self.transform));
        self.set_transform(self.transform * transform);
    }

    fn clip(&mut self, path: &Arc<BezPath>) {
        self.stack.push(Level::Clip(self.told.clone()));
        self.context.save();
        if let Some(path) = self.paths.get(path) {
            self.context.clip_with_path_2d(path);
        }
    }

    fn pop(&mut self) {
        match self.stack.pop() {
            Some(Level::Transform(outer)) => self.set_transform(outer),
            Some(Level::Clip(told)) => {
                self.context.restore();
                self.told = told;
            }
            None => {}
        }
    }
}

/// The browser's form of a path, made once for as long as the path lives.
#[derive(Default)]
struct PathCache {
    paths: HashMap<usize, (Weak<BezPath>, Path2d)>,
    sweep_at: usize,
}

impl PathCache {
    fn get(&mut self, path: &Arc<BezPath>) -> Option<&Path2d> {
        let address = Arc::as_ptr(path) as usize;
        // An address may be used again by a later path: the entry counts only while it is of the same one.
        let is_known = self
            .paths
            .get(&address)
            .is_some_and(|(known, _)| known.strong_count() > 0 && known.as_ptr() == Arc::as_ptr(path));
        if !is_known {
            self.sweep();
            let made = Path2d::new().ok()?;
            trace!(made, path);
            self.paths.insert(address, (Arc::downgrade(path), made));
        }
        self.paths.get(&address).map(|(_, path)| path)
    }

    fn sweep(&mut self) {
        if self.paths.len() >= self.sweep_at.max(SWEEP_AT_PATHS) {
            self.paths.retain(|_, (path, _)| path.strong_count() > 0);
            self.sweep_at = self.paths.len() * 2;
        }
    }
}
