//! From keys to commands and tools. A key means the same wherever it is pressed over the board.

use super::Editor;
use crate::commands::{COMMANDS, Command};
use crate::cropping;
use crate::input::{KeyEvent, KeyPhase, Modifiers};
use crate::keys;
use crate::tools::{self, Event, TOOLS, ToolSpec};

/// What a key stands for at the moment.
enum Binding {
    CancelGesture,
    EndGesture,
    HoldSpace,
    Command(&'static Command),
    Tool(&'static ToolSpec),
}

impl Editor {
    /// Whether the editor would do something with this key, so that the page keeps the browser from it. Tab is not bound
    /// where it would leave the last shape: the focus then moves on.
    pub fn is_key_bound(&self, event: &KeyEvent) -> bool {
        self.swallows(event).unwrap_or_else(|| self.binding(event).is_some())
    }

    fn binding(&self, event: &KeyEvent) -> Option<Binding> {
        if self.typing.is_some() {
            let view = self.view();
            let bound = |command: &&Command| {
                let shortcuts = self.keys.shortcuts(command.id, command.shortcuts);
                shortcuts.iter().any(|shortcut| keys::matches(shortcut, event))
            };
            let command = COMMANDS.iter().filter(|command| command.is_for_text).find(bound);
            return command.filter(|command| command.is_enabled(&view)).map(Binding::Command);
        }
        let is_undo = keys::matches("Mod+Z", event);
        if self.is_busy() {
            if event.key == "Enter" {
                return Some(Binding::EndGesture);
            }
            return (event.key == "Escape" || is_undo).then_some(Binding::CancelGesture);
        }
        if event.key == " " && !event.modifiers.command() {
            return Some(Binding::HoldSpace);
        }
        let view = self.view();
        if event.key == "Enter" && !self.has_tool() && cropping::selected(&view).is_some() {
            return (event.modifiers == Modifiers::default()).then_some(Binding::EndGesture);
        }
        let bound =
            |id: &str, own: &[&str]| self.keys.shortcuts(id, own).iter().any(|shortcut| keys::matches(shortcut, event));
        let command = COMMANDS.iter().find(|command| {
            !command.is_browser_event && bound(command.id, command.shortcuts) && command.is_enabled(&view)
        });
        let tool = || TOOLS.iter().find(|tool| bound(tool.id, tool.shortcuts) && (view.can_edit || !tool.edits));
        command.map(Binding::Command).or_else(|| tool().map(Binding::Tool))
    }

    pub(super) fn key(&mut self, event: &KeyEvent) {
        if self.modifiers != event.modifiers {
            self.modifiers = event.modifiers;
            if self.is_busy() {
                self.feed(&Event::Refresh(event.modifiers));
            }
        }
        if event.phase == KeyPhase::Up {
            self.space_held &= event.key != " ";
            return;
        }
        match self.binding(event) {
            None => {}
            Some(Binding::CancelGesture) => self.cancel_gesture(),
            Some(Binding::EndGesture) => self.feed(&Event::Done),
            Some(Binding::HoldSpace) => self.space_held = true,
            Some(Binding::Command(command)) => self.run_command(command),
            Some(Binding::Tool(tool)) => self.take_tool(tool),
        }
    }

    pub(super) fn command(&mut self, id: &str) {
        if let Some(command) = COMMANDS.iter().find(|command| command.id == id) {
            if self.is_busy() && command.edits {
                self.cancel_gesture();
                return;
            }
            if command.is_enabled(&self.view()) {
                self.run_command(command);
            }
        }
    }

    fn run_command(&mut self, command: &Command) {
        if command.edits && !command.is_for_text {
            self.end_text();
        }
        if let Some(effects) = self.run_of(command) {
            self.run(effects);
        }
    }

    /// Whether a command of [`COMMANDS`] can be run now, for menus.
    pub fn is_command_enabled(&self, id: &str) -> bool {
        COMMANDS.iter().any(|command| command.id == id && command.is_enabled(&self.view()))
    }

    /// Whether the tool in hand is not the one that the editor rests with.
    pub(super) fn has_tool(&self) -> bool {
        self.tool.spec.id != tools::REST.id
    }
}
