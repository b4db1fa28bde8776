//! The handles around a selection: where they are, which one a pointer grabs, what dragging one makes of the frame.
//! Paints nothing and changes no shape.

use board::{Kind, Route, Shape, ShapeId};
use kurbo::{ParamCurve, ParamCurveArclen, Point, Rect, Vec2};
use scene::{BoardPoint, Camera};

use crate::growing;
use crate::input::{Device, Modifiers};
use crate::limits;
use crate::output::CursorKind;
use crate::transform::{Frame, Transform, step_angle, tidy};

/// Something around a selection to drag by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Handle {
    /// A corner or side: -1 is the left or top, 1 the right or bottom, 0 neither.
    Resize { x: i8, y: i8 },
    /// The one that floats above.
    Rotate,
    /// A point of a line, an arrow or a polygon.
    Point { id: ShapeId, index: usize },
    /// The middle of the stretch after this point: a new point comes of it.
    Middle { id: ShapeId, index: usize },
    /// The middle of this stretch of an elbow.
    Stretch { id: ShapeId, index: usize },
    /// The label of a line.
    Label { id: ShapeId },
    /// Beside a shape: the next one grows there. As in [`Handle::Resize`].
    Grow { x: i8, y: i8 },
}

/// The sides that shapes grow from.
pub(crate) const GROW: [(i8, i8); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

/// Corners before sides, so that they win where they are close.
const RESIZE: [(i8, i8); 8] = [(1, 1), (-1, -1), (1, -1), (-1, 1), (1, 0), (-1, 0), (0, 1), (0, -1)];

/// What a selection can be dragged by.
#[derive(Clone, Debug)]
pub(crate) enum Handles {
    /// A single line, arrow or polygon: by its points.
    Points { id: ShapeId, grips: Vec<Grip> },
    /// Anything else: a box. `grows`: the next shape can grow beside it.
    Box { frame: Frame, keeps_proportions: bool, sides: Sides, grows: bool },
}

/// Something of a line to drag by.
#[derive(Clone, Debug)]
pub(crate) struct Grip {
    pub(crate) handle: Handle,
    /// On the board.
    pub(crate) at: Point,
    /// How long the stretch is that it is the middle of, in board pixels; short ones have no handle.
    pub(crate) room: f64,
}

impl Grip {
    /// Whether there is room for it on the screen.
    pub(crate) fn is_shown(&self, camera: &Camera) -> bool {
        self.room * camera.zoom() >= limits::MIDDLE_HANDLE_PX
    }
}

/// What a line can be dragged by, the more important first.
fn grips(shape: &Shape) -> Vec<Grip> {
    let id = || shape.id.clone();
    let is_elbow = shape.kind.is_line() && shape.route == Route::Elbow;
    let points = shape.board_points();
    let last = points.len().saturating_sub(1);
    let ends = points.iter().enumerate().filter(|(index, _)| !is_elbow || *index == 0 || *index == last);
    let point =
        |(index, at): (usize, &Point)| Grip { handle: Handle::Point { id: id(), index }, at: *at, room: f64::INFINITY };
    let mut grips: Vec<Grip> = ends.map(point).collect();
    let label = shape.placed_text().filter(|_| shape.kind.is_line() && !shape.text.is_empty());
    grips.extend(label.map(|placed| {
        let at = shape.rotation() * placed.rect().center();
        Grip { handle: Handle::Label { id: id() }, at, room: f64::INFINITY }
    }));
    let outline = shape.outline();
    let middles = outline.segments().enumerate().map(|(index, stretch)| {
        let handle = match is_elbow {
            true => Handle::Stretch { id: id(), index },
            false => Handle::Middle { id: id(), index },
        };
        Grip { handle, at: stretch.eval(0.5), room: stretch.arclen(1.0) }
    });
    grips.extend(middles.take(limits::MIDDLE_HANDLES));
    grips
}

/// Which sides can be dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sides {
    All,
    /// A text's height follows from its lines.
    LeftAndRight,
}

impl Handles {
    /// The handles of one shape, if it may be changed.
    pub(crate) fn of(shape: &Shape) -> Option<Handles> {
        if shape.locked {
            return None;
        }
        if shape.kind.is_line() || shape.kind == Kind::Polygon {
            return Some(Handles::Points { id: shape.id.clone(), grips: grips(shape) });
        }
        let is_text = shape.kind == Kind::Text;
        Some(Handles::Box {
            frame: Frame::of(shape),
            keeps_proportions: is_text || shape.kind == Kind::Image,
            sides: if is_text { Sides::LeftAndRight } else { Sides::All },
            grows: growing::can_grow(shape),
        })
    }

    /// The handles of several shapes in such a box.
    pub(crate) fn around(frame: Frame, keeps_proportions: bool) -> Handles {
        Handles::Box { frame, keeps_proportions, sides: Sides::All, grows: false }
    }

    /// Whether dragging a corner keeps width and height in proportion.
    pub(crate) fn keeps_proportions(&self) -> bool {
        matches!(self, Handles::Box { keeps_proportions: true, .. })
    }

    /// The handle under the pointer.
    pub(crate) fn at(&self, at: BoardPoint, camera: &Camera, device: Device) -> Option<Handle> {
        let reach_px = match device {
            Device::Touch => limits::TOUCH_HANDLE_PX,
            Device::Mouse | Device::Pen => limits::HANDLE_PX,
        };
        let reach = reach_px / camera.zoom();
        match self {
            Handles::Points { grips, .. } => {
                let near = |grip: &Grip| grip.at.distance(at.into());
                let is_point = |grip: &&Grip| matches!(grip.handle, Handle::Point { .. });
                let nearest = |points: bool| {
                    let grips = grips.iter().filter(|grip| is_point(grip) == points && grip.is_shown(camera));
                    grips.min_by(|a, b| near(a).total_cmp(&near(b))).filter(|grip| near(grip) <= reach)
                };
                nearest(true).or_else(|| nearest(false)).map(|grip| grip.handle.clone())
            }
            Handles::Box { frame, sides, grows, .. } => {
                let local = frame.to_board().inverse() * Point::from(at);
                if local.distance(rotate_handle(frame.rect, camera)) <= reach {
                    return Some(Handle::Rotate);
                }
                // In a box smaller than its handles there must be something left to move it by.
                let inward = reach.min(frame.rect.width().min(frame.rect.height()) / 4.0);
                RESIZE
                    .into_iter()
                    .filter(|(x, _)| *sides == Sides::All || *x != 0)
                    .find(|(x, y)| {
                        near_edge(local.x, frame.rect.x0, frame.rect.x1, *x, reach, inward)
                            && near_edge(local.y, frame.rect.y0, frame.rect.y1, *y, reach, inward)
                    })
                    .map(|(x, y)| Handle::Resize { x, y })
                    .or_else(|| {
                        // A finger would grow shapes that it means to move.
                        let sides = GROW.into_iter().filter(|_| *grows && device == Device::Mouse);
                        let near = |side: &(i8, i8)| local.distance(grow_handle(frame.rect, *side, camera)) <= reach;
                        sides.into_iter().find(near).map(|(x, y)| Handle::Grow { x, y })
                    })
            }
        }
    }

    /// Whether the point is in the box, so that dragging from there moves the selection.
    pub(crate) fn contains(&self, at: BoardPoint) -> bool {
        match self {
            Handles::Points { .. } => false,
            Handles::Box { frame, .. } => frame.rect.contains(frame.to_board().inverse() * Point::from(at)),
        }
    }
}

/// Where the rotate handle floats, in the frame's plane.
pub(crate) fn rotate_handle(rect: Rect, camera: &Camera) -> Point {
    Point::new(rect.center().x, rect.y0 - limits::ROTATE_HANDLE_PX / camera.zoom())
}

/// Where the handle floats from which the next shape grows, in the frame's plane: beyond the one that rotates.
pub(crate) fn grow_handle(rect: Rect, (x, y): (i8, i8), camera: &Camera) -> Point {
    let px = if y < 0 { limits::ROTATE_HANDLE_PX + limits::GROW_HANDLE_PX } else { limits::GROW_HANDLE_PX };
    let side = Vec2::new(f64::from(x) * rect.width() / 2.0, f64::from(y) * rect.height() / 2.0);
    rect.center() + side + Vec2::new(f64::from(x), f64::from(y)) * (px / camera.zoom())
}

/// The corners that are painted, in the frame's plane.
pub(crate) fn corners(rect: Rect) -> [Point; 4] {
    [(rect.x0, rect.y0), (rect.x1, rect.y0), (rect.x1, rect.y1), (rect.x0, rect.y1)].map(Point::from)
}

fn near_edge(value: f64, start: f64, end: f64, side: i8, reach: f64, inward: f64) -> bool {
    match side {
        -1 => (start - reach..=start + inward).contains(&value),
        1 => (end - inward..=end + reach).contains(&value),
        // In the middle of a side only: the rest of an outline moves the shape.
        _ => (value - (start + end) / 2.0).abs() <= reach.min((end - start) / 4.0),
    }
}

/// What dragging a corner or side by `by` makes of the frame.
pub(crate) fn resize(handles: &Handles, (x, y): (i8, i8), by: Vec2, modifiers: Modifiers) -> Option<Transform> {
    let Handles::Box { frame, keeps_proportions, sides, .. } = *handles else { return None };
    // The drag, seen in the frame's plane.
    let by = Vec2::new(
        by.dot(Vec2::from_angle(frame.angle)),
        by.dot(Vec2::from_angle(frame.angle + std::f64::consts::FRAC_PI_2)),
    );
    let rect = frame.rect;
    let middle = rect.center();
    // What stays where it is: the other side, or the middle.
    let anchor = |side: i8, start: f64, end: f64, middle: f64| match side {
        _ if modifiers.alt => middle,
        -1 => end,
        1 => start,
        _ => middle,
    };
    let anchor = Point::new(anchor(x, rect.x0, rect.x1, middle.x), anchor(y, rect.y0, rect.y1, middle.y));
    let factor = |side: i8, start: f64, end: f64, anchor: f64, by: f64| {
        let grabbed = if side < 0 { start } else { end };
        if side == 0 || grabbed == anchor {
            return 1.0;
        }
        // A box never collapses: under a board pixel it stays one.
        let factor = (grabbed + by - anchor) / (grabbed - anchor);
        let least = (1.0 / (end - start)).min(1.0);
        if factor.abs() < least { least.copysign(factor) } else { factor }
    };
    let mut across = factor(x, rect.x0, rect.x1, anchor.x, by.x);
    let mut down = factor(y, rect.y0, rect.y1, anchor.y, by.y);
    let is_corner = x != 0 && y != 0;
    if modifiers.shift || (keeps_proportions && (is_corner || sides == Sides::All)) {
        match (x, y) {
            (_, 0) => down = across.abs(),
            (0, _) => across = down.abs(),
            _ => {
                let larger = across.abs().max(down.abs());
                (across, down) = (larger.copysign(across), larger.copysign(down));
            }
        }
    }
    let to = Rect::new(
        tidy(anchor.x + (rect.x0 - anchor.x) * across),
        tidy(anchor.y + (rect.y0 - anchor.y) * down),
        tidy(anchor.x + (rect.x1 - anchor.x) * across),
        tidy(anchor.y + (rect.y1 - anchor.y) * down),
    );
    Some(Transform::Resize { frame, to })
}

/// What dragging the rotate handle from one place to another does; shift stops at steps of the frame's own angle.
pub(crate) fn rotate(frame: Frame, from: BoardPoint, to: BoardPoint, modifiers: Modifiers) -> Transform {
    let about = frame.rect.center();
    let angle = |at: BoardPoint| (Point::from(at) - about).atan2();
    let by = angle(to) - angle(from);
    let by = if modifiers.shift { step_angle(frame.angle + by) - frame.angle } else { by };
    Transform::Rotate { about, by }
}

/// How the pointer looks over a handle.
pub(crate) fn cursor(handle: &Handle, angle: f64) -> CursorKind {
    let (x, y) = match handle {
        Handle::Rotate => return CursorKind::Rotate,
        Handle::Point { .. } | Handle::Middle { .. } | Handle::Stretch { .. } | Handle::Label { .. } => {
            return CursorKind::Move;
        }
        Handle::Grow { .. } => return CursorKind::Crosshair,
        Handle::Resize { x, y } => (*x, *y),
    };
    let direction = Vec2::new(f64::from(x), f64::from(y)).atan2() + angle;
    // Eighths of the circle, opposite ones alike.
    let eighth = (direction / std::f64::consts::FRAC_PI_4).round() as i64;
    match eighth.rem_euclid(4) {
        0 => CursorKind::ResizeHorizontal,
        1 => CursorKind::ResizeFalling,
        2 => CursorKind::ResizeVertical,
        _ => CursorKind::ResizeRising,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: Handles = Handles::Box {
        frame: Frame { rect: Rect::new(0.0, 0.0, 100.0, 100.0), angle: 0.0 },
        keeps_proportions: false,
        sides: Sides::All,
        grows: false,
    };

    fn held(keys: &str) -> Modifiers {
        Modifiers { shift: keys.contains('s'), alt: keys.contains('a'), ..Modifiers::default() }
    }

    #[test]
    fn resizing_makes_these_boxes() {
        let table = [
            ((1, 1), (10.0, 20.0), "", [0.0, 0.0, 110.0, 120.0]),
            ((-1, -1), (10.0, 20.0), "", [10.0, 20.0, 100.0, 100.0]),
            ((1, 0), (10.0, 99.0), "", [0.0, 0.0, 110.0, 100.0]),
            ((0, -1), (10.0, -50.0), "", [0.0, -50.0, 100.0, 100.0]),
            ((1, 1), (10.0, 20.0), "s", [0.0, 0.0, 120.0, 120.0]),
            ((1, 0), (20.0, 0.0), "s", [0.0, -10.0, 120.0, 110.0]),
            ((1, 1), (10.0, 20.0), "a", [-10.0, -20.0, 110.0, 120.0]),
            ((1, 1), (10.0, 20.0), "sa", [-20.0, -20.0, 120.0, 120.0]),
            ((1, 1), (-300.0, 0.0), "", [0.0, 0.0, -200.0, 100.0]),
            ((1, 1), (-100.0, -100.0), "", [0.0, 0.0, 1.0, 1.0]),
        ];
        for (side, by, keys, expected) in table {
            let Some(Transform::Resize { to, .. }) = resize(&SQUARE, side, by.into(), held(keys)) else {
                panic!("a box")
            };
            assert_eq!([to.x0, to.y0, to.x1, to.y1], expected, "{side:?} by {by:?} holding {keys:?}");
        }
    }

    #[test]
    fn cursors_turn_with_the_frame() {
        let corner = Handle::Resize { x: 1, y: 1 };
        assert_eq!(cursor(&corner, 0.0), CursorKind::ResizeFalling);
        assert_eq!(cursor(&corner, std::f64::consts::FRAC_PI_4), CursorKind::ResizeVertical);
        assert_eq!(cursor(&Handle::Resize { x: 1, y: -1 }, 0.0), CursorKind::ResizeRising);
        assert_eq!(cursor(&Handle::Resize { x: 0, y: -1 }, 0.0), CursorKind::ResizeVertical);
    }
}
