//! The text tool: a click begins a text, or goes on with the one under it; a drag begins one that wraps at its width.

use board::Kind;
use kurbo::{Point, Rect};
use scene::BoardPoint;

use super::{Effect, Event, Pointer, Tool, ToolSpec};
use crate::output::CursorKind;
use crate::text_session::TextTarget;
use crate::transform::tidy;
use crate::view::View;

pub(super) const SPEC: ToolSpec =
    ToolSpec { id: "text", shortcuts: &["t", "6"], edits: true, new: |_| Box::new(Text::default()) };

/// A narrower box is no place for words, in ems: what was meant was a click.
const LEAST_EM: f64 = 2.0;

#[derive(Default)]
enum Text {
    #[default]
    Waiting,
    Pressing {
        down: Pointer,
    },
    /// The box is drawn that a new text is to fill: its width counts.
    Stretching {
        from: BoardPoint,
        to: BoardPoint,
    },
}

impl Tool for Text {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect> {
        match (&self, event) {
            (Text::Waiting, Event::Down(pointer)) => {
                *self = Text::Pressing { down: pointer.clone() };
                vec![]
            }
            (Text::Pressing { down }, Event::Move(pointer)) if pointer.is_drag_from(down) => {
                *self = Text::Stretching { from: down.at, to: pointer.at };
                vec![Effect::Repaint]
            }
            (Text::Stretching { from, .. }, Event::Move(pointer)) => {
                *self = Text::Stretching { from: *from, to: pointer.at };
                vec![Effect::Repaint]
            }
            // At release: a field that opened under a button still down would lose the focus again.
            (Text::Pressing { .. }, Event::Up(pointer)) => {
                *self = Text::Waiting;
                vec![Effect::EditText(target(pointer, view))]
            }
            (Text::Stretching { from, .. }, Event::Up(pointer)) => {
                let drawn = swept(*from, pointer.at);
                *self = Text::Waiting;
                let least = view.styles.font_size(&Kind::Text) * LEAST_EM;
                let wrap = (drawn.width() >= least).then(|| tidy(drawn.width()));
                vec![Effect::EditText(TextTarget::New { at: drawn.origin().into(), wrap })]
            }
            (Text::Pressing { .. } | Text::Stretching { .. }, Event::Cancel) => {
                *self = Text::Waiting;
                vec![Effect::Repaint]
            }
            _ => vec![],
        }
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Text
    }

    fn is_busy(&self) -> bool {
        !matches!(self, Text::Waiting)
    }

    fn marquee(&self) -> Option<Rect> {
        match self {
            Text::Stretching { from, to } => Some(swept(*from, *to)),
            _ => None,
        }
    }
}

fn swept(from: BoardPoint, to: BoardPoint) -> Rect {
    Rect::from_points(Point::from(from), Point::from(to))
}

fn target(pointer: &Pointer, view: &View) -> TextTarget {
    let under = view.writable(pointer.at, pointer.device);
    match under {
        Some(id) => TextTarget::Shape { id, select_all: false },
        None => TextTarget::New { at: pointer.at, wrap: None },
    }
}
