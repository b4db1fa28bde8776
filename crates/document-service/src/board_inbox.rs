//! Where lanes bring what they have for a board: queues into its task. It must not know what becomes of a message.

use std::sync::Arc;

use mailbox::Mailbox;
use protocol::lane::{PresenceUp, UpdatesUp};
use protocol::request::KeptVersion;
use sync::LaneId;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::limits::INBOX_MESSAGES;
use crate::opening::Refusal;
use crate::presence_lane::PresenceSlot;
use crate::updates_lane::LaneQueue;

/// Answer to a lane that wants to open. Dropped unanswered, the board was on its way out: look for it again.
pub(crate) type Welcome = oneshot::Sender<Result<(), Refusal>>;

/// What an updates lane brings.
pub(crate) enum UpdatesIncoming {
    Open(LaneId, LaneQueue, Welcome),
    /// With its share of the lane's inbox, free again once the message is dealt with.
    Message(LaneId, UpdatesUp, OwnedSemaphorePermit),
    Closed(LaneId),
    /// Somebody wants a named version of the board as it is.
    SaveVersion(Question),
    /// The board is in the bin.
    Evict,
}

/// A wish for a named version.
pub(crate) struct Question {
    pub(crate) name: String,
    pub(crate) author: String,
    /// Dropped unanswered, the board was on its way out: look for it again.
    pub(crate) reply: oneshot::Sender<Result<KeptVersion, Refusal>>,
}

/// What a presence lane brings.
pub(crate) enum PresenceIncoming {
    Open(LaneId, PresenceSlot, Welcome),
    Message(LaneId, PresenceUp),
    Closed(LaneId),
}

/// The lanes' end. Presence has its own queue, so that updates that must wait do not hold it up.
#[derive(Clone)]
pub(crate) struct BoardInbox {
    pub(crate) updates: Arc<Mailbox<UpdatesIncoming>>,
    pub(crate) presence: Arc<Mailbox<PresenceIncoming>>,
}

/// The task's end of the inbox. Dropped, it takes nothing more in.
pub(crate) struct Incoming(pub(crate) BoardInbox);

impl BoardInbox {
    pub(crate) fn pair() -> (Self, Incoming) {
        let (updates, presence) = (Mailbox::bounded(INBOX_MESSAGES), Mailbox::bounded(INBOX_MESSAGES));
        let inbox = Self { updates: Arc::new(updates), presence: Arc::new(presence) };
        (inbox.clone(), Incoming(inbox))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.0.updates.close();
        self.0.presence.close();
        // Lanes that wait to open find their welcome dropped, and the rest is no more of use.
        self.0.updates.try_take(&mut Vec::new(), usize::MAX);
        self.0.presence.try_take(&mut Vec::new(), usize::MAX);
    }
}

impl Incoming {
    /// Takes nothing more in. Lanes that are waiting to open are refused, or left to try again.
    pub(crate) fn close(self, refusal: Option<&Refusal>) {
        let refuse = |welcome: Welcome| {
            if let Some(refusal) = refusal {
                // A lane that no longer waits needs no answer.
                let _ = welcome.send(Err(refusal.clone()));
            }
        };
        let Self(BoardInbox { updates, presence }) = &self;
        updates.close();
        presence.close();
        let (mut last_updates, mut last_presence) = (Vec::new(), Vec::new());
        updates.try_take(&mut last_updates, usize::MAX);
        presence.try_take(&mut last_presence, usize::MAX);
        for incoming in last_updates {
            match (incoming, refusal) {
                (UpdatesIncoming::Open(_, _, welcome), _) => refuse(welcome),
                (UpdatesIncoming::SaveVersion(question), Some(refusal)) => {
                    let _ = question.reply.send(Err(refusal.clone()));
                }
                _ => {}
            }
        }
        for incoming in last_presence {
            if let PresenceIncoming::Open(_, _, welcome) = incoming {
                refuse(welcome);
            }
        }
    }
}
