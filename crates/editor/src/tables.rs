//! Pasted tables: what spreadsheets and web pages put on the clipboard becomes a grid of labelled boxes. Knows no clipboard.

use board::{Field, GroupId, Kind, NewShape};
use kurbo::Size;
use scene::{BoardPoint, text};

use crate::limits;
use crate::view::View;

/// Around the text of a cell, in board pixels.
const PADDING: f64 = 16.0;
/// The width of a column, in board pixels.
const WIDTH: std::ops::RangeInclusive<f64> = 80.0..=320.0;
/// The em of a cell's text.
const FONT_SIZE: f64 = 16.0;

/// The cells of a text that is a table: lines with as many tabs each, at least one. None for other texts.
pub(crate) fn cells(text: &str) -> Option<Vec<Vec<&str>>> {
    let rows: Vec<Vec<&str>> = text.trim_end().lines().map(|line| line.split('\t').map(str::trim).collect()).collect();
    let columns = rows.first()?.len();
    let is_table = columns > 1 && rows.iter().all(|row| row.len() == columns);
    (is_table && rows.len() * columns <= limits::TABLE_CELLS).then_some(rows)
}

/// The cells as boxes, side by side, in one group.
pub(crate) fn grid(cells: &[Vec<&str>], view: &View) -> Vec<NewShape> {
    let group: GroupId = view.ids.shape();
    let columns = cells.first().map_or(0, Vec::len);
    let wide = |column: usize| {
        let widest = cells.iter().map(|row| text::width_em(row[column]) * FONT_SIZE).fold(0.0, f64::max);
        (widest + 2.0 * PADDING).clamp(*WIDTH.start(), *WIDTH.end())
    };
    let widths: Vec<f64> = (0..columns).map(wide).collect();
    let (mut shapes, mut top) = (Vec::new(), 0.0);
    for row in cells {
        let lines = |(cell, width): (&&str, &f64)| text::layout(cell, FONT_SIZE, Some(width - 2.0 * PADDING)).height;
        let height = row.iter().zip(&widths).map(lines).fold(FONT_SIZE, f64::max) + 2.0 * PADDING;
        let mut left = 0.0;
        for (cell, width) in row.iter().zip(&widths) {
            let place = [
                Field::Pos(BoardPoint::new(left, top)),
                Field::Size(Size::new(*width, height)),
                Field::Groups([group.clone()].into()),
            ];
            let mut shape = view.new_shape(Kind::Rectangle, place).with_text(*cell);
            shape.fields.push(Field::FontSize(FONT_SIZE));
            shapes.push(shape);
            left += width;
        }
        top += height;
    }
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_as_many_cells_in_each_line() {
        for (text, size) in [
            ("a\tb\nc\td\n", Some((2, 2))),
            ("a\tb", Some((1, 2))),
            ("a\t\r\nc\td\r\n", Some((2, 2))),
            ("a\tb\nc", None),
            ("one line", None),
            ("two\nlines", None),
            ("", None),
        ] {
            assert_eq!(cells(text).map(|rows| (rows.len(), rows[0].len())), size, "{text:?}");
        }
        assert_eq!(cells(&"a\tb\n".repeat(limits::TABLE_CELLS)), None, "too many");
    }
}
