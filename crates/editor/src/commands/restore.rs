//! One's own version of what others deleted meanwhile: back, or let go.

use board::Edit;

use super::{Command, EDIT, LOOK};
use crate::tools::Effect;

pub(super) const RESTORE: Command = Command {
    id: "restore-mine",
    enabled: |view| !view.lost.is_empty(),
    run: Some(|view| {
        let inserts = view.lost.iter().map(|(id, shape)| Edit::Insert { id: id.clone(), shape: shape.clone() });
        let ids = view.lost.iter().map(|(id, _)| id.clone()).collect();
        vec![Effect::Apply(inserts.collect(), None), Effect::Select(ids), Effect::ForgetLost]
    }),
    ..EDIT
};

pub(super) const FORGET: Command = Command {
    id: "forget-mine",
    enabled: |view| !view.lost.is_empty(),
    run: Some(|_| vec![Effect::ForgetLost]),
    ..LOOK
};
