//! Who of a board's browsers gets which message next. One shared ring for the lossless lane, a small one for presence,
//! and for each browser two positions and a queue of what is meant for it alone.
//!
//! It must not know sockets, lanes or what a message says.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use litemap::LiteMap;
use protocol::edge::EdgeMessage;
use protocol::lane::{Audience, Dialect};
use protocol::limits::{DIRECT_QUEUE_BYTES, LANE_PART_BYTES, RING_BYTES, RING_MESSAGES};
use protocol::{ConnectionId, ErrorCode};
use tokio::sync::Notify;

use crate::limits::{PRESENCE_RING_BYTES, PRESENCE_RING_MESSAGES};
use crate::ring::{Entry, Ring};

/// What a browser is to be sent next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// This message.
    Message(Bytes),
    /// Nothing more: close it with the code.
    Close(ErrorCode),
    /// Nothing until it is woken.
    Nothing,
}

#[derive(Debug)]
enum Direct {
    Message(Bytes),
    Close(ErrorCode),
}

#[derive(Debug)]
struct Place {
    dialect: Dialect,
    /// Position in the updates ring.
    at: u64,
    presence_at: u64,
    /// For this browser alone, each with the ring position before which it belongs.
    direct: VecDeque<(u64, Direct)>,
    direct_bytes: usize,
    wake: Arc<Notify>,
    /// It was woken and has not taken all there is since.
    is_called: bool,
    /// Something is in a ring that it has not passed; counted in `behind`.
    is_behind: bool,
    /// Too far behind to be sent what it lacks: closed at its next turn, and nothing is kept for it until then.
    is_lost: bool,
}

impl Place {
    fn call(&mut self, called: &mut Vec<Arc<Notify>>) {
        if !std::mem::replace(&mut self.is_called, true) {
            called.push(self.wake.clone());
        }
    }

    /// Gives up what was kept for it; says whether it was behind.
    fn lose(&mut self) -> bool {
        self.is_lost = true;
        (self.direct, self.direct_bytes) = (VecDeque::new(), 0);
        std::mem::take(&mut self.is_behind)
    }
}

/// The browsers of one board at one gateway, and what they have not been sent yet.
#[derive(Debug)]
pub struct Fanout {
    updates: Ring,
    presence: Ring,
    /// A sorted list: most boards have few people, and a table is half empty.
    places: LiteMap<ConnectionId, Box<Place>>,
    /// Places that are behind: with the last of them the rings are forgotten, so that an idle board holds none.
    behind: usize,
    /// Whom to wake once this is not locked any more, or they would run into the lock.
    called: Vec<Arc<Notify>>,
    ended: Option<ErrorCode>,
}

impl Default for Fanout {
    fn default() -> Self {
        Self::with_rings(Ring::new(RING_BYTES, RING_MESSAGES), Ring::new(PRESENCE_RING_BYTES, PRESENCE_RING_MESSAGES))
    }
}

impl Fanout {
    /// With rings of other bounds.
    #[must_use]
    pub fn with_rings(updates: Ring, presence: Ring) -> Self {
        Self { updates, presence, places: LiteMap::new(), behind: 0, called: Vec::new(), ended: None }
    }

    /// Number of browsers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nobody is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Why it has ended, if it has.
    #[must_use]
    pub fn ended(&self) -> Option<ErrorCode> {
        self.ended
    }

    /// A browser joins; it gets what comes from now on and is woken when there is something.
    pub fn join(&mut self, connection: ConnectionId, dialect: Dialect) -> Arc<Notify> {
        let wake = Arc::new(Notify::new());
        let place = Place {
            dialect,
            at: self.updates.end(),
            presence_at: self.presence.end(),
            direct: VecDeque::new(),
            direct_bytes: 0,
            wake: wake.clone(),
            is_called: false,
            is_behind: false,
            is_lost: false,
        };
        self.places.insert(connection, Box::new(place));
        wake
    }

    /// A browser has gone.
    pub fn leave(&mut self, connection: ConnectionId) {
        if self.places.remove(&connection).is_some_and(|place| place.is_behind) {
            self.one_caught_up();
        }
    }

    /// Nothing more comes: everybody is to be closed with the code.
    pub fn end(&mut self, code: ErrorCode) {
        self.ended.get_or_insert(code);
        self.places.iter_mut().for_each(|(_, place)| place.call(&mut self.called));
    }

    /// Who is to be woken because of what was done. To be asked after everything, and done with nothing locked.
    pub fn take_called(&mut self) -> Vec<Arc<Notify>> {
        std::mem::take(&mut self.called)
    }

    /// A message of the updates lane.
    pub fn push(&mut self, audience: Audience, message: Bytes) {
        if let Audience::One(connection) = audience {
            self.push_direct(connection, Direct::Message(detached(message)));
            return;
        }
        self.updates.forget_before(self.everybody_read(|place| place.at));
        let at = self.updates.end();
        self.updates.push(Entry { audience, message: detached(message) });
        let start = self.updates.start();
        for (connection, place) in self.places.iter_mut() {
            if is_for(audience, *connection, place.dialect) {
                place.call(&mut self.called);
            } else if place.at == at {
                // Who has read all before is not made late by what is not for them: nobody wakes an author for their own
                // edits, and a large undo of theirs is many times a ring.
                place.at += 1;
            }
            if place.at < start {
                place.lose();
            }
        }
        self.leave_behind();
    }

    /// One browser is to be closed, after what it was sent before.
    pub fn close(&mut self, connection: ConnectionId, code: ErrorCode) {
        self.push_direct(connection, Direct::Close(code));
    }

    /// The board has moved: ours join again where they are, a stock client comes back by itself.
    pub fn rejoin(&mut self) {
        let rejoin = Bytes::from(EdgeMessage::Rejoin.encode());
        self.push(Audience::OurClients { except: None }, rejoin);
        let is_stock = |place: &Place| place.dialect == Dialect::Stock;
        let stock: Vec<_> = self.places.iter().filter(|(_, place)| is_stock(place)).map(|(id, _)| *id).collect();
        for connection in stock {
            self.close(connection, ErrorCode::Unavailable);
        }
    }

    /// A message of the presence lane. Nobody is woken for it: it goes along with what comes next, or with
    /// [`wake_for_presence`](Self::wake_for_presence).
    pub fn push_presence(&mut self, audience: Audience, message: Bytes) {
        self.presence.forget_before(self.everybody_read(|place| place.presence_at));
        self.presence.push(Entry { audience, message: detached(message) });
        self.leave_behind();
    }

    /// Wakes whoever has not passed all presence.
    pub fn wake_for_presence(&mut self) {
        let end = self.presence.end();
        let late = self.places.iter_mut().filter(|(_, place)| place.presence_at < end);
        late.for_each(|(_, place)| place.call(&mut self.called));
    }

    /// Takes what a browser is to be sent next, until that is about so many bytes, and says what comes after it: a message
    /// that it gives has been taken too.
    pub fn take(&mut self, connection: ConnectionId, into: &mut Vec<Bytes>, most_bytes: usize) -> Next {
        let mut bytes = 0;
        loop {
            match self.next(connection) {
                Next::Message(message) if bytes < most_bytes => {
                    bytes += message.len();
                    into.push(message);
                }
                after => return after,
            }
        }
    }

    /// What a browser is to be sent next: its updates in order, then presence.
    pub fn next(&mut self, connection: ConnectionId) -> Next {
        if let Some(code) = self.ended {
            return Next::Close(code);
        }
        let Some(place) = self.places.get_mut(&connection) else { return Next::Close(ErrorCode::Internal) };
        place.is_called = true;
        if place.is_lost {
            return Next::Close(ErrorCode::Resync);
        }
        loop {
            if place.direct.front().is_some_and(|(before, _)| *before <= place.at) {
                let (_, direct) = place.direct.pop_front().expect("the front was just seen");
                return match direct {
                    Direct::Message(message) => {
                        place.direct_bytes -= message.len();
                        Next::Message(message)
                    }
                    Direct::Close(code) => Next::Close(code),
                };
            }
            let Some(entry) = self.updates.get(place.at) else { break };
            place.at += 1;
            if is_for(entry.audience, connection, place.dialect) {
                return Next::Message(entry.message.clone());
            }
        }
        place.presence_at = place.presence_at.max(self.presence.start());
        while let Some(entry) = self.presence.get(place.presence_at) {
            place.presence_at += 1;
            if is_for(entry.audience, connection, place.dialect) {
                return Next::Message(entry.message.clone());
            }
        }
        place.is_called = false;
        if place.direct.is_empty() {
            place.direct = VecDeque::new();
        }
        if std::mem::take(&mut place.is_behind) {
            self.one_caught_up();
        }
        Next::Nothing
    }

    /// Up to which position of a ring nobody needs it any more.
    fn everybody_read(&self, at: impl Fn(&Place) -> u64) -> u64 {
        let kept_for = self.places.values().filter(|place| !place.is_lost);
        kept_for.map(|place| at(place)).min().unwrap_or(u64::MAX)
    }

    /// A ring has something new.
    fn leave_behind(&mut self) {
        self.behind = 0;
        for (_, place) in self.places.iter_mut().filter(|(_, place)| !place.is_lost) {
            place.is_behind = true;
            self.behind += 1;
        }
        if self.behind == 0 {
            self.forget_all();
        }
    }

    fn one_caught_up(&mut self) {
        self.behind -= 1;
        if self.behind == 0 {
            self.forget_all();
        }
    }

    fn forget_all(&mut self) {
        self.updates.forget_all();
        self.presence.forget_all();
    }

    fn push_direct(&mut self, connection: ConnectionId, direct: Direct) {
        let Some(place) = self.places.get_mut(&connection) else { return };
        place.call(&mut self.called);
        if place.is_lost {
            return;
        }
        if let Direct::Message(message) = &direct {
            place.direct_bytes += message.len();
        }
        place.direct.push_back((self.updates.end(), direct));
        if place.direct_bytes > DIRECT_QUEUE_BYTES && place.lose() {
            self.one_caught_up();
        }
    }
}

/// The message in bytes of its own. It came as a slice of what was read together, which may be many times its size and of
/// other boards, and would live for as long as the slowest browser does not take the message. A large one was joined from
/// parts, and is alone as it is.
fn detached(message: Bytes) -> Bytes {
    if message.len() < LANE_PART_BYTES { Bytes::copy_from_slice(&message) } else { message }
}

fn is_for(audience: Audience, connection: ConnectionId, dialect: Dialect) -> bool {
    match audience {
        Audience::One(only) => only == connection,
        Audience::Everyone { except } => except != Some(connection),
        Audience::OurClients { except } => except != Some(connection) && dialect == Dialect::Boardwalk,
    }
}

#[cfg(test)]
mod tests;
