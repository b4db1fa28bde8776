//! Composite metadata: several typed entries in one metadata field, with routing, authentication and per-stream mime
//! types. It must not know frames. Everything read here is a stranger's bytes.

use bytes::{BufMut, Bytes, BytesMut};

use crate::limits;

/// Mime type of composite metadata.
pub const COMPOSITE_MIME: &str = "message/x.rsocket.composite-metadata.v0";

/// Mime type of the entry that joins a request's log lines across services.
pub const REQUEST_ID_MIME: &str = "message/x.request-id";

/// Types with a number of their own on the wire. Other numbers are kept as numbers.
const WELL_KNOWN: &[(u8, &str)] = &[
    (0x00, "application/avro"),
    (0x01, "application/cbor"),
    (0x05, "application/json"),
    (0x06, "application/octet-stream"),
    (0x09, "application/vnd.google.protobuf"),
    (0x21, "text/plain"),
    (ACCEPT_MIMES, "message/x.rsocket.accept-mime-types.v0"),
    (STREAM_MIME, "message/x.rsocket.mime-type.v0"),
    (AUTHENTICATION, "message/x.rsocket.authentication.v0"),
    (0x7D, "message/x.rsocket.tracing-zipkin.v0"),
    (ROUTING, "message/x.rsocket.routing.v0"),
    (0x7F, COMPOSITE_MIME),
];

const STREAM_MIME: u8 = 0x7A;
const ACCEPT_MIMES: u8 = 0x7B;
const AUTHENTICATION: u8 = 0x7C;
const ROUTING: u8 = 0x7E;
/// Marks a number where otherwise a length would stand.
const BY_NUMBER: u8 = 0x80;
const AUTH_SIMPLE: u8 = 0x00;
const AUTH_BEARER: u8 = 0x01;
const MAX_NAME_BYTES: usize = 128;

/// A mime type as composite metadata names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mime {
    /// By name; written as a number where it has one.
    Name(String),
    /// By a number this crate has no name for.
    Number(u8),
}

impl Mime {
    /// The type with this name.
    pub fn name(name: impl Into<String>) -> Self {
        Self::Name(name.into())
    }

    fn from_number(number: u8) -> Self {
        let known = WELL_KNOWN.iter().find(|(known, _)| *known == number);
        known.map_or(Self::Number(number), |(_, name)| Self::name(*name))
    }

    fn number(&self) -> Option<u8> {
        match self {
            Self::Number(number) => Some(*number & !BY_NUMBER),
            Self::Name(name) => {
                let known = WELL_KNOWN.iter().find(|(_, known)| known == name);
                known.map(|(number, _)| *number)
            }
        }
    }
}

/// One entry of composite metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Where a request is meant to go, as a list of tags.
    Routing(Vec<String>),
    /// A token that whoever bears it may use.
    Bearer(Bytes),
    /// A user with a password.
    Simple {
        /// Who.
        user: Bytes,
        /// The proof.
        password: Bytes,
    },
    /// Mime type of this stream's data.
    StreamMime(Mime),
    /// Mime types the requester understands in answers.
    AcceptMimes(Vec<Mime>),
    /// What joins the log lines of one request across services: up to [`limits::MAX_REQUEST_ID_BYTES`] ASCII letters,
    /// digits, `-`, `_` and `.`. A span of each answer carries it as `request_id`.
    RequestId(String),
    /// Anything else, untouched.
    Other {
        /// Its type.
        mime: Mime,
        /// Its bytes.
        content: Bytes,
    },
}

/// Why bytes are not composite metadata, or entries cannot be written as it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// An entry or a part of one is cut off.
    #[error("metadata is cut off")]
    Truncated,
    /// A name or tag is not text.
    #[error("metadata holds a name that is not text")]
    NotText,
    /// More entries or parts than [`limits::MAX_METADATA_ENTRIES`].
    #[error("metadata has too many entries")]
    TooMany,
    /// A name is empty or longer than the format can say, or an entry is.
    #[error("metadata entry cannot be expressed")]
    Inexpressible,
}

/// Writes entries one after another.
pub fn encode(entries: &[Entry]) -> Result<Bytes, MetadataError> {
    let mut out = BytesMut::new();
    for entry in entries {
        let (mime, content) = encode_entry(entry)?;
        put_mime(&mut out, &mime)?;
        if content.len() > limits::MAX_FRAME_BYTES {
            return Err(MetadataError::Inexpressible);
        }
        out.put_uint(content.len() as u64, 3);
        out.put_slice(&content);
    }
    Ok(out.freeze())
}

fn encode_entry(entry: &Entry) -> Result<(Mime, Bytes), MetadataError> {
    let mut out = BytesMut::new();
    let number = match entry {
        Entry::Other { mime, content } => return Ok((mime.clone(), content.clone())),
        Entry::RequestId(id) if is_request_id(id.as_bytes()) => {
            return Ok((Mime::name(REQUEST_ID_MIME), Bytes::copy_from_slice(id.as_bytes())));
        }
        Entry::RequestId(_) => return Err(MetadataError::Inexpressible),
        Entry::Routing(tags) => {
            for tag in tags {
                let length = u8::try_from(tag.len()).map_err(|_| MetadataError::Inexpressible)?;
                out.put_u8(length);
                out.put_slice(tag.as_bytes());
            }
            ROUTING
        }
        Entry::Bearer(token) => {
            out.put_u8(BY_NUMBER | AUTH_BEARER);
            out.put_slice(token);
            AUTHENTICATION
        }
        Entry::Simple { user, password } => {
            let length = u16::try_from(user.len()).map_err(|_| MetadataError::Inexpressible)?;
            out.put_u8(BY_NUMBER | AUTH_SIMPLE);
            out.put_u16(length);
            out.put_slice(user);
            out.put_slice(password);
            AUTHENTICATION
        }
        Entry::StreamMime(mime) => {
            put_mime(&mut out, mime)?;
            STREAM_MIME
        }
        Entry::AcceptMimes(mimes) => {
            for mime in mimes {
                put_mime(&mut out, mime)?;
            }
            ACCEPT_MIMES
        }
    };
    Ok((Mime::from_number(number), out.freeze()))
}

fn put_mime(out: &mut BytesMut, mime: &Mime) -> Result<(), MetadataError> {
    match (mime.number(), mime) {
        (Some(number), _) => out.put_u8(BY_NUMBER | number),
        (None, Mime::Name(name)) if (1..=MAX_NAME_BYTES).contains(&name.len()) && name.is_ascii() => {
            out.put_u8((name.len() - 1) as u8);
            out.put_slice(name.as_bytes());
        }
        (None, _) => return Err(MetadataError::Inexpressible),
    }
    Ok(())
}

/// Reads all entries, in order. Entries of unknown types, or of known types with contents that make no sense, come out
/// as [`Entry::Other`].
pub fn decode(mut bytes: Bytes) -> Result<Vec<Entry>, MetadataError> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        if entries.len() == limits::MAX_METADATA_ENTRIES {
            return Err(MetadataError::TooMany);
        }
        let mime = take_mime(&mut bytes)?;
        let length = take(&mut bytes, 3)?;
        let length = usize::from(length[0]) << 16 | usize::from(length[1]) << 8 | usize::from(length[2]);
        let content = take(&mut bytes, length)?;
        let known = decode_entry(&mime, content.clone());
        entries.push(known.unwrap_or(Entry::Other { mime, content }));
    }
    Ok(entries)
}

fn decode_entry(mime: &Mime, mut content: Bytes) -> Option<Entry> {
    if matches!(mime, Mime::Name(name) if name == REQUEST_ID_MIME) {
        return is_request_id(&content).then(|| text(content).ok().map(Entry::RequestId)).flatten();
    }
    match mime.number()? {
        ROUTING => many(&mut content, |content| {
            let length = usize::from(take(content, 1)?[0]);
            text(take(content, length)?)
        })
        .map(Entry::Routing),
        AUTHENTICATION => decode_authentication(content),
        STREAM_MIME => {
            let mime = take_mime(&mut content).ok()?;
            content.is_empty().then_some(Entry::StreamMime(mime))
        }
        ACCEPT_MIMES => many(&mut content, take_mime).map(Entry::AcceptMimes),
        _ => None,
    }
}

fn decode_authentication(mut content: Bytes) -> Option<Entry> {
    match take(&mut content, 1).ok()?[0].checked_sub(BY_NUMBER)? {
        AUTH_BEARER => Some(Entry::Bearer(content)),
        AUTH_SIMPLE => {
            let length = take(&mut content, 2).ok()?;
            let user = take(&mut content, usize::from(u16::from_be_bytes([length[0], length[1]])));
            Some(Entry::Simple { user: user.ok()?, password: content })
        }
        _ => None,
    }
}

fn many<T>(content: &mut Bytes, one: impl Fn(&mut Bytes) -> Result<T, MetadataError>) -> Option<Vec<T>> {
    let mut all = Vec::new();
    while !content.is_empty() {
        if all.len() == limits::MAX_METADATA_ENTRIES {
            return None;
        }
        all.push(one(content).ok()?);
    }
    Some(all)
}

fn take_mime(bytes: &mut Bytes) -> Result<Mime, MetadataError> {
    let first = take(bytes, 1)?[0];
    if first & BY_NUMBER != 0 {
        return Ok(Mime::from_number(first & !BY_NUMBER));
    }
    text(take(bytes, usize::from(first) + 1)?).map(Mime::Name)
}

fn take(bytes: &mut Bytes, length: usize) -> Result<Bytes, MetadataError> {
    if bytes.len() < length {
        return Err(MetadataError::Truncated);
    }
    Ok(bytes.split_to(length))
}

fn text(bytes: Bytes) -> Result<String, MetadataError> {
    String::from_utf8(bytes.into()).map_err(|_| MetadataError::NotText)
}

/// The tags of the first routing entry; none if there is none or the metadata makes no sense.
pub fn routing_tags(metadata: Option<&Bytes>) -> Vec<String> {
    find(metadata, |entry| match entry {
        Entry::Routing(tags) => Some(tags),
        _ => None,
    })
    .unwrap_or_default()
}

/// The token of the first bearer entry.
pub fn bearer_token(metadata: Option<&Bytes>) -> Option<Bytes> {
    find(metadata, |entry| match entry {
        Entry::Bearer(token) => Some(token),
        _ => None,
    })
}

/// The first request id.
pub fn request_id(metadata: Option<&Bytes>) -> Option<String> {
    find(metadata, |entry| match entry {
        Entry::RequestId(id) => Some(id),
        _ => None,
    })
}

/// Plain characters only: it goes into logs as it is.
fn is_request_id(id: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    (1..=limits::MAX_REQUEST_ID_BYTES).contains(&id.len()) && id.iter().all(is_plain)
}

fn find<T>(metadata: Option<&Bytes>, pick: impl Fn(Entry) -> Option<T>) -> Option<T> {
    decode(metadata?.clone()).ok()?.into_iter().find_map(pick)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Written by hand from the extensions' texts: number or length − 1, 24-bit length, content.
    #[test]
    fn entries_have_the_bytes_of_the_specification() {
        let goldens: [(Entry, &[u8]); 7] = [
            (Entry::Routing(vec!["a.b".into(), "c".into()]), b"\xFE\0\0\x06\x03a.b\x01c"),
            (Entry::Bearer("tok".into()), b"\xFC\0\0\x04\x81tok"),
            (Entry::Simple { user: "u".into(), password: "pw".into() }, b"\xFC\0\0\x06\x80\0\x01upw"),
            (Entry::StreamMime(Mime::name("application/json")), b"\xFA\0\0\x01\x85"),
            (Entry::AcceptMimes(vec![Mime::name("application/cbor"), Mime::name("x/y")]), b"\xFB\0\0\x05\x81\x02x/y"),
            (Entry::Other { mime: Mime::name("x/y"), content: "z".into() }, b"\x02x/y\0\0\x01z"),
            (Entry::RequestId("a-1".into()), b"\x13message/x.request-id\0\0\x03a-1"),
        ];
        for (entry, golden) in goldens {
            let entries = [entry];
            assert_eq!(encode(&entries).unwrap(), golden);
            assert_eq!(decode(Bytes::from_static(golden)).unwrap(), entries);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_or_kept_as_it_is() {
        let decoded = |bytes: &'static [u8]| decode(Bytes::from_static(bytes));
        assert_eq!(decoded(b"\xFE\0\0"), Err(MetadataError::Truncated));
        assert_eq!(decoded(b"\xFE\0\0\x09a"), Err(MetadataError::Truncated));
        assert_eq!(decoded(b"\x05ab"), Err(MetadataError::Truncated));
        assert_eq!(decoded(b"\0\xFF\0\0\0"), Err(MetadataError::NotText));
        assert_eq!(decode([0xF0, 0, 0, 0].repeat(65).into()), Err(MetadataError::TooMany));
        // A routing tag longer than its entry.
        let kept = &decoded(b"\xFE\0\0\x02\x09a").unwrap()[0];
        assert!(matches!(kept, Entry::Other { .. }), "{kept:?}");
        // Nothing that could forge a line of a log.
        let kept = &decoded(b"\x13message/x.request-id\0\0\x03a\nb").unwrap()[0];
        assert!(matches!(kept, Entry::Other { .. }), "{kept:?}");
        assert_eq!(encode(&[Entry::RequestId("a b".into())]), Err(MetadataError::Inexpressible));
        let long = Mime::name("x".repeat(129));
        assert_eq!(encode(&[Entry::StreamMime(long)]), Err(MetadataError::Inexpressible));
        let long = Entry::Routing(vec!["x".repeat(256)]);
        assert_eq!(encode(&[long]), Err(MetadataError::Inexpressible));
    }

    #[test]
    fn lookups_find_their_entry() {
        let entries = [Entry::Bearer("tok".into()), Entry::Routing(vec!["board".into(), "updates".into()])];
        let metadata = encode(&entries).unwrap();
        assert_eq!(routing_tags(Some(&metadata)), ["board", "updates"]);
        assert_eq!(bearer_token(Some(&metadata)), Some("tok".into()));
        assert_eq!(bearer_token(None), None);
        let with_id = encode(&[Entry::Routing(vec![]), Entry::RequestId("id.7".into())]).unwrap();
        assert_eq!(request_id(Some(&with_id)), Some("id.7".into()));
        assert_eq!(request_id(Some(&metadata)), None);
        assert_eq!(routing_tags(Some(&Bytes::from_static(b"nonsense"))), Vec::<String>::new());
    }

    fn any_entry() -> impl Strategy<Value = Entry> {
        let bytes = || prop::collection::vec(any::<u8>(), 0..50).prop_map(Bytes::from);
        let mime = || {
            prop_oneof![
                "[a-z]{1,20}/[a-z]{1,20}".prop_map(Mime::Name),
                prop::sample::select(WELL_KNOWN).prop_map(|(_, name)| Mime::name(name)),
                (0x30u8..0x70).prop_map(Mime::Number),
            ]
        };
        prop_oneof![
            prop::collection::vec(".{0,40}", 0..5).prop_map(Entry::Routing),
            bytes().prop_map(Entry::Bearer),
            (bytes(), bytes()).prop_map(|(user, password)| Entry::Simple { user, password }),
            mime().prop_map(Entry::StreamMime),
            prop::collection::vec(mime(), 0..5).prop_map(Entry::AcceptMimes),
            "[a-zA-Z0-9._-]{1,64}".prop_map(Entry::RequestId),
            bytes().prop_map(|content| Entry::Other { mime: Mime::name("x/unknown"), content }),
        ]
    }

    proptest! {
        #[test]
        fn decode_undoes_encode(entries in prop::collection::vec(any_entry(), 0..8)) {
            prop_assert_eq!(decode(encode(&entries).unwrap()).unwrap(), entries);
        }

        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(bytes.into());
        }
    }
}
