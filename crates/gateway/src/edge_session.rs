//! What one browser's messages mean and which of them it may send, decided message by message.
//!
//! A session exists only for an `Admission`, so nothing here asks again whether the key was right. It must not know
//! sockets, lanes or time; it cannot read an update.

use bytes::Bytes;
use protocol::awareness::{self, AwarenessEntry};
use protocol::edge::{DecodeError, EdgeMessage, Hello, Welcome};
use protocol::lane::{Dialect, UpdatesUp};
use protocol::limits::{MAX_MESSAGE_BYTES, MAX_PRESENCE_BYTES};
use protocol::{ConnectionId, ErrorCode, PROTOCOL_VERSION, Role, SCHEMA_VERSION, VisitToken};

use crate::admission::Admission;
use crate::limits::{MAX_STOCK_AWARENESS_BYTES, MAX_STOCK_AWARENESS_LINES};

/// The Yjs update that changes nothing.
const EMPTY_UPDATE: &[u8] = &[0, 0];

/// What is to be done for one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Ignore,
    /// Goes up the updates lane.
    Updates(UpdatesUp),
    /// A selection for the updates lane, if the connection may speak for the client.
    Selection {
        /// Yjs client id.
        client: u64,
        /// The encoded `EdgeMessage::Selection`.
        message: Bytes,
    },
    /// A draft for the presence lane, if the connection may speak for the client.
    Draft {
        /// Yjs client id.
        client: u64,
        /// The encoded `EdgeMessage::Draft`.
        message: Bytes,
    },
    /// Lines for the presence lane, those that the connection may speak for.
    Awareness(Vec<AwarenessEntry>),
    /// The connection wants to know who is here.
    QueryPresence,
    /// The board was moved, and the client begins again: join with what it has.
    Rejoin(UpdatesUp),
    /// The connection belongs to this visit.
    Visit(VisitToken),
    /// The client wants a sign of life.
    Answer,
}

/// Reads the first message of our own client.
///
/// # Errors
/// `Malformed` when it is no hello, `Outdated` when the client is older than this server.
pub fn read_hello(message: &[u8]) -> Result<Hello<'_>, ErrorCode> {
    let Ok(EdgeMessage::Hello(hello)) = EdgeMessage::decode(message) else { return Err(ErrorCode::Malformed) };
    if hello.protocol < PROTOCOL_VERSION || hello.schema < SCHEMA_VERSION {
        return Err(ErrorCode::Outdated);
    }
    Ok(hello)
}

/// The answer to a hello; said again when the name changes.
#[must_use]
pub fn welcome(role: Role, title: &str) -> Bytes {
    let welcome = Welcome { protocol: PROTOCOL_VERSION, schema: SCHEMA_VERSION, role: role.as_str(), title };
    EdgeMessage::Welcome(welcome).encode().into()
}

/// One admitted connection.
#[derive(Debug)]
pub struct EdgeSession {
    connection: ConnectionId,
    dialect: Dialect,
    role: Role,
    next_seq: u64,
}

impl EdgeSession {
    /// A connection that has just been admitted.
    #[must_use]
    pub fn new(admission: &Admission, connection: ConnectionId, dialect: Dialect) -> Self {
        Self { connection, dialect, role: admission.role(), next_seq: 1 }
    }

    /// Its number.
    #[must_use]
    pub fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// What it speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The join that opens the conversation with the room.
    #[must_use]
    pub fn join(&self, state_vector: Bytes) -> UpdatesUp {
        UpdatesUp::Join { connection: self.connection, role: self.role, dialect: self.dialect, state_vector }
    }

    /// Decides what a message asks for.
    ///
    /// # Errors
    /// The code with which this connection, and no other, is to be closed.
    pub fn receive(&mut self, message: &Bytes) -> Result<Step, ErrorCode> {
        if message.len() > MAX_MESSAGE_BYTES {
            return Err(ErrorCode::TooLarge);
        }
        let connection = self.connection;
        let ours = self.dialect == Dialect::Boardwalk;
        match EdgeMessage::decode(message).map_err(told_as)? {
            EdgeMessage::SyncStep1(state_vector) => {
                let state_vector = message.slice_ref(state_vector);
                Ok(Step::Updates(UpdatesUp::StateRequest { connection, state_vector }))
            }
            EdgeMessage::SyncStep2(EMPTY_UPDATE) if !self.role.may_write() => Ok(Step::Ignore),
            EdgeMessage::SyncStep2(update) | EdgeMessage::SyncUpdate(update) => self.edit(0, message.slice_ref(update)),
            EdgeMessage::Edit { seq, update } if ours => {
                if seq != self.next_seq {
                    return Err(ErrorCode::Malformed);
                }
                self.next_seq += 1;
                self.edit(seq, message.slice_ref(update))
            }
            EdgeMessage::Awareness(update) => self.awareness(update),
            EdgeMessage::QueryAwareness => Ok(Step::QueryPresence),
            EdgeMessage::Selection { client, bytes } if ours => {
                within_presence(bytes)?;
                Ok(Step::Selection { client, message: message.clone() })
            }
            EdgeMessage::Draft { client, bytes } if ours => {
                within_presence(bytes)?;
                // A draft looks like a change to everybody else, so who may not change anything is not shown one.
                if !self.role.may_write() {
                    return Ok(Step::Ignore);
                }
                Ok(Step::Draft { client, message: message.clone() })
            }
            EdgeMessage::Hello(hello) if ours => {
                self.next_seq = 1;
                Ok(Step::Rejoin(self.join(message.slice_ref(hello.state_vector))))
            }
            EdgeMessage::Visit(token) if ours => Ok(Step::Visit(token)),
            EdgeMessage::Ping if ours => Ok(Step::Answer),
            EdgeMessage::Hello(_)
            | EdgeMessage::Visit(_)
            | EdgeMessage::Ping
            | EdgeMessage::Pong
            | EdgeMessage::Rejoin
            | EdgeMessage::Meeting { .. }
            | EdgeMessage::Welcome(_)
            | EdgeMessage::Edit { .. }
            | EdgeMessage::Ack { .. }
            | EdgeMessage::Status(_)
            | EdgeMessage::Damaged { .. }
            | EdgeMessage::Refused(_)
            | EdgeMessage::StateChunk(_)
            | EdgeMessage::Selection { .. }
            | EdgeMessage::Draft { .. }
            | EdgeMessage::Denied(_) => Err(ErrorCode::Malformed),
        }
    }

    fn edit(&self, seq: u64, update: Bytes) -> Result<Step, ErrorCode> {
        if !self.role.may_write() {
            return Err(ErrorCode::Forbidden);
        }
        Ok(Step::Updates(UpdatesUp::Edit { connection: self.connection, seq, update }))
    }

    fn awareness(&self, update: &[u8]) -> Result<Step, ErrorCode> {
        let entries = match self.dialect {
            Dialect::Boardwalk => awareness::decode_from_client(update),
            // A stock client repeats all that it hears of others; what is its own is sorted out later.
            Dialect::Stock if update.len() > MAX_STOCK_AWARENESS_BYTES => Err(DecodeError::TooLarge),
            Dialect::Stock => awareness::decode(update, MAX_STOCK_AWARENESS_LINES),
        };
        Ok(Step::Awareness(entries.map_err(told_as)?))
    }
}

fn within_presence(bytes: &[u8]) -> Result<(), ErrorCode> {
    if bytes.len() > MAX_PRESENCE_BYTES { Err(ErrorCode::TooLarge) } else { Ok(()) }
}

fn told_as(error: DecodeError) -> ErrorCode {
    match error {
        DecodeError::TooLarge => ErrorCode::TooLarge,
        DecodeError::Truncated
        | DecodeError::Number
        | DecodeError::Text
        | DecodeError::UnknownType
        | DecodeError::TrailingBytes => ErrorCode::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::edge::{BoardStatus, StateChunk};

    use super::*;

    const CONNECTION: ConnectionId = ConnectionId(9);

    fn session(role: Role, dialect: Dialect) -> EdgeSession {
        EdgeSession::new(&Admission::for_test(role), CONNECTION, dialect)
    }

    fn receive(role: Role, dialect: Dialect, message: &EdgeMessage<'_>) -> Result<Step, ErrorCode> {
        session(role, dialect).receive(&message.encode().into())
    }

    #[test]
    fn every_illegal_message_closes_with_its_code() {
        use Dialect::{Boardwalk, Stock};
        use ErrorCode::{Forbidden, Malformed, TooLarge};
        let long = vec![0; MAX_PRESENCE_BYTES + 1];
        let very_long = vec![0; MAX_STOCK_AWARENESS_BYTES + 1];
        let crowd = awareness::encode(&vec![
            AwarenessEntry { client: 1, clock: 1, state: "{}".into() };
            protocol::limits::MAX_AWARENESS_CLIENTS + 1
        ]);
        let hello = EdgeMessage::Hello(Hello { protocol: 1, schema: 1, key: "", state_vector: &[0] });
        let welcome = EdgeMessage::Welcome(Welcome { protocol: 1, schema: 1, role: "edit", title: "" });
        let chunk = StateChunk { last: true, compressed: false, update_bytes: 0, state_vector: &[0], bytes: &[0] };
        let cases: Vec<(Role, Dialect, EdgeMessage<'_>, ErrorCode)> = vec![
            (Role::View, Stock, EdgeMessage::SyncUpdate(EMPTY_UPDATE), Forbidden),
            (Role::View, Stock, EdgeMessage::SyncUpdate(&[1, 2]), Forbidden),
            (Role::View, Stock, EdgeMessage::SyncStep2(&[1, 2]), Forbidden),
            (Role::Comment, Stock, EdgeMessage::SyncStep2(&[]), Forbidden),
            (Role::View, Boardwalk, EdgeMessage::Edit { seq: 1, update: EMPTY_UPDATE }, Forbidden),
            (Role::Comment, Boardwalk, EdgeMessage::SyncUpdate(&[1]), Forbidden),
            (Role::Edit, Boardwalk, EdgeMessage::Edit { seq: 0, update: &[1] }, Malformed),
            (Role::Edit, Boardwalk, EdgeMessage::Edit { seq: 2, update: &[1] }, Malformed),
            (Role::Owner, Stock, EdgeMessage::Edit { seq: 1, update: &[1] }, Malformed),
            (Role::Owner, Stock, EdgeMessage::Selection { client: 1, bytes: &[] }, Malformed),
            (Role::Owner, Stock, EdgeMessage::Draft { client: 1, bytes: &[] }, Malformed),
            (Role::Owner, Boardwalk, EdgeMessage::Rejoin, Malformed),
            (Role::Owner, Boardwalk, EdgeMessage::Meeting { from: 0, head: 1, changes: "[]" }, Malformed),
            (Role::Owner, Boardwalk, EdgeMessage::Pong, Malformed),
            (Role::Owner, Stock, EdgeMessage::Ping, Malformed),
            (Role::Owner, Stock, EdgeMessage::Visit(VisitToken([1; 16])), Malformed),
            (Role::Owner, Stock, hello, Malformed),
            (Role::Owner, Boardwalk, welcome, Malformed),
            (Role::Owner, Boardwalk, EdgeMessage::Ack { seq: 1 }, Malformed),
            (Role::Owner, Boardwalk, EdgeMessage::Status(BoardStatus::Healthy), Malformed),
            (Role::Owner, Boardwalk, EdgeMessage::Damaged { parts: 1 }, Malformed),
            (Role::Owner, Boardwalk, EdgeMessage::Refused(ErrorCode::Internal), Malformed),
            (Role::Owner, Boardwalk, EdgeMessage::StateChunk(chunk), Malformed),
            (Role::Owner, Stock, EdgeMessage::Denied("no"), Malformed),
            (Role::Owner, Boardwalk, EdgeMessage::Selection { client: 1, bytes: &long }, TooLarge),
            (Role::Owner, Boardwalk, EdgeMessage::Draft { client: 1, bytes: &long }, TooLarge),
            (Role::Owner, Boardwalk, EdgeMessage::Awareness(&long), TooLarge),
            (Role::Owner, Boardwalk, EdgeMessage::Awareness(&crowd), TooLarge),
            (Role::Owner, Boardwalk, EdgeMessage::Awareness(&[1, 2]), Malformed),
            (Role::Owner, Stock, EdgeMessage::Awareness(&very_long), TooLarge),
            (Role::Owner, Stock, EdgeMessage::Awareness(&[1, 1, 1, 200]), Malformed),
        ];
        for (role, dialect, message, code) in cases {
            assert_eq!(receive(role, dialect, &message), Err(code), "{role:?} {dialect:?} {message:?}");
        }
        for bytes in [&[][..], &[99], &[0], &[0, 9], &[0, 2, 5, 1], b"hello", &[0xff; 12]] {
            let outcome = session(Role::Owner, Stock).receive(&Bytes::copy_from_slice(bytes));
            assert_eq!(outcome, Err(Malformed), "{bytes:?}");
        }
        let oversized = Bytes::from(vec![0; MAX_MESSAGE_BYTES + 1]);
        assert_eq!(session(Role::Owner, Boardwalk).receive(&oversized), Err(TooLarge));
    }

    #[test]
    fn every_legal_message_goes_its_way() {
        use Dialect::{Boardwalk, Stock};
        let edit = |seq, update: &'static [u8]| {
            Step::Updates(UpdatesUp::Edit { connection: CONNECTION, seq, update: Bytes::from_static(update) })
        };
        let request =
            Step::Updates(UpdatesUp::StateRequest { connection: CONNECTION, state_vector: Bytes::from_static(&[0]) });
        let line = AwarenessEntry { client: 5, clock: 1, state: "{}".into() };
        let lines = awareness::encode(std::slice::from_ref(&line));
        let selection = EdgeMessage::Selection { client: 5, bytes: b"s" };
        let draft = EdgeMessage::Draft { client: 5, bytes: b"d" };
        let cases = [
            (Role::View, Stock, EdgeMessage::SyncStep1(&[0]), request.clone()),
            (Role::View, Stock, EdgeMessage::SyncStep2(EMPTY_UPDATE), Step::Ignore),
            (Role::Edit, Stock, EdgeMessage::SyncStep2(&[1, 2]), edit(0, &[1, 2])),
            (Role::Edit, Stock, EdgeMessage::SyncUpdate(&[3]), edit(0, &[3])),
            (Role::Owner, Boardwalk, EdgeMessage::SyncStep1(&[0]), request),
            (Role::Owner, Boardwalk, EdgeMessage::SyncStep2(&[3]), edit(0, &[3])),
            (Role::Owner, Boardwalk, EdgeMessage::Edit { seq: 1, update: &[4] }, edit(1, &[4])),
            (Role::View, Stock, EdgeMessage::Awareness(&lines), Step::Awareness(vec![line.clone()])),
            (Role::View, Boardwalk, EdgeMessage::Awareness(&lines), Step::Awareness(vec![line])),
            (Role::View, Stock, EdgeMessage::QueryAwareness, Step::QueryPresence),
            (
                Role::View,
                Boardwalk,
                selection.clone(),
                Step::Selection { client: 5, message: selection.encode().into() },
            ),
            (Role::Edit, Boardwalk, draft.clone(), Step::Draft { client: 5, message: draft.encode().into() }),
            (Role::View, Boardwalk, draft, Step::Ignore),
            (Role::View, Boardwalk, EdgeMessage::Visit(VisitToken([1; 16])), Step::Visit(VisitToken([1; 16]))),
            (Role::View, Boardwalk, EdgeMessage::Ping, Step::Answer),
        ];
        for (role, dialect, message, step) in cases {
            assert_eq!(receive(role, dialect, &message), Ok(step), "{role:?} {dialect:?} {message:?}");
        }
    }

    #[test]
    fn numbers_of_edits_rise_by_one() {
        let mut session = session(Role::Edit, Dialect::Boardwalk);
        for (seq, is_taken) in [(1, true), (2, true), (2, false), (4, false), (3, true)] {
            let message = EdgeMessage::Edit { seq, update: &[1] }.encode().into();
            assert_eq!(session.receive(&message).is_ok(), is_taken, "{seq}");
        }
    }

    #[test]
    fn who_begins_again_counts_from_one_again() {
        let mut session = session(Role::Edit, Dialect::Boardwalk);
        let edit = |seq| EdgeMessage::Edit { seq, update: &[1] }.encode().into();
        let hello = Hello { protocol: PROTOCOL_VERSION, schema: SCHEMA_VERSION, key: "k", state_vector: &[0] };
        assert!(session.receive(&edit(1)).is_ok());
        let rejoin = session.receive(&EdgeMessage::Hello(hello).encode().into());
        assert_eq!(rejoin, Ok(Step::Rejoin(session.join(Bytes::from_static(&[0])))));
        assert!(session.receive(&edit(1)).is_ok());
        assert_eq!(session.receive(&edit(1)), Err(ErrorCode::Malformed));
    }

    #[test]
    fn only_clients_of_this_version_or_newer_are_greeted() {
        let hello =
            |protocol, schema| EdgeMessage::Hello(Hello { protocol, schema, key: "k", state_vector: &[0] }).encode();
        assert_eq!(read_hello(&hello(PROTOCOL_VERSION, SCHEMA_VERSION)).map(|hello| hello.key), Ok("k"));
        assert!(read_hello(&hello(PROTOCOL_VERSION + 1, SCHEMA_VERSION + 1)).is_ok());
        assert_eq!(read_hello(&hello(PROTOCOL_VERSION - 1, SCHEMA_VERSION)), Err(ErrorCode::Outdated));
        assert_eq!(read_hello(&hello(PROTOCOL_VERSION, SCHEMA_VERSION - 1)), Err(ErrorCode::Outdated));
        assert_eq!(read_hello(&EdgeMessage::QueryAwareness.encode()), Err(ErrorCode::Malformed));
        assert_eq!(read_hello(b""), Err(ErrorCode::Malformed));
    }

    proptest! {
        #[test]
        fn strangers_bytes_never_panic_and_never_write_without_the_right(
            bytes in prop::collection::vec(any::<u8>(), 0..60), stock in any::<bool>(),
        ) {
            let dialect = if stock { Dialect::Stock } else { Dialect::Boardwalk };
            let step = session(Role::View, dialect).receive(&Bytes::from(bytes));
            let is_edit = matches!(step, Ok(Step::Updates(UpdatesUp::Edit { .. }) | Step::Draft { .. }));
            prop_assert!(!is_edit);
        }
    }
}
