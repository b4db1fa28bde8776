//! Writes the board that `cargo xtask bench client` draws on: any number of shapes, the same for the same number, as Yjs
//! updates. Knows nothing of what is measured.

use std::io::Write as _;
use std::path::PathBuf;

use board::{Board, ClientId, Edit, Field, InkPoint, Kind, NewShape, OrderKey, ShapeId};
use clap::Parser;
use kurbo::{Size, Vec2};
use protocol::limits::MAX_SHAPES_PER_TRANSACTION;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use scene::{BoardPoint, Colour, Swatch};

/// One shape's place; shapes stay inside theirs, so that none lies over another.
const CELL: Size = Size::new(120.0, 90.0);
/// Columns for each row, so that all shapes together are as wide as a screen: 16 to 10.
const COLUMNS_PER_ROW: f64 = 1.2;
const INK_POINTS: usize = 50;

/// Writes a board of many shapes: 30 % rectangles, 20 % ellipses, 20 % strokes, 15 % arrows, 15 % text.
#[derive(Parser)]
struct Arguments {
    /// How many shapes.
    #[arg(long)]
    shapes: usize,
    /// Where to: each update is preceded by its length, 4 bytes, little-endian.
    #[arg(long)]
    into: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut board = Board::new(ClientId::from_random(random.random()));
    let mut file = std::io::BufWriter::new(std::fs::File::create(&arguments.into)?);
    let columns = ((arguments.shapes as f64 * COLUMNS_PER_ROW).sqrt().ceil() as usize).max(1);
    let mut order = None;
    let cells: Vec<usize> = (0..arguments.shapes).collect();
    for cells in cells.chunks(MAX_SHAPES_PER_TRANSACTION) {
        let edits: Vec<Edit> = cells
            .iter()
            .map(|cell| {
                let at = BoardPoint::new(
                    (cell % columns) as f64 * CELL.width + random.random_range(5.0..15.0),
                    (cell / columns) as f64 * CELL.height + random.random_range(5.0..15.0),
                );
                let above = OrderKey::above(order.as_ref(), random.random());
                order = Some(above.clone());
                Edit::Insert { id: ShapeId::from_random(random.random()), shape: shape(at, above, &mut random) }
            })
            .collect();
        if let Some(update) = board.apply(&edits).update {
            file.write_all(&u32::try_from(update.0.len())?.to_le_bytes())?;
            file.write_all(&update.0)?;
        }
    }
    file.flush()?;
    Ok(())
}

fn shape(at: BoardPoint, order: OrderKey, random: &mut ChaCha8Rng) -> NewShape {
    let size = Size::new(random.random_range(40.0..95.0), random.random_range(30.0..65.0));
    let mut fields = vec![Field::Pos(at), Field::Order(order)];
    if random.random_bool(0.5) {
        fields.push(Field::Stroke(swatch(random)));
    }
    match random.random_range(0..100) {
        kind @ 0..50 => {
            fields.push(Field::Size(size));
            if random.random_bool(0.5) {
                fields.push(Field::Fill(Some(swatch(random))));
            }
            NewShape::new(if kind < 30 { Kind::Rectangle } else { Kind::Ellipse }, fields)
        }
        50..70 => NewShape::new(Kind::Ink, fields).with_ink(ink(size, random)),
        70..85 => {
            let flip = |length: f64, is_flipped: bool| if is_flipped { (length, 0.0) } else { (0.0, length) };
            let (x, y) = (flip(size.width, random.random()), flip(size.height, random.random()));
            fields.push(Field::Points([Vec2::new(x.0, y.0), Vec2::new(x.1, y.1)].into()));
            NewShape::new(Kind::Arrow, fields)
        }
        _ => {
            fields.push(Field::FontSize(16.0));
            let words = ["board", "walk", "ideas", "next", "done", "why not", "later", "risk"];
            let word = |random: &mut ChaCha8Rng| words[random.random_range(0..words.len())];
            NewShape::new(Kind::Text, fields).with_text(format!("{} {}", word(random), word(random)))
        }
    }
}

fn swatch(random: &mut ChaCha8Rng) -> Colour {
    Colour::Swatch(Swatch::ALL[random.random_range(0..Swatch::ALL.len())])
}

/// A winding stroke that fills its place.
fn ink(size: Size, random: &mut ChaCha8Rng) -> Vec<InkPoint> {
    let (turns, phase) = (random.random_range(1.0..4.0), random.random_range(0.0..6.0));
    let point = |step: usize| {
        let along = step as f64 / (INK_POINTS - 1) as f64;
        let y = (phase + along * turns * std::f64::consts::TAU).sin() / 2.0 + 0.5;
        InkPoint::new(along * size.width, y * size.height, random.random_range(0.3..0.7))
    };
    (0..INK_POINTS).map(point).collect()
}
