//! The bounds that are the service's own business: its queues, batches, times. What both hops must know is in
//! `protocol::limits`. It must hold numbers only.

use std::time::Duration;

/// RSocket connections from gateways at once; a socket over it waits to be accepted.
pub const MAX_CONNECTIONS: usize = 1024;
/// Boards open at once; a lane for one more is refused as `busy`.
pub const MAX_OPEN_BOARDS: usize = 50_000;
/// Lanes that a gateway opens for each board.
pub const LANES_PER_BOARD: usize = 2;
/// How long a gateway may use what it was granted.
pub const LANE_LEASE_TTL: Duration = Duration::from_secs(5);
/// How often it is granted anew.
pub const LANE_LEASE_INTERVAL: Duration = Duration::from_secs(2);

/// Messages of all lanes that wait for a board's task; lanes wait then, and their credit with them.
pub const INBOX_MESSAGES: usize = 4096;
/// Messages that a board's task, or a lane, takes up together.
pub const MESSAGES_AT_ONCE: usize = 1024;
/// Bytes of one lane's messages that wait for a board's task. A single message may be as large as this.
pub const LANE_INBOX_BYTES: usize = protocol::limits::MAX_LANE_MESSAGE_BYTES;
/// A lane with more than this waiting for credit hands on no further join: each is answered with a whole board.
pub const JOIN_BACKLOG_BYTES: usize = 16 * 1024 * 1024;
/// What one queued message counts beyond its bytes, so that many small ones are bounded too.
pub const QUEUED_MESSAGE_BYTES: usize = 64;
/// Credits that the service grants on a presence lane: more than it gives, since each gateway sends for many.
pub const PRESENCE_UP_WINDOW: u32 = 64;
/// Largest message up the presence lane: one presence message and its wrapping.
pub const MAX_PRESENCE_UP_BYTES: usize = protocol::limits::MAX_PRESENCE_BYTES + 64;
/// How often silent people are looked for while no presence changes.
pub const PRESENCE_SWEEP: Duration = Duration::from_secs(5);
/// From this size on (of a message, or of the board where all of it is encoded) a room works off the async threads.
pub const BLOCKING_FROM_BYTES: usize = 256 * 1024;

/// How often a board that is decoded is asked whether it needs to be.
pub const REST_EVERY: Duration = Duration::from_secs(1);

/// Rows of one group commit.
pub const FLUSH_ROWS: usize = 2_000;
/// Bytes of one group commit; the row that crosses it is still taken.
pub const FLUSH_BYTES: usize = 8 * 1024 * 1024;
/// A healthy board with more than this on the way to the store takes no more updates until some are stored.
pub const UNSTORED_BYTES: usize = 8 * 1024 * 1024;
/// An append that is under way for this long counts as failing: people hear of it within a second, not when the store's
/// own time for an answer is over.
pub const STORE_IS_SLOW: Duration = Duration::from_millis(800);
/// Bytes of all boards together that may wait for a store that does not answer. Past it every board with something
/// unsaved turns read-only. Each board has its own bound besides (`MAX_PROVISIONAL_BYTES`).
pub const MAX_WAITING_BYTES: usize = 256 * 1024 * 1024;
/// While a board's rows are on their way to the store, what comes is gathered for at most this long.
pub const GATHER_TIME: Duration = Duration::from_millis(10);
/// First pause after the store failed; doubles with each further failure.
pub const RETRY_FIRST: Duration = Duration::from_millis(50);
/// Longest pause between two attempts at the store.
pub const RETRY_LONGEST: Duration = Duration::from_secs(2);

/// How often the bin is looked through.
pub const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(60 * 60);

/// Loads of a board that did not end before it counts as the cause of crashes and is quarantined.
pub const MAX_CRASHED_LOADS: u32 = 3;
/// Boards loaded at the same time; the others wait, so that a restart is not also a shortage of memory.
pub const LOADS_AT_ONCE: usize = 8;
/// How often a lane that meets a board on its way out looks for it again.
pub const OPEN_ATTEMPTS: usize = 3;
/// Renewals in the time of one lease: so many but one may fail before it lapses.
pub const RENEWALS: u32 = 4;
/// Boards that a leaving service hands over at the same time; the others are served until it is their turn.
pub const DRAINS_AT_ONCE: usize = 16;
/// Boards whose last version a leaving service encodes and keeps at the same time, after it has handed them over.
pub const LAST_VERSIONS_AT_ONCE: usize = 2;
/// How long a fenced board's unsaved updates are offered to the new owner; their authors have them, too.
pub const HAND_OVER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long one attempt at that may take.
pub const HAND_OVER_ATTEMPT: Duration = Duration::from_secs(10);
/// Bytes of unsaved updates that wait to be handed over, of all boards; more are left to their authors.
pub const HAND_OVER_BYTES: usize = 256 * 1024 * 1024;
/// How often an owner may name another in one attempt.
pub const HAND_OVER_REDIRECTS: usize = 4;
/// How long leaving may take to store what is unsaved; clients keep what was not acknowledged.
pub const LEAVE_TIMEOUT: Duration = Duration::from_secs(10);
