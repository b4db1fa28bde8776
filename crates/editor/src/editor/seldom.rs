//! What a hand needs seldom, behind one door: pasting, commands that lay out, searching. A page begins without this code and
//! brings it in a moment later; what is asked for before that goes back to it ([`Output::Later`]), to be given again. It must
//! not hold anything that drawing, choosing, moving or typing needs.

use super::Editor;
use crate::commands;
use crate::input::Input;
use crate::output::Output;
use crate::tools::Effect;

/// Effects that wait for the code; a page brings it within seconds.
const EARLY_MAX: usize = 32;

/// The code.
pub struct Seldom {
    take: fn(&mut Editor, Input),
    run: fn(&mut Editor, Effect),
    command: fn(&str) -> Option<commands::Run>,
}

/// Whoever names this has all of it.
pub static SELDOM: Seldom = Seldom { take, run, command: commands::seldom };

impl Editor {
    /// Brings the code in.
    pub fn take_up(&mut self, seldom: &'static Seldom) {
        self.seldom = Some(seldom);
        if !self.early.is_empty() {
            self.put_all_down();
        }
        for effect in std::mem::take(&mut self.early) {
            (seldom.run)(self, effect);
        }
    }

    pub(super) fn seldom_input(&mut self, input: Input) {
        match self.seldom {
            Some(seldom) => (seldom.take)(self, input),
            None => self.emit(Output::Later(Box::new(input))),
        }
    }

    pub(super) fn seldom_effect(&mut self, effect: Effect) {
        match self.seldom {
            Some(seldom) => (seldom.run)(self, effect),
            // Its input is over: what it asked for waits here.
            None if self.early.len() < EARLY_MAX => self.early.push(effect),
            None => {}
        }
    }

    /// What a command does. None: it goes back to the page.
    pub(super) fn run_of(&mut self, command: &commands::Command) -> Option<Vec<Effect>> {
        let run = match (command.run, self.seldom) {
            (Some(run), _) => run,
            (None, Some(seldom)) => (seldom.command)(command.id)?,
            (None, None) => {
                self.emit(Output::Later(Box::new(Input::Command(command.id.to_owned()))));
                return None;
            }
        };
        Some(run(&self.view()))
    }
}

fn take(editor: &mut Editor, input: Input) {
    match input {
        Input::Paste(text) => editor.paste(&text, false),
        Input::PastePlain(text) => editor.paste(&text, true),
        Input::PasteRich { text, spans } => editor.paste_rich(text, spans),
        Input::PasteAt(at) => editor.aim_paste(at),
        Input::PasteTable(rows) => editor.paste_table(&rows),
        Input::PlaceImages { images, at } => editor.place_images(&images, at),
        Input::ReplaceImage(image) => editor.replace_image(&image),
        Input::PlaceNotes(notes) => editor.place_notes(&notes),
        Input::Restore(version) => editor.restore(&version),
        Input::SetGeometry(field) => editor.set_geometry(field),
        Input::Find(text) => editor.find(&text),
        Input::SetMark(mark) => editor.set_mark(&mark),
        other => debug_assert!(false, "nobody takes {other:?}"),
    }
}

fn run(editor: &mut Editor, effect: Effect) {
    match effect {
        Effect::ToggleMark(mark) => editor.toggle_mark(&mark),
        Effect::ToggleList(kind) => editor.toggle_list(kind),
        Effect::Found(by) => editor.show_found(by),
        Effect::Style(style) => editor.set_styles(style),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use board::{Board, ClientId};

    use super::*;
    use crate::IdSource;

    #[test]
    fn what_comes_too_early_goes_back_and_is_done_once_given_again() {
        let board = Board::new(ClientId::from_random(1));
        let mut editor = Editor::light(board, IdSource::new(1));
        let outputs = editor.handle(0, Input::Paste("a word".to_owned()));
        let back = outputs.into_iter().find_map(|output| match output {
            Output::Later(input) => Some(*input),
            _ => None,
        });
        assert!(editor.board().is_empty(), "nothing was pasted yet");
        editor.take_up(&SELDOM);
        editor.handle(1, back.expect("the paste goes back"));
        assert_eq!(editor.board().len(), 1);
        let mut early = Editor::light(Board::new(ClientId::from_random(2)), IdSource::new(2));
        early.handle(0, Input::Paste("again".to_owned()));
        early.handle(0, Input::Command("select-all".to_owned()));
        let again = early.handle(1, Input::Command("lock".to_owned()));
        assert!(!again.iter().any(|output| matches!(output, Output::Later(_))), "nothing is selected to be locked");
    }
}
