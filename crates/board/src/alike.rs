//! Whether shapes look alike in one respect: what comparing two values of [`Shape::field`] says, for tens of thousands of
//! shapes, without making the values. Must not know what a selection is.

use crate::{Shape, schema};

/// How to tell by a key whether two shapes have the same there; none for keys that are no style. All hands are alike that
/// draw by hand, and fills that are seen alike.
pub fn alike(key: &str) -> Option<fn(&Shape, &Shape) -> bool> {
    Some(match key {
        schema::KIND => |one, other| one.kind == other.kind,
        schema::STROKE => |one, other| one.stroke == other.stroke,
        schema::FILL => |one, other| one.shown_fill() == other.shown_fill(),
        schema::FILL_STYLE => |one, other| one.fill_style == other.fill_style,
        schema::WIDTH => |one, other| one.width == other.width,
        schema::DASH => |one, other| one.dash == other.dash,
        schema::RADIUS => |one, other| one.radius == other.radius,
        schema::OPACITY => |one, other| one.opacity == other.opacity,
        schema::SKETCH => |one, other| one.sketch.is_some() == other.sketch.is_some(),
        schema::FONT_SIZE => |one, other| one.font_size == other.font_size,
        schema::FONT => |one, other| one.font == other.font,
        schema::TEXT_COLOUR => |one, other| one.text_colour == other.text_colour,
        schema::ALIGN => |one, other| one.align == other.align,
        schema::ALIGN_Y => |one, other| one.align_y == other.align_y,
        schema::LINK => |one, other| one.link == other.link,
        schema::ROUTE => |one, other| one.route == other.route,
        schema::START_HEAD => |one, other| one.head_at_start() == other.head_at_start(),
        schema::END_HEAD => |one, other| one.head_at_end() == other.head_at_end(),
        schema::ALT => |one, other| match (&one.picture, &other.picture) {
            (Some(one), Some(other)) => one.alt == other.alt,
            // What shows no picture says nothing of one.
            _ => true,
        },
        _ => return None,
    })
}
