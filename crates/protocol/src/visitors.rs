//! Who is on a board beside the link they came by, as gateways tell the board's document service and ask it: so that each
//! gateway knows the people behind all of them. It must not know awareness, nor what a person does.

use crate::edge::DecodeError;
use crate::lib0::{Reader, Writer};
use crate::limits::{MAX_AUTHOR_CHARS, MAX_AWARENESS_CLIENTS};
use crate::{BoardId, LinkId, PROTOCOL_VERSION, Role, SecretHash};

/// RSocket routing tag of the question on which boards of a service people are.
pub const CROWDS_ROUTE: &str = "service.crowds";
/// Boards that one answer to it names; who wants more asks again after the last.
pub const CROWDS_AT_ONCE: usize = 1_000;
/// Largest [`Visitor`] as it is sent.
pub const MAX_VISITOR_BYTES: usize = 192 + 4 * MAX_AUTHOR_CHARS;

/// One connection to a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// A random number of the gateway's run, by which it knows its own visitors again.
    pub gateway: u64,
    /// What they may do.
    pub role: Role,
    /// The link that they came by.
    pub link: LinkId,
    /// Whose browser it is, where it says so.
    pub person: Option<SecretHash>,
    /// The name of the account that they are signed in with, where they are; cut at `MAX_AUTHOR_CHARS`.
    pub account: Option<String>,
    /// Its Yjs client ids, at most `MAX_AWARENESS_CLIENTS`.
    pub clients: Vec<u64>,
}

impl Visitor {
    /// The bytes of one.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.uint(self.gateway).string(self.role.as_str()).string(self.link.as_str());
        out.bytes(self.person.as_ref().map_or(&[], |person| person.0.as_slice()));
        let account: String = self.account.iter().flat_map(|name| name.chars()).take(MAX_AUTHOR_CHARS).collect();
        out.string(&account);
        let clients = &self.clients[..self.clients.len().min(MAX_AWARENESS_CLIENTS)];
        out.uint(clients.len() as u64);
        for client in clients {
            out.uint(*client);
        }
        out.finish()
    }

    /// Reads one.
    ///
    /// # Errors
    /// Not a visitor.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Reader::new(bytes);
        let gateway = from.uint()?;
        let role = from.string()?.parse().map_err(|_| DecodeError::Text)?;
        let link = from.string()?.parse().map_err(|_| DecodeError::Text)?;
        let person = match from.bytes()? {
            [] => None,
            hash => Some(SecretHash(hash.try_into().map_err(|_| DecodeError::Number)?)),
        };
        let account = Some(from.string()?.to_owned()).filter(|name| !name.is_empty());
        let count = usize::try_from(from.uint()?).unwrap_or(usize::MAX);
        if count > MAX_AWARENESS_CLIENTS {
            return Err(DecodeError::Number);
        }
        let clients = (0..count).map(|_| from.uint()).collect::<Result<_, _>>()?;
        from.end()?;
        Ok(Self { gateway, role, link, person, account, clients })
    }
}

/// The answer to `Ask::Visitors`: each as it was told.
#[must_use]
pub fn encode_visitors(visitors: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut out = Writer::with_capacity(visitors.iter().map(|visitor| visitor.as_ref().len() + 2).sum());
    for visitor in visitors {
        out.bytes(visitor.as_ref());
    }
    out.finish()
}

/// Reads the answer to `Ask::Visitors`.
///
/// # Errors
/// Not such an answer.
pub fn decode_visitors(bytes: &[u8]) -> Result<Vec<Visitor>, DecodeError> {
    let mut from = Reader::new(bytes);
    let mut visitors = Vec::new();
    while from.left() > 0 {
        visitors.push(Visitor::decode(from.bytes()?)?);
    }
    Ok(visitors)
}

/// How many connections a board has, at one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    /// The board.
    pub board: BoardId,
    /// Connections to it, through all gateways.
    pub people: u64,
}

/// The data of a request for crowds: those of boards after this one, in the order of their ids.
#[must_use]
pub fn encode_crowds_request(after: Option<&BoardId>) -> Vec<u8> {
    Writer::default().uint(PROTOCOL_VERSION.into()).string(after.map_or("", BoardId::as_str)).finish()
}

/// Reads it: the gateway's `PROTOCOL_VERSION`, and the board.
///
/// # Errors
/// Not such a request.
pub fn decode_crowds_request(bytes: &[u8]) -> Result<(u32, Option<BoardId>), DecodeError> {
    let mut from = Reader::new(bytes);
    let protocol = u32::try_from(from.uint()?).map_err(|_| DecodeError::Number)?;
    let after = from.string()?;
    let after = (!after.is_empty()).then(|| after.parse()).transpose().map_err(|_| DecodeError::Text)?;
    from.end()?;
    Ok((protocol, after))
}

/// The answer to it.
#[must_use]
pub fn encode_crowds(crowds: &[Crowd]) -> Vec<u8> {
    let mut out = Writer::default();
    for crowd in crowds {
        out.string(crowd.board.as_str()).uint(crowd.people);
    }
    out.finish()
}

/// Reads it.
///
/// # Errors
/// Not such an answer.
pub fn decode_crowds(bytes: &[u8]) -> Result<Vec<Crowd>, DecodeError> {
    let mut from = Reader::new(bytes);
    let mut crowds = Vec::new();
    while from.left() > 0 {
        let board = from.string()?.parse().map_err(|_| DecodeError::Text)?;
        crowds.push(Crowd { board, people: from.uint()? });
    }
    Ok(crowds)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn visitor(person: Option<u8>, clients: usize) -> Visitor {
        Visitor {
            gateway: u64::MAX,
            role: Role::Comment,
            link: LinkId::from_random([3; 12]),
            person: person.map(|fill| SecretHash([fill; 32])),
            account: person.map(|_| "🎈".repeat(MAX_AUTHOR_CHARS)),
            clients: (0..clients as u64).map(|at| u64::MAX - at).collect(),
        }
    }

    #[test]
    fn visitors_and_crowds_round_trip() {
        let visitors = [visitor(Some(7), MAX_AWARENESS_CLIENTS), visitor(None, 0)];
        for visitor in &visitors {
            let bytes = visitor.encode();
            assert!(bytes.len() <= MAX_VISITOR_BYTES, "{}", bytes.len());
            assert_eq!(Visitor::decode(&bytes).as_ref(), Ok(visitor));
            for end in 0..bytes.len() {
                assert!(Visitor::decode(&bytes[..end]).is_err(), "{end}");
            }
        }
        let answer = encode_visitors(&visitors.clone().map(|visitor| visitor.encode()));
        assert_eq!(decode_visitors(&answer).as_deref(), Ok(visitors.as_slice()));
        let crowds = [1, 2].map(|fill| Crowd { board: BoardId::from_random([fill; 20]), people: 1 << 40 });
        assert_eq!(decode_crowds(&encode_crowds(&crowds)).as_deref(), Ok(crowds.as_slice()));
        for after in [None, Some(BoardId::from_random([9; 20]))] {
            let request = encode_crowds_request(after.as_ref());
            assert_eq!(decode_crowds_request(&request), Ok((PROTOCOL_VERSION, after)));
        }
    }

    proptest! {
        #[test]
        fn hostile_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = (Visitor::decode(&bytes), decode_visitors(&bytes));
            let _ = (decode_crowds(&bytes), decode_crowds_request(&bytes));
        }
    }
}
