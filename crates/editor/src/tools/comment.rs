//! The comment tool: says where a comment is to be pinned, once. What is written there is the page's business.

use super::{Effect, Event, Tool, ToolSpec};
use crate::output::CursorKind;
use crate::view::View;

pub(super) const SPEC: ToolSpec =
    ToolSpec { id: "comment", shortcuts: &["c"], edits: false, new: |_| Box::new(Comment) };

struct Comment;

impl Tool for Comment {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect> {
        let Event::Down(pointer) = event else { return vec![] };
        vec![Effect::Rest, Effect::Pin(pointer.at, view.hit(pointer.at, pointer.device))]
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Crosshair
    }

    fn is_busy(&self) -> bool {
        false
    }
}
