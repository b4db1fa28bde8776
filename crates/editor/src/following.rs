//! What a gesture shows elsewhere beside what it moves: lines that hold some of it, and elbows that it comes in the way of.
//! Bounded: what is beyond the limits stays as the board has it until the gesture ends. Must not know how it is painted.

use std::collections::HashSet;

use board::{Board, Shape, ShapeId};
use kurbo::Rect;

use crate::limits;
use crate::transform::Transform;

/// The shapes that are to be derived anew while `moving` are transformed, each once.
pub(crate) fn following(board: &Board, moving: &[ShapeId], transform: &Transform) -> Vec<ShapeId> {
    if !board.has_dependents() {
        return vec![];
    }
    let mut found = HashSet::new();
    let followers = board.followers(moving);
    let moves: HashSet<&ShapeId> = match followers.is_empty() && !board.has_elbows() {
        true => return vec![],
        false => moving.iter().collect(),
    };
    let is_elbow = |id: &ShapeId| board.shape(id).is_some_and(Shape::goes_around);
    let mut elbows = 0;
    let mut is_within = |id: &ShapeId| {
        elbows += usize::from(is_elbow(id));
        !is_elbow(id) || elbows <= limits::ROUTED_ELBOWS
    };
    let followers = followers.into_iter().filter(|id| !moves.contains(id));
    let mut all: Vec<ShapeId> = followers.filter(&mut is_within).take(limits::FOLLOWING_LINES).collect();
    if moving.len() <= limits::OBSTACLES_IN_MOTION && board.has_elbows() {
        // Elbows that go along go around what they come to.
        all.extend(moving.iter().filter(|id| is_elbow(id) && is_within(id)).cloned());
        found.extend(all.iter().cloned());
        let disturbed = disturbed(board, moving, transform);
        let others = disturbed.into_iter().filter(|id| !moves.contains(id) && found.insert(id.clone()));
        all.extend(others.take(limits::DISTURBED_ELBOWS));
    }
    all
}

/// Elbows that what moves is in the way of where it is shown, or was where it comes from.
fn disturbed(board: &Board, moving: &[ShapeId], transform: &Transform) -> Vec<ShapeId> {
    let before = moving.iter().filter_map(|id| board.shape(id)?.obstacle());
    let after = obstacles(board, moving, transform).into_iter().map(|(_, rect)| rect);
    let mut near: Vec<ShapeId> = before.chain(after).flat_map(|rect| board.elbows_near(rect)).cloned().collect();
    near.sort();
    near.dedup();
    near
}

/// Where a gesture shows what elbows go around; nothing where it moves too much for that.
pub(crate) fn obstacles(board: &Board, moving: &[ShapeId], transform: &Transform) -> Vec<(ShapeId, Rect)> {
    if moving.len() > limits::OBSTACLES_IN_MOTION || !board.has_elbows() {
        return vec![];
    }
    let shapes = moving.iter().filter_map(|id| board.shape(id)).filter(|shape| shape.obstacle().is_some());
    shapes.filter_map(|shape| Some((shape.id.clone(), transform.preview(shape).obstacle()?))).collect()
}
