//! Every bound on what comes from outside or waits in a queue, in one place. Sizes in bytes, times in milliseconds.

/// Largest WebSocket message that a gateway accepts or sends, and so the largest single update.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;
/// Largest awareness, selection or draft message.
pub const MAX_PRESENCE_BYTES: usize = 16 * 1024;
/// Largest title of a board, in characters.
pub const MAX_TITLE_CHARS: usize = 200;
/// Longest label of a link, in characters.
pub const MAX_LABEL_CHARS: usize = 80;
/// Longest password of a link, in characters.
pub const MAX_PASSWORD_CHARS: usize = 200;
/// Links of a board that were not withdrawn.
pub const MAX_LINKS_PER_BOARD: usize = 50;
/// Personal links that people were given for one link's password; the oldest make room.
pub const MAX_PERSONAL_LINKS: usize = 200;
/// Records of a board's meeting: threads of comments, the timer, votes.
pub const MAX_MEETING_RECORDS: u64 = 1_000;
/// Longest time on the board's timer: 99 minutes and 59 seconds.
pub const MAX_TIMER_MS: u64 = 5_999_000;
/// Most votes of one person in one voting.
pub const MAX_VOTES: usize = 99;
/// Most shapes that one voting is about.
pub const MAX_VOTED_SHAPES: usize = 200;
/// Most people who take part in one voting.
pub const MAX_VOTERS: usize = 1_000;
/// Most private notes of one person.
pub const MAX_PRIVATE_NOTES: usize = 40;
/// Longest private note, in characters.
pub const MAX_PRIVATE_NOTE_CHARS: usize = 1_000;
/// Longest question of a voting, in characters.
pub const MAX_QUESTION_CHARS: usize = 200;
/// Longest comment, in characters.
pub const MAX_COMMENT_CHARS: usize = 2_000;
/// Comments of one thread.
pub const MAX_COMMENTS_PER_THREAD: usize = 100;
/// People whom one comment mentions.
pub const MAX_MENTIONS: usize = 20;
/// Largest JSON body of a REST request.
pub const MAX_REST_BODY_BYTES: usize = 64 * 1024;

/// One credit of the updates lane buys one part of at most this size, so that credit × size bounds memory.
pub const LANE_PART_BYTES: usize = 64 * 1024;
/// Credits that either side of the updates lane grants at first and tops up to: 4 MiB in flight at most.
pub const LANE_WINDOW_PARTS: u32 = 64;
/// The updates lane's credit is topped up when this many parts are left.
pub const LANE_REFILL_PARTS: u32 = 32;
/// Credits of the presence lane: small, as only the newest matters.
pub const PRESENCE_WINDOW: u32 = 2;
/// Largest message over a lane once its parts are joined: one edge message and its wrapping.
pub const MAX_LANE_MESSAGE_BYTES: usize = MAX_MESSAGE_BYTES + 1024;

/// Bytes of shared messages that a gateway keeps per board for browsers that lag behind: what one browser that does not
/// read can cost, with some of presence and its socket's buffer less than 1 MiB. Who lags further is brought up by its
/// state vector, which needs no past, and nothing is kept for it.
pub const RING_BYTES: usize = 512 * 1024;
/// Messages that the same ring keeps.
pub const RING_MESSAGES: usize = 8192;
/// Bytes waiting for one connection alone (its join, its acknowledgements).
pub const DIRECT_QUEUE_BYTES: usize = 48 * 1024 * 1024;
/// A browser that takes nothing for this long is closed with `resync`.
pub const STUCK_BROWSER_MS: u64 = 30_000;
/// Bytes that wait in the document service for one lane's credit before the lane is closed and joined afresh.
pub const LANE_BACKLOG_BYTES: usize = 64 * 1024 * 1024;

/// One batch of presence closes before it would grow past this; the rest goes with the next.
pub const PRESENCE_BATCH_BYTES: usize = 64 * 1024;
/// Presence goes out at most once in this time: 30 Hz.
pub const PRESENCE_INTERVAL_MS: u64 = 33;
/// Presence that is not renewed for this long is removed (the y-protocols timeout).
pub const PRESENCE_TIMEOUT_MS: u64 = 30_000;
/// A client renews its presence this often while nothing changes.
pub const PRESENCE_RENEW_MS: u64 = 15_000;
/// Awareness client ids that one connection may introduce.
pub const MAX_AWARENESS_CLIENTS: usize = 8;
/// Ids in one selection message; a larger selection is shown by its bounds only.
pub const MAX_SELECTION_IDS: usize = 500;

/// Updates of a provisional room (store unreachable) that are shown to others before the board turns read-only.
pub const MAX_PROVISIONAL_UPDATES: usize = 20_000;
/// Bytes of the same.
pub const MAX_PROVISIONAL_BYTES: usize = 32 * 1024 * 1024;
/// Updates that a room holds for peers while a clock gap is open, in bytes; past it the sender is closed.
pub const MAX_GAP_BYTES: usize = 4 * 1024 * 1024;

/// Edits of one moment become one row and one message up to this size; a longer one stays alone.
pub const MAX_JOINT_EDIT_BYTES: usize = 256 * 1024;
/// Log rows after which the room of a small board writes a snapshot; a large board waits longer, as all of it is written.
pub const SNAPSHOT_EVERY_UPDATES: u64 = 500;
/// Log rows after which any room writes a snapshot: the longest tail of a cold open, but for what comes while it is written.
pub const SNAPSHOT_EVERY_UPDATES_AT_MOST: u64 = 5_000;
/// Log bytes after which a room writes a snapshot, unless a quarter of the last snapshot is more.
pub const SNAPSHOT_EVERY_BYTES: u64 = 1024 * 1024;

/// A board of at most this size is kept encoded while little happens; decoding it again takes a few milliseconds.
pub const REST_UP_TO_BYTES: u64 = 128 * 1024;

/// A board that is being edited gets a version this often; and one when everybody has left.
pub const VERSION_EVERY_MS: u64 = 5 * 60 * 1000;
/// Versions of one board that people have named.
pub const MAX_NAMED_VERSIONS: usize = 200;
/// Largest name of a version, in characters.
pub const MAX_VERSION_NAME_CHARS: usize = 100;
/// Largest name of a version's author, in characters.
pub const MAX_AUTHOR_CHARS: usize = 60;
/// People that a version names; who comes after them is not noted.
pub const MAX_VERSION_PEOPLE: usize = 128;
/// Yjs clients that a version knows of one of them; who loads the page anew is another.
pub const MAX_CLIENTS_OF_PERSON: usize = 32;
/// Largest name that a page shows of a person, in characters.
pub const MAX_NAME_CHARS: usize = 40;
/// People of whom is asked at once whether they are signed in.
pub const MAX_SHOWN_PEOPLE: usize = 1_000;
/// Largest content of a version once decompressed.
pub const MAX_VERSION_BYTES: usize = 256 * 1024 * 1024;
/// Largest picture of a board that is sent to a home page.
pub const MAX_PICTURE_BYTES: usize = 192 * 1024;
/// Shapes in it at most: of a large board the largest ones.
pub const MAX_PICTURE_SHAPES: usize = 2_500;
/// Largest bundle by which people move their boards to another device, as it is sent.
pub const MAX_BUNDLE_BYTES: usize = 48 * 1024;
/// How long a deleted board stays in the bin.
pub const BIN_KEPT_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// A room that nobody has open is dropped from memory after this time.
pub const ROOM_IDLE_MS: u64 = 10_000;

/// Connections on one board through one gateway.
pub const MAX_CONNECTIONS_PER_BOARD: usize = 1000;
/// Our client must say hello, and a stock one must say anything, within this time.
pub const HELLO_TIMEOUT_MS: u64 = 10_000;
/// A client that has heard nothing for this long asks for a sign of life.
pub const LINK_QUIET_MS: u64 = 4_000;
/// A client that gets none within this time gives the link up and makes another.
pub const LINK_ANSWER_MS: u64 = 8_000;
/// The same where the browser says that there is no network.
pub const LINK_DOUBT_MS: u64 = 2_000;
/// Length of the secret by which a visit proves on a new connection that it is the same.
pub const VISIT_TOKEN_BYTES: usize = 16;
/// Join state is cut into updates of this size, so that the browser's main thread stays free between them.
pub const STATE_CHUNK_BYTES: usize = 256 * 1024;
/// And of so many structs: merging a thousand takes a browser some milliseconds.
pub const STATE_CHUNK_STRUCTS: usize = 1_500;
/// State below this size is sent uncompressed.
pub const COMPRESS_FROM_BYTES: usize = 1024;

/// Shapes in one transaction of the editor; more are split, still one undo step.
pub const MAX_SHAPES_PER_TRANSACTION: usize = 2000;

/// Largest asset (an image on a board).
pub const MAX_ASSET_BYTES: u64 = 100 * 1024 * 1024;
/// Bytes of all assets of one board.
pub const MAX_BOARD_ASSET_BYTES: u64 = 2 * 1024 * 1024 * 1024;
