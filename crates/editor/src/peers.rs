//! The others: cursors, selections and drafts, from hostile messages, each with an end to its life.
//! Knows the board only through [`board::Board::has_seen`]. The rules are in docs/decisions/0006-drafts.md.

use std::collections::BTreeMap;
use std::sync::Arc;

use board::{Board, ClientId, ShapeId};
use kurbo::Rect;
use scene::{BoardPoint, Colour};

use crate::draft::{DraftMessage, Motion, SelectionMessage};
use crate::editor::glided;
use crate::input::PeerPresence;
use crate::limits;
use crate::stance::Stance;

/// One other person, as far as known.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) colour: Colour,
    pub(crate) cursor: Option<BoardPoint>,
    pub(crate) selection: PeerSelection,
    pub(crate) draft: Option<PeerDraft>,
    pub(crate) stance: Stance,
    has_stance: bool,
    /// Where the cursor was seen when its newest sample came, and when that was.
    from: Option<BoardPoint>,
    moved_ms: u64,
    /// When the peer was last heard to do anything: to point, select, drag or write.
    active_ms: u64,
    /// Counts laser trails that the cursor left, and points of the present one.
    trail: (u64, u32),
    /// The newest gesture that has ended: what still comes of it is late.
    ended: Option<u64>,
}

/// What a peer has selected.
#[derive(Clone, Debug, Default)]
pub(crate) struct PeerSelection {
    number: u64,
    /// All selected shapes, or none when there are too many to name.
    pub(crate) ids: Arc<[ShapeId]>,
    /// Around all of them, when there are too many to name.
    pub(crate) bounds: Option<Rect>,
}

/// A gesture that a peer is making, or whose edit has not come yet.
#[derive(Debug)]
pub(crate) struct PeerDraft {
    pub(crate) message: DraftMessage,
    /// What the motion acts on, once the selection that it names is known.
    pub(crate) on: Option<PeerSelection>,
    heard_ms: u64,
}

/// Everybody else on the board.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    peers: BTreeMap<ClientId, Peer>,
}

impl Peers {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ClientId, &Peer)> {
        self.peers.iter().map(|(client, peer)| (*client, peer))
    }

    pub(crate) fn get(&self, client: ClientId) -> Option<&Peer> {
        self.peers.get(&client)
    }

    /// The peer, made if there is room; and whether it is new.
    fn entry(&mut self, client: ClientId) -> Option<(&mut Peer, bool)> {
        let known = self.peers.contains_key(&client);
        if !known && self.peers.len() >= limits::PEERS {
            return None;
        }
        let peer = self.peers.entry(client).or_insert_with(|| Peer {
            name: String::new(),
            colour: Colour::INK,
            cursor: None,
            selection: PeerSelection::default(),
            draft: None,
            stance: Stance::default(),
            has_stance: false,
            from: None,
            moved_ms: 0,
            active_ms: 0,
            trail: (0, 0),
            ended: None,
        });
        Some((peer, !known))
    }

    /// Takes a peer's presence; whether the peer is new, which is when it needs to hear what we have selected.
    pub(crate) fn presence(&mut self, client: ClientId, presence: PeerPresence, now_ms: u64) -> bool {
        let Some((peer, is_new)) = self.entry(client) else { return false };
        peer.name = presence.name.chars().filter(|c| !c.is_control()).take(limits::PEER_NAME_CHARS).collect();
        peer.colour = presence.colour;
        let cursor = presence.cursor.filter(|at| at.x.is_finite() && at.y.is_finite());
        if cursor != peer.cursor {
            (peer.from, peer.moved_ms) = (peer.shown_at(now_ms), now_ms);
            peer.cursor = cursor;
            peer.active_ms = now_ms;
        }
        is_new
    }

    /// Takes what a peer shows of itself; gives what it showed before, if anything, and where its cursor is.
    pub(crate) fn stance(&mut self, client: ClientId, stance: Stance) -> Option<(Option<Stance>, Option<BoardPoint>)> {
        let (peer, _) = self.entry(client)?;
        if stance.points && !peer.stance.points {
            peer.trail = (peer.trail.0 + 1, 0);
        }
        let former = std::mem::replace(&mut peer.stance, stance);
        let was_known = std::mem::replace(&mut peer.has_stance, true);
        Some((was_known.then_some(former), peer.cursor))
    }

    /// The next point of the trail that a peer's cursor leaves: which trail, how many points came before, and where.
    pub(crate) fn pointed(&mut self, client: ClientId) -> Option<(u64, u32, BoardPoint)> {
        let peer = self.peers.get_mut(&client).filter(|peer| peer.stance.points)?;
        let (gesture, after) = peer.trail;
        peer.trail.1 = after.saturating_add(1);
        // Apart from the numbers of drafts.
        Some((u64::MAX - gesture, after, peer.cursor?))
    }

    /// Whether some cursor is on its way, or has just arrived.
    pub(crate) fn is_gliding(&self, now_ms: u64) -> bool {
        let until = |peer: &Peer| peer.moved_ms + limits::CURSOR_GLIDE_MS + limits::CURSOR_FRAME_MS;
        self.peers.values().any(|peer| peer.from.is_some() && peer.cursor.is_some() && now_ms < until(peer))
    }

    /// Takes a selection message; bytes that are none change nothing.
    pub(crate) fn selection(&mut self, client: ClientId, bytes: &[u8], now_ms: u64) {
        let Some(message) = SelectionMessage::decode(bytes) else { return };
        let Some((peer, _)) = self.entry(client) else { return };
        let bounds = (message.ids.len() as u64 != message.count).then_some(message.bounds);
        peer.selection = PeerSelection { number: message.number, ids: message.ids.into(), bounds };
        peer.active_ms = now_ms;
        if let Some(draft) = &mut peer.draft {
            draft.resolve(&peer.selection);
        }
    }

    /// Takes a draft message; bytes that are none change nothing.
    pub(crate) fn draft(&mut self, client: ClientId, bytes: &[u8], board: &Board, now_ms: u64) {
        let Some(message) = DraftMessage::decode(bytes) else { return };
        let Some((peer, _)) = self.entry(client) else { return };
        let ends = message.end.is_some() || matches!(message.motion, Motion::Still);
        let is_late = peer.draft.as_ref().is_some_and(|held| message.gesture < held.message.gesture)
            || (!ends && peer.ended >= Some(message.gesture));
        if is_late {
            return;
        }
        if ends {
            peer.ended = peer.ended.max(Some(message.gesture));
        }
        let is_over = matches!(message.motion, Motion::Still)
            || message.end.is_some_and(|(client, clock)| board.has_seen(client.get(), clock));
        if is_over {
            peer.draft = None;
            return;
        }
        let earlier = peer.draft.take().filter(|held| held.message.gesture == message.gesture);
        peer.active_ms = now_ms;
        let mut draft = PeerDraft { message, on: earlier.and_then(|held| held.on), heard_ms: now_ms };
        draft.resolve(&peer.selection);
        peer.draft = Some(draft);
    }

    /// Drops drafts whose edit is here, or that have been silent for too long. Whether any went.
    pub(crate) fn settle(&mut self, board: &Board, now_ms: u64) -> bool {
        let mut settled = false;
        for peer in self.peers.values_mut() {
            let over = |draft: &PeerDraft| {
                now_ms >= draft.stale_at_ms()
                    || draft.message.end.is_some_and(|(client, clock)| board.has_seen(client.get(), clock))
            };
            if peer.draft.as_ref().is_some_and(over) {
                peer.draft = None;
                settled = true;
            }
        }
        settled
    }

    /// When the next draft goes stale.
    pub(crate) fn wake_ms(&self) -> Option<u64> {
        self.peers.values().filter_map(|peer| peer.draft.as_ref().map(PeerDraft::stale_at_ms)).min()
    }

    pub(crate) fn gone(&mut self, client: ClientId) {
        self.peers.remove(&client);
    }
}

impl Peer {
    /// Where the cursor is seen.
    pub(crate) fn shown_at(&self, now_ms: u64) -> Option<BoardPoint> {
        let to = self.cursor?;
        Some(self.from.map_or(to, |from| glided(from, to, self.moved_ms, now_ms)))
    }

    /// Whether nobody seems to be there. Who writes is, though their pointer rests.
    pub(crate) fn rests(&self, now_ms: u64) -> bool {
        self.stance.is_away || now_ms.saturating_sub(self.active_ms) > limits::CURSOR_IDLE_MS
    }
}

impl PeerDraft {
    fn resolve(&mut self, selection: &PeerSelection) {
        if self.on.is_none() && self.message.selection == selection.number {
            self.on = Some(selection.clone());
        }
    }

    fn stale_at_ms(&self) -> u64 {
        let silence = if self.message.end.is_some() { limits::DRAFT_ENDED_STALE_MS } else { limits::DRAFT_STALE_MS };
        self.heard_ms + silence
    }
}
