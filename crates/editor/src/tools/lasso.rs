//! The lasso: selects what a loop that is drawn by hand holds or crosses.

use kurbo::{BezPath, ParamCurve as _, ParamCurveNearest as _, PathSeg, Point, Rect, Shape as _};
use scene::BoardPoint;

use board::{Shape, ShapeId};

use super::{Effect, Event, Tool, ToolSpec};
use crate::groups;
use crate::output::CursorKind;
use crate::view::View;

pub(super) const SPEC: ToolSpec =
    ToolSpec { id: "lasso", shortcuts: &[], edits: false, new: |_| Box::new(Lasso::default()) };

/// Points of the loop closer than this on the screen say nothing new.
const APART_PX: f64 = 4.0;
/// Points of one loop.
const POINTS_MAX: usize = 2_000;

#[derive(Default)]
enum Lasso {
    #[default]
    Waiting,
    Looping {
        trail: Vec<BoardPoint>,
        kept: Vec<ShapeId>,
    },
}

impl Tool for Lasso {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect> {
        match (&mut *self, event) {
            (Lasso::Waiting, Event::Down(pointer)) => {
                let kept = if pointer.modifiers.shift { view.selection.to_vec() } else { vec![] };
                *self = Lasso::Looping { trail: vec![pointer.at], kept: kept.clone() };
                vec![Effect::Select(kept)]
            }
            (Lasso::Looping { trail, kept }, Event::Move(pointer)) => {
                for (at, _) in &pointer.trail {
                    let last = trail.last().copied().unwrap_or(*at);
                    if trail.len() < POINTS_MAX && at.distance(last) * view.camera.zoom() >= APART_PX {
                        trail.push(*at);
                    }
                }
                let ids = kept.iter().cloned().chain(groups::whole(caught(trail, view), view)).collect();
                vec![Effect::Select(ids), Effect::Repaint]
            }
            (Lasso::Looping { .. }, Event::Up(_)) => {
                *self = Lasso::Waiting;
                vec![Effect::Repaint]
            }
            (Lasso::Looping { kept, .. }, Event::Cancel) => {
                let kept = std::mem::take(kept);
                *self = Lasso::Waiting;
                vec![Effect::Select(kept), Effect::Repaint]
            }
            _ => vec![],
        }
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Crosshair
    }

    fn is_busy(&self) -> bool {
        matches!(self, Lasso::Looping { .. })
    }

    fn trail(&self) -> &[BoardPoint] {
        match self {
            Lasso::Waiting => &[],
            Lasso::Looping { trail, .. } => trail,
        }
    }
}

/// What the loop, closed by a straight line, holds or crosses; lowest first.
fn caught(trail: &[BoardPoint], view: &View) -> Vec<ShapeId> {
    let mut path = BezPath::new();
    for (at, point) in trail.iter().enumerate() {
        match at {
            0 => path.move_to(Point::from(*point)),
            _ => path.line_to(Point::from(*point)),
        }
    }
    path.close_path();
    view.selectable(path.bounding_box()).filter(|shape| catches(&path, shape)).map(|shape| shape.id.clone()).collect()
}

fn catches(path: &BezPath, shape: &Shape) -> bool {
    let outline = shape.outline();
    let start = outline.segments().next().map(|segment| segment.eval(0.0));
    if start.is_some_and(|start| path.winding(start) != 0) {
        return true;
    }
    let lines: Vec<PathSeg> = path.segments().collect();
    let is_near = |segment: &PathSeg| {
        let bounds: Rect = segment.bounding_box().inflate(1.0, 1.0);
        lines
            .iter()
            .filter(|line| line.bounding_box().inflate(1.0, 1.0).overlaps(bounds))
            .any(|line| meets(line, segment))
    };
    outline.segments().any(|segment| is_near(&segment))
}

/// Whether a straight line meets any segment.
fn meets(line: &PathSeg, segment: &PathSeg) -> bool {
    match line {
        PathSeg::Line(line) => {
            !segment.intersect_line(*line).is_empty() || segment.nearest(line.p0, 0.1).distance_sq < 0.01
        }
        _ => false,
    }
}
