//! What can go wrong, typed by who hears of it: a requester, a sender, a reader, or the owner of the connection.
//! It must not know how any of it is detected.

use std::fmt;
use std::io;

/// The code of an ERROR frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub u32);

impl ErrorCode {
    /// The SETUP is malformed, or the first frame was not one.
    pub const INVALID_SETUP: Self = Self(0x001);
    /// The SETUP asks for something that is not supported.
    pub const UNSUPPORTED_SETUP: Self = Self(0x002);
    /// The SETUP is refused.
    pub const REJECTED_SETUP: Self = Self(0x003);
    /// The session cannot be resumed.
    pub const REJECTED_RESUME: Self = Self(0x004);
    /// The connection is broken.
    pub const CONNECTION_ERROR: Self = Self(0x101);
    /// The connection takes no new streams; open ones may end.
    pub const CONNECTION_CLOSE: Self = Self(0x102);
    /// The responder failed.
    pub const APPLICATION_ERROR: Self = Self(0x201);
    /// The responder has not touched the request: it may be retried elsewhere.
    pub const REJECTED: Self = Self(0x202);
    /// The responder gave up; the request may have been partly processed.
    pub const CANCELED: Self = Self(0x203);
    /// The request is wrong.
    pub const INVALID: Self = Self(0x204);
    /// The first code that applications may define.
    pub const FIRST_APPLICATION: Self = Self(0x301);
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match *self {
            Self::INVALID_SETUP => "INVALID_SETUP",
            Self::UNSUPPORTED_SETUP => "UNSUPPORTED_SETUP",
            Self::REJECTED_SETUP => "REJECTED_SETUP",
            Self::REJECTED_RESUME => "REJECTED_RESUME",
            Self::CONNECTION_ERROR => "CONNECTION_ERROR",
            Self::CONNECTION_CLOSE => "CONNECTION_CLOSE",
            Self::APPLICATION_ERROR => "APPLICATION_ERROR",
            Self::REJECTED => "REJECTED",
            Self::CANCELED => "CANCELED",
            Self::INVALID => "INVALID",
            Self(code) => return write!(formatter, "0x{code:X}"),
        };
        formatter.write_str(name)
    }
}

/// A responder's "no": sent as an ERROR on the stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {text}")]
pub struct Refusal {
    /// What kind of no.
    pub code: ErrorCode,
    /// For people and logs.
    pub text: String,
}

impl Refusal {
    /// A refusal with any code.
    pub fn new(code: ErrorCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// Not processed, safe to retry on another connection.
    pub fn rejected(text: impl Into<String>) -> Self {
        Self::new(ErrorCode::REJECTED, text)
    }

    /// The handler failed.
    pub fn application(text: impl Into<String>) -> Self {
        Self::new(ErrorCode::APPLICATION_ERROR, text)
    }

    /// The request makes no sense.
    pub fn invalid(text: impl Into<String>) -> Self {
        Self::new(ErrorCode::INVALID, text)
    }
}

/// Why a stream of incoming messages ended before its COMPLETE.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// The peer's application failed, with APPLICATION_ERROR or a code of its own.
    #[error("the peer failed with {code}: {text}")]
    Application {
        /// The code sent.
        code: ErrorCode,
        /// The text sent.
        text: String,
    },
    /// The peer did not touch the request.
    #[error("the peer rejected the request: {text}")]
    Rejected {
        /// The text sent.
        text: String,
    },
    /// The stream was cancelled by one of the two sides.
    #[error("the stream was cancelled")]
    Canceled,
    /// One side found the other's frames wrong; so ends a message that is too long or comes in too slowly.
    #[error("invalid: {text}")]
    Invalid {
        /// What was wrong.
        text: String,
    },
    /// The peer sent more messages than it was granted.
    #[error("the peer sent more than it was granted")]
    Overrun,
    /// The connection ended before the request was written to it.
    #[error("the connection ended before the request was sent")]
    NotSent,
    /// The connection ended; whether the request was processed is unknown.
    #[error("the connection was lost")]
    ConnectionLost,
}

impl StreamError {
    /// Whether the request surely was not processed, so that it may be sent again elsewhere.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Rejected { .. } | Self::NotSent)
    }

    /// The error that a received ERROR frame stands for.
    pub(crate) fn received(code: ErrorCode, text: String) -> Self {
        match code {
            ErrorCode::REJECTED => Self::Rejected { text },
            ErrorCode::CANCELED => Self::Canceled,
            ErrorCode::INVALID => Self::Invalid { text },
            code => Self::Application { code, text },
        }
    }
}

/// Why a request got no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The connection takes no new streams, because one of the two sides is leaving.
    #[error("the connection is draining")]
    Draining,
    /// The connection is at its bound of open streams.
    #[error("too many streams are open")]
    TooManyStreams,
    /// Too much is waiting to be written.
    #[error("the connection has too much waiting to be written")]
    Busy,
    /// The peer has granted no lease, or it is used up.
    #[error("the peer grants no more requests for now")]
    NoLease,
    /// The request cannot be sent: too long, or a window of no messages.
    #[error("invalid request: {text}")]
    Invalid {
        /// What is wrong.
        text: String,
    },
    /// The connection had already ended.
    #[error("the connection is closed: {0}")]
    Closed(CloseReason),
    /// The request was opened, and then the stream failed.
    #[error(transparent)]
    Stream(#[from] StreamError),
}

impl RequestError {
    /// Whether the request surely was not processed, so that it may be sent again elsewhere.
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Draining | Self::TooManyStreams | Self::Busy | Self::NoLease => true,
            Self::Closed(_) => true,
            Self::Invalid { .. } => false,
            Self::Stream(error) => error.is_retriable(),
        }
    }
}

/// Why nothing more can be sent on a stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The peer wants no more.
    #[error("the peer cancelled the stream")]
    Canceled,
    /// The stream has ended: it failed, or this side completed it.
    #[error("the stream has ended")]
    Ended,
    /// The message is longer than the connection's bound; the stream goes on.
    #[error("the message has {bytes} bytes, the limit is {limit_bytes}")]
    TooLong {
        /// Length of the message.
        bytes: usize,
        /// The bound.
        limit_bytes: usize,
    },
    /// A sink was written to before it was ready.
    #[error("the peer has granted no credit")]
    NoCredit,
    /// The connection ended.
    #[error("the connection was lost")]
    ConnectionLost,
}

/// Why a message could not be sent at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrySendError {
    /// The peer has granted no credit, or the writer is behind; here is the message back.
    #[error("no credit")]
    NoCredit(crate::Payload),
    /// It will never be possible.
    #[error(transparent)]
    Refused(#[from] SendError),
}

/// Why a connection did not come about.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The link failed.
    #[error("the link failed: {0}")]
    Link(#[from] io::Error),
    /// The options cannot be expressed in a SETUP.
    #[error("invalid options: {0}")]
    Options(String),
    /// The peer's SETUP was refused, by us, with this code.
    #[error("the peer's setup was refused with {code}: {text}")]
    Refused {
        /// The code sent to the peer.
        code: ErrorCode,
        /// The text sent to the peer.
        text: String,
    },
    /// The peer closed the link, or sent no SETUP in time.
    #[error("the peer sent no setup")]
    NoSetup,
}

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    /// One side drained it, and all streams have ended.
    #[error("drained")]
    Drained,
    /// This side closed it.
    #[error("closed here")]
    Closed,
    /// The peer ended the link without a word.
    #[error("the peer hung up")]
    HungUp,
    /// The peer reported a connection error, or refused the setup.
    #[error("the peer closed it with {code}: {text}")]
    Peer {
        /// The code sent by the peer.
        code: ErrorCode,
        /// The text sent by the peer.
        text: String,
    },
    /// The peer broke the protocol.
    #[error("the peer broke the protocol: {text}")]
    Protocol {
        /// What it did.
        text: String,
    },
    /// Nothing was heard from the peer for the keepalive lifetime.
    #[error("the peer is silent")]
    Silent,
    /// The link failed.
    #[error("the link failed: {text}")]
    Link {
        /// The error of the operating system.
        text: String,
    },
    /// The link was lost, and the two sides could not go on over another.
    #[error("not resumed: {text}")]
    NotResumed {
        /// Why.
        text: String,
    },
    /// A responder panicked.
    #[error("a responder panicked")]
    Panicked,
}

impl CloseReason {
    /// A short stable word for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Drained => "drained",
            Self::Closed => "closed",
            Self::HungUp => "hung_up",
            Self::Peer { .. } => "peer",
            Self::Protocol { .. } => "protocol",
            Self::Silent => "silent",
            Self::Link { .. } => "link",
            Self::NotResumed { .. } => "not_resumed",
            Self::Panicked => "panicked",
        }
    }
}
