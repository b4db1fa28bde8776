//! The rubber: rubs out the parts of strokes that it passes over. What is left of a stroke are strokes like it.

use board::{Edit, InkPoint, Kind, Shape};
use kurbo::{Affine, Point};
use scene::BoardPoint;

use super::{Effect, Event, Pointer, Tool, ToolSpec};
use crate::input::Device;
use crate::limits;
use crate::output::CursorKind;
use crate::view::View;

pub(super) const SPEC: ToolSpec =
    ToolSpec { id: "rubber", shortcuts: &["Shift+E"], edits: true, new: |_| Box::new(Rubber::default()) };

#[derive(Default)]
enum Rubber {
    #[default]
    Lifted,
    /// Where it went since strokes were last cut. They are cut now and then, as each cut writes the stroke anew.
    Rubbing { trail: Vec<BoardPoint>, device: Option<Device>, due_ms: u64 },
}

impl Tool for Rubber {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect> {
        match (&mut *self, event) {
            (Rubber::Lifted, Event::Down(pointer)) => {
                let due_ms = view.now_ms + limits::INK_CHUNK_MS;
                *self = Rubber::Rubbing { trail: vec![pointer.at], device: Some(pointer.device), due_ms };
                vec![]
            }
            (Rubber::Rubbing { .. }, Event::Move(pointer)) => {
                self.follow(pointer);
                self.cut_if_due(view)
            }
            (Rubber::Rubbing { .. }, Event::Tick) => self.cut_if_due(view),
            (Rubber::Rubbing { .. }, Event::Up(pointer)) => {
                self.follow(pointer);
                let edits = self.cut(view);
                *self = Rubber::Lifted;
                vec![Effect::Finish(edits)]
            }
            (Rubber::Rubbing { .. }, Event::Cancel) => {
                *self = Rubber::Lifted;
                vec![Effect::Abandon]
            }
            _ => vec![],
        }
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Eraser
    }

    fn is_busy(&self) -> bool {
        matches!(self, Rubber::Rubbing { .. })
    }

    fn wake_ms(&self) -> Option<u64> {
        match self {
            Rubber::Rubbing { trail, due_ms, .. } if trail.len() > 1 => Some(*due_ms),
            _ => None,
        }
    }
}

impl Rubber {
    fn follow(&mut self, pointer: &Pointer) {
        if let Rubber::Rubbing { trail, .. } = self {
            trail.extend(pointer.trail.iter().map(|(at, _)| *at));
        }
    }

    fn cut_if_due(&mut self, view: &View) -> Vec<Effect> {
        match self {
            Rubber::Rubbing { due_ms, .. } if view.now_ms >= *due_ms => {
                *due_ms = view.now_ms + limits::INK_CHUNK_MS;
                vec![Effect::Continue(self.cut(view))]
            }
            _ => vec![],
        }
    }

    /// What the trail so far does to the strokes under it; the trail then begins where it ends.
    fn cut(&mut self, view: &View) -> Vec<Edit> {
        let Rubber::Rubbing { trail, device, .. } = self else { return vec![] };
        let reach = view.hit_margin(device.unwrap_or(Device::Mouse)) * 2.0;
        let Some(last) = trail.last().copied() else { return vec![] };
        let around = trail.iter().map(|at| kurbo::Rect::from_center_size(Point::from(*at), (reach * 2.0, reach * 2.0)));
        let around = around.reduce(|all, rect| all.union(rect)).unwrap_or_default();
        let strokes = view.selectable(around).filter(|shape| shape.kind == Kind::Ink);
        let edits = strokes.flat_map(|stroke| cut(stroke, trail, reach, view)).collect();
        *trail = vec![last];
        edits
    }
}

/// The edits that leave of a stroke what the trail has not touched; none where it has touched nothing.
fn cut(stroke: &Shape, trail: &[BoardPoint], reach: f64, view: &View) -> Vec<Edit> {
    let to_board = stroke.rotation()
        * Affine::translate((stroke.pos.x, stroke.pos.y))
        * Affine::scale_non_uniform(stroke.scale.x, stroke.scale.y);
    let reach = reach + stroke.width / 2.0;
    let is_gone = |point: &InkPoint| {
        let at = to_board * Point::new(point.x, point.y);
        match trail {
            [only] => at.distance(Point::from(*only)) <= reach,
            _ => trail.windows(2).any(|pair| distance(at, Point::from(pair[0]), Point::from(pair[1])) <= reach),
        }
    };
    let gone: Vec<bool> = stroke.ink.iter().map(is_gone).collect();
    if !gone.contains(&true) {
        return vec![];
    }
    let mut edits = vec![Edit::Remove { id: stroke.id.clone() }];
    let Some(copy) = view.board.copy(&stroke.id) else { return vec![] };
    let mut start = 0;
    for piece in gone.chunk_by(|a, b| a == b) {
        let end = start + piece.len();
        if !piece[0] && piece.len() > 1 {
            let mut shape = copy.clone();
            shape.ink = stroke.ink[start..end].to_vec();
            shape.fields.extend(settled(stroke, &shape.ink));
            edits.push(Edit::Insert { id: view.ids.shape(), shape });
        }
        start = end;
    }
    edits
}

/// A turned stroke turns around its own middle, so a piece of it needs another place.
fn settled(stroke: &Shape, ink: &[InkPoint]) -> Option<board::Field> {
    if stroke.angle == 0.0 {
        return None;
    }
    let piece = stroke.with_ink(ink.iter().copied());
    let middle = piece.local_bounds().center();
    Some(piece.moved(stroke.rotation() * middle - middle))
}

fn distance(at: Point, from: Point, to: Point) -> f64 {
    let by = to - from;
    let share = if by.hypot2() == 0.0 { 0.0 } else { ((at - from).dot(by) / by.hypot2()).clamp(0.0, 1.0) };
    at.distance(from + by * share)
}
