//! What a client is told and what it wants done: plain values between the machine and its shell.

use bytes::Bytes;
use protocol::awareness::PresenceState;
use protocol::{Role, VisitToken};

use super::outbox::LogKey;
use super::status::Status;

/// What a client is told at its start.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The link's secret.
    pub key: String,
    /// Our Yjs client id.
    pub client: u64,
    /// Seed of the backoff's jitter.
    pub seed: u64,
    /// Of a secure random source, as is the client id.
    pub token: VisitToken,
}

/// What happens to a client.
#[derive(Debug, Clone)]
pub enum ClientInput {
    /// What earlier visits left in the log, oldest first. Given once, before `Start`.
    Restored(Vec<(LogKey, Bytes)>),
    /// The page is ready: connect.
    Start,
    /// The link is open. The state vector is the board's, now.
    Opened {
        /// Yjs state vector.
        state_vector: Bytes,
    },
    /// The link is closed or could not be opened.
    Closed {
        /// WebSocket close code, if one came.
        close_code: Option<u16>,
    },
    /// The browser says that the network is back.
    Online,
    /// The browser says that there is none; it may be wrong.
    Offline,
    /// A message arrived.
    Received(Bytes),
    /// An edit was made here.
    Local(Bytes),
    /// The log has this entry, or failed to take it (`None`): then it is sent without.
    Logged {
        /// As given out in `Log`.
        entry: u64,
        /// Where it is.
        key: Option<LogKey>,
    },
    /// What others should see of us.
    Presence(PresenceState),
    /// Our selection changed; opaque bytes, sent once and again to whoever comes later.
    Selection(Bytes),
    /// An update of `MergeNext` builds on something that is not here: a message was lost.
    Gap,
    /// A gesture in progress; opaque bytes, dropped while there is no link.
    Draft(Bytes),
    /// Time passed.
    Tick,
}

/// What a client wants done, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientOutput {
    /// So many parts of the board could not be read by the server; told to owners.
    Damaged {
        /// How many.
        parts: u64,
    },
    /// Open the link.
    Connect,
    /// Close the link.
    Disconnect,
    /// The link stays, the join is made again: answer with `Opened` at once.
    Rejoin,
    /// Send a message.
    Send(Bytes),
    /// Append to the log; answered by `Logged`.
    Log {
        /// Names the entry in the answer.
        entry: u64,
        /// Yjs update.
        update: Bytes,
    },
    /// Remove entries from the log.
    Unlog(Vec<LogKey>),
    /// Merge into the board. What an earlier visit left may build on what the join only brings: it comes again then.
    Merge(Bytes),
    /// The store has this update, which came here or was made here: it belongs into this browser's copy of the board
    /// (COPY-1).
    Stored(Bytes),
    /// Merge into the board something that must fit; if it leaves a gap, answer with `Gap`.
    MergeNext(Bytes),
    /// The server has this state. Where the board holds more, or `always`, give the difference as `Local`.
    Reconcile {
        /// Yjs state vector.
        state_vector: Bytes,
        /// The server asked, or deletions may be missing: answer even if the vector shows nothing missing.
        always: bool,
        /// What was made here is on its way already: leave it out.
        except_own: bool,
    },
    /// The join is answered: what this person may do, and the board's title.
    Welcomed {
        /// Role of the link.
        role: Role,
        /// Title, possibly empty.
        title: String,
        /// Whether edits are to be allowed: the role, and a schema that we know.
        may_write: bool,
    },
    /// Somebody else's presence.
    PeerPresence {
        /// Yjs client id.
        client: u64,
        /// What they show.
        state: PresenceState,
    },
    /// Somebody has gone.
    PeerGone {
        /// Yjs client id.
        client: u64,
    },
    /// Somebody's selection.
    PeerSelection {
        /// Yjs client id.
        client: u64,
        /// As their editor wrote it.
        bytes: Bytes,
    },
    /// Somebody's gesture.
    PeerDraft {
        /// Yjs client id.
        client: u64,
        /// As their editor wrote it.
        bytes: Bytes,
    },
    /// Records of the board's meeting changed, as `EdgeMessage::Meeting` says it.
    Meeting {
        /// Number of the change before these.
        from: u64,
        /// Number of the newest.
        head: u64,
        /// JSON, not read yet.
        changes: String,
    },
    /// The status changed.
    Status(Status),
}
