//! What comes from others: updates for the board, presence, selections, drafts.

use board::{Board, ClientId, ShapeId};

use super::Editor;
use crate::draft::Motion;
use crate::following::following;
use crate::input::PeerPresence;
use crate::output::{Notice, Output};
use crate::painting::Carrying;
use crate::slots::SlotSet;
use crate::tools::Event;
use crate::view::carried;

impl Editor {
    pub(super) fn merge(&mut self, bytes: &[u8]) {
        let at_stake = self.at_stake();
        let change = match self.board.merge(bytes) {
            Ok(change) => change,
            Err(_) => return self.notice(Notice::UpdateRefused),
        };
        if change.gap {
            self.emit(Output::Gap);
        }
        self.absorb(&change.touched);
        if change.touched.is_empty() {
            self.settle_peers();
            return;
        }
        self.offer_lost(at_stake);
        // What is shown of a step may not be written yet: then it ends with this.
        if self.stepping().is_none() {
            self.finish_notes();
        }
        if self.is_busy() {
            self.feed(&Event::Refresh(self.modifiers));
        }
        self.show_merged_text();
        self.settle_peers();
    }

    fn settle_peers(&mut self) {
        if self.peers.settle(&self.board, self.now_ms) {
            self.outbox.lifts = true;
            self.outbox.overlay = true;
        }
    }

    pub(super) fn peer_presence(&mut self, client: ClientId, presence: PeerPresence) {
        if client == self.board.client_id() {
            return;
        }
        let named = self.peers.get(client).map(|peer| (peer.name.clone(), peer.colour));
        let is_new = self.peers.presence(client, presence, self.now_ms);
        self.extend_pointing(client);
        if is_new {
            self.announcer.repeat(!self.selection.is_empty());
        }
        self.outbox.chrome |= named != self.peers.get(client).map(|peer| (peer.name.clone(), peer.colour));
        self.outbox.overlay = true;
    }

    pub(super) fn peer_selection(&mut self, client: ClientId, bytes: &[u8]) {
        if client == self.board.client_id() {
            return;
        }
        self.peers.selection(client, bytes, self.now_ms);
        self.outbox.lifts = true;
        self.outbox.overlay = true;
    }

    pub(super) fn peer_draft(&mut self, client: ClientId, bytes: &[u8]) {
        if client == self.board.client_id() {
            return;
        }
        self.peers.draft(client, bytes, &self.board, self.now_ms);
        let message = self.peers.get(client).and_then(|peer| peer.draft.as_ref()).map(|draft| &draft.message);
        if let Some(message) = message
            && let Motion::Laser { after, points } = &message.motion
        {
            self.lasers.extend(Some(client), message.gesture, *after, points, self.now_ms);
        }
        self.outbox.lifts = true;
        self.outbox.overlay = true;
    }

    pub(super) fn peer_gone(&mut self, client: ClientId) {
        self.peers.gone(client);
        if self.following() == Some(client) {
            self.go_alone();
        }
        self.outbox.lifts = true;
        self.outbox.overlay = true;
        self.outbox.chrome = true;
    }

    /// Whether there is anything that may lift shapes.
    pub(super) fn may_lift(&self) -> bool {
        self.announcer.motion().is_some()
            || self.typing.is_some()
            || self.peers.iter().any(|(_, peer)| peer.draft.is_some())
    }

    /// Which shapes are on the overlay instead of the board: those of drafts, and the text in the page's field.
    pub(super) fn update_lifted(&mut self) {
        let mut lifted = SlotSet::default();
        if let Some(motion) = self.announcer.motion() {
            let moving = lift(motion, &self.selection, &self.board, &mut lifted);
            self.carrying = Carrying::new(&moving, lifted.len(), &self.selection, &self.board);
        }
        for (_, peer) in self.peers.iter() {
            if let Some(draft) = &peer.draft {
                let on = draft.on.as_ref().map_or(&[][..], |on| &on.ids);
                lift(&draft.message.motion, on, &self.board, &mut lifted);
            }
        }
        lifted.extend(self.typing.as_ref().and_then(|typing| self.board.slot(&typing.id)));
        for bounds in lifted.difference(&self.lifted).filter_map(|slot| self.index.at(slot)) {
            self.outbox.damage.add(bounds);
        }
        self.lifted = lifted;
    }
}

/// Adds what a motion lifts; answers with what it moves as a whole.
fn lift(motion: &Motion, selection: &[ShapeId], board: &Board, lifted: &mut SlotSet) -> Vec<ShapeId> {
    let slot = |id: &ShapeId| board.shape(id).map(|shape| shape.slot);
    match motion {
        Motion::Still
        | Motion::Laser { .. }
        | Motion::Caret { .. }
        | Motion::Create { .. }
        | Motion::Transform { copies: true, .. } => {}
        Motion::Transform { copies: false, transform } => {
            // Lines that hold what moves follow it.
            let moving = carried(board, selection, transform);
            lifted.extend(following(board, &moving, transform).iter().filter_map(slot));
            lifted.extend(moving.iter().filter_map(slot));
            return moving;
        }
        Motion::Change { id, .. } | Motion::Ink { id, .. } => lifted.extend(slot(id)),
        Motion::Erase { ids } => lifted.extend(ids.iter().filter_map(slot)),
    }
    vec![]
}
