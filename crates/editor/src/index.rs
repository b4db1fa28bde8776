//! Where shapes are, for hit tests and for painting only what is seen. Knows nothing else of them.
//!
//! A shape lies in a square cell of a grid, by its middle; shapes of about one size share a grid, whose cells are a few
//! times as large as they are. So a change costs the same however many shapes there are, and moving all of them costs no
//! more than that (`docs/decisions/0039-cells.md`).

use std::collections::BTreeMap;

use board::{Board, ShapeId, Slot};
use kurbo::Rect;

use crate::output::Damage;

/// Sides up to 1, 2, 4 … board pixels have a grid each; what is larger is in the last one.
const GRIDS: usize = 32;
/// A cell is so many times as wide as the widest shape in it.
const CELL_SIDES: f64 = 4.0;

/// The bounds of every shape of the board.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// By size.
    grids: Vec<Grid>,
    /// By slot.
    places: Vec<Option<Place>>,
    extent: Option<Rect>,
}

/// Row and column.
type Cell = (i32, i32);

#[derive(Debug, Default)]
struct Grid {
    cells: BTreeMap<Cell, Vec<(Slot, Rect)>>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    rect: Rect,
    grid: usize,
    cell: Cell,
    /// Which one in its cell.
    at: usize,
}

impl Index {
    /// The bounds of one shape.
    pub(crate) fn bounds(&self, slot: Slot) -> Option<Rect> {
        self.at(slot.index())
    }

    /// The same by the number of its slot.
    pub(crate) fn at(&self, slot: usize) -> Option<Rect> {
        Some((*self.places.get(slot)?)?.rect)
    }

    /// Around everything on the board.
    pub(crate) fn extent(&self) -> Option<Rect> {
        self.extent
    }

    /// Takes note of what has changed, and of what of the board looks different. `is_apart` says what is left out of its
    /// picture.
    pub(crate) fn update(
        &mut self,
        board: &Board,
        touched: &[ShapeId],
        is_apart: impl Fn(Slot) -> bool,
        damage: &mut Damage,
    ) {
        let mut may_shrink = false;
        for slot in touched.iter().filter_map(|id| board.slot(id)) {
            let now = board.at(slot).map(|shape| shape.bounds().abs());
            let before = self.put(slot, now);
            may_shrink |= before.is_some_and(|before| now != Some(before) && self.reaches_edge(before));
            if let Some(now) = now {
                self.extent = Some(self.extent.map_or(now, |extent| extent.union(now)));
            }
            let add = if is_apart(slot) { Damage::add_apart } else { Damage::add };
            match (before, now) {
                // Most edits leave a shape close to where it was: one rectangle will do.
                (Some(before), Some(now)) if before.overlaps(now) => add(damage, before.union(now)),
                _ => before.into_iter().chain(now).for_each(|rect| add(damage, rect)),
            }
        }
        if may_shrink {
            let all = self.places.iter().flatten().map(|place| place.rect);
            self.extent = all.reduce(|all, rect| all.union(rect));
        }
    }

    fn reaches_edge(&self, rect: Rect) -> bool {
        self.extent.is_some_and(|all| rect.x0 <= all.x0 || rect.y0 <= all.y0 || rect.x1 >= all.x1 || rect.y1 >= all.y1)
    }

    /// Puts a shape where it is now, or nowhere; answers with where it was.
    fn put(&mut self, slot: Slot, now: Option<Rect>) -> Option<Rect> {
        if self.places.len() <= slot.index() {
            self.places.resize(slot.index() + 1, None);
        }
        let before = self.places[slot.index()];
        let home = now.map(home);
        if let (Some(place), Some(now)) = (before, now)
            && home == Some((place.grid, place.cell))
        {
            self.places[slot.index()] = Some(Place { rect: now, ..place });
            if let Some(cell) = self.grids[place.grid].cells.get_mut(&place.cell) {
                cell[place.at].1 = now;
            }
            return Some(place.rect);
        }
        if let Some(place) = before {
            self.leave(place);
            self.places[slot.index()] = None;
        }
        if let (Some(rect), Some((grid, cell))) = (now, home) {
            if self.grids.is_empty() {
                self.grids.resize_with(GRIDS, Grid::default);
            }
            let shapes = self.grids[grid].cells.entry(cell).or_default();
            shapes.push((slot, rect));
            self.places[slot.index()] = Some(Place { rect, grid, cell, at: shapes.len() - 1 });
        }
        before.map(|place| place.rect)
    }

    /// Takes a shape out of its cell; the last one there takes its turn.
    fn leave(&mut self, place: Place) {
        let cells = &mut self.grids[place.grid].cells;
        let Some(shapes) = cells.get_mut(&place.cell) else { return };
        shapes.swap_remove(place.at);
        if let Some((moved, _)) = shapes.get(place.at)
            && let Some(moved) = &mut self.places[moved.index()]
        {
            moved.at = place.at;
        }
        if shapes.is_empty() {
            cells.remove(&place.cell);
        }
    }

    /// Shapes whose bounds meet the rectangle, in no order that means anything.
    pub(crate) fn meeting(&self, rect: Rect) -> impl Iterator<Item = Slot> {
        let rect = rect.abs();
        self.grids.iter().enumerate().flat_map(move |(size, grid)| grid.meeting(size, rect))
    }
}

impl Grid {
    fn meeting(&self, size: usize, rect: Rect) -> impl Iterator<Item = Slot> {
        // What is too large for any grid may lie anywhere.
        let reach = if size + 1 == GRIDS { f64::INFINITY } else { side(size) / 2.0 };
        let ((top, left), (bottom, right)) =
            (cell(size, rect.x0 - reach, rect.y0 - reach), cell(size, rect.x1 + reach, rect.y1 + reach));
        let rows = i64::from(bottom) - i64::from(top) + 1;
        // Where there are fewer cells than rows, all are looked at.
        let are_few = self.cells.len() as i64 <= rows;
        let all = are_few.then(|| self.cells.values());
        let by_row = (!are_few).then_some(top..=bottom).into_iter().flatten();
        let by_row = by_row.flat_map(move |row| self.cells.range((row, left)..=(row, right)).map(|(_, cell)| cell));
        let shapes = all.into_iter().flatten().chain(by_row).flatten();
        shapes.filter(move |(_, bounds)| meet(*bounds, rect)).map(|(slot, _)| *slot)
    }
}

/// Whether two rectangles have a point in common, if only of their edges.
fn meet(one: Rect, other: Rect) -> bool {
    one.x0 <= other.x1 && other.x0 <= one.x1 && one.y0 <= other.y1 && other.y0 <= one.y1
}

/// The widest side in the grid of a size.
fn side(size: usize) -> f64 {
    (size as f64).exp2()
}

/// The grid and the cell that a shape belongs to.
fn home(rect: Rect) -> (usize, Cell) {
    let size = rect.width().max(rect.height()).max(1.0).log2().ceil();
    let size = (size as usize).min(GRIDS - 1);
    let middle = rect.center();
    (size, cell(size, middle.x, middle.y))
}

/// The cell around a point; far outside, the last one.
fn cell(size: usize, x: f64, y: f64) -> Cell {
    let cell_side = side(size) * CELL_SIDES;
    ((y / cell_side).floor() as i32, (x / cell_side).floor() as i32)
}

#[cfg(test)]
mod tests {
    use board::{ClientId, Edit, Field, Kind, NewShape};
    use kurbo::Size;
    use proptest::prelude::*;
    use scene::BoardPoint;

    use super::*;

    fn coordinate() -> impl Strategy<Value = f64> {
        prop_oneof![-200.0..200.0, Just(0.0), -9e6..9e6]
    }

    fn length() -> impl Strategy<Value = f64> {
        prop_oneof![0.0..60.0, Just(64.0), 0.0..9e5]
    }

    proptest! {
        #[test]
        fn what_meets_a_rectangle_is_found(
            program in prop::collection::vec((0u64..12, coordinate(), coordinate(), length(), length(), 0u8..5), 1..60),
            x in coordinate(), y in coordinate(), width in length(), height in length(),
        ) {
            let mut board = Board::new(ClientId::from_random(1));
            let (mut index, mut damage) = (Index::default(), Damage::default());
            for (id, x, y, width, height, action) in program {
                let id = ShapeId::from_random(id);
                let fields = [Field::Pos(BoardPoint::new(x, y)), Field::Size(Size::new(width, height))];
                let edits: Vec<Edit> = match (action, board.shape(&id).is_some()) {
                    (0, _) => vec![Edit::Remove { id }],
                    (_, true) => fields.into_iter().map(|field| Edit::Set { id: id.clone(), field }).collect(),
                    (_, false) => vec![Edit::Insert { id, shape: NewShape::new(Kind::Rectangle, fields.to_vec()) }],
                };
                let change = board.apply(&edits).change;
                index.update(&board, &change.touched, |_| false, &mut damage);
            }
            let rect = Rect::new(x, y, x + width, y + height);
            let mut found: Vec<Slot> = index.meeting(rect).collect();
            found.sort();
            let mut expected: Vec<Slot> =
                board.shapes().filter(|shape| meet(shape.bounds(), rect)).map(|shape| shape.slot).collect();
            expected.sort();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(index.extent(), board.shapes().map(|shape| shape.bounds()).reduce(|all, one| all.union(one)));
            prop_assert_eq!(index.places.iter().flatten().count(), board.len());
        }
    }
}
