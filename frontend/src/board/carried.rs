//! The selection that moves, turns or is stretched as one bitmap, and stays until the board shows it once it is put down.
//! Turned or stretched it is not exact: where the hand rests, it is painted as it will be. It must not know shapes.

use editor::Editor;
use kurbo::{Affine, Rect};
use scene::Theme;
use scene::tiles::{SETTLE_MS, Viewport};

use super::canvas2d::{Brush, Surface};
use super::layer::Layer;

/// All of it.
pub struct Carried {
    /// The selection as the board has it.
    layer: Layer,
    /// How that was looked at last.
    seen: Option<Viewport>,
    /// How it is moved, in board pixels.
    affine: Affine,
    /// The tiles in one, for turning: the edges of each would be seen.
    sheet: Option<Surface>,
    /// The selection as the gesture would leave it, and how that was looked at.
    fine: Option<(Layer, Viewport)>,
    /// Since when the hand has rested.
    rested_ms: u64,
    /// The board's revision when it was last seen in motion.
    revision: u64,
    is_landing: bool,
}

impl Carried {
    /// Lifts the selection. If that is all of the board, the board's tiles are it, and the board is left empty.
    pub fn lift(editor: &Editor, base: &mut Layer) -> Option<Self> {
        let all = editor.carries_all();
        let fresh = Layer::new(if all { editor::Layer::Board } else { editor::Layer::Carried }).ok()?;
        let layer = match all {
            true => std::mem::replace(base, fresh).becomes(editor::Layer::Carried),
            false => fresh,
        };
        Some(Self {
            layer,
            seen: None,
            affine: Affine::IDENTITY,
            sheet: None,
            fine: None,
            rested_ms: 0,
            revision: 0,
            is_landing: false,
        })
    }

    /// Its tiles, which were the board's if all of the board was lifted.
    pub fn into_layer(self) -> Layer {
        self.layer
    }

    /// Whether it was put down.
    pub fn is_landing(&self) -> bool {
        self.is_landing
    }

    /// It is moved so now.
    pub fn follow(&mut self, now_ms: u64, affine: Affine, editor: &Editor) {
        let revision = editor.board().revision();
        if self.affine != affine || (self.revision != revision && !editor.is_putting_down()) {
            self.forget_fine();
            self.rested_ms = now_ms;
        }
        (self.affine, self.revision) = (affine, revision);
    }

    /// It was put down.
    pub fn land(&mut self, editor: &Editor) {
        self.is_landing = true;
        if self.revision == editor.board().revision() {
            // Nothing was written: it is where it was.
            self.affine = Affine::IDENTITY;
            self.forget_fine();
        }
    }

    /// Gives its bitmaps back now: a hand that turns and rests makes many.
    fn forget_fine(&mut self) {
        if let Some((mut layer, _)) = self.fine.take() {
            layer.clear();
        }
    }

    /// Paints what is missing of it, as far as there is time.
    pub fn paint(
        &mut self,
        (now_ms, view): (u64, Viewport),
        editor: &mut Editor,
        (brush, theme): (&mut Brush, Theme),
        left_ms: impl Fn(&Surface) -> f64,
    ) {
        if self.is_landing {
            return;
        }
        let seen = match moved_by(self.affine) {
            Some(by) => view.moved(by),
            None => view.before(self.affine),
        };
        self.seen = Some(seen);
        look(&mut self.layer, now_ms, seen, editor.extent());
        self.layer.paint(editor, brush, theme, &left_ms);
        if !self.wants_fine() || now_ms < self.rested_ms + SETTLE_MS || editor.is_putting_down() {
            return;
        }
        if self.fine.is_none() {
            self.fine = Layer::new(editor::Layer::Transformed).ok().map(|layer| (layer, view));
        }
        if let Some((layer, looked)) = &mut self.fine {
            *looked = view;
            let extent = editor.extent().map(|extent| self.affine.transform_rect_bbox(extent));
            // What is not stretched along reaches a little further.
            let extent = extent.map(|extent| extent.inflate(extent.width() / 2.0, extent.height() / 2.0));
            look(layer, now_ms, view, extent);
            layer.paint(editor, brush, theme, &left_ms);
        }
    }

    /// Whether it is to be painted exactly once the hand rests.
    fn wants_fine(&self) -> bool {
        moved_by(self.affine).is_none() && !self.is_landing
    }

    /// Whether there is more to paint, or to wait for.
    pub fn has_more(&self) -> bool {
        let is_fine = self.fine.as_ref().is_some_and(|(layer, _)| layer.tiles.is_exact());
        self.is_landing || !self.layer.tiles.is_idle() || (self.wants_fine() && !is_fine)
    }

    /// Puts it on a canvas.
    pub fn show(&mut self, onto: &Surface, view: Viewport) {
        if let Some((layer, looked)) = self.fine.as_mut().filter(|(layer, _)| layer.tiles.is_exact()) {
            return layer.compose(onto, view.transform() * looked.transform().inverse(), |part| onto.wipe(part));
        }
        let Some(seen) = self.seen else { return };
        let transform = view.transform() * self.affine * seen.transform().inverse();
        if moved_by(self.affine).is_some() {
            // On whole device pixels nothing is resampled.
            let [a, b, c, d, x, y] = transform.as_coeffs();
            let transform = Affine::new([a, b, c, d, x.round(), y.round()]);
            return self.layer.compose(onto, transform, |part| onto.wipe(part));
        }
        if self.sheet.is_none() {
            self.sheet = Surface::detached().ok();
        }
        let Some(sheet) = &self.sheet else { return };
        let (width, height) = seen.size();
        sheet.fit(width, height);
        sheet.wipe_all();
        self.layer.compose(sheet, Affine::IDENTITY, |part| sheet.wipe(part));
        let all = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        onto.put(sheet, all, all, transform);
    }
}

fn look(layer: &mut Layer, now_ms: u64, view: Viewport, extent: Option<Rect>) {
    layer.tiles.look(now_ms, view);
    layer.tiles.tick(now_ms);
    layer.tiles.extend(extent);
}

/// What is only moved is moved by so much.
fn moved_by(affine: Affine) -> Option<kurbo::Vec2> {
    match affine.as_coeffs() {
        [1.0, 0.0, 0.0, 1.0, x, y] => Some(kurbo::Vec2::new(x, y)),
        _ => None,
    }
}
