//! The canvases over each other: the board's, composed of tiles, and the overlay's. One call a frame does a bounded piece
//! of work. It must not know events; what is painted is the editor's.

use std::cell::RefCell;
use std::rc::Rc;

use editor::{Damage, Editor, Repaint};
use kurbo::{Affine, Rect};
use scene::Theme;
use scene::tiles::{FRAME_BUDGET_MS, Viewport};
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use super::canvas2d::{Brush, Surface};
use super::carried::Carried;
use super::grid::Grid;
use super::layer::Layer;
use super::map::Map;
use super::pictures::Pictures;

/// With so many changes in one frame a board is arriving: what is painted now will be spoilt again, and painting would
/// take half of the time.
const ARRIVING_CHANGES: usize = 16;
/// How long tiles are painted in a frame then.
const ARRIVING_BUDGET_MS: f64 = 3.0;
/// And while the view moves, when the browser has all of the view to put together besides.
const MOVING_BUDGET_MS: f64 = 5.0;
/// And while nothing else happens: nobody sees then that a frame takes two of the browser's, and a picture of tens of
/// thousands of shapes is there in half of the time.
const RESTING_BUDGET_MS: f64 = 24.0;
/// For so long nothing was to be shown but tiles: the hand rests.
const RESTING_AFTER_MS: f64 = 100.0;

/// What a frame works with.
struct Frame<'a> {
    editor: &'a mut Editor,
    theme: Theme,
    start_ms: f64,
}

/// All of it.
pub struct Screen {
    board: Surface,
    overlay: Surface,
    /// Whether anything is on the overlay: an empty one is neither wiped nor put together with the rest.
    is_overlay_used: bool,
    grid: Grid,
    brush: Brush,
    base: Layer,
    carried: Option<Carried>,
    map: Option<Map>,
    /// A single pixel: drawing a canvas onto it makes the browser paint what it has put off, so that it is timed.
    probe: Surface,
    /// Width, height in CSS pixels, and device pixels in each.
    size: (f64, f64, f64),
    theme: Theme,
    /// When anything but tiles was to be shown last.
    stirred_ms: f64,
}

impl Screen {
    /// Adds the canvases to `host`.
    ///
    /// # Errors
    /// The browser gives no 2D canvas.
    pub fn new(host: &HtmlElement, pictures: Rc<RefCell<Pictures>>) -> Result<Self, JsValue> {
        let board = Surface::inside(host, "board-canvas")?;
        let overlay = Surface::inside(host, "board-overlay")?;
        let probe = Surface::detached()?;
        probe.resize(1, 1);
        overlay.show(false);
        Ok(Self {
            is_overlay_used: false,
            grid: Grid::new()?,
            brush: Brush::new(&board, pictures),
            base: Layer::new(editor::Layer::Board)?,
            carried: None,
            map: None,
            size: (0.0, 0.0, 1.0),
            theme: Theme::Light,
            stirred_ms: 0.0,
            board,
            overlay,
            probe,
        })
    }

    /// The board's element, for the page to say things about the board.
    pub fn element(&self) -> &HtmlElement {
        self.board.element()
    }

    /// Fits the canvases to so many CSS pixels. They are blank until the next frame.
    pub fn resize(&mut self, width_px: f64, height_px: f64, pixel_ratio: f64) {
        if pixel_ratio != self.size.2 {
            self.forget();
        }
        self.size = (width_px, height_px, pixel_ratio);
        for surface in [&self.board, &self.overlay] {
            surface.resize((width_px * pixel_ratio).round() as u32, (height_px * pixel_ratio).round() as u32);
        }
    }

    /// Everything looks different: another theme, a font that has come.
    pub fn forget(&mut self) {
        self.base.clear();
        self.carried = None;
        self.grid.forget();
        if let Some(map) = &mut self.map {
            map.forget();
        }
    }

    /// Shows a map in this element from now on, or none.
    pub fn show_map(&mut self, host: Option<HtmlElement>) {
        self.map = host.and_then(|host| Map::new(host).ok());
    }

    /// The map, if one is shown.
    pub fn map(&self) -> Option<&Map> {
        self.map.as_ref()
    }

    /// Whether every pixel shown is as the board is, or as it would be if the hand let go.
    pub fn is_exact(&self) -> bool {
        self.carried.as_ref().is_none_or(|carried| !carried.has_more()) && self.base.tiles.is_exact()
    }

    /// Paints what a frame has time for. Whether there is more to do.
    pub fn frame(&mut self, now_ms: u64, editor: &mut Editor, theme: Theme, repaint: &Repaint) -> bool {
        if self.theme != theme {
            self.theme = theme;
            self.forget();
        }
        let mut frame = Frame { editor, theme, start_ms: exact_ms() };
        let (width_px, height_px, pixel_ratio) = self.size;
        let view = Viewport::new(&frame.editor.camera(), width_px, height_px, pixel_ratio);
        let carries = self.follow_carried(now_ms, &mut frame);
        if carries || repaint.overlay || !repaint.board.is_none() {
            self.stirred_ms = frame.start_ms;
        }
        self.base.tiles.look(now_ms, view);
        self.base.tiles.tick(now_ms);
        self.base.tiles.extend(frame.editor.extent());
        repaint.board.regions.iter().for_each(|rect| self.base.tiles.spoil(*rect));

        let has_new_tiles = self.paint_tiles(now_ms, view, &repaint.board, &mut frame);
        if repaint.board.view || has_new_tiles || !self.base.tiles.is_exact() {
            self.board.wipe_all();
            self.grid.paint(&self.board, frame.editor.camera(), pixel_ratio);
            let (board, grid) = (&self.board, &self.grid);
            self.base.compose(board, Affine::IDENTITY, |part| {
                board.wipe(part);
                grid.fill(board, part);
            });
        }
        if repaint.overlay || carries {
            self.paint_overlay(view, &mut frame);
        }
        let map_has_more = self.paint_map(now_ms, repaint, &mut frame);
        map_has_more
            || self.carried.as_ref().is_some_and(Carried::has_more)
            || self.base.has_more(frame.editor)
            || self.base.tiles.wake_ms().is_some()
    }

    /// Begins, moves or ends the carried layer. Whether there is one, or was until now.
    fn follow_carried(&mut self, now_ms: u64, frame: &mut Frame) -> bool {
        let had = self.carried.is_some();
        let is_landing = self.carried.as_ref().is_some_and(Carried::is_landing);
        match frame.editor.carried() {
            Some(affine) => {
                if !had || is_landing {
                    self.carried = Carried::lift(frame.editor, &mut self.base);
                }
                if let Some(carried) = &mut self.carried {
                    carried.follow(now_ms, affine, frame.editor);
                }
            }
            None if is_landing && self.base.tiles.is_exact() => {
                if let Some(carried) = self.carried.take() {
                    self.base.inherit(carried.into_layer());
                }
            }
            None if is_landing => {}
            None => self.carried.iter_mut().for_each(|carried| carried.land(frame.editor)),
        }
        had || self.carried.is_some()
    }

    fn paint_tiles(&mut self, now_ms: u64, view: Viewport, damage: &Damage, frame: &mut Frame) -> bool {
        let probe = &self.probe;
        let rests = frame.editor.is_ahead() || frame.start_ms - self.stirred_ms >= RESTING_AFTER_MS;
        let budget_ms = match damage {
            Damage { regions, .. } if regions.len() >= ARRIVING_CHANGES => ARRIVING_BUDGET_MS,
            Damage { view: true, .. } => MOVING_BUDGET_MS,
            _ if rests => RESTING_BUDGET_MS,
            _ => FRAME_BUDGET_MS,
        };
        let start_ms = frame.start_ms;
        let left_ms = |scratch: &Surface| {
            probe.put(scratch, PIXEL, PIXEL, Affine::IDENTITY);
            start_ms + budget_ms - exact_ms()
        };
        if let Some(carried) = &mut self.carried {
            carried.paint((now_ms, view), frame.editor, (&mut self.brush, frame.theme), left_ms);
        }
        self.base.paint(frame.editor, &mut self.brush, frame.theme, left_ms)
    }

    /// The map has what is left of a frame in which everything in view was painted. Whether there is more to do.
    fn paint_map(&mut self, now_ms: u64, repaint: &Repaint, frame: &mut Frame) -> bool {
        let (width_px, height_px, pixel_ratio) = self.size;
        let Some(map) = &mut self.map else { return false };
        map.spoil(&repaint.board.regions);
        map.spoil(&repaint.board.apart);
        let has_work = map.look(now_ms, frame.editor, pixel_ratio);
        let (probe, start_ms) = (&self.probe, frame.start_ms);
        if has_work && self.carried.is_none() && self.base.tiles.is_exact() {
            map.paint(frame.editor, &mut self.brush, frame.theme, |scratch| {
                probe.put(scratch, PIXEL, PIXEL, Affine::IDENTITY);
                start_ms + FRAME_BUDGET_MS - exact_ms()
            });
        }
        let have_peers_moved = map.follow_peers(frame.editor);
        if has_work || have_peers_moved || !repaint.board.is_none() {
            let seen = frame.editor.camera().visible(width_px, height_px);
            map.show(seen, &mut self.brush, frame.theme, pixel_ratio);
        }
        has_work
    }

    fn paint_overlay(&mut self, view: Viewport, frame: &mut Frame) {
        if self.is_overlay_used {
            self.overlay.wipe_all();
        }
        if let Some(carried) = &mut self.carried {
            carried.show(&self.overlay, view);
        }
        let to_device = Affine::scale(self.size.2) * Affine::translate(view.snap_px());
        let painter = self.brush.take_to(&self.overlay, frame.theme, to_device);
        frame.editor.paint_overlay(painter);
        let is_used = self.carried.is_some() || self.brush.has_painted();
        if std::mem::replace(&mut self.is_overlay_used, is_used) != is_used {
            self.overlay.show(is_used);
        }
    }
}

const PIXEL: Rect = Rect::new(0.0, 0.0, 1.0, 1.0);

/// Milliseconds since the page was opened, with fractions.
fn exact_ms() -> f64 {
    leptos::prelude::window().performance().map_or(0.0, |performance| performance.now())
}
