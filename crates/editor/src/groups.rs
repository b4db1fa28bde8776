//! Groups: what a click means where shapes belong together. A group is a name that its shapes have in common, so groups
//! can neither be empty nor hold one another in a circle, whatever two people do at once. Knows no pointer.

use std::collections::{HashMap, HashSet};

use board::{GroupId, Shape, ShapeId};

use crate::view::View;

/// What a click on this shape selects: its group, or, where the selection is within the group already, what lies next
/// in it.
pub(crate) fn around(shape: &Shape, view: &View) -> Vec<ShapeId> {
    let level = entered(shape, view);
    members(shape, level, view)
}

/// One level further in than the selection: what a double click selects. None where that is the shape itself already.
pub(crate) fn deeper(shape: &Shape, view: &View) -> Option<Vec<ShapeId>> {
    let level = entered(shape, view);
    (level < shape.groups.len()).then(|| members(shape, level + 1, view))
}

/// The same shapes, and whoever is in a group with them: for what is swept up.
pub(crate) fn whole(ids: Vec<ShapeId>, view: &View) -> Vec<ShapeId> {
    let outermost: HashSet<&GroupId> = ids.iter().filter_map(|id| view.board.shape(id)?.groups.first()).collect();
    if outermost.is_empty() {
        return ids;
    }
    let known: HashSet<&ShapeId> = ids.iter().collect();
    let others = view.board.shapes().filter(|shape| {
        !known.contains(&shape.id) && shape.groups.first().is_some_and(|group| outermost.contains(group))
    });
    let others: Vec<ShapeId> = others.map(|shape| shape.id.clone()).collect();
    ids.into_iter().chain(others).collect()
}

/// How many of the shape's groups the selection is within, without holding all of them.
pub(crate) fn entered(shape: &Shape, view: &View) -> usize {
    let mut level = 0;
    while let Some(group) = shape.groups.get(level) {
        let is_in = |shape: &Shape| shape.groups.get(level) == Some(group);
        let holds_some = view.selected().any(is_in);
        let is_within = holds_some && view.selected().all(is_in);
        let holds_all = is_within && {
            let selected = view.selected().count();
            view.board.shapes().filter(|shape| is_in(shape)).count() == selected
        };
        if !is_within || holds_all {
            break;
        }
        level += 1;
    }
    level
}

/// Everything that is in the same group as the shape at this level; beyond its groups, the shape.
fn members(shape: &Shape, level: usize, view: &View) -> Vec<ShapeId> {
    let Some(group) = shape.groups.get(level) else { return vec![shape.id.clone()] };
    let members = view.board.shapes().filter(|other| other.groups.get(level) == Some(group));
    members.map(|other| other.id.clone()).collect()
}

/// The selection in the parts that layouts move: whole groups, as the selection sees them, and single shapes.
pub(crate) fn parts<'a>(view: &'a View) -> Vec<Vec<&'a Shape>> {
    let level = common(view).len();
    let mut parts: Vec<(Option<&GroupId>, Vec<&Shape>)> = vec![];
    let mut places: HashMap<&GroupId, usize> = HashMap::new();
    for shape in view.movable() {
        let group = shape.groups.get(level);
        match group.and_then(|group| places.get(group)) {
            Some(&at) => parts[at].1.push(shape),
            None => {
                places.extend(group.map(|group| (group, parts.len())));
                parts.push((group, vec![shape]));
            }
        }
    }
    // A single group is one thing to a hand that means the shapes in it.
    match &parts[..] {
        [(Some(_), part)] => part.iter().map(|shape| vec![*shape]).collect(),
        _ => parts.into_iter().map(|(_, part)| part).collect(),
    }
}

/// The groups that the selection is within: those that all of it shares, but for a group that it is the whole of.
pub(crate) fn common(view: &View) -> Vec<GroupId> {
    let Some(first) = view.selected().next() else { return vec![] };
    first.groups[..entered(first, view)].to_vec()
}
