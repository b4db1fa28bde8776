//! What the page shows around the board.

use std::collections::BTreeMap;

use board::Shape;

use super::Editor;
use crate::chrome::{Chrome, Person, SelectionPart, Slide};
use crate::commands::reading_order;
use crate::limits;
use crate::style;

/// The stored name of the kind that is presented.
const FRAME: &str = "frame";

/// Characters of a selected text that its description holds.
const DESCRIBED_TEXT_CHARS: usize = 80;

impl Editor {
    /// Everything that the page shows of the editor and does not paint.
    pub fn chrome(&self) -> Chrome {
        Chrome {
            tool: self.tool.spec.id,
            tool_locked: self.tool_locked,
            can_edit: self.can_edit,
            style: match self.selection.is_empty() {
                true => self.styles.chrome(self.tool.spec.id),
                false => style::shared(self.view().selected()),
            },
            selection_count: self.selection.len(),
            selection_description: self.selection_description(),
            can_undo: self.history.can_undo(),
            can_redo: self.history.can_redo(),
            zoom: self.camera.zoom(),
            people: self.people(),
            shape_count: self.board.len(),
            is_editing_text: self.typing.is_some(),
            geometry: self.geometry(),
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

    /// The frames, in the order in which one reads the board: at most [`limits::SLIDES`].
    pub fn slides(&self) -> Vec<Slide> {
        let frames = self.board.shapes().filter(|shape| shape.kind.name() == FRAME).take(limits::SLIDES);
        let slide = |shape: &Shape| Slide { id: shape.id.clone(), name: shape.text.to_string() };
        reading_order(frames, &self.index).into_iter().map(slide).collect()
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

    fn selection_description(&self) -> Vec<SelectionPart> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let view = self.view();
        for shape in view.selected() {
            *counts.entry(shape.kind.name()).or_default() += 1;
        }
        let text = match &self.selection[..] {
            [id] => self.board.shape(id).map(|shape| shape.text.chars().take(DESCRIBED_TEXT_CHARS).collect::<String>()),
            _ => None,
        };
        let text = text.filter(|text| !text.is_empty());
        let mut parts: Vec<SelectionPart> = counts
            .into_iter()
            .map(|(kind, count)| SelectionPart { kind: kind.to_owned(), count, text: text.clone() })
            .collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.count));
        parts
    }
}
