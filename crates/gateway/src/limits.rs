//! The bounds that are the gateway's own business. What both hops must know is in `protocol::limits`. It must hold
//! numbers only.

use std::time::Duration;

use protocol::limits::{LANE_PART_BYTES, MAX_LANE_MESSAGE_BYTES};

/// Parts of messages that wait in one board's hub for the updates lane's credit; browsers are not read meanwhile. Room
/// for one message of the largest size and as much again of small ones.
pub const UPSTREAM_PARTS: usize = 2 * MAX_LANE_MESSAGE_BYTES.div_ceil(LANE_PART_BYTES - 1024);
/// Messages that go up the updates lane together, in as few parts as hold them.
pub const UPWARD_AT_ONCE: usize = 256;
/// Bytes of presence that a hub keeps for browsers that lag; what falls off is skipped.
pub const PRESENCE_RING_BYTES: usize = 256 * 1024;
/// Messages of the same.
pub const PRESENCE_RING_MESSAGES: usize = 128;
/// With this many updates from one batch of presence to the next, a batch goes along with the next update: one wake and one
/// write to each browser less.
pub const UPDATES_TO_RIDE_ON: u64 = 4;
/// How long presence waits for that update at most.
pub const LONGEST_RIDE: Duration = Duration::from_millis(5);
/// Yjs client ids that a hub remembers as living elsewhere.
pub const MAX_FOREIGN_CLIENTS: usize = 16_384;
/// Largest awareness message of a stock client, which repeats to us all that it hears of others.
pub const MAX_STOCK_AWARENESS_BYTES: usize = 1024 * 1024;
/// Lines of the same.
pub const MAX_STOCK_AWARENESS_LINES: usize = 10_000;

/// How long browsers wait for their board to be opened before they are closed with `unavailable`.
pub const OPEN_TIMEOUT: Duration = Duration::from_secs(25);
/// First pause before the lanes are tried again; doubles with each failure, and is then drawn from zero to it.
pub const OPEN_BACKOFF_FIRST: Duration = Duration::from_millis(50);
/// Longest such pause.
pub const OPEN_BACKOFF_LONGEST: Duration = Duration::from_millis(500);
/// How long one service may take to accept or refuse a lane.
pub const ACCEPT_TIMEOUT: Duration = Duration::from_secs(22);
/// How long a service may take to answer a request about a board.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(8);
/// Lanes that live shorter than this are followed by a pause, longer each time.
pub const SHORT_LANES: Duration = Duration::from_secs(2);
/// After so many of them in a row the board's browsers are closed.
pub const MAX_SHORT_LANES: u32 = 8;
/// How often a refusal may name another owner in one opening.
pub const MAX_REDIRECTS: usize = 8;
/// How long the lanes of a board that nobody has open any more stay open, for reloads.
pub const HUB_LINGER: Duration = Duration::from_secs(2);

/// How often a browser is pinged.
pub const PING_INTERVAL: Duration = Duration::from_secs(5);
/// A browser that is not heard of for this long is gone.
pub const SILENT_BROWSER: Duration = Duration::from_secs(16);
/// A browser is given time to take a message as if it read at least this fast.
pub const SLOWEST_BROWSER_BYTES_PER_SECOND: u64 = 16 * 1024;
/// Messages that a browser may send at once: more than it keeps of a week offline.
pub const MESSAGE_BURST: u32 = 20_000;
/// Messages a second that it may send for ever, unless whoever runs the gateway says otherwise; a person who draws sends
/// under a hundred.
pub const MESSAGES_PER_SECOND: u32 = 1_000;
/// Browsers that may join at once by one link, from other machines.
pub const JOIN_BURST: u32 = 1_000;
/// Browsers a second that may for ever.
pub const JOINS_PER_SECOND: u32 = 50;
/// How long the last words to a browser may take.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes of messages that are put into one WebSocket's buffer before it is flushed; a message that crosses it goes along.
pub const WRITE_AT_ONCE_BYTES: usize = 16 * 1024;
/// Bytes that may wait inside one WebSocket beyond the message being written.
pub const WEBSOCKET_WRITE_SLACK_BYTES: usize = 64 * 1024;
/// Bytes read from a socket at once; small, since most sockets are idle.
pub const WEBSOCKET_READ_BYTES: usize = 1024;

/// Boards that may be made at once through this process.
pub const CREATE_BURST: u32 = 200;
/// Boards a second that may be made for ever.
pub const CREATE_PER_SECOND: u32 = 10;
/// Images that may be brought at once with one link.
pub const UPLOAD_BURST: u32 = 200;
/// Images a second that may be brought with it for ever.
pub const UPLOADS_PER_SECOND: u32 = 2;
/// Images that are being brought at the same time, through this process.
pub const MAX_UPLOADS: usize = 32;
/// Bytes of an image that is being brought that are in memory; S3 takes no smaller parts.
pub const ASSET_PART_BYTES: usize = 5 * 1024 * 1024;
/// How long an image that is being brought may fall silent.
pub const UPLOAD_SILENCE: Duration = Duration::from_secs(20);
/// How often assets that nobody has are looked for.
pub const ASSET_CARE_EVERY: Duration = Duration::from_secs(60 * 60);
/// How long assets that nobody has stay: longer than any upload takes to be noted.
pub const ASSET_GRACE_MS: i64 = 24 * 60 * 60 * 1000;

/// Passwords that may be tried at once for one link.
pub const PASSWORD_BURST: u32 = 10;
/// Passwords a second that may be tried for it for ever.
pub const PASSWORDS_PER_SECOND: u32 = 1;
/// Links whose tries are remembered; those that nobody tries now are forgotten first.
pub const MAX_TRIED_LINKS: usize = 10_000;
/// Passwords that are hashed at once; each takes 19 MiB and tens of milliseconds of a core.
pub const PASSWORD_WORKERS: usize = 2;
/// Bytes of boards' pictures that are kept, so that a home page costs little.
pub const KEPT_PICTURES_BYTES: usize = 24 * 1024 * 1024;
/// Pictures that are asked of services at once.
pub const PICTURES_AT_ONCE: usize = 4;
/// Addresses whose requests are counted; those that ask nothing now are forgotten first.
pub const MAX_COUNTED_ADDRESSES: usize = 20_000;
/// Comments that may be written or changed at once through one link.
pub const COMMENT_BURST: u32 = 40;
/// Comments a second that may be, for ever.
pub const COMMENTS_PER_SECOND: u32 = 2;
/// Ballots that may be given at once through one link, which many people share.
pub const VOTE_BURST: u32 = 200;
/// Ballots a second that may be, for ever.
pub const VOTES_PER_SECOND: u32 = 20;
/// How often a change of a meeting is tried while others are faster.
pub const MEETING_TRIES: usize = 16;
/// Bytes of one message about a meeting; who is to be told more reads it over REST.
pub const MAX_TOLD_BYTES: usize = 64 * 1024;
/// How often the store is asked which meetings other gateways changed, while any board is open here.
pub const MEETING_INTERVAL: Duration = Duration::from_millis(500);
/// How often the store is asked whether links, names or the bin changed.
pub const ACCESS_INTERVAL: Duration = Duration::from_secs(1);
/// How far each question looks back beyond the one before: a change becomes visible that long after its time at most.
pub const ACCESS_LOOK_BACK: Duration = Duration::from_secs(5);
/// How often boards that are open are measured, where boards may not grow without bound.
pub const MEASURE_EVERY: Duration = Duration::from_secs(10);
/// The least that one board may be bounded to: an empty one with a few people takes less.
pub const LEAST_BOARD_BYTES: u64 = 64 * 1024;
/// Boards that the administration reads of the store at once.
pub const OVERVIEW_AT_ONCE: u32 = 500;
/// Boards that one answer of it lists.
pub const MAX_ADMIN_PAGE: usize = 200;
/// Bytes of one answer of a sign-in provider.
pub const MAX_PROVIDER_ANSWER_BYTES: usize = 256 * 1024;
/// How long a connection to it may take.
pub const PROVIDER_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long one answer of it may.
pub const PROVIDER_ANSWER_TIMEOUT: Duration = Duration::from_secs(4);
/// How long all that is asked of it for one request may, the wait for a turn with it.
pub const PROVIDER_TIMEOUT: Duration = Duration::from_secs(8);
/// How long its addresses and keys are taken to be as they were.
pub const PROVIDER_KNOWN_FOR: Duration = Duration::from_secs(60 * 60);
/// People about whom it is asked at once.
pub const SIGN_INS_AT_ONCE: usize = 16;
/// How long somebody may be at its page.
pub const SIGN_IN_LASTS: Duration = Duration::from_secs(10 * 60);
/// How long somebody stays signed in.
pub const SESSION_LASTS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Boards of somebody who is signed in that are listed.
pub const MAX_OWN_BOARDS: u32 = 1_000;
/// How long a REST request may take.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the checks of `/health/ready` may take together.
pub const READY_TIMEOUT: Duration = Duration::from_secs(2);
/// How often histograms are drained, so that a process that nobody scrapes does not grow.
pub const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// How often the list of document services is read.
pub const MEMBERS_INTERVAL: Duration = Duration::from_secs(1);
/// How often it is read while a board waits for its owner to answer or to leave the list.
pub const MEMBERS_IMPATIENT: Duration = Duration::from_millis(200);
/// A service that is on none of this many lists in a row has lost its boards, even where it still serves them.
pub const LISTS_WITHOUT: u32 = 3;
/// How long a board that is being opened waits for a connection to a document service.
pub const CONNECTED_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a gateway that leaves waits for browsers and lanes to end.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
