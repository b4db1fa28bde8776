//! The text tool: a click begins a text, or goes on with the one under it.

use super::{Effect, Event, Pointer, Tool, ToolSpec};
use crate::output::CursorKind;
use crate::text_session::TextTarget;
use crate::view::View;

pub(super) const SPEC: ToolSpec =
    ToolSpec { id: "text", shortcuts: &["t", "6"], edits: true, new: |_| Box::new(Text::default()) };

#[derive(Default)]
enum Text {
    #[default]
    Waiting,
    Pressing,
}

impl Tool for Text {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect> {
        match (&self, event) {
            (Text::Waiting, Event::Down(_)) => {
                *self = Text::Pressing;
                vec![]
            }
            // At release: a field that opened under a button still down would lose the focus again.
            (Text::Pressing, Event::Up(pointer)) => {
                *self = Text::Waiting;
                vec![Effect::EditText(target(pointer, view))]
            }
            (Text::Pressing, Event::Cancel) => {
                *self = Text::Waiting;
                vec![]
            }
            _ => vec![],
        }
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Text
    }

    fn is_busy(&self) -> bool {
        matches!(self, Text::Pressing)
    }
}

fn target(pointer: &Pointer, view: &View) -> TextTarget {
    let under = view.writable(pointer.at, pointer.device);
    match under {
        Some(id) => TextTarget::Shape { id, select_all: false },
        None => TextTarget::New { at: pointer.at },
    }
}
