//! A hand for tests: an editor, a clock, and the pointer and keys that drive it; and two hands on one board.

use board::{Board, ClientId};
use editor::{
    Button, Device, Editor, IdSource, Input, KeyEvent, KeyPhase, Modifiers, Output, PeerPresence, PointerEvent,
    PointerPhase,
};
use kurbo::Vec2;
use scene::{Colour, ScreenPoint, Swatch};

use crate::outline;

/// An editor in somebody's hand.
pub struct Hand {
    pub editor: Editor,
    pub now_ms: u64,
    /// What the editor has asked for since the test last looked.
    pub outputs: Vec<Output>,
    pub held: Modifiers,
    pub device: Device,
}

impl Hand {
    /// On a board with these shapes, in a view of 1000 by 800 pixels that shows the board at its origin.
    pub fn on(outline: &str) -> Hand {
        Hand::of(outline::board(1, outline), 1)
    }

    pub fn of(board: Board, seed: u64) -> Hand {
        let mut hand = Hand {
            editor: Editor::new(board, IdSource::new(seed)),
            now_ms: 1_000_000,
            outputs: vec![],
            held: Modifiers::default(),
            device: Device::Mouse,
        };
        hand.give(Input::ViewResized { width_px: 1000.0, height_px: 800.0 });
        hand.outputs.clear();
        hand
    }

    pub fn give(&mut self, input: Input) {
        let outputs = self.editor.handle(self.now_ms, input);
        self.outputs.extend(outputs);
    }

    pub fn wait(&mut self, ms: u64) {
        self.now_ms += ms;
    }

    pub fn tick(&mut self, ms: u64) {
        self.wait(ms);
        self.give(Input::Tick);
    }

    pub fn pointer(&mut self, phase: PointerPhase, id: i32, at: Vec2) {
        self.wait(8);
        self.give(Input::Pointer(PointerEvent {
            phase,
            id,
            at: ScreenPoint::new(at.x, at.y),
            pressure: 0.5,
            device: self.device,
            button: Button::Primary,
            modifiers: self.held,
            coalesced: vec![],
        }));
    }

    pub fn press(&mut self, x: f64, y: f64) {
        self.pointer(PointerPhase::Down, 1, Vec2::new(x, y));
    }

    pub fn move_to(&mut self, x: f64, y: f64) {
        self.pointer(PointerPhase::Move, 1, Vec2::new(x, y));
    }

    pub fn release(&mut self, x: f64, y: f64) {
        self.pointer(PointerPhase::Up, 1, Vec2::new(x, y));
    }

    pub fn click(&mut self, x: f64, y: f64) {
        self.wait(1_000);
        self.press(x, y);
        self.release(x, y);
    }

    pub fn double_click(&mut self, x: f64, y: f64) {
        self.click(x, y);
        self.press(x, y);
        self.release(x, y);
    }

    /// Presses at the first place, goes through the others, releases at the last.
    pub fn drag(&mut self, places: &[(f64, f64)]) {
        self.wait(1_000);
        let (first, last) = (places[0], places[places.len() - 1]);
        self.press(first.0, first.1);
        places[1..].iter().for_each(|place| self.move_to(place.0, place.1));
        self.release(last.0, last.1);
    }

    pub fn key(&mut self, shortcut: &str) {
        let event = key_event(shortcut, KeyPhase::Down);
        self.give(Input::Key(event));
        self.give(Input::Key(KeyEvent { modifiers: self.held, ..key_event(shortcut, KeyPhase::Up) }));
    }

    pub fn tool(&mut self, id: &str) {
        self.give(Input::SelectTool(id.to_owned()));
    }

    pub fn command(&mut self, id: &str) {
        self.give(Input::Command(id.to_owned()));
    }

    /// Types a whole text into the open session.
    pub fn type_text(&mut self, text: &str) {
        let id = self.session_id();
        self.give(Input::TextEdited { id, text: text.to_owned(), caret_utf16: None, composing: false });
    }

    pub fn session_id(&self) -> board::ShapeId {
        let session = self.outputs.iter().rev().find_map(|output| match output {
            Output::EditText(session) => Some(session.id.clone()),
            _ => None,
        });
        session.expect("a text session was opened")
    }

    pub fn outline(&self) -> String {
        outline::outline(&self.editor)
    }

    pub fn client(&self) -> ClientId {
        self.editor.board().client_id()
    }

    /// What was asked for since the last call.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }
}

/// `Mod+Shift+Z` as a US keyboard reports it.
pub fn key_event(shortcut: &str, phase: KeyPhase) -> KeyEvent {
    let mut modifiers = Modifiers::default();
    let mut key = shortcut;
    while let Some((name, rest)) = key.split_once('+').filter(|(_, rest)| !rest.is_empty()) {
        match name {
            "Mod" => modifiers.ctrl = true,
            "Alt" => modifiers.alt = true,
            "Shift" => modifiers.shift = true,
            other => panic!("{other} is no modifier"),
        }
        key = rest;
    }
    let code = match key.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => format!("Key{}", key.to_ascii_uppercase()),
        [digit] if digit.is_ascii_digit() => format!("Digit{key}"),
        b"[" => "BracketLeft".to_owned(),
        b"]" => "BracketRight".to_owned(),
        _ => key.to_owned(),
    };
    let typed = match (key, modifiers.shift) {
        ("Space", _) => " ",
        ("[", true) => "{",
        ("]", true) => "}",
        _ => key,
    };
    KeyEvent { key: typed.to_owned(), code, modifiers, phase }
}

/// Two people on one board, and what is on its way between them.
pub struct Pair {
    pub a: Hand,
    pub b: Hand,
}

impl Pair {
    pub fn on(outline: &str) -> Pair {
        let board = outline::board(1, outline);
        let mut copy = Board::new(ClientId::from_random(2));
        copy.merge(&board.snapshot().0).expect("an own snapshot");
        let mut pair = Pair { a: Hand::of(board, 1), b: Hand::of(copy, 2) };
        for (hand, client) in [(&mut pair.a, 2), (&mut pair.b, 1)] {
            let presence =
                PeerPresence { name: format!("P{client}"), colour: Colour::Swatch(Swatch::Teal), cursor: None };
            hand.give(Input::PeerPresence { client: ClientId::from_random(client), presence });
            hand.take_outputs();
        }
        pair
    }

    /// Carries everything across, both ways, until nothing is on its way.
    pub fn exchange(&mut self) {
        self.exchange_if(|_| true);
    }

    /// Carries across what passes the filter; the rest is lost.
    pub fn exchange_if(&mut self, passes: impl Fn(&Output) -> bool) {
        loop {
            let to_b = deliver(&mut self.a, &mut self.b, &passes);
            let to_a = deliver(&mut self.b, &mut self.a, &passes);
            if to_a + to_b == 0 {
                return;
            }
        }
    }

    pub fn contents_agree(&self) -> bool {
        self.a.editor.board().contents() == self.b.editor.board().contents()
    }
}

/// Gives what one editor sent to another; how many messages that were. What is for its own page stays.
pub fn deliver(from: &mut Hand, to: &mut Hand, passes: &dyn Fn(&Output) -> bool) -> usize {
    let client = from.client();
    let mut count = 0;
    for output in from.take_outputs() {
        if !passes(&output) {
            continue;
        }
        let input = match output {
            Output::Update(update) => Input::Merge(update.0.to_vec()),
            Output::Draft(bytes) => Input::PeerDraft { client, bytes },
            Output::Selection(bytes) => Input::PeerSelection { client, bytes },
            Output::Presence(presence) => {
                let colour = Colour::Swatch(Swatch::Teal);
                let presence = PeerPresence { name: format!("P{client}"), colour, cursor: presence.cursor };
                Input::PeerPresence { client, presence }
            }
            other => {
                from.outputs.push(other);
                continue;
            }
        };
        to.give(input);
        count += 1;
    }
    count
}
