//! The small map: all of the board, and what of it the view shows. Painted like the board, by tiles of its own that have what
//! a frame leaves over. It must not know events.

use std::sync::Arc;

use editor::Editor;
use kurbo::{Affine, Rect, Shape as _};
use scene::tiles::Viewport;
use scene::{BoardPoint, Camera, Colour, Paint, Painter, ScreenPoint, StrokeStyle, Theme};
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use super::canvas2d::{Brush, Surface};
use super::layer::Layer;

/// Room around the board, in CSS pixels.
const MARGIN_PX: f64 = 8.0;
const SEEN: Colour = Colour::Rgba(0x1a63d8ff);
const SEEN_INSIDE_OPACITY: f32 = 0.1;
const SEEN_LINE: StrokeStyle = StrokeStyle::solid(1.5);
const PEER_LINE: StrokeStyle = StrokeStyle::solid(1.0);

/// The map, while it is shown.
pub struct Map {
    host: HtmlElement,
    surface: Surface,
    layer: Layer,
    camera: Camera,
    /// What others have in view, each in their colour.
    peers: Vec<(Rect, Colour)>,
}

impl Map {
    /// Fills `host` with a map.
    ///
    /// # Errors
    /// The browser gives no canvas.
    pub fn new(host: HtmlElement) -> Result<Self, JsValue> {
        let surface = Surface::inside(&host, "board-map")?;
        Ok(Self {
            host,
            surface,
            layer: Layer::new(editor::Layer::Stored)?,
            camera: Camera::default(),
            peers: Vec::new(),
        })
    }

    /// The place on the board under a place of the map, in CSS pixels from its corner.
    pub fn to_board(&self, at: ScreenPoint) -> BoardPoint {
        self.camera.to_board(at)
    }

    /// Nothing painted so far is good for anything.
    pub fn forget(&mut self) {
        self.layer.clear();
    }

    /// This has changed on the board.
    pub fn spoil(&mut self, regions: &[Rect]) {
        regions.iter().for_each(|rect| self.layer.tiles.spoil(*rect));
    }

    /// Takes what others have in view. Whether that has changed.
    pub fn follow_peers(&mut self, editor: &Editor) -> bool {
        let peers: Vec<(Rect, Colour)> = editor.peer_views().map(|(view, colour, _)| (view, colour)).collect();
        let has_changed = self.peers != peers;
        self.peers = peers;
        has_changed
    }

    /// Looks at all of the board. Whether there is something to paint.
    pub fn look(&mut self, now_ms: u64, editor: &Editor, pixel_ratio: f64) -> bool {
        let (width_px, height_px) = self.size_px();
        if let Some(extent) = editor.extent() {
            self.camera = Camera::overlooking(extent, width_px, height_px, MARGIN_PX);
        }
        let view = Viewport::new(&self.camera, width_px, height_px, pixel_ratio);
        self.layer.tiles.look(now_ms, view);
        self.layer.tiles.tick(now_ms);
        self.layer.tiles.extend(editor.extent());
        !self.layer.tiles.is_exact() || self.layer.tiles.wake_ms().is_some()
    }

    /// Paints what a frame has time for.
    pub fn paint(&mut self, editor: &mut Editor, brush: &mut Brush, theme: Theme, left_ms: impl Fn(&Surface) -> f64) {
        if !self.layer.tiles.is_exact() {
            self.layer.paint(editor, brush, theme, left_ms);
        }
    }

    /// Puts it onto its canvas, with outlines of what this view and those of others show.
    pub fn show(&mut self, seen: Rect, brush: &mut Brush, theme: Theme, pixel_ratio: f64) {
        let (width_px, height_px) = self.size_px();
        let side = |px: f64| (px * pixel_ratio).round().max(0.0) as u32;
        self.surface.fit(side(width_px), side(height_px));
        self.surface.wipe_all();
        self.layer.compose(&self.surface, Affine::IDENTITY, |part| self.surface.wipe(part));
        let outline = |view: Rect| {
            let rect = self.camera.transform().transform_rect_bbox(view);
            Arc::new(rect.to_rounded_rect(3.0).to_path(0.1))
        };
        let painter = brush.take_to(&self.surface, theme, Affine::scale(pixel_ratio));
        for (view, colour) in &self.peers {
            painter.stroke(&outline(*view), (*colour).into(), PEER_LINE);
        }
        // Where all is in view there is nothing to tell apart: its frame says so, and the map keeps its colours.
        let map = self.camera.visible(width_px, height_px);
        let is_all_seen = seen.union(map) == seen;
        let inside = map.inset(-SEEN_LINE.width / self.camera.zoom());
        let outline = outline(if is_all_seen { inside } else { seen });
        if !is_all_seen {
            painter.fill(&outline, Paint { colour: SEEN, opacity: SEEN_INSIDE_OPACITY });
        }
        painter.stroke(&outline, SEEN.into(), SEEN_LINE);
    }

    fn size_px(&self) -> (f64, f64) {
        (f64::from(self.host.client_width()), f64::from(self.host.client_height()))
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        self.surface.element().remove();
        self.surface.release();
    }
}
