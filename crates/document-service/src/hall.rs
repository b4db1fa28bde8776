//! Where lanes of a board wait while it is being loaded. Who has nothing of the board is answered here already, from what
//! the store holds; everything else is kept, in order, for the room. It must not know what is in a message beyond that.

use bytes::Bytes;
use protocol::lane::{Audience, Dialect, UpdatesDown, UpdatesUp};
use sync::{EarlyAnswer, LaneId};
use tokio::sync::oneshot;

use crate::board_inbox::{BoardInbox, PresenceIncoming, UpdatesIncoming};
use crate::limits::MESSAGES_AT_ONCE;
use crate::opening::{Opened, Refusal};

/// What came before the room was there.
#[derive(Default)]
pub(crate) struct Hall {
    pub(crate) updates: Vec<UpdatesIncoming>,
    pub(crate) presence: Vec<PresenceIncoming>,
}

impl Hall {
    /// Waits until the board is open. Lanes are let in once there is an answer to give; until then they may still be
    /// refused.
    pub(crate) async fn wait(
        &mut self,
        opening: impl Future<Output = Result<Opened, Refusal>>,
        answer: oneshot::Receiver<EarlyAnswer>,
        inbox: &BoardInbox,
    ) -> Result<Opened, Refusal> {
        let mut opening = std::pin::pin!(opening);
        let early = tokio::select! {
            biased;
            opened = &mut opening => return opened,
            Ok(early) = answer => early,
        };
        let (mut updates, mut presence) = (Vec::new(), Vec::new());
        let mut opened = loop {
            tokio::select! {
                biased;
                opened = &mut opening => break opened?,
                true = inbox.updates.take(&mut updates, MESSAGES_AT_ONCE) => {
                    updates.drain(..).for_each(|incoming| self.receive(incoming, &early));
                }
                true = inbox.presence.take(&mut presence, MESSAGES_AT_ONCE) => {
                    presence.drain(..).for_each(|incoming| self.receive_presence(incoming));
                }
            }
        };
        opened.room.keep_for_joins(early);
        Ok(opened)
    }

    fn receive(&mut self, incoming: UpdatesIncoming, early: &EarlyAnswer) {
        let incoming = match incoming {
            UpdatesIncoming::Open(lane, queue, welcome) => {
                // A lane that has given up says `Closed` next.
                let _ = welcome.send(Ok(()));
                UpdatesIncoming::Open(lane, queue, oneshot::channel().0)
            }
            UpdatesIncoming::Message(lane, message, held) => {
                UpdatesIncoming::Message(lane, self.answer(lane, message, early), held)
            }
            other @ (UpdatesIncoming::Closed(_) | UpdatesIncoming::SaveVersion(_) | UpdatesIncoming::Evict) => other,
        };
        self.updates.push(incoming);
    }

    /// Answers a join of our own client that has nothing. To the room it is then one who has what was sent.
    fn answer(&self, lane: LaneId, message: UpdatesUp, early: &EarlyAnswer) -> UpdatesUp {
        let (connection, role, state_vector) = match message {
            UpdatesUp::Join { connection, role, dialect: Dialect::Boardwalk, state_vector } => {
                (connection, role, state_vector)
            }
            other => return other,
        };
        let is_lane = |incoming: &&UpdatesIncoming| matches!(**incoming, UpdatesIncoming::Open(id, ..) if id == lane);
        let queue = self.updates.iter().rev().find(is_lane);
        let Some(UpdatesIncoming::Open(_, queue, _)) = queue.filter(|_| has_nothing(&state_vector)) else {
            return UpdatesUp::Join { connection, role, dialect: Dialect::Boardwalk, state_vector };
        };
        for message in early.messages() {
            let down = UpdatesDown::Message { audience: Audience::One(connection), message: message.clone() };
            if queue.push(down.encode()).is_err() {
                break;
            }
        }
        let state_vector = early.state_vector().0.clone();
        UpdatesUp::Join { connection, role, dialect: Dialect::Boardwalk, state_vector }
    }

    fn receive_presence(&mut self, incoming: PresenceIncoming) {
        self.presence.push(match incoming {
            PresenceIncoming::Open(lane, slot, welcome) => {
                let _ = welcome.send(Ok(()));
                PresenceIncoming::Open(lane, slot, oneshot::channel().0)
            }
            other => other,
        });
    }
}

fn has_nothing(state_vector: &Bytes) -> bool {
    state_vector.is_empty() || state_vector[..] == [0]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use board::{Board, ClientId, Edit, Kind, NewShape, ShapeId};
    use protocol::edge::EdgeMessage;
    use protocol::{ConnectionId, Role};
    use storage::Epoch;
    use sync::{Room, StoredBoard};
    use tokio::sync::Semaphore;

    use super::*;
    use crate::board_inbox::Incoming;
    use crate::flusher::Claim;
    use crate::updates_lane::LaneQueue;

    fn stored() -> (StoredBoard, Board) {
        let mut board = Board::new(ClientId::from_random(1));
        let mut draws = |ids: std::ops::Range<u64>| {
            let shape = NewShape::new(Kind::Text, Vec::new()).with_text("x".repeat(4000));
            let insert = |id| Edit::Insert { id: ShapeId::from_random(id), shape: shape.clone() };
            board.apply(&ids.map(insert).collect::<Vec<_>>()).update.expect("shapes are a change").0
        };
        let (snapshot, row) = (draws(1..30), draws(30..32));
        (StoredBoard { snapshot: Some((4, snapshot)), rows: vec![(5, row)], head_seq: 5 }, board)
    }

    /// What the messages of a lane make together.
    fn contents(messages: &[Bytes]) -> String {
        let mut board = Board::new(ClientId::from_random(2));
        for message in messages {
            let Ok(UpdatesDown::Message { message, .. }) = UpdatesDown::decode(message) else { panic!("a message") };
            let Ok(EdgeMessage::StateChunk(chunk)) = EdgeMessage::decode(&message) else { panic!("a chunk") };
            board.merge(&chunk.update(1 << 30).expect("zlib")).expect("readable");
        }
        board.contents()
    }

    #[tokio::test]
    async fn who_has_nothing_is_answered_before_the_room_is_there_and_the_room_hears_of_everybody() {
        let (stored, board) = stored();
        let early = EarlyAnswer::of(&stored).expect("everything can be read");
        let (inbox, _incoming): (BoardInbox, Incoming) = BoardInbox::pair();
        let (answer, answered) = oneshot::channel();
        let (open, opening) = oneshot::channel();
        assert!(answer.send(early).is_ok());
        let (lane, (queue, end)) = (LaneId(1), LaneQueue::pair());
        let (welcome, welcomed) = oneshot::channel();
        let permits = Arc::new(Semaphore::new(2));
        let held = || permits.clone().try_acquire_owned().expect("two");
        let join = |connection, vector: &'static [u8]| UpdatesUp::Join {
            connection: ConnectionId(connection),
            role: Role::Edit,
            dialect: Dialect::Boardwalk,
            state_vector: Bytes::from_static(vector),
        };
        for incoming in [
            UpdatesIncoming::Open(lane, queue, welcome),
            UpdatesIncoming::Message(lane, join(7, &[0]), held()),
            UpdatesIncoming::Message(lane, join(8, &[1, 9, 9]), held()),
        ] {
            assert!(inbox.updates.push(incoming).is_ok());
        }
        let mut hall = Hall::default();
        let opening = async move { opening.await.expect("opened below") };
        let opened = {
            let mut waiting = std::pin::pin!(hall.wait(opening, answered, &inbox));
            tokio::select! {
                _ = &mut waiting => panic!("nothing is open yet"),
                welcomed = welcomed => assert!(matches!(welcomed, Ok(Ok(())))),
            }
            assert_eq!(contents(&end.waiting()), board.contents());
            let claim = Claim { epoch: Epoch(1), head_seq: 5, lapses: 0 };
            let room = Room::load(stored.clone()).0;
            assert!(open.send(Ok(Opened { room, claim, bytes: 0 })).is_ok());
            waiting.await
        };
        assert!(opened.is_ok());
        let vectors: Vec<Bytes> = hall
            .updates
            .iter()
            .filter_map(|incoming| match incoming {
                UpdatesIncoming::Message(_, UpdatesUp::Join { state_vector, .. }, _) => Some(state_vector.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(vectors, [board.state_vector().0, Bytes::from_static(&[1, 9, 9])]);
    }

    #[test]
    fn a_board_that_cannot_be_read_as_a_whole_is_answered_by_its_room_only() {
        let (whole, _) = stored();
        let mut cut_off = whole.clone();
        cut_off.rows[0].1.truncate(100);
        let mut gap = whole.clone();
        gap.snapshot = Some((4, gap.rows[0].1.clone()));
        for stored in [cut_off, gap, StoredBoard::default()] {
            assert!(EarlyAnswer::of(&stored).is_none());
        }
    }
}
