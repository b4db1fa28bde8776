//! Every bound of this crate, in one place: sizes, counts and times, with what happens when one is passed.
//! It must hold numbers only.

use std::time::Duration;

/// Largest frame a link may carry: the length prefix of TCP has 24 bits.
pub const MAX_FRAME_BYTES: usize = 0x00FF_FFFF;
/// Default and usual size of one frame on the wire; longer messages are fragmented.
pub const DEFAULT_MTU_BYTES: usize = 16 * 1024;
/// The smallest mtu accepted, as in other implementations.
pub const MIN_MTU_BYTES: usize = 64;
/// Default bound of one reassembled message. Over it the stream ends with INVALID.
pub const DEFAULT_MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of all half-assembled messages of a connection, as a multiple of the message bound.
/// Over it the stream whose fragment arrived ends with INVALID.
pub const MAX_ASSEMBLIES: usize = 2;
/// A message whose fragments take longer than this ends its stream with INVALID.
pub const ASSEMBLY_TIMEOUT: Duration = Duration::from_secs(30);

/// Default bound of streams open at once, counted per direction. Over it a request is REJECTED.
pub const DEFAULT_MAX_OPEN_STREAMS: usize = 10_000;
/// REJECTED answers (they have no stream to wait in) that may wait for the writer. Over it the connection is closed.
pub const MAX_WAITING_REFUSALS: usize = 1_024;
/// Frames that a conforming peer never sends, over a connection's life. Over it the connection is closed.
pub const MAX_ODD_FRAMES: u32 = 1_000;
/// Streams on which the peer sent more than it was granted, over a connection's life. Over it the connection is closed.
pub const MAX_OVERRUNS: u32 = 8;

/// Messages a stream may have waiting for the writer, in bytes; the message that crosses it is still taken.
pub const STREAM_BACKLOG_BYTES: usize = 64 * 1024;
/// The same for a whole connection. Over it senders wait and new streams are refused as busy.
pub const CONNECTION_BACKLOG_BYTES: usize = 8 * 1024 * 1024;
/// Received bytes that no application has read yet, per connection. Over it windows are topped up by one message only.
pub const UNREAD_BYTES: usize = 8 * 1024 * 1024;
/// Reads of about [`READ_BYTES`] that unread messages may keep alive, per connection: as much again. Over it a message that
/// would keep another one is copied out of it.
pub const UNREAD_READS: usize = UNREAD_BYTES / READ_BYTES;
/// Bytes one stream may write before the next has its turn.
pub const QUANTUM_BYTES: usize = 16 * 1024;
/// Bytes encoded and flushed at once.
pub const BATCH_BYTES: usize = 64 * 1024;
/// Frames encoded and flushed at once.
pub const BATCH_FRAMES: usize = 1_024;
/// Messages that an [`Outbound`](crate::Outbound) used as a sink collects before it queues them; up to
/// [`QUANTUM_BYTES`] of them.
pub const SINK_MESSAGES: usize = 64;
/// Frames taken from a link at once, if so many are there, up to [`READ_BYTES`] of them.
pub const READ_FRAMES: usize = 256;
/// Bytes read from a TCP socket at once; as many as the other side flushes.
pub const READ_BYTES: usize = BATCH_BYTES;
/// Unsent bytes the kernel may hold before a TCP socket stops being writable, so that fairness stays ours.
pub const TCP_NOTSENT_LOWAT_BYTES: u32 = 64 * 1024;
/// Received bytes that the kernel may hold before a TCP socket's reader has them: a queue whose order is no longer ours, so
/// that a small message waits behind all of it. It also bounds a connection to this much for each round trip.
pub const TCP_RECEIVE_BUFFER_BYTES: usize = 192 * 1024;
/// Frames in flight in each direction of an in-memory link.
pub const MEMORY_LINK_FRAMES: usize = 64;

/// The largest number of messages one REQUEST_N may grant.
pub const MAX_REQUEST_N: u32 = 0x7FFF_FFFF;
/// The largest stream id. When a connection has used it up, it drains.
pub const MAX_STREAM_ID: u32 = 0x7FFF_FFFF;

/// An accepted socket that sends no SETUP for this long is closed.
pub const SETUP_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a closing connection may take to flush its last frames.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// The longest keepalive interval or lifetime accepted in a SETUP.
pub const MAX_KEEPALIVE: Duration = Duration::from_secs(600);
/// The most data a KEEPALIVE may ask us to echo. Over it the connection is closed.
pub const MAX_KEEPALIVE_BYTES: usize = 1_024;
/// Text of a received ERROR that is kept; the rest is cut off.
pub const MAX_ERROR_TEXT_BYTES: usize = 1_024;
/// The longest mime type a SETUP can name.
pub const MAX_MIME_BYTES: usize = 255;
/// Entries read from composite metadata. Over it decoding fails.
pub const MAX_METADATA_ENTRIES: usize = 64;

/// What a resumable connection keeps of the frames it has written and the peer has not confirmed, with the store's own
/// overhead. The oldest go first; a peer that misses them is answered REJECTED_RESUME.
pub const RESUME_STORE_BYTES: usize = 1024 * 1024;
/// How long a resumable connection waits for a new link after losing one.
pub const RESUME_TIMEOUT: Duration = Duration::from_secs(30);
/// Resumable connections of one acceptor, with a link or waiting for one. Over it a SETUP that asks for resumption is
/// REJECTED_SETUP.
pub const MAX_SESSIONS: usize = 1_024;
/// The length of a resume token, from the system's random source.
pub const RESUME_TOKEN_BYTES: usize = 16;
/// The longest request id in composite metadata; a longer one is not taken for one.
pub const MAX_REQUEST_ID_BYTES: usize = 64;

/// A target that has just joined a pool, or come back, reaches its full share after this long.
pub const RAMP: Duration = Duration::from_secs(30);
/// With more targets than this a pool compares two at random instead of all.
pub const COMPARE_ALL_TARGETS: usize = 32;
/// The longest first wait before connecting again to a peer that was lost; it doubles with each failure.
pub const FIRST_BACKOFF: Duration = Duration::from_millis(100);
/// The longest wait before connecting again. In a pool, a connection that lived this long ends a series of failures.
pub const MAX_BACKOFF: Duration = Duration::from_secs(10);
/// How long connecting to a target may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest lease that can be granted.
pub const MAX_LEASE: Duration = Duration::from_secs(3_600);
