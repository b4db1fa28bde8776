//! The frames as they are listed and presented: in the order that somebody has given them, the others after those as one
//! reads the board.

use board::{Edit, Field, OrderKey, Shape};

use super::Editor;
use crate::chrome::Slide;
use crate::commands::reading_order;
use crate::limits;

impl Editor {
    /// The frames in their order: at most [`limits::SLIDES`].
    pub fn slides(&self) -> Vec<Slide> {
        let slide = |shape: &Shape| Slide { id: shape.id.clone(), name: shape.text.to_string() };
        self.presented().into_iter().map(slide).collect()
    }

    fn presented(&self) -> Vec<&Shape> {
        let frames = self.board.frames().take(limits::SLIDES);
        let mut frames = reading_order(frames, &self.index);
        // A stable sort: those without a place stay as one reads them.
        frames.sort_by(|a, b| match (&a.slide, &b.slide) {
            (Some(one), Some(other)) => (one, &a.id).cmp(&(other, &b.id)),
            (one, other) => other.is_some().cmp(&one.is_some()),
        });
        frames
    }

    /// Puts a frame at a place of the list, counted from 0. Only it and those before it need a place of their own.
    pub(super) fn move_slide(&mut self, id: &str, to: usize) {
        let mut frames = self.presented();
        let Some(from) = frames.iter().position(|frame| frame.id.as_str() == id) else { return };
        let to = to.min(frames.len() - 1);
        if from == to {
            return;
        }
        let moved = frames.remove(from);
        frames.insert(to, moved);
        let keys = self.keys_for(&frames, to);
        let named = frames.iter().zip(keys).filter(|(frame, key)| frame.slide.as_ref() != Some(key));
        let set =
            |(frame, key): (&&Shape, OrderKey)| Edit::Set { id: frame.id.clone(), field: Field::Slide(Some(key)) };
        let edits = named.map(set).collect();
        self.commit(edits, None);
    }

    /// Ascending keys for the frames up to this place: those that they have, where they can stay.
    fn keys_for(&self, frames: &[&Shape], to: usize) -> Vec<OrderKey> {
        let named = |frame: &&Shape| frame.slide.clone();
        let after = frames[to + 1..].first().and_then(named);
        let stay = frames[..to].iter().take_while(|frame| frame.slide.is_some()).count();
        let low = frames[..stay].last().and_then(named);
        let new = OrderKey::between(low.as_ref(), after.as_ref(), to + 1 - stay, self.ids.random());
        match new {
            Some(new) => frames[..stay].iter().filter_map(named).chain(new).collect(),
            // Two people gave the same place at once: all that have one get another.
            None => {
                let count = frames.iter().rposition(|frame| frame.slide.is_some()).unwrap_or(0).max(to) + 1;
                OrderKey::between(None, None, count, self.ids.random()).unwrap_or_default()
            }
        }
    }
}
