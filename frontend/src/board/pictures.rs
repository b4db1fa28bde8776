//! Images as bitmaps: each as it came, and smaller copies for when it is shown small. Bounded. It must not know where images
//! come from: what is missing is noted, and somebody brings it.

use std::collections::{HashMap, HashSet};

use scene::{ImageId, ImageRun};
use web_sys::{CanvasRenderingContext2d, HtmlImageElement};

use super::canvas2d::Surface;

/// Smaller copies take no more than this, in pixels (4 bytes each).
const COPIES_PIXELS: u64 = 32 * 1024 * 1024;
/// Images that are kept as they came.
const KEPT: usize = 200;
/// The smallest copy halves an image so often.
const LEVELS: u32 = 8;

/// What is known of images.
#[derive(Default)]
pub struct Pictures {
    kept: HashMap<ImageId, Kept>,
    wanted: HashSet<ImageId>,
    copies_pixels: u64,
    /// Grows with each use.
    clock: u64,
    /// How many have come.
    brought: u64,
}

struct Kept {
    image: HtmlImageElement,
    /// By how often they are halved, from once on.
    copies: HashMap<u32, Surface>,
    used: u64,
}

impl Pictures {
    /// An image that has come.
    pub fn bring(&mut self, id: ImageId, image: HtmlImageElement) {
        self.clock += 1;
        self.brought += 1;
        self.wanted.remove(&id);
        self.kept.insert(id, Kept { image, copies: HashMap::new(), used: self.clock });
        while self.kept.len() > KEPT {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(id, _)| *id);
            oldest.into_iter().for_each(|id| self.forget(id));
        }
    }

    /// How many have come: what was painted before the last of them may look different now.
    pub fn brought(&self) -> u64 {
        self.brought
    }

    /// Whether an image has come.
    pub fn has(&self, id: ImageId) -> bool {
        self.kept.contains_key(&id)
    }

    /// Whether images were to be painted that are not there.
    pub fn wants_some(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// The images that were to be painted and are not there; each is told once.
    pub fn take_wanted(&mut self) -> Vec<ImageId> {
        self.wanted.drain().collect()
    }

    /// Paints a part of an image under the context's transform, by which a pixel becomes `scale` device pixels. False where
    /// the image is not there.
    pub fn draw(&mut self, context: &CanvasRenderingContext2d, id: ImageId, run: &ImageRun, scale: f64) -> bool {
        self.clock += 1;
        let clock = self.clock;
        let Some(kept) = self.kept.get_mut(&id) else {
            self.wanted.insert(id);
            return false;
        };
        kept.used = clock;
        let (width, height) = (f64::from(kept.image.natural_width()), f64::from(kept.image.natural_height()));
        // Device pixels that one of its own takes.
        let shown = run.place.width() * scale / (run.part.width() * width).max(1.0);
        let level = (-shown.max(f64::MIN_POSITIVE).log2()).floor().clamp(0.0, f64::from(LEVELS)) as u32;
        if level > 0 && !kept.copies.contains_key(&level) {
            let Some(copy) = smaller(&kept.image, width, height, level) else { return false };
            self.copies_pixels += pixels(&copy);
            kept.copies.insert(level, copy);
            self.shed(id);
        }
        let Some(kept) = self.kept.get(&id) else { return false };
        let (part, to) = (run.part, run.place);
        let copy = kept.copies.get(&level);
        let (width, height) = match copy {
            Some(copy) => (f64::from(copy.element().width()), f64::from(copy.element().height())),
            None => (width, height),
        };
        let (x, y, across, down) = (part.x0 * width, part.y0 * height, part.width() * width, part.height() * height);
        let drawn = match copy {
            Some(copy) => context.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                copy.element(),
                x,
                y,
                across,
                down,
                to.x0,
                to.y0,
                to.width(),
                to.height(),
            ),
            None => context.draw_image_with_html_image_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                &kept.image,
                x,
                y,
                across,
                down,
                to.x0,
                to.y0,
                to.width(),
                to.height(),
            ),
        };
        drawn.is_ok()
    }

    /// Drops the copies of images that were not used for longest, but for one, until there is room.
    fn shed(&mut self, but: ImageId) {
        while self.copies_pixels > COPIES_PIXELS {
            let with_copies = self.kept.iter_mut().filter(|(id, kept)| **id != but && !kept.copies.is_empty());
            let Some((_, oldest)) = with_copies.min_by_key(|(_, kept)| kept.used) else { return };
            for (_, copy) in oldest.copies.drain() {
                self.copies_pixels -= pixels(&copy);
                copy.release();
            }
        }
    }

    fn forget(&mut self, id: ImageId) {
        for copy in self.kept.remove(&id).into_iter().flat_map(|kept| kept.copies.into_values()) {
            self.copies_pixels -= pixels(&copy);
            copy.release();
        }
    }
}

fn pixels(copy: &Surface) -> u64 {
    u64::from(copy.element().width()) * u64::from(copy.element().height())
}

/// A copy, halved so often.
fn smaller(image: &HtmlImageElement, width: f64, height: f64, level: u32) -> Option<Surface> {
    let copy = Surface::detached().ok()?;
    let side = |length: f64| (length / f64::from(1_u32 << level)).ceil().max(1.0);
    copy.resize(side(width) as u32, side(height) as u32);
    copy.draw_smoothly(image).ok()?;
    Some(copy)
}
