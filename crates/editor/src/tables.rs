//! Pasted tables: what spreadsheets and web pages put on the clipboard becomes a grid of labelled boxes. Knows no clipboard
//! and no HTML.

use board::{Field, GroupId, Kind, NewShape};
use kurbo::Size;
use scene::BoardPoint;
use scene::text::{self, Font, Span};

use crate::limits;
use crate::text_session::bounded;
use crate::view::View;

/// Around the text of a cell, in board pixels.
const PADDING: f64 = 16.0;
/// The width of a column, in board pixels.
const WIDTH: std::ops::RangeInclusive<f64> = 80.0..=320.0;
/// The em of a cell's text.
const FONT_SIZE: f64 = 16.0;

/// A cell of a table as its row lists it, from left to right.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableCell {
    /// What it says.
    pub text: String,
    /// What of it looks different.
    pub spans: Vec<Span>,
    /// How many columns it is merged over; 0 is 1, and no cell reaches further than the limit of a table.
    pub columns: usize,
    /// The same of rows; none reaches beyond the last row.
    pub rows: usize,
}

/// A cell in its place.
#[derive(Debug, PartialEq)]
struct Placed<'a> {
    cell: &'a TableCell,
    column: usize,
    row: usize,
    columns: usize,
    rows: usize,
}

/// The cells of a text that is a table: lines with as many tabs each, at least one. None for other texts.
pub(crate) fn cells(text: &str) -> Option<Vec<Vec<TableCell>>> {
    let rows: Vec<Vec<&str>> = text.trim_end().lines().map(|line| line.split('\t').map(str::trim).collect()).collect();
    let columns = rows.first()?.len();
    let is_table = columns > 1 && rows.iter().all(|row| row.len() == columns);
    let cell = |text: &str| TableCell { text: text.to_owned(), ..TableCell::default() };
    (is_table && rows.len() * columns <= limits::TABLE_CELLS)
        .then(|| rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect())
}

/// Whether this is a table of at least two columns that is not too large; others are better read as text.
pub(crate) fn is_table(rows: &[Vec<TableCell>]) -> bool {
    let placed = placed(rows);
    let columns = placed.iter().map(|cell| cell.column + cell.columns).max().unwrap_or_default();
    columns > 1 && columns * rows.len() <= limits::TABLE_CELLS
}

/// Where each cell lies: in its row's first columns that no cell of a row above reaches into. As HTML has it, but that what
/// does not fit is left out.
fn placed(rows: &[Vec<TableCell>]) -> Vec<Placed<'_>> {
    let mut taken: Vec<usize> = vec![];
    let mut placed = vec![];
    for (row, cells) in rows.iter().enumerate().take(limits::TABLE_CELLS) {
        let mut column = 0;
        for cell in cells {
            while taken.get(column).is_some_and(|until| *until > row) {
                column += 1;
            }
            if column >= limits::TABLE_CELLS || placed.len() >= limits::TABLE_CELLS {
                break;
            }
            let free = (column..limits::TABLE_CELLS).take_while(|at| taken.get(*at).is_none_or(|until| *until <= row));
            let columns = free.take(cell.columns.max(1)).count();
            let rows = cell.rows.clamp(1, rows.len() - row);
            taken.resize(taken.len().max(column + columns), 0);
            taken[column..column + columns].fill(row + rows);
            placed.push(Placed { cell, column, row, columns, rows });
            column += columns;
        }
    }
    placed
}

/// The sizes of tracks (columns or rows) that hold all cells: those of one track decide, and what a merged cell needs
/// more goes to the last of its tracks. A cell is its first track, how many, and what it needs.
fn tracks(cells: &[(usize, usize, f64)], least: f64) -> Vec<f64> {
    let count = cells.iter().map(|(first, count, _)| first + count).max().unwrap_or_default();
    let mut sizes = vec![least; count];
    for (first, _, needed) in cells.iter().filter(|(_, count, _)| *count == 1) {
        sizes[*first] = sizes[*first].max(*needed);
    }
    for (first, count, needed) in cells.iter().filter(|(_, count, _)| *count > 1) {
        let has: f64 = sizes[*first..first + count].iter().sum();
        sizes[first + count - 1] += (needed - has).max(0.0);
    }
    sizes
}

/// The cells as boxes, side by side, in one group.
pub(crate) fn grid(rows: &[Vec<TableCell>], view: &View) -> Vec<NewShape> {
    let group: GroupId = view.ids.shape();
    let placed = placed(rows);
    let wide = |cell: &Placed| {
        let lines = cell.cell.text.lines().map(|line| text::width_em(line) * FONT_SIZE);
        let most = *WIDTH.end() * cell.columns as f64;
        (cell.column, cell.columns, (lines.fold(0.0, f64::max) + 2.0 * PADDING).min(most))
    };
    let widths = tracks(&placed.iter().map(wide).collect::<Vec<_>>(), *WIDTH.start());
    let width = |cell: &Placed| widths[cell.column..cell.column + cell.columns].iter().sum::<f64>();
    let tall = |cell: &Placed| {
        let wrap = Some(width(cell) - 2.0 * PADDING);
        let layout = text::layout_rich(Font::Sans, &cell.cell.text, &cell.cell.spans, FONT_SIZE, wrap);
        (cell.row, cell.rows, layout.height + 2.0 * PADDING)
    };
    let heights = tracks(&placed.iter().map(tall).collect::<Vec<_>>(), FONT_SIZE + 2.0 * PADDING);
    let boxes = placed.iter().map(|cell| {
        let at = BoardPoint::new(widths[..cell.column].iter().sum(), heights[..cell.row].iter().sum());
        let height = heights[cell.row..cell.row + cell.rows].iter().sum();
        let place =
            [Field::Pos(at), Field::Size(Size::new(width(cell), height)), Field::Groups([group.clone()].into())];
        let said = bounded(cell.cell.text.clone());
        let spans = cell.cell.spans.iter().filter(|span| said.get(span.range.clone()).is_some()).cloned().collect();
        let mut shape = view.new_shape(Kind::Rectangle, place).with_text(said).with_spans(spans);
        shape.fields.push(Field::FontSize(FONT_SIZE));
        shape
    });
    boxes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    fn cell(columns: usize, rows: usize) -> TableCell {
        TableCell { columns, rows, ..TableCell::default() }
    }

    /// Column, row, columns and rows of each.
    fn places(rows: &[Vec<TableCell>]) -> Vec<[usize; 4]> {
        placed(rows).iter().map(|cell| [cell.column, cell.row, cell.columns, cell.rows]).collect()
    }

    #[test]
    fn merged_cells_leave_room_for_the_others() {
        // A head over two columns, and a side over two rows.
        let rows = [vec![cell(1, 2), cell(2, 1)], vec![cell(1, 1), cell(0, 0)], vec![cell(3, 9)]];
        assert_eq!(places(&rows), [[0, 0, 1, 2], [1, 0, 2, 1], [1, 1, 1, 1], [2, 1, 1, 1], [0, 2, 3, 1]]);
        assert!(is_table(&rows));
        assert!(!is_table(&[vec![cell(1, 1)], vec![cell(1, 1)]]), "a list");
        assert!(!is_table(&[]));
        assert!(!is_table(&[vec![cell(usize::MAX, usize::MAX), cell(1, 1)], vec![]]), "too large");
    }

    #[test]
    fn what_a_merged_cell_needs_more_goes_to_its_last_track() {
        assert_eq!(tracks(&[(0, 1, 50.0), (1, 1, 20.0), (0, 2, 100.0), (2, 1, 5.0)], 10.0), [50.0, 50.0, 10.0]);
    }

    proptest! {
        #[test]
        fn no_two_cells_lie_over_each_other(sizes in prop::collection::vec(prop::collection::vec((0_usize..9, 0_usize..9), 0..9), 0..9)) {
            let rows: Vec<Vec<TableCell>> =
                sizes.iter().map(|row| row.iter().map(|(columns, rows)| cell(*columns, *rows)).collect()).collect();
            let mut taken = std::collections::HashSet::new();
            for [column, row, columns, tall] in places(&rows) {
                prop_assert!(row + tall <= rows.len());
                for place in (column..column + columns).flat_map(|x| (row..row + tall).map(move |y| (x, y))) {
                    prop_assert!(taken.insert(place), "{place:?} is taken twice");
                }
            }
        }
    }
}
