//! Frames and their bytes. The codec is `rsocket_rust`'s, behind a guard that refuses what would make it panic or write
//! a corrupt frame; nothing of it is visible outside this module. It must not know streams, credit or links.

mod encode;
mod guard;

use bytes::{Bytes, BytesMut};
use rsocket_rust::frame as codec;
use rsocket_rust::frame::Body;

#[cfg(test)]
use encode::EncodeError;
pub(crate) use encode::Encoder;

use crate::{ErrorCode, Payload};

const POSITION_MASK: u64 = u64::MAX >> 1;
const NUMBER_MASK: u32 = u32::MAX >> 1;

/// The four kinds of request, besides a connection's own frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    Response,
    FireAndForget,
    Stream,
    Channel,
}

impl RequestKind {
    /// Whether the request carries an initial request-n.
    pub(crate) fn is_flow_controlled(self) -> bool {
        matches!(self, Self::Stream | Self::Channel)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Response => "request_response",
            Self::FireAndForget => "fire_and_forget",
            Self::Stream => "request_stream",
            Self::Channel => "request_channel",
        }
    }
}

/// A SETUP as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetupFrame {
    pub version: (u16, u16),
    pub keepalive_ms: u32,
    pub lifetime_ms: u32,
    pub resume_token: Option<Bytes>,
    pub lease: bool,
    pub metadata_mime: String,
    pub data_mime: String,
    pub payload: Payload,
}

/// A RESUME as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResumeFrame {
    pub version: (u16, u16),
    pub token: Bytes,
    pub received_position: u64,
    pub first_available_position: u64,
}

/// One frame. `stream` is never 0 except in [`Frame::Error`], where 0 means the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Setup(SetupFrame),
    Lease {
        ttl_ms: u32,
        requests: u32,
        metadata: Option<Bytes>,
    },
    Keepalive {
        respond: bool,
        position: u64,
        data: Bytes,
    },
    Request {
        stream: u32,
        kind: RequestKind,
        /// 0 where the kind has none.
        initial_n: u32,
        /// Channels only: the requester has already sent all.
        complete: bool,
        follows: bool,
        payload: Payload,
    },
    RequestN {
        stream: u32,
        n: u32,
    },
    Cancel {
        stream: u32,
    },
    Payload {
        stream: u32,
        next: bool,
        complete: bool,
        follows: bool,
        payload: Payload,
    },
    Error {
        stream: u32,
        code: ErrorCode,
        text: Bytes,
    },
    MetadataPush {
        metadata: Bytes,
    },
    Resume(ResumeFrame),
    ResumeOk {
        position: u64,
    },
    /// To be ignored, and counted: an unknown type that may be ignored, or a frame on a stream it cannot be on.
    Ignored(Ignored),
}

/// Why a frame is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ignored {
    /// Not understood or broken, and marked as ignorable by its sender.
    Ignorable,
    /// A connection's frame on a stream, or a stream's on the connection.
    Misplaced { setup: bool },
}

impl Frame {
    /// Whether its length is part of the position that the two sides of a resumable connection compare.
    pub(crate) fn counts_towards_position(&self) -> bool {
        match self {
            Self::Request { .. } | Self::RequestN { .. } | Self::Cancel { .. } | Self::Payload { .. } => true,
            Self::Error { stream, .. } => *stream != 0,
            _ => false,
        }
    }

    /// Its place in [`Frame::KINDS`].
    pub(crate) fn kind_index(&self) -> usize {
        match self {
            Self::Setup(_) => 0,
            Self::Lease { .. } => 1,
            Self::Keepalive { .. } => 2,
            Self::Request { kind, .. } => 3 + *kind as usize,
            Self::RequestN { .. } => 7,
            Self::Cancel { .. } => 8,
            Self::Payload { .. } => 9,
            Self::Error { .. } => 10,
            Self::MetadataPush { .. } => 11,
            Self::Resume(_) => 12,
            Self::ResumeOk { .. } => 13,
            Self::Ignored(_) => 14,
        }
    }

    /// Names for metrics.
    pub(crate) const KINDS: [&'static str; 15] = [
        "setup",
        "lease",
        "keepalive",
        "request_response",
        "request_fnf",
        "request_stream",
        "request_channel",
        "request_n",
        "cancel",
        "payload",
        "error",
        "metadata_push",
        "resume",
        "resume_ok",
        "ignored",
    ];
}

/// Why bytes are not a frame. All of them end the connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WireError {
    #[error("frame is cut off")]
    Truncated,
    #[error("unknown frame type 0x{0:02X}")]
    UnknownType(u8),
    #[error("metadata is longer than its frame")]
    MetadataOverrun,
    #[error("mime type is not text")]
    MimeNotText,
}

/// Reads one frame from exactly its bytes.
pub(crate) fn decode(mut bytes: BytesMut) -> Result<Frame, WireError> {
    let header = match guard::check(&bytes) {
        Ok(header) => header,
        Err(error) if guard::is_ignorable(&bytes) => {
            tracing::debug!(%error, "ignored a frame marked as ignorable");
            return Ok(Frame::Ignored(Ignored::Ignorable));
        }
        Err(error) => return Err(error),
    };
    if header.is_misplaced() {
        let setup = header.kind == codec::Frame::TYPE_SETUP;
        return Ok(Frame::Ignored(Ignored::Misplaced { setup }));
    }
    let decoded = codec::Frame::decode(&mut bytes).map_err(|_| WireError::Truncated)?;
    translate(header, decoded.get_body())
}

fn translate(header: guard::Header, body: Body) -> Result<Frame, WireError> {
    let guard::Header { stream, flags, .. } = header;
    let has = |flag: u16| flags & flag != 0;
    let request = |kind, initial_n, split| Frame::Request {
        stream,
        kind,
        initial_n: initial_n & NUMBER_MASK,
        complete: kind == RequestKind::Channel && has(codec::Frame::FLAG_COMPLETE),
        follows: has(codec::Frame::FLAG_FOLLOW),
        payload: payload(split),
    };
    Ok(match body {
        Body::Setup(setup) => Frame::Setup(translate_setup(flags, setup)?),
        Body::Lease(lease) => Frame::Lease {
            ttl_ms: lease.get_ttl() & NUMBER_MASK,
            requests: lease.get_number_of_requests() & NUMBER_MASK,
            metadata: lease.get_metadata().cloned(),
        },
        Body::Keepalive(keepalive) => Frame::Keepalive {
            respond: has(codec::Frame::FLAG_RESPOND),
            position: keepalive.get_last_received_position() & POSITION_MASK,
            data: keepalive.split().0.unwrap_or_default(),
        },
        Body::RequestResponse(it) => request(RequestKind::Response, 0, it.split()),
        Body::RequestFNF(it) => request(RequestKind::FireAndForget, 0, it.split()),
        Body::RequestStream(it) => request(RequestKind::Stream, it.get_initial_request_n(), it.split()),
        Body::RequestChannel(it) => request(RequestKind::Channel, it.get_initial_request_n(), it.split()),
        Body::RequestN(it) => Frame::RequestN { stream, n: it.get_n() & NUMBER_MASK },
        Body::Cancel() => Frame::Cancel { stream },
        Body::Payload(it) => Frame::Payload {
            stream,
            next: has(codec::Frame::FLAG_NEXT),
            complete: has(codec::Frame::FLAG_COMPLETE),
            follows: has(codec::Frame::FLAG_FOLLOW),
            payload: payload(it.split()),
        },
        Body::Error(it) => {
            Frame::Error { stream, code: ErrorCode(it.get_code()), text: it.get_data().cloned().unwrap_or_default() }
        }
        Body::MetadataPush(it) => Frame::MetadataPush { metadata: it.split().1.unwrap_or_default() },
        Body::Resume(it) => Frame::Resume(ResumeFrame {
            version: version(it.get_version()),
            token: it.get_token().clone().unwrap_or_default(),
            received_position: it.get_last_received_server_position() & POSITION_MASK,
            first_available_position: it.get_first_available_client_position() & POSITION_MASK,
        }),
        Body::ResumeOK(it) => Frame::ResumeOk { position: it.get_position() & POSITION_MASK },
    })
}

fn translate_setup(flags: u16, setup: codec::Setup) -> Result<SetupFrame, WireError> {
    let millis = |duration: std::time::Duration| duration.as_millis() as u32 & NUMBER_MASK;
    let text = |mime: Option<&str>| mime.map(str::to_owned).ok_or(WireError::MimeNotText);
    Ok(SetupFrame {
        version: version(setup.get_version()),
        keepalive_ms: millis(setup.get_keepalive()),
        lifetime_ms: millis(setup.get_lifetime()),
        resume_token: setup.get_token().cloned(),
        lease: flags & codec::Frame::FLAG_LEASE != 0,
        metadata_mime: text(setup.get_mime_metadata())?,
        data_mime: text(setup.get_mime_data())?,
        payload: payload(setup.split()),
    })
}

fn version(version: codec::Version) -> (u16, u16) {
    (version.get_major(), version.get_minor())
}

/// The codec hands out data first.
fn payload((data, metadata): (Option<Bytes>, Option<Bytes>)) -> Payload {
    Payload { metadata, data: data.unwrap_or_default() }
}

#[cfg(test)]
mod second_opinion;
#[cfg(test)]
pub(crate) mod tests;
