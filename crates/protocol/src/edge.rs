//! Messages between a browser and a gateway: y-protocols' own (types 0 to 3) and, under the subprotocol
//! `boardwalk.1`, ours (types from 100).
//!
//! Decoding borrows from the frame and checks every length first. Updates and state vectors stay bytes here.

use crate::lib0::{Reader, Writer};
use crate::{ErrorCode, VisitToken};

/// Why bytes from outside are not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A declared length or number runs past the end.
    #[error("the message ends before its declared end")]
    Truncated,
    /// A number does not fit its type.
    #[error("a number is out of range")]
    Number,
    /// Text that is not UTF-8.
    #[error("text is not UTF-8")]
    Text,
    /// A type that this version does not know.
    #[error("unknown message type")]
    UnknownType,
    /// Bytes after the end.
    #[error("bytes after the end of the message")]
    TrailingBytes,
    /// A value is longer than its limit.
    #[error("a value is over its limit")]
    TooLarge,
}

/// How the board's store stands, for the status that a person sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardStatus {
    /// The store takes writes.
    Healthy,
    /// The store does not answer: changes are shown to others but not saved.
    NotSaved,
    /// Too much waits for the store: nothing more is taken until it returns.
    ReadOnly,
}

/// One WebSocket message. Lifetimes borrow from the received frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EdgeMessage<'a> {
    /// y-protocols sync step 1: a state vector; asks for what its sender lacks.
    SyncStep1(&'a [u8]),
    /// y-protocols sync step 2: an update that answers step 1.
    SyncStep2(&'a [u8]),
    /// y-protocols update.
    SyncUpdate(&'a [u8]),
    /// y-protocols awareness update, see `awareness`.
    Awareness(&'a [u8]),
    /// y-protocols auth: permission denied, with a reason.
    Denied(&'a str),
    /// y-protocols: asks for everybody's awareness.
    QueryAwareness,
    /// Ours, first message of a client.
    Hello(Hello<'a>),
    /// Ours, the gateway's answer to hello.
    Welcome(Welcome<'a>),
    /// Ours: an update numbered by its client, to be acknowledged. Numbers rise by one from 1 within a connection.
    Edit {
        /// Number within the connection.
        seq: u64,
        /// Yjs update, version 1.
        update: &'a [u8],
    },
    /// Ours: everything up to this number is stored.
    Ack {
        /// Highest number stored.
        seq: u64,
    },
    /// Ours: the store's state.
    Status(BoardStatus),
    /// Ours, to owners: so many stored parts of the board could not be read and are set aside.
    Damaged {
        /// How many; never 0.
        parts: u64,
    },
    /// Ours: the connection is about to be closed for this.
    Refused(ErrorCode),
    /// Ours: a part of the state that a join asked for.
    StateChunk(StateChunk<'a>),
    /// Ours: the sender's selection; opaque to servers, delivered once and reliably.
    Selection {
        /// The sender's Yjs client id.
        client: u64,
        /// At most `limits::MAX_PRESENCE_BYTES`.
        bytes: &'a [u8],
    },
    /// Ours: a gesture in progress; opaque to servers, newest wins.
    Draft {
        /// The sender's Yjs client id.
        client: u64,
        /// At most `limits::MAX_PRESENCE_BYTES`.
        bytes: &'a [u8],
    },
    /// Ours, after hello: the secret of this visit. A connection that says the same secret as an earlier one takes over
    /// from it.
    Visit(VisitToken),
    /// Ours, from the gateway: the board goes on at another service. Say hello again, on this connection, and send
    /// again what is not acknowledged, numbered from 1.
    Rejoin,
    /// Ours: records of the board's meeting changed, all that did after `from` and up to `head`. Where `from` is newer than
    /// what a client knows, it reads the whole over REST.
    Meeting {
        /// Number of the change before these.
        from: u64,
        /// Number of the newest.
        head: u64,
        /// JSON: a list of `meeting::MeetingChange`.
        changes: &'a str,
    },
    /// Ours, from a client that has heard nothing for a while.
    Ping,
    /// Ours, the gateway's answer.
    Pong,
}

/// What our client says first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello<'a> {
    /// `PROTOCOL_VERSION` of the sender.
    pub protocol: u32,
    /// `SCHEMA_VERSION` of the sender.
    pub schema: u32,
    /// The link's secret, empty when it was sent as `?key=` or bearer.
    pub key: &'a str,
    /// What the client has: a Yjs state vector.
    pub state_vector: &'a [u8],
}

/// The gateway's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome<'a> {
    /// `PROTOCOL_VERSION` of the server.
    pub protocol: u32,
    /// `SCHEMA_VERSION` that the board is written with; newer than the client's means read-only and "reload".
    pub schema: u32,
    /// Role's stable name.
    pub role: &'a str,
    /// Title of the board.
    pub title: &'a str,
}

/// One part of a join's state: a Yjs update of its own, complete once the parts before it are merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChunk<'a> {
    /// No more chunks follow.
    pub last: bool,
    /// `bytes` are zlib.
    pub compressed: bool,
    /// Byte length of the update, decompressed.
    pub update_bytes: u64,
    /// The server's state vector at the time, on the last chunk; empty before.
    pub state_vector: &'a [u8],
    /// This part.
    pub bytes: &'a [u8],
}

impl StateChunk<'_> {
    /// The update. `None` when it is longer than it may be, or is not what it was compressed from.
    #[must_use]
    pub fn update(&self, max_bytes: usize) -> Option<Vec<u8>> {
        let length = usize::try_from(self.update_bytes).ok().filter(|length| *length <= max_bytes)?;
        if self.compressed { crate::decompress(self.bytes, length) } else { Some(self.bytes.to_vec()) }
    }
}

const SYNC: u64 = 0;
const AWARENESS: u64 = 1;
const AUTH: u64 = 2;
const QUERY_AWARENESS: u64 = 3;
const HELLO: u64 = 100;
const WELCOME: u64 = 101;
const EDIT: u64 = 102;
const ACK: u64 = 103;
const STATUS: u64 = 104;
const REFUSED: u64 = 105;
const STATE_CHUNK: u64 = 106;
const SELECTION: u64 = 107;
const DRAFT: u64 = 108;
const DAMAGED: u64 = 109;
const VISIT: u64 = 110;
const REJOIN: u64 = 111;
const PING: u64 = 112;
const PONG: u64 = 113;
const MEETING: u64 = 114;

impl<'a> EdgeMessage<'a> {
    /// The bytes of one WebSocket message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(self.payload_bytes() + 32);
        match self {
            Self::SyncStep1(bytes) => out.uint(SYNC).uint(0).bytes(bytes),
            Self::SyncStep2(bytes) => out.uint(SYNC).uint(1).bytes(bytes),
            Self::SyncUpdate(bytes) => out.uint(SYNC).uint(2).bytes(bytes),
            Self::Awareness(bytes) => out.uint(AWARENESS).bytes(bytes),
            Self::Denied(reason) => out.uint(AUTH).uint(0).string(reason),
            Self::QueryAwareness => out.uint(QUERY_AWARENESS),
            Self::Hello(hello) => {
                out.uint(HELLO).uint(hello.protocol.into()).uint(hello.schema.into());
                out.string(hello.key).bytes(hello.state_vector)
            }
            Self::Welcome(welcome) => {
                out.uint(WELCOME).uint(welcome.protocol.into()).uint(welcome.schema.into());
                out.string(welcome.role).string(welcome.title)
            }
            Self::Edit { seq, update } => out.uint(EDIT).uint(*seq).bytes(update),
            Self::Ack { seq } => out.uint(ACK).uint(*seq),
            Self::Status(status) => out.uint(STATUS).uint(match status {
                BoardStatus::Healthy => 0,
                BoardStatus::NotSaved => 1,
                BoardStatus::ReadOnly => 2,
            }),
            Self::Damaged { parts } => out.uint(DAMAGED).uint(*parts),
            Self::Refused(code) => out.uint(REFUSED).string(code.id()),
            Self::StateChunk(chunk) => {
                out.uint(STATE_CHUNK).uint(u64::from(chunk.last) | u64::from(chunk.compressed) << 1);
                out.uint(chunk.update_bytes).bytes(chunk.state_vector).bytes(chunk.bytes)
            }
            Self::Selection { client, bytes } => out.uint(SELECTION).uint(*client).bytes(bytes),
            Self::Draft { client, bytes } => out.uint(DRAFT).uint(*client).bytes(bytes),
            Self::Visit(token) => out.uint(VISIT).bytes(&token.0),
            Self::Rejoin => out.uint(REJOIN),
            Self::Meeting { from, head, changes } => out.uint(MEETING).uint(*from).uint(*head).string(changes),
            Self::Ping => out.uint(PING),
            Self::Pong => out.uint(PONG),
        };
        out.finish()
    }

    /// Reads one WebSocket message; the caller has checked its size.
    ///
    /// # Errors
    /// The bytes are not a message of this protocol version.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut from = Reader::new(bytes);
        let message = match from.uint()? {
            SYNC => match from.uint()? {
                0 => Self::SyncStep1(from.bytes()?),
                1 => Self::SyncStep2(from.bytes()?),
                2 => Self::SyncUpdate(from.bytes()?),
                _ => return Err(DecodeError::UnknownType),
            },
            AWARENESS => Self::Awareness(from.bytes()?),
            AUTH => match from.uint()? {
                0 => Self::Denied(from.string()?),
                _ => return Err(DecodeError::UnknownType),
            },
            QUERY_AWARENESS => Self::QueryAwareness,
            HELLO => Self::Hello(Hello {
                protocol: small(from.uint()?)?,
                schema: small(from.uint()?)?,
                key: from.string()?,
                state_vector: from.bytes()?,
            }),
            WELCOME => Self::Welcome(Welcome {
                protocol: small(from.uint()?)?,
                schema: small(from.uint()?)?,
                role: from.string()?,
                title: from.string()?,
            }),
            EDIT => Self::Edit { seq: from.uint()?, update: from.bytes()? },
            ACK => Self::Ack { seq: from.uint()? },
            STATUS => Self::Status(match from.uint()? {
                0 => BoardStatus::Healthy,
                1 => BoardStatus::NotSaved,
                2 => BoardStatus::ReadOnly,
                _ => return Err(DecodeError::UnknownType),
            }),
            DAMAGED => Self::Damaged { parts: from.uint()? },
            REFUSED => Self::Refused(ErrorCode::from_id(from.string()?).ok_or(DecodeError::UnknownType)?),
            STATE_CHUNK => {
                let flags = from.uint()?;
                Self::StateChunk(StateChunk {
                    last: flags & 1 != 0,
                    compressed: flags & 2 != 0,
                    update_bytes: from.uint()?,
                    state_vector: from.bytes()?,
                    bytes: from.bytes()?,
                })
            }
            SELECTION => Self::Selection { client: from.uint()?, bytes: from.bytes()? },
            DRAFT => Self::Draft { client: from.uint()?, bytes: from.bytes()? },
            VISIT => Self::Visit(from.bytes()?.try_into().map(VisitToken).map_err(|_| DecodeError::Truncated)?),
            REJOIN => Self::Rejoin,
            MEETING => Self::Meeting { from: from.uint()?, head: from.uint()?, changes: from.string()? },
            PING => Self::Ping,
            PONG => Self::Pong,
            _ => return Err(DecodeError::UnknownType),
        };
        from.end()?;
        Ok(message)
    }

    fn payload_bytes(&self) -> usize {
        match self {
            Self::SyncStep1(bytes) | Self::SyncStep2(bytes) | Self::SyncUpdate(bytes) | Self::Awareness(bytes) => {
                bytes.len()
            }
            Self::Edit { update, .. } => update.len(),
            Self::StateChunk(chunk) => chunk.bytes.len() + chunk.state_vector.len(),
            Self::Selection { bytes, .. } | Self::Draft { bytes, .. } => bytes.len(),
            Self::Meeting { changes, .. } => changes.len(),
            Self::Hello(hello) => hello.key.len() + hello.state_vector.len(),
            Self::Denied(_)
            | Self::QueryAwareness
            | Self::Welcome(_)
            | Self::Ack { .. }
            | Self::Status(_)
            | Self::Damaged { .. }
            | Self::Refused(_)
            | Self::Visit(_)
            | Self::Rejoin
            | Self::Ping
            | Self::Pong => 64,
        }
    }
}

fn small(number: u64) -> Result<u32, DecodeError> {
    u32::try_from(number).map_err(|_| DecodeError::Number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn samples() -> Vec<EdgeMessage<'static>> {
        vec![
            EdgeMessage::SyncStep1(&[0]),
            EdgeMessage::SyncStep2(&[0, 0]),
            EdgeMessage::SyncUpdate(&[1, 2, 3]),
            EdgeMessage::Awareness(&[0]),
            EdgeMessage::Denied("no"),
            EdgeMessage::QueryAwareness,
            EdgeMessage::Hello(Hello { protocol: 1, schema: 1, key: "k", state_vector: &[0] }),
            EdgeMessage::Welcome(Welcome { protocol: 1, schema: 2, role: "edit", title: "Plan" }),
            EdgeMessage::Edit { seq: u64::MAX, update: &[9; 300] },
            EdgeMessage::Ack { seq: 0 },
            EdgeMessage::Status(BoardStatus::ReadOnly),
            EdgeMessage::Damaged { parts: 3 },
            EdgeMessage::Refused(ErrorCode::WrongKey),
            EdgeMessage::StateChunk(StateChunk {
                last: true,
                compressed: true,
                update_bytes: 1 << 40,
                state_vector: &[0],
                bytes: &[1],
            }),
            EdgeMessage::Selection { client: 1 << 52, bytes: b"x" },
            EdgeMessage::Draft { client: 0, bytes: b"" },
            EdgeMessage::Visit(VisitToken([7; 16])),
            EdgeMessage::Rejoin,
            EdgeMessage::Meeting { from: 3, head: 1 << 40, changes: "[]" },
            EdgeMessage::Ping,
            EdgeMessage::Pong,
        ]
    }

    #[test]
    fn every_message_round_trips_and_none_of_its_prefixes_decodes() {
        for message in samples() {
            let bytes = message.encode();
            assert_eq!(EdgeMessage::decode(&bytes).as_ref(), Ok(&message));
            for end in 0..bytes.len() {
                assert!(EdgeMessage::decode(&bytes[..end]).is_err(), "{message:?} cut at {end}");
            }
            let longer = [bytes.as_slice(), &[0]].concat();
            assert_eq!(EdgeMessage::decode(&longer), Err(DecodeError::TrailingBytes));
        }
    }

    proptest! {
        #[test]
        fn decoding_is_total_and_what_decodes_means_the_same_again(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(message) = EdgeMessage::decode(&bytes) {
                let again = message.encode();
                prop_assert_eq!(EdgeMessage::decode(&again), Ok(message));
            }
        }
    }
}
