//! Groups and locks.

use std::sync::Arc;

use board::{Edit, Field, GroupId, Shape};

use super::{Command, EDIT, has_selection};
use crate::groups;
use crate::tools::Effect;
use crate::view::View;

pub(super) const GROUP: Command = Command {
    id: "group",
    shortcuts: &["Mod+G"],
    enabled: |view| groups::parts(view).len() > 1,
    run: Some(|view| {
        let (level, name) = (groups::common(view).len(), view.ids.shape());
        regrouped(view, |shape| {
            let (outer, inner) = shape.groups.split_at(level);
            outer.iter().chain([&name]).chain(inner).cloned().collect()
        })
    }),
    ..EDIT
};

pub(super) const UNGROUP: Command = Command {
    id: "ungroup",
    shortcuts: &["Mod+Shift+G"],
    enabled: |view| view.movable().any(|shape| shape.groups.len() > groups::common(view).len()),
    run: Some(|view| {
        let level = groups::common(view).len();
        regrouped(view, |shape| {
            let kept = shape.groups.iter().enumerate().filter(|(at, _)| *at != level);
            kept.map(|(_, group)| group.clone()).collect()
        })
    }),
    ..EDIT
};

pub(super) const LOCK: Command = Command {
    id: "lock",
    shortcuts: &["Mod+Shift+L", "Shift+L"],
    enabled: has_selection,
    run: Some(|view| {
        let locked = !view.selected().all(|shape| shape.locked);
        vec![Effect::Apply(view.selected().map(|shape| set(shape, Field::Locked(locked))).collect(), None)]
    }),
    ..EDIT
};

pub(super) const UNLOCK_ALL: Command = Command {
    id: "unlock-all",
    enabled: |view| view.board.shapes().any(|shape| shape.locked),
    run: Some(|view| {
        let locked: Vec<&Shape> = view.board.shapes().filter(|shape| shape.locked).collect();
        let edits = locked.iter().map(|shape| set(shape, Field::Locked(false))).collect();
        vec![Effect::Apply(edits, None), Effect::Select(locked.iter().map(|shape| shape.id.clone()).collect())]
    }),
    ..EDIT
};

fn regrouped(view: &View, groups: impl Fn(&Shape) -> Arc<[GroupId]>) -> Vec<Effect> {
    vec![Effect::Apply(view.movable().map(|shape| set(shape, Field::Groups(groups(shape)))).collect(), None)]
}

fn set(shape: &Shape, field: Field) -> Edit {
    Edit::Set { id: shape.id.clone(), field }
}
