//! How a connection is to behave: sizes, times and credit windows. It must only hold values.

use std::time::Duration;

use crate::{Payload, Sessions, limits};

/// How a connection is to behave. The two sides need not agree, except that the client's SETUP names the keepalive
/// times and mime types for both.
#[derive(Clone, Debug)]
pub struct ConnectionOptions {
    /// Largest frame this side writes, in bytes, without a link's length prefix.
    pub mtu: usize,
    /// How often the client asks for a sign of life.
    pub keepalive_interval: Duration,
    /// How long silence may last before the connection counts as dead.
    pub keepalive_lifetime: Duration,
    /// Largest message sent or accepted, metadata and data together.
    pub max_message_bytes: usize,
    /// Streams open at once, counted apart for those opened here and those opened by the peer.
    pub max_open_streams: usize,
    /// A client asks, and a server agrees, that requests need leases, in both directions:
    /// [`Connection::grant_lease`](crate::Connection::grant_lease).
    pub lease: bool,
    /// On the accepting side: where connections live whose client asks for resumption. `None` refuses such clients. The
    /// connecting side asks by [`connect_resumable`](crate::connect_resumable).
    pub sessions: Option<Sessions>,
    /// What a client says in its SETUP, for the acceptor to judge.
    pub setup: Payload,
    /// Mime type of all metadata on this connection.
    pub metadata_mime: String,
    /// Mime type of all data on this connection, unless a stream says otherwise.
    pub data_mime: String,
}

impl Default for ConnectionOptions {
    fn default() -> Self {
        Self {
            mtu: limits::DEFAULT_MTU_BYTES,
            keepalive_interval: Duration::from_millis(500),
            keepalive_lifetime: Duration::from_secs(3),
            max_message_bytes: limits::DEFAULT_MAX_MESSAGE_BYTES,
            max_open_streams: limits::DEFAULT_MAX_OPEN_STREAMS,
            lease: false,
            sessions: None,
            setup: Payload::default(),
            metadata_mime: crate::metadata::COMPOSITE_MIME.to_owned(),
            data_mime: "application/octet-stream".to_owned(),
        }
    }
}

/// How many messages a reader is ready to hold.
///
/// Slots are granted to the peer as credit: `initial` at first, and whenever no more than `refill_at` of them are
/// outstanding (granted, and not yet read by the application), back up to `initial`. The peer can therefore never have
/// more than `initial` messages waiting here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Slots in all.
    pub initial: u32,
    /// Top up when outstanding slots fall to this; [`Window::NEVER`] leaves it to [`Inbound::grant`](crate::Inbound::grant).
    pub refill_at: u32,
}

impl Window {
    /// The `refill_at` of a window that is granted by hand.
    pub const NEVER: u32 = u32::MAX;

    /// `initial` slots, topped up when half of them are used.
    pub const fn of(initial: u32) -> Self {
        Self { initial, refill_at: initial / 2 }
    }

    /// `initial` slots and then only what [`Inbound::grant`](crate::Inbound::grant) adds.
    pub const fn manual(initial: u32) -> Self {
        Self { initial, refill_at: Self::NEVER }
    }
}

impl Default for Window {
    fn default() -> Self {
        Self::of(32)
    }
}
