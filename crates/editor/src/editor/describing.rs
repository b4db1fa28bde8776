//! What the page shows around the board.

use std::collections::HashMap;

use board::{Kind, Shape};

use super::{Editor, marking};
use crate::becoming;
use crate::chrome::{Chrome, Geometry, Letters, Person, SelectionPart, StyleOfSelection};
use crate::handles::Handles;
use crate::limits;
use crate::style;
use crate::transform::Frame;

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

impl Editor {
    /// Reads the selected shapes anew: for what is said of them, and for the handles around them.
    pub(super) fn take_stock(&mut self) {
        let view = self.view();
        let shapes: Vec<&Shape> = view.selected().collect();
        let handles = Handles::of(&shapes);
        let frame = match &handles {
            Some(Handles::Box { frame, .. }) => Some(*frame),
            _ => Frame::around(shapes.iter().copied().filter(|shape| !shape.locked)),
        };
        let summary = Summary {
            style: style::shared(shapes.iter().copied()),
            parts: parts(&shapes),
            kinds: becoming::kinds(shapes.iter().take(limits::LETTERED_SHAPES).copied()),
            geometry: frame.map(Geometry::of),
            letters: marking::letters_of(&shapes),
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
            selection_description: self.summary.parts.clone(),
            kinds: self.summary.kinds.clone(),
            can_undo: self.history.can_undo(),
            can_redo: self.history.can_redo(),
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

/// Kinds with their counts, the most frequent first; of a single shape its text too.
fn parts(shapes: &[&Shape]) -> Vec<SelectionPart> {
    let mut counts: HashMap<&Kind, usize> = HashMap::new();
    for shape in shapes {
        *counts.entry(&shape.kind).or_default() += 1;
    }
    let text = match shapes {
        [shape] => Some(shape.text.chars().take(DESCRIBED_TEXT_CHARS).collect::<String>()),
        _ => None,
    };
    let text = text.filter(|text| !text.is_empty());
    let mut parts: Vec<SelectionPart> = counts
        .into_iter()
        .map(|(kind, count)| SelectionPart { kind: kind.name().to_owned(), count, text: text.clone() })
        .collect();
    parts.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.kind.cmp(&other.kind)));
    parts
}
