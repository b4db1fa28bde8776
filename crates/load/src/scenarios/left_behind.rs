//! What people's habits leave in the document for ever, by the real editor. No server: a document's size is the same
//! wherever it lies.

use anyhow::{Context, Result};
use board::{Board, ClientId, Document, ShapeId};
use editor::{Button, Device, Editor, IdSource, Input, Modifiers, Output, PointerEvent, PointerPhase, StyleField};
use scene::{Colour, ScreenPoint, Swatch};

use crate::report::{Bar, Report};

/// Frames of eleven minutes at 30 a second.
const FRAMES: usize = 20_000;
const FRAME_MS: u64 = 33;
/// A hand that lets go now and then does so every two seconds.
const FRAMES_OF_A_SHORT_DRAG: usize = 60;
/// What a drag may leave, in bytes.
const DRAG_BYTES: f64 = 1000.0;
/// Letters of the text.
const LETTERS: usize = 2000;
/// How much more than the bare bytes ink and text may take.
const INK_FACTOR: f64 = 1.3;
const TEXT_FACTOR: f64 = 1.2;

/// Somebody with an editor, and the document as the server has it.
struct Hand {
    editor: Editor,
    document: Document,
    now_ms: u64,
    text: Option<ShapeId>,
}

impl Hand {
    fn new() -> Self {
        let board = Board::new(ClientId::from_random(0x0012_3456_789a_bcde));
        let mut hand = Self {
            editor: Editor::new(board, IdSource::new(1)),
            document: Document::new(ClientId::from_random(7)),
            now_ms: 1000,
            text: None,
        };
        hand.input(Input::ViewResized { width_px: 1600.0, height_px: 1000.0 });
        hand.input(Input::WriteAccess(true));
        hand
    }

    fn input(&mut self, input: Input) {
        for output in self.editor.handle(self.now_ms, input) {
            match output {
                Output::Update(update) => {
                    self.document.merge(&update.0).expect("the editor writes what a server takes");
                }
                Output::EditText(session) => self.text = Some(session.id),
                _ => {}
            }
        }
    }

    fn pass(&mut self, ms: u64) {
        self.now_ms += ms;
        self.input(Input::Tick);
    }

    fn pointer(&mut self, phase: PointerPhase, x: f64, y: f64) {
        self.input(Input::Pointer(PointerEvent {
            phase,
            id: 1,
            at: ScreenPoint::new(x, y),
            pressure: 0.5,
            device: Device::Mouse,
            button: Button::Primary,
            modifiers: Modifiers::default(),
            coalesced: Vec::new(),
        }));
    }

    fn tool(&mut self, id: &str) {
        self.input(Input::SelectTool(id.to_owned()));
    }

    fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.pointer(PointerPhase::Move, from.0, from.1);
        self.pointer(PointerPhase::Down, from.0, from.1);
        for step in 1..=10 {
            self.pass(FRAME_MS);
            let along = f64::from(step) / 10.0;
            let (x, y) = (from.0 + (to.0 - from.0) * along, from.1 + (to.1 - from.1) * along);
            self.pointer(PointerPhase::Move, x, y);
        }
        self.pointer(PointerPhase::Up, to.0, to.1);
        self.pass(FRAME_MS);
    }

    fn bytes(&self) -> usize {
        self.document.snapshot().0.len()
    }
}

/// All of it.
///
/// # Errors
/// The editor did not do what the hand meant.
pub fn run() -> Result<Report> {
    let mut report = Report::new("left in the document");
    report.put("11 minutes of dragging one shape", dragging(1, FRAMES)?, "B", Bar::AtMost(DRAG_BYTES));
    report.put("the same, ten together", dragging(10, FRAMES)?, "B", Bar::AtMost(DRAG_BYTES));
    report.put("one, let go every 2 s", dragging(1, FRAMES_OF_A_SHORT_DRAG)?, "B", Bar::AtMost(DRAG_BYTES));
    // A key that many shapes wrote in turn never compacts: what is left is of the releases, not of the frames.
    report.put("ten, let go every 2 s", dragging(10, FRAMES_OF_A_SHORT_DRAG)?, "B", Bar::None);
    report.put("ink, beside its raw points", ink()?, "times", Bar::AtMost(INK_FACTOR));
    report.put("2,000 letters, beside their bytes", text()?, "times", Bar::AtMost(TEXT_FACTOR));
    Ok(report)
}

fn dragging(shapes: u32, frames_a_drag: usize) -> Result<f64> {
    let mut hand = Hand::new();
    for number in 0..shapes {
        let left = 100.0 + 60.0 * f64::from(number);
        hand.tool("rectangle");
        hand.drag((left, 100.0), (left + 40.0, 140.0));
    }
    hand.tool("select");
    hand.input(Input::Command("select-all".to_owned()));
    // A filled shape is held by its inside, which neither resizes nor turns it.
    hand.input(Input::SetStyle(StyleField::Fill(Some(Colour::Swatch(Swatch::Blue)))));
    let (before, revision) = (hand.bytes(), hand.editor.board().revision());
    let (mut x, mut y) = (120.0, 120.0);
    for frame in 0..FRAMES {
        let in_drag = frame % frames_a_drag;
        if in_drag == 0 {
            hand.pointer(PointerPhase::Move, x, y);
            hand.pointer(PointerPhase::Down, x, y);
        }
        let angle = frame as f64 / 40.0;
        (x, y) = (x + 3.0 * angle.cos(), y + 3.0 * angle.sin());
        hand.pass(FRAME_MS);
        hand.pointer(PointerPhase::Move, x, y);
        if in_drag == frames_a_drag - 1 {
            hand.pointer(PointerPhase::Up, x, y);
        }
    }
    let moves = hand.editor.board().revision() - revision;
    anyhow::ensure!(moves >= (FRAMES / frames_a_drag) as u64, "the shapes moved only {moves} times");
    Ok(hand.bytes() as f64 - before as f64)
}

fn ink() -> Result<f64> {
    let mut hand = Hand::new();
    let mut raw = 0;
    for stroke in 0..30 {
        hand.tool("ink");
        let mut last = (0, 0);
        for step in 0..240 {
            let angle = f64::from(step) / 17.0;
            let x = 200.0 + f64::from(stroke) * 20.0 + 90.0 * angle.cos() + f64::from(step % 7);
            let y = 300.0 + 150.0 * (angle * 0.7).sin() + f64::from(step % 5);
            hand.pass(if step % 2 == 0 { 8 } else { 9 });
            let phase = if step == 0 { PointerPhase::Down } else { PointerPhase::Move };
            hand.pointer(phase, x, y);
            let at = ((x * 8.0).round() as i64, (y * 8.0).round() as i64);
            let origin = if step == 0 { at } else { last };
            raw += 1 + varint_bytes(at.0 - origin.0) + varint_bytes(at.1 - origin.1);
            last = at;
        }
        hand.pass(8);
        hand.pointer(PointerPhase::Up, 0.0, 0.0);
        hand.pass(200);
    }
    let strokes = hand.editor.board().len();
    anyhow::ensure!(strokes == 30, "{strokes} strokes were drawn");
    Ok(hand.bytes() as f64 / raw as f64)
}

/// A step in eighths of a pixel, as stored: seven bits a byte, the lowest the sign.
fn varint_bytes(step: i64) -> usize {
    let zigzag = (step << 1 ^ step >> 63) as u64;
    (64 - zigzag.leading_zeros() as usize).div_ceil(7).max(1)
}

fn text() -> Result<f64> {
    let mut hand = Hand::new();
    hand.tool("text");
    hand.pointer(PointerPhase::Move, 300.0, 300.0);
    hand.pointer(PointerPhase::Down, 300.0, 300.0);
    hand.pointer(PointerPhase::Up, 300.0, 300.0);
    let id = hand.text.clone().context("a text is being edited")?;
    let words = "A board for many people at once, and nothing that anybody draws is ever lost. ";
    let mut text = String::new();
    for letter in words.chars().cycle().take(LETTERS) {
        text.push(letter);
        hand.pass(120);
        hand.input(Input::TextEdited { id: id.clone(), text: text.clone(), caret_utf16: None, composing: false });
    }
    hand.input(Input::TextEnded);
    hand.pass(2000);
    let stored = hand.editor.board().shape(&id).context("the text is there")?.text.len();
    anyhow::ensure!(stored == LETTERS, "{stored} letters are stored");
    Ok(hand.bytes() as f64 / LETTERS as f64)
}
