//! What large boards cost a hand: 50,000 shapes that arrive, are selected, moved, deleted, and all that undone; each of
//! them was moved many times before. `cargo bench -p editor`; a press may take 500 ms, selecting 100, and no task 50.

#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::time::{Duration, Instant};

use board::{Board, ClientId, Edit, Field, FillStyle, InkPoint, Kind, NewShape, ShapeId};
use editor::{Editor, IdSource, Input, Output, limits};
use kurbo::{Size, Vec2};
use scene::{BoardPoint, Colour, Swatch};

const SHAPES: usize = 50_000;
/// How often each was moved before.
const MOVES: u32 = 20;
/// Shapes of one transaction.
const CHUNK: usize = 2_000;
/// What a join's chunk holds (`protocol::limits`).
const STRUCTS: usize = 1_500;

fn main() {
    let mut board = Board::new(ClientId::from_random(1));
    let ids: Vec<ShapeId> =
        (0..SHAPES).map(|at| ShapeId::from_random((at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let all: Vec<(usize, &ShapeId)> = ids.iter().enumerate().collect();
    for part in all.chunks(CHUNK) {
        let insert = |(at, id): &(usize, &ShapeId)| Edit::Insert { id: (*id).clone(), shape: shape(*at, &board) };
        let edits: Vec<Edit> = part.iter().map(insert).collect();
        board.apply(&edits);
    }
    arrive(&board);
    for moved in 1..=MOVES {
        for part in all.chunks(CHUNK) {
            let set =
                |(at, id): &(usize, &ShapeId)| Edit::Set { id: (*id).clone(), field: Field::Pos(place(*at, moved)) };
            board.apply(&part.iter().map(set).collect::<Vec<_>>());
        }
    }
    let mut editor = Editor::new(board, IdSource::new(1));
    editor.handle(0, Input::ViewResized { width_px: 1440.0, height_px: 900.0 });
    for (now_ms, command) in
        ["select-all", "nudge-right", "undo", "redo", "delete", "undo", "redo"].into_iter().enumerate()
    {
        let tasks = run(&mut editor, now_ms as u64 * 10_000, Input::Command(command.to_owned()));
        report(command, &tasks);
    }
}

/// 30 % rectangles, 20 % ellipses, 20 % strokes, 15 % arrows, 15 % text, as in the browser's benchmark.
fn shape(at: usize, board: &Board) -> NewShape {
    let order = Field::Order(board.order_top(at as u64));
    let mut fields = vec![Field::Pos(place(at, 0)), order, Field::Stroke(Colour::Swatch(Swatch::Blue))];
    let (kind, more) = match at % 20 {
        0..6 => (
            Kind::Rectangle,
            vec![
                Field::Size(Size::new(90.0, 60.0)),
                Field::Fill(Some(Colour::INK)),
                Field::FillStyle(FillStyle::Solid),
            ],
        ),
        6..10 => (Kind::Ellipse, vec![Field::Size(Size::new(90.0, 60.0))]),
        10..14 => (Kind::Ink, vec![]),
        14..17 => (Kind::Arrow, vec![Field::Points([Vec2::ZERO, Vec2::new(90.0, 50.0)].into())]),
        _ => (Kind::Text, vec![]),
    };
    fields.extend(more);
    let new = NewShape::new(kind.clone(), fields);
    match kind {
        Kind::Ink => new.with_ink((0..50).map(|at| InkPoint::new(f64::from(at), f64::from(at % 7), 0.5)).collect()),
        Kind::Text => new.with_text("Some words"),
        _ => new,
    }
}

fn place(at: usize, moved: u32) -> BoardPoint {
    BoardPoint::new((at % 250) as f64 * 150.0 + f64::from(moved), (at / 250) as f64 * 100.0)
}

/// A board that comes in the pieces of a join.
fn arrive(board: &Board) {
    let pieces = board.snapshot_in_pieces(STRUCTS, 1 << 20);
    let mut editor = Editor::new(Board::new(ClientId::from_random(2)), IdSource::new(2));
    editor.handle(0, Input::ViewResized { width_px: 1440.0, height_px: 900.0 });
    let tasks: Vec<Duration> =
        pieces.iter().flat_map(|piece| run(&mut editor, 0, Input::Merge(piece.0.to_vec()))).collect();
    assert_eq!(editor.board().len(), SHAPES);
    report("arrive", &tasks);
    // What of it is the document's alone.
    let mut document = board::Document::new(ClientId::from_random(3));
    let begin = Instant::now();
    pieces.iter().for_each(|piece| drop(document.load(&piece.0)));
    println!("  of which the document {:?}", begin.elapsed());
}

/// Gives an input, and ticks until nothing is left to do at once, nor to be written of what is shown.
fn run(editor: &mut Editor, mut now_ms: u64, input: Input) -> Vec<Duration> {
    let mut tasks = vec![];
    let mut was_ahead = false;
    let mut next = Some(input);
    while let Some(input) = next.take() {
        let start = Instant::now();
        let outputs = editor.handle(now_ms, input);
        if outputs.iter().any(|output| matches!(output, Output::Chrome)) {
            editor.chrome();
        }
        tasks.push(start.elapsed());
        if editor.is_ahead() && !was_ahead {
            was_ahead = true;
            now_ms += limits::WRITTEN_AFTER_MS;
            report("shown, before it is written", &tasks);
        }
        let is_due = |output: &Output| matches!(output, Output::WakeAt(at_ms) if *at_ms <= now_ms);
        next = outputs.iter().any(is_due).then_some(Input::Tick);
    }
    tasks
}

fn report(what: &str, tasks: &[Duration]) {
    let all: Duration = tasks.iter().sum();
    let longest = tasks.iter().max().copied().unwrap_or_default();
    println!("{what}: {all:.1?} in {} tasks, the longest {longest:.1?}", tasks.len());
}
