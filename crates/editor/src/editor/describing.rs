//! What the page shows around the board.

use board::{Kind, Shape};

use super::{Editor, marking};
use crate::becoming;
use crate::chrome::{Chrome, Geometry, Letters, Person, SelectionPart, StyleOfSelection};
use crate::handles::Handles;
use crate::history::Direction;
use crate::limits;
use crate::style::Shared;
use crate::transform::Around;

/// Characters of a selected text that its description holds.
const DESCRIBED_TEXT_CHARS: usize = 80;

/// What is said of the selection as a whole. It is read off the shapes when they or the selection change, not whenever
/// somebody asks: finding tens of thousands of shapes takes longer than a frame has.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    style: StyleOfSelection,
    parts: Vec<SelectionPart>,
    kinds: Vec<&'static Kind>,
    geometry: Option<Geometry>,
    letters: Option<Letters>,
}

/// What a walk over the selected shapes finds. Each is looked at once: with tens of thousands, fetching them from memory takes
/// longer than looking at them.
#[derive(Default)]
struct Stock<'a> {
    count: usize,
    /// The first of them.
    first: Vec<&'a Shape>,
    /// The first of those that have letters.
    lettered: Vec<&'a Shape>,
    style: Shared<'a>,
    kinds: Vec<(&'a Kind, usize)>,
    /// Around those that may be changed.
    free: Around<'a>,
    /// Some of them look wrong when they are stretched one way only.
    keeps_proportions: bool,
}

impl<'a> Stock<'a> {
    fn of(shapes: impl Iterator<Item = &'a Shape>) -> Self {
        let mut stock = Self::default();
        shapes.for_each(|shape| stock.look(shape));
        stock
    }

    fn look(&mut self, shape: &'a Shape) {
        self.count += 1;
        if self.first.len() < limits::LETTERED_SHAPES {
            self.first.push(shape);
        }
        if self.lettered.len() < limits::LETTERED_SHAPES && shape.has_letters() {
            self.lettered.push(shape);
        }
        self.style.look(shape);
        match self.kinds.iter_mut().find(|(kind, _)| **kind == shape.kind) {
            Some((_, count)) => *count += 1,
            None => self.kinds.push((&shape.kind, 1)),
        }
        if !shape.locked {
            self.free.look(shape);
        }
        self.keeps_proportions |= shape.angle != 0.0 || shape.kind == Kind::Text;
    }

    /// The handles around all of them.
    fn handles(&self) -> Option<Handles> {
        match self.first[..] {
            [shape] => Handles::of(shape),
            // What is locked among them stays where it is.
            _ if self.free.count() < self.count => None,
            _ => Some(Handles::around(self.free.frame()?, self.keeps_proportions)),
        }
    }

    /// Kinds with their counts, the most frequent first; of a single shape its text too.
    fn parts(&self) -> Vec<SelectionPart> {
        let text = match self.first[..] {
            [shape] => Some(shape.text.chars().take(DESCRIBED_TEXT_CHARS).collect::<String>()),
            _ => None,
        };
        let text = text.filter(|text| !text.is_empty());
        let part = |(kind, count): &(&Kind, usize)| SelectionPart {
            kind: kind.name().to_owned(),
            count: *count,
            text: text.clone(),
        };
        let mut parts: Vec<SelectionPart> = self.kinds.iter().map(part).collect();
        parts.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.kind.cmp(&other.kind)));
        parts
    }
}

impl Editor {
    /// Reads the selected shapes anew: for what is said of them, and for the handles around them.
    pub(super) fn take_stock(&mut self) {
        let view = self.view();
        let stock = Stock::of(view.selected());
        let handles = stock.handles();
        let frame = match &handles {
            Some(Handles::Box { frame, .. }) => Some(*frame),
            _ => stock.free.frame(),
        };
        let summary = Summary {
            style: stock.style.style(),
            parts: stock.parts(),
            kinds: becoming::kinds(stock.first.iter().copied()),
            geometry: frame.map(Geometry::of),
            letters: marking::letters_of(&stock.lettered),
        };
        (self.handles, self.summary) = (handles, summary);
    }

    /// How the letters of the selected shapes look.
    pub(super) fn selected_letters(&self) -> Option<Letters> {
        self.summary.letters.clone()
    }

    /// Everything that the page shows of the editor and does not paint.
    pub fn chrome(&self) -> Chrome {
        Chrome {
            tool: self.tool.spec.id,
            tool_locked: self.tool_locked,
            can_edit: self.can_edit,
            style: match self.selection.is_empty() {
                true => self.styles.chrome(self.tool.spec.id),
                false => self.summary.style.clone(),
            },
            selection_count: self.selection.len(),
            selection_number: self.selection.number(),
            selection_description: self.summary.parts.clone(),
            kinds: self.summary.kinds.clone(),
            can_undo: self.history.can_undo() || self.stepping() == Some(Direction::Redo),
            can_redo: self.history.can_redo() || self.stepping() == Some(Direction::Undo),
            zoom: self.camera.zoom(),
            people: self.people(),
            shape_count: self.board.len(),
            is_editing_text: self.typing.is_some(),
            geometry: self.summary.geometry,
            letters: self.letters(),
            found: self.found(),
            is_lost: self.is_lost(),
            view_mode: self.view_mode,
            lost_count: self.mine.lost.len(),
            snaps: self.aids.snaps,
            grid: self.aids.grid,
            is_gesturing: self.is_busy(),
            following: self.following(),
        }
    }

    fn people(&self) -> Vec<Person> {
        let named = self.peers.iter().filter(|(_, peer)| !peer.name.is_empty());
        let people = named.map(|(client, peer)| Person {
            client,
            name: peer.name.clone(),
            colour: peer.colour,
            person: peer.stance.person.clone(),
            is_away: peer.stance.is_away,
            leads: peer.stance.leads.is_some(),
        });
        people.collect()
    }
}
