//! What waits for the store, in order: content for others, and acknowledgements.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use protocol::edge::EdgeMessage;

use super::{Lanes, Peer, RoomOutput, direct, to_lane};

#[derive(Debug)]
enum What {
    /// An update for everybody but its author, if it has only one; addressed when it is released: lanes come and go
    /// meanwhile.
    Broadcast { author: Option<Peer>, message: Bytes },
    /// For one connection.
    Direct(RoomOutput),
    /// Number to acknowledge; given for stored updates only, even while the store is failing (EDIT-3).
    Acknowledgement { peer: Peer, seq: u64 },
}

/// Invariant: row numbers rise, so releasing is taking from the front.
#[derive(Debug, Default)]
pub(super) struct Held {
    queue: VecDeque<(u64, What)>,
}

impl Held {
    pub(super) fn broadcast(&mut self, row: u64, author: Option<Peer>, message: Bytes) {
        self.queue.push_back((row, What::Broadcast { author, message }));
    }

    pub(super) fn content(&mut self, row: u64, output: RoomOutput) {
        self.queue.push_back((row, What::Direct(output)));
    }

    pub(super) fn acknowledgement(&mut self, row: u64, peer: Peer, seq: u64) {
        self.queue.push_back((row, What::Acknowledgement { peer, seq }));
    }

    /// Lets out all that is stored; of a connection's acknowledgements the last says it all.
    pub(super) fn release(&mut self, stored: u64, lanes: &Lanes, out: &mut Vec<RoomOutput>) {
        let mut acknowledged: BTreeMap<Peer, u64> = BTreeMap::new();
        while self.queue.front().is_some_and(|(row, _)| *row <= stored) {
            match self.queue.pop_front() {
                Some((_, What::Acknowledgement { peer, seq })) => {
                    let highest = acknowledged.entry(peer).or_default();
                    *highest = seq.max(*highest);
                }
                Some((_, what)) => emit(what, lanes, out),
                None => {}
            }
        }
        for (peer, seq) in acknowledged {
            out.push(direct(peer, EdgeMessage::Ack { seq }.encode().into()));
        }
    }

    /// The store fails: lets out content, keeps acknowledgements. Gives how many updates, and bytes, went out.
    pub(super) fn reveal_all(&mut self, lanes: &Lanes, out: &mut Vec<RoomOutput>) -> (usize, usize) {
        let (mut updates, mut bytes) = (0, 0);
        for (row, what) in std::mem::take(&mut self.queue) {
            if let What::Acknowledgement { .. } = what {
                self.queue.push_back((row, what));
                continue;
            }
            if let What::Broadcast { message, .. } = &what {
                updates += 1;
                bytes += message.len();
            }
            emit(what, lanes, out);
        }
        (updates, bytes)
    }

    /// A connection has gone: nothing is owed to it; what it wrote still is to everybody else.
    pub(super) fn forget(&mut self, peer: Peer) {
        self.queue.retain(|(_, what)| match what {
            What::Broadcast { .. } => true,
            What::Acknowledgement { peer: owed, .. } => *owed != peer,
            What::Direct(output) => !is_for(output, peer),
        });
    }
}

fn emit(what: What, lanes: &Lanes, out: &mut Vec<RoomOutput>) {
    match what {
        What::Broadcast { author, message } => {
            out.extend(lanes.keys().map(|lane| to_lane(*lane, author, false, &message)));
        }
        What::Direct(output) => out.push(output),
        What::Acknowledgement { .. } => {}
    }
}

fn is_for(output: &RoomOutput, peer: Peer) -> bool {
    use protocol::lane::{Audience, UpdatesDown};
    matches!(
        output,
        RoomOutput::Updates(lane, UpdatesDown::Message { audience: Audience::One(connection), .. })
            if (*lane, *connection) == peer
    )
}
