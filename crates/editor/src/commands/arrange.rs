//! The pile: what lies over what.

use std::collections::HashSet;

use board::{Edit, Field, Shape, ShapeId};
use kurbo::Rect;

use super::{Command, EDIT};
use crate::tools::Effect;
use crate::view::View;

pub(super) const BRING_TO_FRONT: Command = Command {
    id: "bring-to-front",
    shortcuts: &["Mod+Shift+]", "Mod+Alt+]"],
    run: Some(|view| {
        let pile = Pile::of(view);
        pile.placed(pile.others().next_back(), None, view)
    }),
    ..EDIT
};

pub(super) const BRING_FORWARD: Command = Command {
    id: "bring-forward",
    shortcuts: &["Mod+]", "]"],
    run: Some(|view| {
        let pile = Pile::of(view);
        let above: Vec<&Shape> = pile.above().collect();
        let Some(over) = pile.next_in_way(above.iter().copied()) else { return vec![] };
        let next = above.into_iter().skip_while(|shape| shape.id != over.id).nth(1);
        pile.placed(Some(over), next, view)
    }),
    ..EDIT
};

pub(super) const SEND_BACKWARD: Command = Command {
    id: "send-backward",
    shortcuts: &["Mod+[", "["],
    run: Some(|view| {
        let pile = Pile::of(view);
        let below: Vec<&Shape> = pile.below().collect();
        let Some(under) = pile.next_in_way(below.iter().copied()) else { return vec![] };
        let next = below.into_iter().skip_while(|shape| shape.id != under.id).nth(1).or_else(|| pile.floor());
        pile.placed(next, Some(under), view)
    }),
    ..EDIT
};

pub(super) const SEND_TO_BACK: Command = Command {
    id: "send-to-back",
    shortcuts: &["Mod+Shift+[", "Mod+Alt+["],
    run: Some(|view| {
        let pile = Pile::of(view);
        let floor = pile.floor();
        let mut above = pile.others().skip_while(|shape| floor.is_some_and(|floor| shape.id != floor.id));
        pile.placed(floor, above.nth(usize::from(floor.is_some())), view)
    }),
    ..EDIT
};

/// The selection within the pile.
struct Pile<'a> {
    /// All shapes, lowest first, and whether they are selected.
    shapes: Vec<(&'a Shape, bool)>,
    moving: Vec<ShapeId>,
    bounds: Rect,
}

impl<'a> Pile<'a> {
    fn of(view: &'a View) -> Self {
        // What lies in a frame lies on it: it goes along.
        let carried: HashSet<ShapeId> = view.board.with_contents(view.selection.iter()).into_iter().collect();
        let shapes: Vec<_> = view.board.shapes().map(|shape| (shape, carried.contains(&shape.id))).collect();
        let moving: Vec<&Shape> = shapes.iter().filter(|(_, moves)| *moves).map(|(shape, _)| *shape).collect();
        Pile {
            shapes,
            bounds: moving.iter().map(|shape| shape.bounds()).reduce(|all, rect| all.union(rect)).unwrap_or(Rect::ZERO),
            moving: moving.into_iter().map(|shape| shape.id.clone()).collect(),
        }
    }

    fn others(&self) -> impl DoubleEndedIterator<Item = &'a Shape> {
        self.shapes.iter().filter(|(_, selected)| !selected).map(|(shape, _)| *shape)
    }

    /// What lies above all of the selection, lowest first.
    fn above(&self) -> impl Iterator<Item = &'a Shape> {
        let highest = self.shapes.iter().rposition(|(_, selected)| *selected).map_or(self.shapes.len(), |at| at + 1);
        self.shapes[highest..].iter().map(|(shape, _)| *shape)
    }

    /// What lies below all of the selection, highest first, down to its frame.
    fn below(&self) -> impl Iterator<Item = &'a Shape> {
        let lowest = self.shapes.iter().position(|(_, selected)| *selected).unwrap_or(0);
        let floor = self.floor();
        let below = self.shapes[..lowest].iter().rev().map(|(shape, _)| *shape);
        below.take_while(move |shape| floor.is_none_or(|floor| shape.id != floor.id))
    }

    /// The highest frame that holds some of the selection and is not of it: beneath it nobody would see them.
    fn floor(&self) -> Option<&'a Shape> {
        let holds: HashSet<&ShapeId> =
            self.shapes.iter().filter_map(|(shape, moves)| shape.frame.as_ref().filter(|_| *moves)).collect();
        self.others().rfind(|shape| holds.contains(&shape.id))
    }

    /// The nearest one that overlaps the selection, so that a step can be seen; or else just the nearest.
    fn next_in_way(&self, shapes: impl Iterator<Item = &'a Shape> + Clone) -> Option<&'a Shape> {
        shapes.clone().find(|shape| shape.bounds().overlaps(self.bounds)).or_else(|| shapes.clone().next())
    }

    /// The selection in its own order between two others; nothing if it is there already.
    fn placed(&self, below: Option<&Shape>, above: Option<&Shape>, view: &View) -> Vec<Effect> {
        let at = |shape: &Shape| self.shapes.iter().position(|(other, _)| other.id == shape.id);
        let from = below.and_then(at).map_or(0, |at| at + 1);
        let to = above.and_then(at).unwrap_or(self.shapes.len());
        let between = self.shapes.get(from..to).unwrap_or(&[]);
        let is_there = between.iter().filter(|(_, selected)| *selected).count() == self.moving.len();
        if is_there && between.len() == self.moving.len() {
            return vec![];
        }
        let (below, above) = (below.map(|shape| &shape.id), above.map(|shape| &shape.id));
        let placement = view.board.order_between(below, above, &self.moving, self.moving.len(), view.ids.random());
        let moves = self.moving.iter().zip(placement.keys);
        let moves = moves.map(|(id, key)| Edit::Set { id: id.clone(), field: Field::Order(key) });
        vec![Effect::Apply(placement.shifts.into_iter().chain(moves).collect(), None)]
    }
}
