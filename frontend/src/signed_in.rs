//! Who on the board is signed in under the name that they show: asked of the server as people come and go. A page of a
//! server without sign-in asks nothing. It must not know how people sign in, nor how they look.

use std::time::Duration;

use leptos::prelude::*;
use protocol::{ShownPeople, ShownPerson};

use crate::api;
use crate::opening::Opened;
use crate::sign_in;
use crate::store::BoardStore;
use crate::ui::dynamic::{Mounted, effect};

/// How long people are let come and go before the server is asked.
const PAUSE: Duration = Duration::from_millis(500);

/// Keeps up who of the others is signed in, for the component that is being made.
pub fn follow(store: BoardStore, opened: RwSignal<Option<Opened>>) {
    if !sign_in::is_offered() {
        return;
    }
    let shown = Memo::new(move |_| {
        let others = store.people.read();
        let others = others.iter().filter(|person| !person.is_self);
        others.map(|person| ShownPerson { client: person.id.clone(), name: person.name.clone() }).collect::<Vec<_>>()
    });
    let (mounted, is_due) = (Mounted::here(), StoredValue::new(false));
    let ask = move || {
        // The board may have been left meanwhile.
        if is_due.try_update_value(std::mem::take) != Some(true) {
            return;
        }
        let (Some(board), people) = (opened.get_untracked(), shown.get_untracked()) else { return };
        let wish = ShownPeople { people };
        let call = async move { api::signed_in(&board.id, &board.key, &wish).await.map(|answer| (answer, wish)) };
        mounted.ask(call, move |answer| {
            // Without an answer nobody bears a mark that they did not bear before.
            if let Ok((answer, mut wish)) = answer {
                wish.people.retain(|shown| answer.clients.contains(&shown.client));
                store.signed_in.set(wish.people.into_iter().map(|shown| (shown.client, shown.name)).collect());
            }
        });
    };
    effect(move || {
        let is_alone = shown.read().is_empty();
        if opened.read().is_some() && !is_alone && !is_due.get_value() {
            is_due.set_value(true);
            set_timeout(ask, PAUSE);
        }
    });
}
