//! What people draw: updates made ahead of a run by real documents, so that the run costs the generator little.
//!
//! A drawer's edits have consecutive clocks, one a move, so a reader can tell from an update alone, however it was
//! merged, which moves it brings.

use anyhow::{Context, Result};
use board::{Board, ClientId, Edit, Field, Kind, NewShape, ShapeId};
use bytes::Bytes;
use kurbo::{Size, Vec2};
use scene::{BoardPoint, Colour, Swatch};

/// Shapes of one update when a board is filled.
const SHAPES_AT_ONCE: usize = 500;

/// What a corner of a line takes: two numbers of eight bytes, each with its kind, and the kind of the pair.
const BYTES_A_POINT: usize = 20;

/// Somebody who moves one shape.
pub struct Drawer {
    board: Board,
    shape: ShapeId,
}

impl Drawer {
    /// Somebody new, and the update that makes their shape.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn new() -> Result<(Self, Bytes)> {
        let client = ClientId::from_random(getrandom::u64()?);
        let mut drawer = Self { board: Board::new(client), shape: ShapeId::from_random(getrandom::u64()?) };
        let shape = rectangle(&drawer.board, 0, getrandom::u64()?);
        let update = drawer.apply(&[Edit::Insert { id: drawer.shape.clone(), shape }])?;
        Ok((drawer, update))
    }

    /// Their document client.
    #[must_use]
    pub fn client(&self) -> u64 {
        self.board.client_id().get()
    }

    /// The clock after their newest edit.
    #[must_use]
    pub fn clock(&self) -> u32 {
        self.board.own_clock()
    }

    /// Moves the shape.
    ///
    /// # Errors
    /// The document is broken.
    pub fn move_shape(&mut self, step: usize) -> Result<Bytes> {
        let angle = step as f64 / 30.0;
        let pos = BoardPoint::new(400.0 + 300.0 * angle.cos(), 300.0 + 200.0 * angle.sin());
        self.apply(&[Edit::Set { id: self.shape.clone(), field: Field::Pos(pos) }])
    }

    /// `count` moves.
    ///
    /// # Errors
    /// The document is broken.
    pub fn moves(&mut self, count: usize) -> Result<Vec<Bytes>> {
        (0..count).map(|step| self.move_shape(step)).collect()
    }

    /// Bends the shape's line anew, through as many points as take about this many bytes: an edit that is heavy on the
    /// wire and, like a move, leaves nothing behind.
    ///
    /// # Errors
    /// The document is broken.
    pub fn bend(&mut self, step: usize, bytes: usize) -> Result<Bytes> {
        let point = |index: usize| Vec2::new(index as f64 + 0.1, (step + index) as f64 + 0.1);
        let points = (0..bytes / BYTES_A_POINT).map(point).collect();
        self.apply(&[Edit::Set { id: self.shape.clone(), field: Field::Points(points) }])
    }

    fn apply(&mut self, edits: &[Edit]) -> Result<Bytes> {
        Ok(self.board.apply(edits).update.context("an edit changes something")?.0)
    }
}

/// Updates that together fill a board: rectangles in rows.
///
/// # Errors
/// There is no randomness.
pub fn fill(shapes: usize) -> Result<Vec<Bytes>> {
    let mut board = Board::new(ClientId::from_random(getrandom::u64()?));
    let mut updates = Vec::new();
    for first in (0..shapes).step_by(SHAPES_AT_ONCE) {
        let numbers = first..shapes.min(first + SHAPES_AT_ONCE);
        let mut edits = Vec::new();
        for number in numbers {
            let id = ShapeId::from_random(getrandom::u64()?);
            edits.push(Edit::Insert { id, shape: rectangle(&board, number, getrandom::u64()?) });
        }
        updates.push(board.apply(&edits).update.context("shapes are a change")?.0);
    }
    Ok(updates)
}

/// A shape as people leave them: placed, sized, coloured, at its place in the pile.
fn rectangle(board: &Board, number: usize, random: u64) -> NewShape {
    let (column, row) = (number % 250, number / 250);
    let swatch = Swatch::ALL[(random % Swatch::ALL.len() as u64) as usize];
    let fields = vec![
        Field::Pos(BoardPoint::new(column as f64 * 130.5, row as f64 * 90.25)),
        Field::Size(Size::new(80.0 + (random % 40) as f64, 50.0 + (random % 23) as f64)),
        Field::Order(board.order_top(random)),
        Field::Stroke(Colour::Swatch(swatch)),
    ];
    NewShape::new(Kind::Rectangle, fields)
}
