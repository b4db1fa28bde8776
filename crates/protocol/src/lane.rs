//! Messages between a gateway and a document service: two RSocket channels ("lanes") per open board and gateway.
//!
//! The updates lane is lossless and ordered: messages are packed into parts of at most `LANE_PART_BYTES`, each part is one
//! RSocket payload and costs one credit, so that credit bounds bytes. The presence lane carries whole messages, newest
//! wins. Messages for browsers travel already encoded (`EdgeMessage`), so that they are encoded once.

mod parts;

use bytes::Bytes;

use crate::edge::DecodeError;
use crate::lib0::{Reader, Writer};
use crate::{BoardId, ConnectionId, ErrorCode, PROTOCOL_VERSION, Role, VisitToken};
pub use parts::{Joiner, pack, part_count};

/// RSocket routing tag of the updates lane.
pub const UPDATES_ROUTE: &str = "board.updates";
/// RSocket routing tag of the presence lane.
pub const PRESENCE_ROUTE: &str = "board.presence";

/// First payload of either lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneOpen {
    /// `PROTOCOL_VERSION` of the gateway.
    pub protocol: u32,
    /// The board.
    pub board: BoardId,
    /// Chosen by the gateway at random; joins its two lanes of one board.
    pub lane: u64,
}

impl LaneOpen {
    /// An opening of this version.
    #[must_use]
    pub fn new(board: BoardId, lane: u64) -> Self {
        Self { protocol: PROTOCOL_VERSION, board, lane }
    }

    /// The payload's data.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        Writer::default().uint(self.protocol.into()).string(self.board.as_str()).uint(self.lane).finish()
    }

    /// Reads the payload's data.
    ///
    /// # Errors
    /// Not an opening.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Reader::new(bytes);
        let protocol = u32::try_from(from.uint()?).map_err(|_| DecodeError::Number)?;
        let board = from.string()?.parse().map_err(|_| DecodeError::Text)?;
        let lane = from.uint()?;
        from.end()?;
        Ok(Self { protocol, board, lane })
    }
}

/// Which protocol a browser connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Our client, `boardwalk.1`.
    Boardwalk,
    /// A stock y-websocket client.
    Stock,
}

/// Updates lane, gateway to service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdatesUp {
    /// A browser joins. Our client is answered with state chunks since `state_vector`; a stock one is asked for its state
    /// (step 1) if it may write, and asks for ours itself with `StateRequest`.
    Join {
        /// Who.
        connection: ConnectionId,
        /// The rights that the gateway has proven.
        role: Role,
        /// What it speaks.
        dialect: Dialect,
        /// What it has; empty for a stock client.
        state_vector: Bytes,
    },
    /// A browser has gone.
    Leave {
        /// Who.
        connection: ConnectionId,
    },
    /// An update; `seq` 0 asks for no acknowledgement.
    Edit {
        /// Who.
        connection: ConnectionId,
        /// Number to acknowledge.
        seq: u64,
        /// Yjs update, version 1.
        update: Bytes,
    },
    /// A stock client's sync step 1, answered with step 2.
    StateRequest {
        /// Who.
        connection: ConnectionId,
        /// What it has.
        state_vector: Bytes,
    },
    /// To be passed on to all of our clients as it is (an encoded `EdgeMessage::Selection`).
    Relay {
        /// Who.
        connection: ConnectionId,
        /// The encoded message.
        message: Bytes,
    },
}

/// Who gets a message of the updates lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// One connection.
    One(ConnectionId),
    /// Everybody on the lane but, perhaps, its author.
    Everyone {
        /// The author, if it is on this lane.
        except: Option<ConnectionId>,
    },
    /// The same, our clients only.
    OurClients {
        /// The author, if it is on this lane.
        except: Option<ConnectionId>,
    },
}

/// Updates lane, service to gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdatesDown {
    /// An encoded `EdgeMessage` for the audience.
    Message {
        /// For whom.
        audience: Audience,
        /// The encoded message, shared by all who get it.
        message: Bytes,
    },
    /// This connection is refused and must be closed with the code.
    Close {
        /// Who.
        connection: ConnectionId,
        /// Why.
        code: ErrorCode,
    },
}

/// Presence lane, gateway to service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresenceUp {
    /// An awareness update of this connection.
    Awareness {
        /// Who.
        connection: ConnectionId,
        /// As in `awareness`.
        update: Bytes,
    },
    /// An encoded `EdgeMessage::Draft`.
    Draft {
        /// Who.
        connection: ConnectionId,
        /// The encoded message.
        message: Bytes,
    },
    /// The connection wants everybody's presence now (it joined, or asked).
    Query {
        /// Who.
        connection: ConnectionId,
    },
    /// The connection has gone: its clients are to be removed.
    Gone {
        /// Who.
        connection: ConnectionId,
    },
    /// The secret of the connection's visit. Another connection that has shown the same is the same visit's former one,
    /// and gone.
    Visit {
        /// Who.
        connection: ConnectionId,
        /// The secret.
        token: VisitToken,
    },
    /// With what right the connection is here: an encoded `visitors::Visitor`.
    Visitor {
        /// Who.
        connection: ConnectionId,
        /// The encoded visitor.
        visitor: Bytes,
    },
}

/// Presence lane, service to gateway: one of the messages of a batch. A batch is one payload and costs one credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceDown {
    /// For whom.
    pub audience: Audience,
    /// The encoded `EdgeMessage`.
    pub message: Bytes,
}

impl UpdatesUp {
    /// One lane message.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = Writer::default();
        match self {
            Self::Join { connection, role, dialect, state_vector } => out
                .uint(0)
                .uint(connection.0)
                .string(role.as_str())
                .uint(u64::from(*dialect == Dialect::Stock))
                .rest(state_vector),
            Self::Leave { connection } => out.uint(1).uint(connection.0),
            Self::Edit { connection, seq, update } => out.uint(2).uint(connection.0).uint(*seq).rest(update),
            Self::StateRequest { connection, state_vector } => out.uint(3).uint(connection.0).rest(state_vector),
            Self::Relay { connection, message } => out.uint(4).uint(connection.0).rest(message),
        };
        out.finish().into()
    }

    /// Reads one lane message, sharing its bytes.
    ///
    /// # Errors
    /// Not a message of this lane.
    pub fn decode(message: &Bytes) -> Result<Self, DecodeError> {
        let mut from = Reader::new(message);
        let kind = from.uint()?;
        let connection = ConnectionId(from.uint()?);
        Ok(match kind {
            0 => {
                let role = from.string()?.parse().map_err(|_| DecodeError::Text)?;
                let dialect = if from.uint()? == 0 { Dialect::Boardwalk } else { Dialect::Stock };
                Self::Join { connection, role, dialect, state_vector: share(message, from.rest()) }
            }
            1 => {
                from.end()?;
                Self::Leave { connection }
            }
            2 => Self::Edit { connection, seq: from.uint()?, update: share(message, from.rest()) },
            3 => Self::StateRequest { connection, state_vector: share(message, from.rest()) },
            4 => Self::Relay { connection, message: share(message, from.rest()) },
            _ => return Err(DecodeError::UnknownType),
        })
    }
}

impl UpdatesDown {
    /// One lane message.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = Writer::default();
        match self {
            Self::Message { audience, message } => write_audience(out.uint(0), *audience).rest(message),
            Self::Close { connection, code } => out.uint(1).uint(connection.0).string(code.id()),
        };
        out.finish().into()
    }

    /// Reads one lane message, sharing its bytes.
    ///
    /// # Errors
    /// Not a message of this lane.
    pub fn decode(message: &Bytes) -> Result<Self, DecodeError> {
        let mut from = Reader::new(message);
        Ok(match from.uint()? {
            0 => Self::Message { audience: read_audience(&mut from)?, message: share(message, from.rest()) },
            1 => {
                let connection = ConnectionId(from.uint()?);
                let code = ErrorCode::from_id(from.string()?).ok_or(DecodeError::UnknownType)?;
                from.end()?;
                Self::Close { connection, code }
            }
            _ => return Err(DecodeError::UnknownType),
        })
    }
}

impl PresenceUp {
    /// One lane message.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = Writer::default();
        match self {
            Self::Awareness { connection, update } => out.uint(0).uint(connection.0).rest(update),
            Self::Draft { connection, message } => out.uint(1).uint(connection.0).rest(message),
            Self::Query { connection } => out.uint(2).uint(connection.0),
            Self::Gone { connection } => out.uint(3).uint(connection.0),
            Self::Visit { connection, token } => out.uint(4).uint(connection.0).rest(&token.0),
            Self::Visitor { connection, visitor } => out.uint(5).uint(connection.0).rest(visitor),
        };
        out.finish().into()
    }

    /// Reads one lane message, sharing its bytes.
    ///
    /// # Errors
    /// Not a message of this lane.
    pub fn decode(message: &Bytes) -> Result<Self, DecodeError> {
        let mut from = Reader::new(message);
        let kind = from.uint()?;
        let connection = ConnectionId(from.uint()?);
        Ok(match kind {
            0 => Self::Awareness { connection, update: share(message, from.rest()) },
            1 => Self::Draft { connection, message: share(message, from.rest()) },
            2 => Self::Query { connection },
            3 => Self::Gone { connection },
            4 => Self::Visit { connection, token: read_token(from.rest())? },
            5 => Self::Visitor { connection, visitor: share(message, from.rest()) },
            _ => return Err(DecodeError::UnknownType),
        })
    }
}

impl PresenceDown {
    /// One payload of the lane.
    #[must_use]
    pub fn encode_batch(batch: &[Self]) -> Bytes {
        let mut out = Writer::with_capacity(batch.iter().map(|down| down.message.len() + 24).sum());
        for down in batch {
            write_audience(&mut out, down.audience).bytes(&down.message);
        }
        out.finish().into()
    }

    /// Reads one payload of the lane, sharing its bytes.
    ///
    /// # Errors
    /// Not a batch of this lane.
    pub fn decode_batch(payload: &Bytes) -> Result<Vec<Self>, DecodeError> {
        let mut from = Reader::new(payload);
        let mut batch = Vec::new();
        while from.left() > 0 {
            batch.push(Self { audience: read_audience(&mut from)?, message: share(payload, from.bytes()?) });
        }
        Ok(batch)
    }
}

fn read_token(bytes: &[u8]) -> Result<VisitToken, DecodeError> {
    bytes.try_into().map(VisitToken).map_err(|_| DecodeError::Truncated)
}

fn write_audience(out: &mut Writer, audience: Audience) -> &mut Writer {
    match audience {
        Audience::One(connection) => out.uint(0).uint(connection.0),
        Audience::Everyone { except: None } => out.uint(1),
        Audience::Everyone { except: Some(author) } => out.uint(2).uint(author.0),
        Audience::OurClients { except: None } => out.uint(3),
        Audience::OurClients { except: Some(author) } => out.uint(4).uint(author.0),
    }
}

fn read_audience(from: &mut Reader<'_>) -> Result<Audience, DecodeError> {
    Ok(match from.uint()? {
        0 => Audience::One(ConnectionId(from.uint()?)),
        1 => Audience::Everyone { except: None },
        2 => Audience::Everyone { except: Some(ConnectionId(from.uint()?)) },
        3 => Audience::OurClients { except: None },
        4 => Audience::OurClients { except: Some(ConnectionId(from.uint()?)) },
        _ => return Err(DecodeError::UnknownType),
    })
}

fn share(whole: &Bytes, part: &[u8]) -> Bytes {
    whole.slice_ref(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_message_round_trips() {
        let connection = ConnectionId(70_000);
        let bytes = Bytes::from_static(b"bytes");
        for message in [
            UpdatesUp::Join { connection, role: Role::View, dialect: Dialect::Stock, state_vector: bytes.clone() },
            UpdatesUp::Leave { connection },
            UpdatesUp::Edit { connection, seq: 3, update: bytes.clone() },
            UpdatesUp::StateRequest { connection, state_vector: bytes.clone() },
            UpdatesUp::Relay { connection, message: bytes.clone() },
        ] {
            assert_eq!(UpdatesUp::decode(&message.encode()), Ok(message));
        }
        for audience in [
            Audience::One(connection),
            Audience::Everyone { except: None },
            Audience::Everyone { except: Some(connection) },
            Audience::OurClients { except: None },
            Audience::OurClients { except: Some(connection) },
        ] {
            let down = UpdatesDown::Message { audience, message: bytes.clone() };
            assert_eq!(UpdatesDown::decode(&down.encode()), Ok(down));
            let batch = vec![PresenceDown { audience, message: bytes.clone() }; 3];
            assert_eq!(PresenceDown::decode_batch(&PresenceDown::encode_batch(&batch)), Ok(batch));
        }
        let close = UpdatesDown::Close { connection, code: ErrorCode::TooLarge };
        assert_eq!(UpdatesDown::decode(&close.encode()), Ok(close));
        for message in [
            PresenceUp::Awareness { connection, update: bytes.clone() },
            PresenceUp::Draft { connection, message: bytes.clone() },
            PresenceUp::Query { connection },
            PresenceUp::Gone { connection },
            PresenceUp::Visit { connection, token: VisitToken([9; 16]) },
            PresenceUp::Visitor { connection, visitor: bytes.clone() },
        ] {
            assert_eq!(PresenceUp::decode(&message.encode()), Ok(message));
        }
        let open = LaneOpen::new(BoardId::from_random([3; 20]), u64::MAX);
        assert_eq!(LaneOpen::decode(&open.encode()), Ok(open));
    }

    proptest! {
        #[test]
        fn hostile_lane_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let bytes = Bytes::from(bytes);
            let _ = (UpdatesUp::decode(&bytes), UpdatesDown::decode(&bytes));
            let _ = (PresenceUp::decode(&bytes), PresenceDown::decode_batch(&bytes), LaneOpen::decode(&bytes));
        }
    }
}
