//! What a hand does, as timed inputs of an editor.

use editor::{Button, Device, Input, KeyEvent, KeyPhase, Modifiers, PointerEvent, PointerPhase, StyleField};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use scene::{Colour, ScreenPoint, Swatch};
use serde::{Deserialize, Serialize};

/// A frame of a 60 Hz screen, as pointers report.
const FRAME_MS: u64 = 16;

/// Screen coordinates, in CSS pixels.
type At = (i16, i16);

/// One act of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Gesture {
    /// Take a tool and drag: a shape, a stroke, an erasure, or a drag with the select tool.
    Drag {
        /// Index into `editor::TOOLS`, folded.
        tool: u8,
        /// Where it begins.
        from: At,
        /// Where it ends.
        to: At,
        /// Pointer events on the way.
        moves: u8,
        /// Shift held.
        shift: bool,
    },
    /// Type text at a place.
    Type {
        /// Where.
        at: At,
        /// What.
        text: String,
    },
    /// A command by its index into `editor::COMMANDS`, folded.
    Command {
        /// Index.
        index: u8,
    },
    /// Select everything and colour it.
    Colour {
        /// Index into the swatches, folded.
        swatch: u8,
    },
    /// A drag that is broken off by Escape.
    Cancelled {
        /// Where it begins.
        from: At,
        /// Where it stands when it ends.
        to: At,
    },
}

impl Gesture {
    pub(crate) fn random(random: &mut ChaCha8Rng) -> Self {
        // A small place, so that people meet.
        let mut at = || (random.random_range(100..700), random.random_range(100..600));
        let (from, to) = (at(), at());
        match random.random_range(0..100) {
            0..55 => Self::Drag {
                tool: random.random_range(0..32),
                from,
                to,
                moves: random.random_range(0..20),
                shift: random.random_range(0..5) == 0,
            },
            55..65 => {
                let words = ["plan", "ein Ärger", "déjà vu", "😀👍🏽", "日本語", "two\nlines", ""];
                Self::Type { at: from, text: words[random.random_range(0..words.len())].to_owned() }
            }
            65..90 => Self::Command { index: random.random_range(0..64) },
            90..96 => Self::Colour { swatch: random.random_range(0..12) },
            _ => Self::Cancelled { from, to },
        }
    }

    /// The inputs with their times from the gesture's begin. Texts are typed into whatever session the editor opens: see
    /// `Act::Text`.
    pub(crate) fn acts(&self) -> Vec<(u64, Act)> {
        let mut acts = Acts::default();
        match self {
            Self::Drag { tool, from, to, moves, shift } => {
                let tools: Vec<&str> = editor::TOOLS.iter().map(|tool| tool.id).collect();
                acts.input(Input::SelectTool(tools[usize::from(*tool) % tools.len()].to_owned()));
                acts.drag(*from, *to, *moves, *shift, true);
                acts.end_text();
            }
            Self::Type { at, text } => {
                acts.input(Input::SelectTool("text".to_owned()));
                acts.drag(*at, *at, 0, false, true);
                let letters: Vec<char> = text.chars().collect();
                for end in 1..=letters.len() {
                    acts.text(letters[..end].iter().collect());
                }
                acts.end_text();
            }
            Self::Command { index } => {
                let commands: Vec<&str> = editor::COMMANDS.iter().map(|command| command.id).collect();
                acts.input(Input::Command(commands[usize::from(*index) % commands.len()].to_owned()));
            }
            Self::Colour { swatch } => {
                acts.input(Input::Command("select-all".to_owned()));
                let swatch = Swatch::ALL[usize::from(*swatch) % Swatch::ALL.len()];
                acts.input(Input::SetStyle(StyleField::Stroke(Colour::Swatch(swatch))));
            }
            Self::Cancelled { from, to } => {
                acts.input(Input::SelectTool("select".to_owned()));
                acts.drag(*from, *to, 5, false, false);
                for phase in [KeyPhase::Down, KeyPhase::Up] {
                    let (key, code) = ("Escape".to_owned(), "Escape".to_owned());
                    acts.input(Input::Key(KeyEvent { key, code, modifiers: Modifiers::default(), phase }));
                }
                acts.pointer(PointerPhase::Up, *to, false);
            }
        }
        acts.acts
    }
}

/// An input, or typing into the session that is open.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Input(Input),
    Text(String),
    EndText,
}

#[derive(Default)]
struct Acts {
    acts: Vec<(u64, Act)>,
    at_ms: u64,
}

impl Acts {
    fn push(&mut self, act: Act) {
        self.acts.push((self.at_ms, act));
        self.at_ms += FRAME_MS;
    }

    fn input(&mut self, input: Input) {
        self.push(Act::Input(input));
    }

    fn text(&mut self, text: String) {
        self.push(Act::Text(text));
    }

    fn end_text(&mut self) {
        self.push(Act::EndText);
    }

    fn drag(&mut self, from: At, to: At, moves: u8, shift: bool, release: bool) {
        self.pointer(PointerPhase::Move, from, shift);
        self.pointer(PointerPhase::Down, from, shift);
        for step in 1..=i32::from(moves) {
            let along = |from: i16, to: i16| {
                let at = i32::from(from) + (i32::from(to) - i32::from(from)) * step / (i32::from(moves) + 1);
                i16::try_from(at).unwrap_or(from)
            };
            self.pointer(PointerPhase::Move, (along(from.0, to.0), along(from.1, to.1)), shift);
        }
        self.pointer(PointerPhase::Move, to, shift);
        if release {
            self.pointer(PointerPhase::Up, to, shift);
        }
    }

    fn pointer(&mut self, phase: PointerPhase, at: At, shift: bool) {
        self.input(Input::Pointer(PointerEvent {
            phase,
            id: 1,
            at: ScreenPoint::new(f64::from(at.0), f64::from(at.1)),
            pressure: 0.5,
            device: Device::Mouse,
            button: Button::Primary,
            modifiers: Modifiers { shift, ..Modifiers::default() },
            coalesced: Vec::new(),
        }));
    }
}
