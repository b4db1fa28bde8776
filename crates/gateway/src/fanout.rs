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
use protocol::limits::{DIRECT_QUEUE_BYTES, RING_BYTES, RING_MESSAGES};
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
}

impl Place {
    fn call(&mut self, called: &mut Vec<Arc<Notify>>) {
        if !std::mem::replace(&mut self.is_called, true) {
            called.push(self.wake.clone());
        }
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
            self.push_direct(connection, Direct::Message(message));
            return;
        }
        let everybody_read = self.places.values().map(|place| place.at).min().unwrap_or(u64::MAX);
        self.updates.forget_before(everybody_read);
        self.updates.push(Entry { audience, message });
        self.leave_behind();
        for (connection, place) in self.places.iter_mut() {
            if is_for(audience, *connection, place.dialect) {
                place.call(&mut self.called);
            }
        }
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
        let everybody_read = self.places.values().map(|place| place.presence_at).min().unwrap_or(u64::MAX);
        self.presence.forget_before(everybody_read);
        self.presence.push(Entry { audience, message });
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
        if place.at < self.updates.start() || place.direct_bytes > DIRECT_QUEUE_BYTES {
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

    /// A ring has something new.
    fn leave_behind(&mut self) {
        self.places.iter_mut().for_each(|(_, place)| place.is_behind = true);
        self.behind = self.places.len();
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
        // Past its bound a queue takes nothing more: its browser is closed at its next turn.
        if place.direct_bytes <= DIRECT_QUEUE_BYTES {
            if let Direct::Message(message) = &direct {
                place.direct_bytes += message.len();
            }
            place.direct.push_back((self.updates.end(), direct));
        }
        place.call(&mut self.called);
    }
}

fn is_for(audience: Audience, connection: ConnectionId, dialect: Dialect) -> bool {
    match audience {
        Audience::One(only) => only == connection,
        Audience::Everyone { except } => except != Some(connection),
        Audience::OurClients { except } => except != Some(connection) && dialect == Dialect::Boardwalk,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALICE: ConnectionId = ConnectionId(1);
    const BOB: ConnectionId = ConnectionId(2);
    const STOCK: ConnectionId = ConnectionId(3);

    fn board_of_three() -> Fanout {
        let mut fanout = Fanout::with_rings(Ring::new(100, 8), Ring::new(100, 4));
        fanout.join(ALICE, Dialect::Boardwalk);
        fanout.join(BOB, Dialect::Boardwalk);
        fanout.join(STOCK, Dialect::Stock);
        fanout
    }

    fn rest(fanout: &mut Fanout, connection: ConnectionId) -> String {
        let mut text = String::new();
        loop {
            match fanout.next(connection) {
                Next::Message(message) => text.push_str(std::str::from_utf8(&message).expect("test messages are text")),
                Next::Close(code) => return format!("{text}!{}", code.id()),
                Next::Nothing => return text,
            }
        }
    }

    #[test]
    fn each_gets_what_is_meant_for_it() {
        let everyone = Audience::Everyone { except: None };
        let ours = Audience::OurClients { except: None };
        for (audience, alice, bob, stock) in [
            (everyone, "x", "x", "x"),
            (Audience::Everyone { except: Some(ALICE) }, "", "x", "x"),
            (ours, "x", "x", ""),
            (Audience::OurClients { except: Some(BOB) }, "x", "", ""),
            (Audience::One(STOCK), "", "", "x"),
            (Audience::One(ConnectionId(99)), "", "", ""),
        ] {
            let mut updates = board_of_three();
            updates.push(audience, Bytes::from_static(b"x"));
            let mut presence = board_of_three();
            presence.push_presence(audience, Bytes::from_static(b"x"));
            for fanout in [&mut updates, &mut presence] {
                let got = [ALICE, BOB, STOCK].map(|connection| rest(fanout, connection));
                assert_eq!(got, [alice, bob, stock], "{audience:?}");
            }
        }
    }

    #[test]
    fn what_is_for_one_alone_keeps_its_place_among_what_is_for_all() {
        let mut fanout = board_of_three();
        let everyone = Audience::Everyone { except: None };
        for (audience, text) in [(everyone, "a"), (Audience::One(BOB), "b"), (everyone, "c"), (Audience::One(BOB), "d")]
        {
            fanout.push(audience, Bytes::from_static(text.as_bytes()));
        }
        fanout.push_presence(everyone, Bytes::from_static(b"p"));
        fanout.close(BOB, ErrorCode::TooLarge);
        fanout.push(everyone, Bytes::from_static(b"e"));
        assert_eq!(rest(&mut fanout, BOB), "abcd!too-large");
        assert_eq!(rest(&mut fanout, ALICE), "acep");
    }

    #[test]
    fn who_falls_off_the_ring_joins_again_and_nobody_else_notices() {
        let mut fanout = board_of_three();
        for _ in 0..9 {
            fanout.push(Audience::Everyone { except: None }, Bytes::from_static(b"x"));
            assert_eq!(rest(&mut fanout, ALICE), "x");
            assert_eq!(rest(&mut fanout, STOCK), "x");
        }
        assert_eq!(rest(&mut fanout, BOB), "!resync");
    }

    #[test]
    fn who_lags_in_presence_skips_to_the_newest() {
        let mut fanout = board_of_three();
        for text in ["1", "2", "3", "4", "5", "6"] {
            fanout.push_presence(Audience::Everyone { except: None }, Bytes::from_static(text.as_bytes()));
        }
        assert_eq!(rest(&mut fanout, ALICE), "3456");
    }

    #[test]
    fn a_queue_for_one_alone_is_bounded() {
        let mut fanout = board_of_three();
        let large = Bytes::from(vec![b'x'; DIRECT_QUEUE_BYTES / 2 + 1]);
        for _ in 0..4 {
            fanout.push(Audience::One(BOB), large.clone());
        }
        assert_eq!(fanout.places[&BOB].direct.len(), 2);
        assert_eq!(rest(&mut fanout, BOB), "!resync");
    }

    #[test]
    fn when_the_board_moves_ours_join_again_after_what_came_before_and_stock_clients_come_back() {
        let mut fanout = board_of_three();
        fanout.push(Audience::Everyone { except: None }, Bytes::from_static(b"x"));
        fanout.rejoin();
        fanout.push(Audience::Everyone { except: None }, Bytes::from_static(b"y"));
        let rejoin = String::from_utf8(EdgeMessage::Rejoin.encode()).expect("small numbers are text");
        assert_eq!(rest(&mut fanout, ALICE), format!("x{rejoin}y"));
        assert_eq!(rest(&mut fanout, STOCK), "x!unavailable");
    }

    #[test]
    fn the_end_reaches_everybody() {
        let mut fanout = board_of_three();
        fanout.end(ErrorCode::Unavailable);
        fanout.end(ErrorCode::Internal);
        assert_eq!(rest(&mut fanout, ALICE), "!unavailable");
        fanout.leave(ALICE);
        assert_eq!(fanout.len(), 2);
    }

    proptest! {
        /// Readers that never fall off see exactly their messages, in order, however reading and writing interleave.
        #[test]
        fn order_holds_for_every_interleaving(steps in prop::collection::vec((0_u8..6, 0_u8..3), 0..200)) {
            let mut fanout = Fanout::with_rings(Ring::new(1 << 20, 1 << 10), Ring::new(1 << 10, 8));
            let people = [ALICE, BOB, STOCK];
            let dialects = [Dialect::Boardwalk, Dialect::Boardwalk, Dialect::Stock];
            people.iter().zip(dialects).for_each(|(person, dialect)| { fanout.join(*person, dialect); });
            let mut expected = [Vec::new(), Vec::new(), Vec::new()];
            let mut got = [Vec::new(), Vec::new(), Vec::new()];
            for (number, (kind, who)) in steps.into_iter().enumerate() {
                let author = people[usize::from(who)];
                let audience = match kind {
                    0 => Audience::One(author),
                    1 => Audience::Everyone { except: None },
                    2 => Audience::Everyone { except: Some(author) },
                    3 => Audience::OurClients { except: Some(author) },
                    _ => {
                        if let Next::Message(message) = fanout.next(author) {
                            got[usize::from(who)].push(message);
                        }
                        continue;
                    }
                };
                let message = Bytes::from(number.to_be_bytes().to_vec());
                fanout.push(audience, message.clone());
                for index in 0..3 {
                    if is_for(audience, people[index], dialects[index]) {
                        expected[index].push(message.clone());
                    }
                }
            }
            for index in 0..3 {
                while let Next::Message(message) = fanout.next(people[index]) {
                    got[index].push(message);
                }
            }
            prop_assert_eq!(got, expected);
        }
    }
}
