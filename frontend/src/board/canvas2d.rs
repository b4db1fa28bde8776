//! The painter of the screen: display-list commands on a Canvas2D context. It must not know shapes.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use js_sys::{Array, Reflect};
use kurbo::{Affine, BezPath};
use scene::{Cap, Dash, Paint, Painter, Rgba, StrokeStyle, TextRun, Theme};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, Path2d};

/// The family that `assets/styles` declares; its advance widths are those of `scene`'s table.
const FONT_FAMILY: &str = "\"Boardwalk Sans\", system-ui, sans-serif";
/// Cached paths are swept when there are this many, so that those of edited shapes go.
const SWEEP_AT_PATHS: usize = 4096;

/// A canvas and what it was told last, so that nothing is told twice.
pub struct Canvas2d {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    paths: PathCache,
    told: Told,
    base: Affine,
    stack: Vec<Level>,
    transform: Affine,
    theme: Theme,
}

#[derive(Clone, Default, PartialEq)]
struct Told {
    fill: Option<Rgba>,
    stroke: Option<Rgba>,
    line: Option<StrokeStyle>,
    font_size_px: Option<f64>,
}

enum Level {
    Transform(Affine),
    Clip(Told),
}

impl Canvas2d {
    /// Takes over a canvas.
    ///
    /// # Errors
    /// The browser gives no 2D context.
    pub fn new(canvas: HtmlCanvasElement) -> Result<Self, JsValue> {
        let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.dyn_into::<CanvasRenderingContext2d>()?;
        Ok(Self {
            canvas,
            context,
            paths: PathCache::default(),
            told: Told::default(),
            base: Affine::IDENTITY,
            stack: Vec::new(),
            transform: Affine::IDENTITY,
            theme: Theme::Light,
        })
    }

    /// The element.
    pub fn element(&self) -> &HtmlCanvasElement {
        &self.canvas
    }

    /// Gives the canvas a size in CSS pixels and a device pixel ratio; it is blank afterwards.
    pub fn resize(&mut self, width_px: f64, height_px: f64, pixel_ratio: f64) {
        self.canvas.set_width((width_px * pixel_ratio).round() as u32);
        self.canvas.set_height((height_px * pixel_ratio).round() as u32);
        self.base = Affine::scale(pixel_ratio);
        self.told = Told::default();
    }

    /// Wipes the canvas and gives a painter for one frame, in CSS pixels.
    pub fn begin(&mut self, theme: Theme) -> &mut Self {
        self.theme = theme;
        self.stack.clear();
        self.told = Told::default();
        // Undoes whatever clip or transform was left, without touching the backing store.
        self.context.reset_transform().ok();
        let (width, height) = (f64::from(self.canvas.width()), f64::from(self.canvas.height()));
        self.context.clear_rect(0.0, 0.0, width, height);
        self.context.set_line_join("round");
        let _ = Reflect::set(&self.context, &"fontKerning".into(), &"none".into());
        self.set_transform(self.base);
        self
    }

    fn set_transform(&mut self, transform: Affine) {
        self.transform = transform;
        let [a, b, c, d, e, f] = transform.as_coeffs();
        // Only coefficients that are not finite are refused, and nothing is to be seen of those.
        let _ = self.context.set_transform(a, b, c, d, e, f);
    }

    fn tell_fill(&mut self, paint: Paint) {
        let colour = self.theme.resolve(paint.colour).faded(paint.opacity);
        if self.told.fill != Some(colour) {
            self.told.fill = Some(colour);
            self.context.set_fill_style_str(&colour.css());
        }
    }

    fn tell_stroke(&mut self, paint: Paint, style: StrokeStyle) {
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

impl Painter for Canvas2d {
    fn fill(&mut self, path: &Arc<BezPath>, paint: Paint) {
        self.tell_fill(paint);
        if let Some(path) = self.paths.get(path) {
            self.context.fill_with_path_2d(path);
        }
    }

    fn stroke(&mut self, path: &Arc<BezPath>, paint: Paint, style: StrokeStyle) {
        self.tell_stroke(paint, style);
        if let Some(path) = self.paths.get(path) {
            self.context.stroke_with_path(path);
        }
    }

    fn text(&mut self, run: &TextRun) {
        self.tell_fill(run.paint);
        if self.told.font_size_px != Some(run.font_size_px) {
            self.told.font_size_px = Some(run.font_size_px);
            self.context.set_font(&format!("{}px {FONT_FAMILY}", run.font_size_px));
        }
        let _ = self.context.fill_text(&run.text, run.x, run.baseline_y);
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
            let made = Path2d::new_with_path_string(&path.to_svg()).ok()?;
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
