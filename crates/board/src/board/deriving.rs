//! What of a shape follows from others: where a bound line runs, what cuts a shape off; and which shapes that makes look
//! different when others do. Must not know how a shape is stored.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use kurbo::{PathEl, Point, Rect};

use super::Board;
use crate::connector::{self, Held};
use crate::{Binding, Kind, Shape, ShapeId};

/// Frames in frames that cut a shape off; what lies deeper is cut off by these alone.
const FRAMES_DEEP: usize = 8;
/// No count of changes comes so far.
const DERIVED: u64 = 1 << 63;

/// What a gesture shows elsewhere than the board has it.
#[derive(Clone, Copy)]
pub struct InMotion<'a> {
    /// A shape as it is shown; none where that is as the board has it.
    pub shown: &'a dyn Fn(&ShapeId) -> Option<Shape>,
    /// Where those of them are shown that elbows go around. Who moves too many for that names none: elbows then run as if
    /// they had not moved.
    pub obstacles: &'a [(ShapeId, Rect)],
}

impl InMotion<'static> {
    /// Everything is where the board has it.
    pub const NOTHING: InMotion<'static> = InMotion { shown: &|_| None, obstacles: &[] };
}

impl Board {
    /// Whether any shape is derived from another.
    pub fn has_dependents(&self) -> bool {
        self.pile.has_dependents()
    }

    /// Whether anything follows from anything.
    pub(super) fn has_derived(&self) -> bool {
        self.has_dependents() || self.surroundings.is_kept()
    }

    /// What looks different when these do, beside themselves: lines follow what they hold, shapes are cut off by their
    /// frames.
    pub fn followers<'a>(&'a self, ids: impl IntoIterator<Item = &'a ShapeId>) -> BTreeSet<ShapeId> {
        let mut found = BTreeSet::new();
        if !self.has_dependents() {
            return found;
        }
        let mut open: Vec<&ShapeId> = ids.into_iter().collect();
        while let Some(id) = open.pop() {
            for dependent in self.pile.dependents(id) {
                if found.insert(dependent.clone()) {
                    open.push(dependent);
                }
            }
        }
        found
    }

    /// The shapes in these frames and in frames in them, beside themselves: what moves when they do.
    pub fn with_contents<'a>(&self, ids: impl IntoIterator<Item = &'a ShapeId>) -> Vec<ShapeId> {
        let mut all: Vec<ShapeId> = ids.into_iter().cloned().collect();
        if !self.has_dependents() {
            return all;
        }
        let mut seen: std::collections::HashSet<ShapeId> = all.iter().cloned().collect();
        let mut at = 0;
        while let Some(id) = all.get(at).cloned() {
            at += 1;
            let is_frame = self.pile.is_frame(&id);
            for dependent in self.pile.dependents(&id).filter(|_| is_frame) {
                let is_content = self.shape(dependent).is_some_and(|shape| shape.frame.as_ref() == Some(&id));
                if is_content && seen.insert(dependent.clone()) {
                    all.push(dependent.clone());
                }
            }
        }
        all
    }

    /// Whether there are lines that go around what is in their way.
    pub fn has_elbows(&self) -> bool {
        self.surroundings.has_elbows()
    }

    /// The lines that may run elsewhere if something comes or goes in a rectangle.
    pub fn elbows_near(&self, rect: Rect) -> impl Iterator<Item = &ShapeId> {
        self.surroundings.elbows(rect)
    }

    /// Derives what follows from shapes that were read anew; answers with all that looks different.
    pub(super) fn derive_from(&mut self, read: BTreeSet<ShapeId>) -> BTreeSet<ShapeId> {
        let mut touched = self.derive_beside(&read);
        if touched.is_empty() {
            return read;
        }
        touched.extend(read);
        touched
    }

    /// The same; answers with what looks different for what was derived alone.
    pub(super) fn derive_beside(&mut self, read: &BTreeSet<ShapeId>) -> BTreeSet<ShapeId> {
        if !self.has_derived() {
            return BTreeSet::new();
        }
        let pile = &self.pile;
        let disturbed = self.surroundings.update(read, |id| pile.get(id), pile.iter());
        let mut followers = self.followers(read);
        followers.extend(disturbed);
        let mut corridors = vec![];
        let mut touched = BTreeSet::new();
        for id in followers.iter().chain(read.iter().filter(|id| !followers.contains(*id))) {
            if self.derive(id) {
                touched.insert(id.clone());
            }
            if !self.surroundings.is_kept() {
                continue;
            }
            let course = self.shape(id).and_then(|shape| shape.course.as_ref());
            corridors.push((id.clone(), course.and_then(|course| course.corridor)));
        }
        self.surroundings.looked(corridors);
        touched
    }

    /// Whether that made it look different.
    fn derive(&mut self, id: &ShapeId) -> bool {
        let Some(known) = self.shape(id).filter(|shape| shape.depends_on().next().is_some()) else { return false };
        let mut shape = self.derived(known.clone(), &InMotion::NOTHING);
        if (&shape.course, &shape.clips) == (&known.course, &known.clips) {
            return false;
        }
        shape.revision = look(&shape);
        self.pile.derive(shape);
        true
    }

    /// A shape with what is derived from others, which are as the board has them, or as a gesture shows them.
    pub fn derived(&self, mut shape: Shape, motion: &InMotion) -> Shape {
        let other = |id: &ShapeId| (motion.shown)(id).or_else(|| self.shape(id).cloned());
        let held = |binding: &Option<Arc<Binding>>| {
            let binding = binding.as_ref()?;
            let other = other(&binding.shape).filter(|other| other.kind.can_be_held())?;
            Some((other, binding.clone()))
        };
        // What was derived before has no part in it: a turned line turns around what its own values span.
        shape.measure();
        let mut frame = shape.frame.clone();
        if shape.kind.is_line() {
            let ends = [held(&shape.start), held(&shape.end)];
            if ends.iter().any(Option::is_some) {
                // A line to something outside of its frame is seen whole.
                let mut others = ends.iter().flatten();
                frame = frame.filter(|frame| others.all(|(other, _)| other.frame.as_ref() == Some(frame)));
                let corners = shape.board_points();
                let course = {
                    let ends =
                        ends.each_ref().map(|end| end.as_ref().map(|(other, binding)| Held::new(other, binding)));
                    let in_the_way = |rect: Rect| self.in_the_way(rect, &shape, motion);
                    connector::course(&shape, &corners, ends, &in_the_way)
                };
                shape.course = Some(Arc::new(course));
            }
        }
        let mut clips = Vec::new();
        while let Some(around) = frame.and_then(|id| other(&id)).filter(|around| around.kind == Kind::Frame) {
            clips.push(Arc::new(around.outline()));
            frame = around.frame.filter(|_| clips.len() < FRAMES_DEEP);
        }
        shape.clips = (!clips.is_empty()).then(|| clips.into());
        shape.measured()
    }

    /// The boxes that meet a rectangle, but for those of what the line holds.
    fn in_the_way(&self, rect: Rect, line: &Shape, motion: &InMotion) -> Vec<Rect> {
        let holds = |id: &ShapeId| [&line.start, &line.end].into_iter().flatten().any(|binding| binding.shape == *id);
        let moves = |id: &ShapeId| motion.obstacles.iter().any(|(other, _)| other == id);
        let still = self.surroundings.obstacles(rect).filter(|(id, _)| !holds(id) && !moves(id)).map(|(_, rect)| rect);
        let moving = motion.obstacles.iter().filter(|(id, other)| !holds(id) && other.overlaps(rect));
        still.chain(moving.map(|(_, rect)| *rect)).collect()
    }
}

/// A number for what a shape looks like that is in part derived: the same for the same values and the same derived ones, and of
/// no shape that is not derived.
fn look(shape: &Shape) -> u64 {
    if (&shape.course, &shape.clips) == (&None, &None) {
        return shape.read;
    }
    let mut hasher = DefaultHasher::new();
    shape.read.hash(&mut hasher);
    let course = shape.course.iter().map(|course| &course.path);
    for path in course.chain(shape.clips.iter().flat_map(|clips| clips.iter()).map(|clip| &**clip)) {
        path.elements().len().hash(&mut hasher);
        for element in path.elements() {
            let points: &[Point] = match element {
                PathEl::MoveTo(to) | PathEl::LineTo(to) => &[*to],
                PathEl::QuadTo(by, to) => &[*by, *to],
                PathEl::CurveTo(by, then_by, to) => &[*by, *then_by, *to],
                PathEl::ClosePath => &[],
            };
            points.iter().for_each(|point| [point.x, point.y].map(f64::to_bits).hash(&mut hasher));
        }
    }
    hasher.finish() | DERIVED
}
