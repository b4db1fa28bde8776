//! The one table of bounds. Every reader holds every value to it, so that all replicas see the same picture whatever
//! was written; nothing is ever refused or rewritten for its value. Must not know where values come from.

use kurbo::{Rect, Size, Vec2};
use scene::BoardPoint;
use std::f64::consts::{PI, TAU};
use std::ops::RangeInclusive;

/// No coordinate is further than this from the origin, in board pixels.
pub const COORDINATE_MAX: f64 = 1e7;
/// No side is longer than this, in board pixels.
pub const SIZE_MAX: f64 = 1e6;
/// Sides where none are stored.
pub const SIZE_DEFAULT: Size = Size::new(100.0, 100.0);
/// Line widths, in board pixels.
pub const STROKE_WIDTH: RangeInclusive<f64> = 0.1..=512.0;
/// The line width where none is stored.
pub const STROKE_WIDTH_DEFAULT: f64 = 2.0;
/// The largest radius of a corner, in board pixels.
pub const RADIUS_MAX: f64 = 1e4;
/// The opacity where none is stored.
pub const OPACITY_DEFAULT: f64 = 1.0;
/// The most numbers that say where stretches of an elbow stay.
pub const VIA_MAX: usize = 64;
/// Where along a line its label lies where nothing is stored.
pub const LABEL_AT_DEFAULT: f64 = 0.5;
/// The longest author's name that is shown, in bytes.
pub const AUTHOR_BYTES_MAX: usize = 128;
/// Font sizes, in board pixels per em.
pub const FONT_SIZE: RangeInclusive<f64> = 4.0..=1000.0;
/// The font size where none is stored.
pub const FONT_SIZE_DEFAULT: f64 = 20.0;
/// The smallest stretch of ink; mirrored ink has a negative scale.
pub const SCALE_MIN: f64 = 0.001;
/// The largest stretch of ink.
pub const SCALE_MAX: f64 = 1000.0;
/// The angle where none is stored, in radians.
pub const ANGLE_DEFAULT: f64 = 0.0;
/// The longest text that is shown, in UTF-16 units; what is beyond stays stored.
pub const TEXT_UTF16_MAX: usize = 50_000;
/// The most stretches of a text that look different; what follows looks plain.
pub const SPANS_MAX: usize = 2_000;
/// The longest stroke that is shown, in points.
pub const INK_POINTS_MAX: usize = 20_000;
/// The most corners of a line that are shown.
pub const POINTS_MAX: usize = 2_000;
/// The most groups within groups that are seen.
pub const GROUPS_MAX: usize = 16;
/// The longest order key.
pub const ORDER_KEY_BYTES_MAX: usize = 64;
/// The longest shape id.
pub const ID_BYTES_MAX: usize = 64;

/// All of a picture.
pub const CROP_ALL: Rect = Rect::new(0.0, 0.0, 1.0, 1.0);
/// The smallest part of a picture's side that is shown.
pub const CROP_MIN: f64 = 0.001;
/// The longest description of a picture, in bytes.
pub const ALT_BYTES_MAX: usize = 4000;

/// A part of a picture, in shares of its sides: within it, and something of it.
pub(crate) fn crop(crop: Rect) -> Rect {
    let side = |from: f64, to: f64| {
        let from = bounded(from, 0.0, 0.0..=1.0 - CROP_MIN);
        (from, bounded(to, 1.0, from + CROP_MIN..=1.0))
    };
    let ((x0, x1), (y0, y1)) = (side(crop.x0, crop.x1), side(crop.y0, crop.y1));
    Rect::new(x0, y0, x1, y1)
}

/// The beginning of a description.
pub(crate) fn alt(text: &str) -> &str {
    &text[..text.floor_char_boundary(ALT_BYTES_MAX)]
}

/// Whether it is an address that may be followed as it stands: of the web or of mail, and short.
pub fn is_link(address: &str) -> bool {
    scene::text::link_address(address).is_some_and(|found| *found == *address)
}

pub(crate) fn coordinate(value: f64) -> f64 {
    bounded(value, 0.0, -COORDINATE_MAX..=COORDINATE_MAX)
}

pub(crate) fn point(at: BoardPoint) -> BoardPoint {
    BoardPoint::new(coordinate(at.x), coordinate(at.y))
}

pub(crate) fn vector(by: Vec2) -> Vec2 {
    Vec2::new(coordinate(by.x), coordinate(by.y))
}

/// A negative side counts by its length.
pub(crate) fn size(size: Size) -> Size {
    Size::new(
        bounded(size.width.abs(), SIZE_DEFAULT.width, 0.0..=SIZE_MAX),
        bounded(size.height.abs(), SIZE_DEFAULT.height, 0.0..=SIZE_MAX),
    )
}

pub(crate) fn stroke_width(value: f64) -> f64 {
    bounded(value, STROKE_WIDTH_DEFAULT, STROKE_WIDTH)
}

pub(crate) fn font_size(value: f64) -> f64 {
    bounded(value, FONT_SIZE_DEFAULT, FONT_SIZE)
}

/// From 0 (invisible) to 1.
pub(crate) fn opacity(value: f64) -> f64 {
    bounded(value, OPACITY_DEFAULT, 0.0..=1.0)
}

/// A share of a length.
pub(crate) fn share(value: f64) -> f64 {
    bounded(value, 0.5, 0.0..=1.0)
}

/// The beginning of a name.
pub(crate) fn author(name: &str) -> &str {
    let end = (0..=name.len().min(AUTHOR_BYTES_MAX)).rev().find(|end| name.is_char_boundary(*end));
    &name[..end.unwrap_or(0)]
}

/// A radius that is no number is none: the kind's own counts.
pub(crate) fn radius(value: f64) -> Option<f64> {
    value.is_finite().then(|| value.clamp(0.0, RADIUS_MAX))
}

/// A wrap that is no number is none.
pub(crate) fn wrap(value: f64) -> Option<f64> {
    value.is_finite().then(|| value.clamp(1.0, SIZE_MAX))
}

/// Into -π..=π.
pub(crate) fn angle(value: f64) -> f64 {
    if !value.is_finite() {
        return ANGLE_DEFAULT;
    }
    let turned = value.rem_euclid(TAU);
    if turned > PI { turned - TAU } else { turned }
}

pub(crate) fn scale(value: Vec2) -> Vec2 {
    let axis = |value: f64| match value.is_finite() {
        true => value.abs().clamp(SCALE_MIN, SCALE_MAX).copysign(value),
        false => 1.0,
    };
    Vec2::new(axis(value.x), axis(value.y))
}

/// The longest beginning of `text` within [`TEXT_UTF16_MAX`] that cuts no letter in half.
pub(crate) fn text(text: &str) -> &str {
    if text.len() <= TEXT_UTF16_MAX {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find_map(|(at, letter)| {
        units += letter.len_utf16();
        (units > TEXT_UTF16_MAX).then_some(at)
    });
    &text[..end.unwrap_or(text.len())]
}

fn bounded(value: f64, default: f64, range: RangeInclusive<f64>) -> f64 {
    if value.is_finite() { value.clamp(*range.start(), *range.end()) } else { default }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;
    const INFINITE: f64 = f64::INFINITY;

    #[test]
    fn numbers_are_held_to_the_table() {
        type Row = (&'static str, fn(f64) -> f64, &'static [(f64, f64)]);
        let cases: &[Row] = &[
            ("coordinate", coordinate, &[(NAN, 0.0), (INFINITE, 0.0), (1e12, 1e7), (-1e12, -1e7), (5.5, 5.5)]),
            (
                "side",
                |v| size(Size::new(v, 1.0)).width,
                &[(NAN, 100.0), (-INFINITE, 100.0), (-8.0, 8.0), (1e12, 1e6), (0.0, 0.0)],
            ),
            ("stroke width", stroke_width, &[(NAN, 2.0), (0.0, 0.1), (-3.0, 0.1), (1e12, 512.0), (7.0, 7.0)]),
            ("font size", font_size, &[(NAN, 20.0), (0.0, 4.0), (1e12, 1000.0), (16.0, 16.0)]),
            ("opacity", opacity, &[(NAN, 1.0), (-1.0, 0.0), (7.0, 1.0), (0.25, 0.25)]),
            ("radius", |v| radius(v).unwrap_or(-1.0), &[(NAN, -1.0), (-5.0, 0.0), (1e12, 1e4), (6.0, 6.0)]),
            ("wrap", |v| wrap(v).unwrap_or(-1.0), &[(NAN, -1.0), (0.0, 1.0), (1e12, 1e6), (80.0, 80.0)]),
            ("angle", angle, &[(NAN, 0.0), (INFINITE, 0.0), (TAU, 0.0), (PI * 1.5, -PI / 2.0), (-PI / 2.0, -PI / 2.0)]),
            ("scale", |v| scale(Vec2::new(v, 1.0)).x, &[(NAN, 1.0), (0.0, 0.001), (-1e12, -1000.0), (-0.5, -0.5)]),
        ];
        for (name, clamp, pairs) in cases {
            for (value, expected) in *pairs {
                assert_eq!(clamp(*value), *expected, "{name} of {value}");
            }
        }
    }

    #[test]
    fn long_text_is_cut_between_letters() {
        assert_eq!(text("short"), "short");
        assert_eq!(text(&"a".repeat(100_000)).len(), TEXT_UTF16_MAX);
        let odd = format!("a{}", "😀".repeat(30_000));
        assert_eq!(text(&odd).encode_utf16().count(), TEXT_UTF16_MAX - 1);
    }
}
