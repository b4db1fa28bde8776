//! Who is on which board through which gateway, as gateways told over their presence lanes. A lane that ends takes its
//! people away, so nobody is left of a gateway that died. It must not know rooms, nor who asks.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use protocol::limits::MAX_CONNECTIONS_PER_BOARD;
use protocol::visitors::{CROWDS_AT_ONCE, Crowd, MAX_VISITOR_BYTES, Visitor};
use protocol::{BoardId, ConnectionId};
use sync::LaneId;

/// Visitors of one board, each encoded as it came.
type Encoded = HashMap<(LaneId, ConnectionId), Bytes>;

/// The visitors of all boards that are open at a service; boards without any are not in it.
#[derive(Default)]
pub(crate) struct Visitors {
    boards: Mutex<BTreeMap<BoardId, Encoded>>,
}

/// The visitors that one presence lane tells of. Dropped, they have gone.
pub(crate) struct Through {
    visitors: Arc<Visitors>,
    board: BoardId,
    lane: LaneId,
}

/// The visitors of one board.
pub(crate) struct Here<'a> {
    visitors: &'a Visitors,
    board: &'a BoardId,
}

impl Here<'_> {
    /// The visitor by a connection of one of these lanes.
    pub(crate) fn visitor(&self, connection: ConnectionId, is_theirs: impl Fn(LaneId) -> bool) -> Option<Visitor> {
        let boards = self.visitors.lock();
        let mut here = boards.get(self.board)?.iter();
        let (_, visitor) = here.find(|((lane, other), _)| *other == connection && is_theirs(*lane))?;
        Visitor::decode(visitor).ok()
    }
}

impl Visitors {
    /// A lane has opened.
    pub(crate) fn through(self: &Arc<Self>, board: &BoardId, lane: LaneId) -> Through {
        Through { visitors: Arc::clone(self), board: board.clone(), lane }
    }

    /// Everybody on a board.
    pub(crate) fn on(&self, board: &BoardId) -> Vec<Bytes> {
        self.lock().get(board).map(|here| here.values().cloned().collect()).unwrap_or_default()
    }

    /// The visitors of one board, to be asked for.
    pub(crate) fn at<'a>(&'a self, board: &'a BoardId) -> Here<'a> {
        Here { visitors: self, board }
    }

    /// The boards after this one on which people are, in the order of their ids: [`CROWDS_AT_ONCE`] at most.
    pub(crate) fn crowds(&self, after: Option<&BoardId>) -> Vec<Crowd> {
        let boards = self.lock();
        let rest = boards.range((after.map_or(Unbounded, Excluded), Unbounded));
        let crowds = rest.map(|(board, here)| Crowd { board: board.clone(), people: here.len() as u64 });
        crowds.take(CROWDS_AT_ONCE).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<BoardId, Encoded>> {
        self.boards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Through {
    /// Somebody is here, or is known better than before. What no gateway of ours would say is ignored.
    pub(crate) fn put(&self, connection: ConnectionId, visitor: Bytes) {
        if visitor.len() > MAX_VISITOR_BYTES || Visitor::decode(&visitor).is_err() {
            return;
        }
        let mut boards = self.visitors.lock();
        let here = boards.entry(self.board.clone()).or_default();
        let is_known = here.contains_key(&(self.lane, connection));
        if is_known || here.keys().filter(|(lane, _)| *lane == self.lane).count() < MAX_CONNECTIONS_PER_BOARD {
            // A copy: what came shares its memory with what else was in its frame.
            here.insert((self.lane, connection), Bytes::copy_from_slice(&visitor));
        }
    }

    /// Somebody has gone.
    pub(crate) fn remove(&self, connection: ConnectionId) {
        self.retain(|key| key != (self.lane, connection));
    }

    fn retain(&self, stays: impl Fn((LaneId, ConnectionId)) -> bool) {
        let mut boards = self.visitors.lock();
        if let Some(here) = boards.get_mut(&self.board) {
            here.retain(|key, _| stays(*key));
            if here.is_empty() {
                boards.remove(&self.board);
            }
        }
    }
}

impl Drop for Through {
    fn drop(&mut self) {
        self.retain(|(lane, _)| lane != self.lane);
    }
}

#[cfg(test)]
mod tests {
    use protocol::{LinkId, Role};

    use super::*;

    fn visitor(gateway: u64) -> Bytes {
        let link = LinkId::from_random([1; 12]);
        Visitor { gateway, role: Role::Edit, link, person: None, account: None, clients: vec![gateway] }.encode().into()
    }

    fn board(fill: u8) -> BoardId {
        BoardId::from_random([fill; 20])
    }

    #[test]
    fn a_lane_takes_its_people_away() {
        let visitors = Arc::<Visitors>::default();
        let near = visitors.through(&board(1), LaneId(1));
        let far = visitors.through(&board(1), LaneId(2));
        for connection in [1, 2] {
            near.put(ConnectionId(connection), visitor(1));
            far.put(ConnectionId(connection), visitor(2));
        }
        near.put(ConnectionId(1), visitor(3));
        near.put(ConnectionId(9), Bytes::from_static(b"nobody"));
        assert_eq!(visitors.on(&board(1)).len(), 4, "told twice counts once, and nonsense not at all");
        near.remove(ConnectionId(1));
        near.remove(ConnectionId(7));
        drop(far);
        assert_eq!(visitors.on(&board(1)), [visitor(1)]);
        drop(near);
        assert!(visitors.on(&board(1)).is_empty() && visitors.lock().is_empty());
    }

    #[test]
    fn crowds_are_told_in_parts() {
        let visitors = Arc::<Visitors>::default();
        let boards: Vec<BoardId> = (0..CROWDS_AT_ONCE + 5)
            .map(|number| {
                let mut random = [0; 20];
                (random[0], random[1]) = ((number % 64) as u8, (number / 64) as u8);
                BoardId::from_random(random)
            })
            .collect();
        let lanes: Vec<_> = boards.iter().map(|board| visitors.through(board, LaneId(1))).collect();
        lanes.iter().for_each(|lane| lane.put(ConnectionId(1), visitor(1)));
        let first = visitors.crowds(None);
        let rest = visitors.crowds(first.last().map(|crowd| &crowd.board));
        assert_eq!((first.len(), rest.len()), (CROWDS_AT_ONCE, 5));
        let mut told: Vec<_> = first.into_iter().chain(rest).map(|crowd| crowd.board).collect();
        told.dedup();
        assert_eq!(told.len(), boards.len());
    }

    #[test]
    fn one_lane_tells_of_no_more_people_than_one_gateway_serves() {
        let visitors = Arc::<Visitors>::default();
        let lane = visitors.through(&board(1), LaneId(1));
        (0..MAX_CONNECTIONS_PER_BOARD as u64 + 3).for_each(|number| lane.put(ConnectionId(number), visitor(1)));
        assert_eq!(visitors.on(&board(1)).len(), MAX_CONNECTIONS_PER_BOARD);
    }
}
