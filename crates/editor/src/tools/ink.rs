//! The pen. A stroke is content: it enters the document in chunks while it is drawn, and only its newest points are a
//! draft.

use board::{Edit, Field, InkPoint, Kind, NewShape, ShapeId};
use kurbo::{Point, Rect, Vec2};
use scene::BoardPoint;

use super::{Effect, Event, Pointer, Tool, ToolSpec};
use crate::draft::Motion;
use crate::framing;
use crate::input::Device;
use crate::limits;
use crate::output::CursorKind;
use crate::style;
use crate::view::View;

pub(super) const SPEC: ToolSpec = ToolSpec {
    id: "ink",
    shortcuts: &["p", "x", "5"],
    edits: true,
    new: |_| Box::new(Pen { highlights: false, ink: Ink::Lifted }),
};

/// The same with another style: broad and translucent.
pub(super) const HIGHLIGHTER: ToolSpec = ToolSpec {
    id: style::HIGHLIGHTER,
    shortcuts: &["Shift+D", "Shift+P"],
    edits: true,
    new: |_| Box::new(Pen { highlights: true, ink: Ink::Lifted }),
};

/// Straight stretches have points this far apart on the screen, so that they are as even as drawn ones.
const STRAIGHT_APART_PX: f64 = 6.0;

/// Points closer to the last one than this on the screen say nothing new.
const APART_PX: f64 = 0.75;
/// What a device that feels no pressure says; the outline then follows the speed of the hand instead.
const NO_PRESSURE: f64 = 0.5;

/// Pressures at which a stroke is as broad as its line. They differ by a step of what is stored: the outline of equal ones
/// follows the speed of the hand.
const EVEN: [f64; 2] = [33.0 / 255.0, 32.0 / 255.0];

struct Pen {
    highlights: bool,
    ink: Ink,
}

enum Ink {
    Lifted,
    Drawing(Box<Stroke>),
}

/// A stroke under the pen.
struct Stroke {
    id: ShapeId,
    shape: NewShape,
    origin: BoardPoint,
    /// Board pixels of one stored unit: below 1 when zoomed in, as stored points are quantised.
    unit: f64,
    /// Everything drawn into this shape, in stored units relative to the origin.
    points: Vec<InkPoint>,
    /// How many of them the document has; and had before the last chunk.
    appended: usize,
    appended_before: usize,
    chunk_due_ms: u64,
    last: BoardPoint,
    highlights: bool,
    /// Where a straight stretch begins: after so many points. It is no content before it ends.
    straight_from: Option<usize>,
}

impl Tool for Pen {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect> {
        match (&mut self.ink, event) {
            (Ink::Lifted, Event::Down(pointer)) => {
                let mut stroke = Stroke::new(pointer.at, self.highlights, view);
                stroke.take(pointer.at, felt(pointer.pressure, pointer.device));
                let draft = stroke.draft();
                self.ink = Ink::Drawing(Box::new(stroke));
                vec![draft]
            }
            (Ink::Drawing(stroke), Event::Move(pointer)) => {
                let mut effects = stroke.follow(pointer, view);
                effects.extend(stroke.chunk_if_due(view));
                effects.push(stroke.draft());
                effects
            }
            (Ink::Drawing(stroke), Event::Tick) => match stroke.chunk_if_due(view) {
                Some(chunk) => vec![chunk, stroke.draft()],
                None => vec![],
            },
            (Ink::Drawing(stroke), Event::Up(pointer)) => {
                let mut effects = stroke.follow(pointer, view);
                stroke.straight_from = None;
                effects.push(Effect::Finish(stroke.ended(view)));
                self.ink = Ink::Lifted;
                effects
            }
            (Ink::Drawing(stroke), Event::Refresh(_)) => {
                if stroke.appended > 0 && view.board.shape(&stroke.id).is_none() {
                    // A peer removed it from under the pen.
                    self.ink = Ink::Lifted;
                    return vec![Effect::Abandon];
                }
                vec![]
            }
            (Ink::Drawing(_), Event::Cancel) => {
                self.ink = Ink::Lifted;
                vec![Effect::Abandon]
            }
            _ => vec![],
        }
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Crosshair
    }

    fn is_busy(&self) -> bool {
        matches!(self.ink, Ink::Drawing(_))
    }

    fn wake_ms(&self) -> Option<u64> {
        match &self.ink {
            Ink::Drawing(stroke) if stroke.appended < stroke.settled() => Some(stroke.chunk_due_ms),
            _ => None,
        }
    }
}

impl Stroke {
    fn new(at: BoardPoint, highlights: bool, view: &View) -> Stroke {
        let unit = unit_at(view.camera.zoom());
        let place = [Field::Pos(at), Field::Scale(Vec2::new(unit, unit))];
        let kept = if unit == 1.0 { 1 } else { 2 };
        let mut shape = view.new_shape(Kind::Ink, place.into_iter().take(kept));
        if highlights {
            shape.fields.extend(view.styles.highlight());
        }
        Stroke {
            id: view.ids.shape(),
            shape,
            origin: at,
            unit,
            points: Vec::new(),
            appended: 0,
            appended_before: 0,
            chunk_due_ms: view.now_ms + limits::INK_CHUNK_MS,
            last: at,
            highlights,
            straight_from: None,
        }
    }

    fn take(&mut self, at: BoardPoint, pressure: f64) {
        let stored = (at - self.origin) / self.unit;
        self.points.push(InkPoint::new(stored.x, stored.y, self.pressed(pressure)));
        self.last = at;
    }

    /// A highlighter is as broad everywhere, however it is pressed and however fast it goes.
    fn pressed(&self, pressure: f64) -> f64 {
        if self.highlights { EVEN[self.points.len() % EVEN.len()] } else { pressure }
    }

    fn follow(&mut self, pointer: &Pointer, view: &View) -> Vec<Effect> {
        if pointer.modifiers.shift {
            self.straighten(pointer, view);
            return vec![];
        }
        self.straight_from = None;
        let mut effects = vec![];
        for (at, pressure) in &pointer.trail {
            if at.distance(self.last) * view.camera.zoom() < APART_PX {
                continue;
            }
            let pressure = felt(*pressure, pointer.device);
            if self.points.len() >= limits::INK_POINTS_PER_SHAPE {
                effects.push(Effect::Continue(self.ended(view)));
                let joint = self.last;
                *self = Stroke::new(joint, self.highlights, view);
                self.take(joint, pressure);
            }
            self.take(*at, pressure);
        }
        effects
    }

    /// While shift is held, from where it was pressed straight to the pointer.
    fn straighten(&mut self, pointer: &Pointer, view: &View) {
        let from = *self.straight_from.get_or_insert(self.points.len());
        self.points.truncate(from);
        let Some(start) = self.points.last().copied() else { return };
        let pressure = felt(pointer.pressure, pointer.device);
        let end = (pointer.at - self.origin) / self.unit;
        let by = end - Vec2::new(start.x, start.y);
        let room = limits::INK_POINTS_PER_SHAPE.saturating_sub(from).max(1) as f64;
        let steps = (by.hypot() * self.unit * view.camera.zoom() / STRAIGHT_APART_PX).ceil().clamp(1.0, room);
        for step in 1..=steps as u32 {
            let share = f64::from(step) / steps;
            let pressure = self.pressed(pressure);
            self.points.push(InkPoint::new(start.x + by.x * share, start.y + by.y * share, pressure));
        }
        self.last = pointer.at;
    }

    /// How many points stay as they are.
    fn settled(&self) -> usize {
        self.straight_from.unwrap_or(self.points.len())
    }

    fn chunk_if_due(&mut self, view: &View) -> Option<Effect> {
        let due = view.now_ms >= self.chunk_due_ms && self.appended < self.settled();
        if !due {
            return None;
        }
        self.chunk_due_ms = view.now_ms + limits::INK_CHUNK_MS;
        Some(Effect::Continue(self.chunk()))
    }

    /// What the document does not have yet.
    fn chunk(&mut self) -> Vec<Edit> {
        let settled = self.settled();
        let points = self.points[self.appended..settled].to_vec();
        if points.is_empty() {
            return vec![];
        }
        let append = Edit::AppendInk { id: self.id.clone(), points };
        let edits = match self.appended {
            0 => vec![Edit::Insert { id: self.id.clone(), shape: self.shape.clone() }, append],
            _ => vec![append],
        };
        self.appended_before = self.appended;
        self.appended = settled;
        edits
    }

    /// What is left of it, and the frame around all of it.
    fn ended(&mut self, view: &View) -> Vec<Edit> {
        let mut edits = self.chunk();
        let places = self.points.iter().map(|point| Point::from(self.origin) + Vec2::new(point.x, point.y) * self.unit);
        let extent = places.map(|at| Rect::from_points(at, at)).reduce(|all, rect| all.union(rect));
        let frame = extent.and_then(|extent| framing::of_place(extent.center(), view));
        edits.extend(frame.map(|field| Edit::Set { id: self.id.clone(), field }));
        edits
    }

    /// The newest points, and those of the last chunk, which may still be on its way to others.
    fn draft(&self) -> Effect {
        let after = self.appended_before.max(self.points.len().saturating_sub(limits::DRAFT_INK_POINTS));
        Effect::Draft(Motion::Ink {
            id: self.id.clone(),
            shape: self.shape.clone(),
            after: after as u32,
            points: self.points[after..].to_vec(),
        })
    }
}

/// Stored points are multiples of an eighth; zoomed in, that must stay below a screen pixel.
fn unit_at(zoom: f64) -> f64 {
    if zoom > 2.0 { 2.0_f64.powi(-(zoom.log2().ceil() as i32)) } else { 1.0 }
}

fn felt(pressure: f64, device: Device) -> f64 {
    match device {
        Device::Pen => pressure,
        Device::Mouse | Device::Touch => NO_PRESSURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_keep_quantised_points_below_a_screen_pixel() {
        for zoom in [0.01f64, 0.5, 1.0, 2.0, 3.0, 10.0, 100.0] {
            assert!(unit_at(zoom) / 8.0 * zoom < 1.0, "zoom {zoom}");
        }
    }
}
