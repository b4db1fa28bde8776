//! Strokes: their points, how chunks of them are stored, and the outline of their ink. Must not know shapes.

use freedraw::{InputPoint, StrokeOptions, TaperOptions, get_stroke};
use kurbo::{BezPath, Circle, Point, Shape as _, Vec2};
use std::f64::consts::PI;

use crate::clamp::{self, INK_POINTS_MAX};

/// Stored positions are in eighths of a board pixel.
const STEPS_PER_PX: f64 = 8.0;
/// A dot's radius, in line widths.
const DOT_RADIUS_WIDTHS: f64 = 0.7;
/// Stretches of a round cap.
const CAP_STEPS: u8 = 8;

/// One point of a stroke.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InkPoint {
    /// To the right of the shape's `pos`, in board pixels before the shape's scale.
    pub x: f64,
    /// Below the shape's `pos`.
    pub y: f64,
    /// From 0 to 1; a device without pressure says 0.5.
    pub pressure: f64,
}

impl InkPoint {
    /// A point.
    pub const fn new(x: f64, y: f64, pressure: f64) -> Self {
        Self { x, y, pressure }
    }

    /// As it comes back from the document.
    pub fn quantised(self) -> Self {
        let axis = |value: f64| (clamp::coordinate(value) * STEPS_PER_PX).round() / STEPS_PER_PX;
        Self { x: axis(self.x), y: axis(self.y), pressure: f64::from(pressure_byte(self.pressure)) / 255.0 }
    }
}

fn pressure_byte(pressure: f64) -> u8 {
    let pressure = if pressure.is_finite() { pressure } else { 0.5 };
    (pressure.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// One chunk, which can be read without the chunks before it: per point the steps in x and y since the chunk's last
/// point (since zero for its first), each a zigzag varint, and a byte of pressure.
pub(crate) fn encode(points: &[InkPoint]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(points.len() * 4);
    let (mut last_x, mut last_y) = (0, 0);
    for point in points {
        let x = (clamp::coordinate(point.x) * STEPS_PER_PX).round() as i64;
        let y = (clamp::coordinate(point.y) * STEPS_PER_PX).round() as i64;
        write_zigzag(&mut bytes, x - last_x);
        write_zigzag(&mut bytes, y - last_y);
        bytes.push(pressure_byte(point.pressure));
        (last_x, last_y) = (x, y);
    }
    bytes
}

/// Appends a chunk's points, up to [`INK_POINTS_MAX`] in all. What cannot be read ends the chunk: the points before it
/// stay.
pub(crate) fn decode(chunk: &[u8], points: &mut Vec<InkPoint>) {
    let mut rest = chunk;
    let (mut x, mut y) = (0i64, 0i64);
    while points.len() < INK_POINTS_MAX
        && let Some(step_x) = read_zigzag(&mut rest)
        && let Some(step_y) = read_zigzag(&mut rest)
        && let Some((pressure, after)) = rest.split_first()
    {
        rest = after;
        (x, y) = (x.saturating_add(step_x), y.saturating_add(step_y));
        points.push(InkPoint {
            x: clamp::coordinate(x as f64 / STEPS_PER_PX),
            y: clamp::coordinate(y as f64 / STEPS_PER_PX),
            pressure: f64::from(*pressure) / 255.0,
        });
    }
}

fn write_zigzag(bytes: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}

fn read_zigzag(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0u64;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((value >> 1) as i64 ^ -((value & 1) as i64));
        }
    }
    None
}

/// The outline of a stroke drawn with a pen of `width`, as a closed path around it.
pub(crate) fn outline(points: &[InkPoint], scale: Vec2, width: f64) -> BezPath {
    let Some(first) = points.first() else { return BezPath::new() };
    let at = |point: &InkPoint| Point::new(point.x * scale.x, point.y * scale.y);
    if points.iter().all(|point| at(point).distance(at(first)) < width / 4.0) {
        return Circle::new(at(first), width * DOT_RADIUS_WIDTHS).to_path(0.01);
    }
    let constant = points.iter().all(|point| point.pressure == first.pressure);
    let input: Vec<InputPoint> = points
        .iter()
        .map(|point| InputPoint::Array([point.x * scale.x, point.y * scale.y], Some(point.pressure)))
        .collect();
    let options = StrokeOptions {
        size: Some(width * 1.6),
        thinning: Some(0.5),
        smoothing: Some(0.5),
        streamline: Some(0.4),
        simulate_pressure: Some(constant),
        start: Some(TaperOptions { cap: Some(false), ..TaperOptions::default() }),
        last: Some(true),
        ..StrokeOptions::default()
    };
    let mut corners: Vec<Point> = get_stroke(&input, &options).into_iter().map(|[x, y]| Point::new(x, y)).collect();
    if !corners.iter().all(|corner| corner.is_finite()) {
        return BezPath::new();
    }
    // The last corner repeats the first.
    corners.pop();
    corners.extend(start_cap(&corners));
    smoothed(&corners)
}

/// The half circle around a stroke's start, from its outline's end to its outline's beginning. The crate's own turns
/// into the stroke.
fn start_cap(corners: &[Point]) -> Vec<Point> {
    let [to, next, .., from] = corners else { return Vec::new() };
    let middle = from.midpoint(*to);
    let across = *from - middle;
    let normal = Vec2::new(-across.y, across.x);
    let outward = if normal.dot(*to - *next) < 0.0 { -normal } else { normal };
    (1..CAP_STEPS)
        .map(|step| {
            let (sin, cos) = (PI * f64::from(step) / f64::from(CAP_STEPS)).sin_cos();
            middle + across * cos + outward * sin
        })
        .collect()
}

/// A closed curve that runs through the middles between the corners, so that it has none.
fn smoothed(corners: &[Point]) -> BezPath {
    let mut path = BezPath::new();
    if corners.len() < 3 {
        return path;
    }
    let corner = |index: usize| corners[index % corners.len()];
    path.move_to(corner(0).midpoint(corner(1)));
    for index in 1..=corners.len() {
        path.quad_to(corner(index), corner(index).midpoint(corner(index + 1)));
    }
    path.close_path();
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_point() -> impl Strategy<Value = InkPoint> {
        (any::<f64>(), -1e8f64..1e8, any::<f64>()).prop_map(|(x, y, pressure)| InkPoint::new(x, y, pressure))
    }

    proptest! {
        #[test]
        fn points_come_back_quantised(points in prop::collection::vec(any_point(), 0..50)) {
            let mut read = Vec::new();
            decode(&encode(&points), &mut read);
            prop_assert_eq!(read, points.iter().map(|point| point.quantised()).collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_are_some_points(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut points = Vec::new();
            decode(&bytes, &mut points);
            prop_assert!(points.iter().all(|point| point.x.abs() <= 1e7 && (0.0..=1.0).contains(&point.pressure)));
            let path = outline(&points, Vec2::new(1.0, 1.0), 4.0);
            prop_assert!(path.is_finite());
        }
    }

    #[test]
    fn a_stroke_costs_a_few_bytes_a_point() {
        let points: Vec<_> =
            (0..100).map(|i| InkPoint::new(f64::from(i) * 3.0, f64::from(i * i) / 50.0, 0.5)).collect();
        assert!(encode(&points).len() <= 320);
    }

    #[test]
    fn strokes_end_at_the_limit() {
        let mut points = Vec::new();
        decode(&encode(&vec![InkPoint::new(1.0, 1.0, 0.5); 50_000]), &mut points);
        assert_eq!(points.len(), INK_POINTS_MAX);
    }

    #[test]
    fn a_dot_has_an_outline_too() {
        let dot = outline(&[InkPoint::new(5.0, 5.0, 0.5)], Vec2::new(1.0, 1.0), 4.0);
        assert!(!dot.elements().is_empty());
    }
}
