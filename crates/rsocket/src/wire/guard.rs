//! Looks at a frame's bytes before the codec does and refuses what would make it panic. It must not allocate.

use rsocket_rust::frame::Frame;

use super::WireError;

const HEADER_BYTES: usize = 6;
const REQUEST_N_BYTES: usize = 4;
/// Version, keepalive interval and lifetime.
const SETUP_FIXED_BYTES: usize = 12;
const TYPE_MASK: u16 = 0x3F;
const FLAGS_MASK: u16 = 0x03FF;

/// The six bytes every frame begins with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub stream: u32,
    pub kind: u16,
    pub flags: u16,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (stream, rest) = bytes.split_first_chunk::<4>()?;
        let (kind, _) = rest.split_first_chunk::<2>()?;
        let kind_and_flags = u16::from_be_bytes(*kind);
        Some(Self {
            stream: u32::from_be_bytes(*stream) & super::NUMBER_MASK,
            kind: kind_and_flags >> 10 & TYPE_MASK,
            flags: kind_and_flags & FLAGS_MASK,
        })
    }

    /// Whether the frame's kind cannot be on its stream.
    pub(super) fn is_misplaced(self) -> bool {
        match self.kind {
            Frame::TYPE_ERROR => false,
            Frame::TYPE_REQUEST_RESPONSE..=Frame::TYPE_PAYLOAD => self.stream == 0,
            _ => self.stream != 0,
        }
    }
}

/// Whether the sender allows the frame to be skipped.
pub(super) fn is_ignorable(bytes: &[u8]) -> bool {
    Header::read(bytes).is_some_and(|header| header.flags & Frame::FLAG_IGNORE != 0)
}

/// Accepts only what the codec decodes or refuses without a panic.
pub(super) fn check(bytes: &[u8]) -> Result<Header, WireError> {
    let header = Header::read(bytes).ok_or(WireError::Truncated)?;
    let payload_at = match header.kind {
        Frame::TYPE_SETUP => Some(setup_payload_at(header.flags, bytes)?),
        Frame::TYPE_REQUEST_RESPONSE | Frame::TYPE_REQUEST_FNF | Frame::TYPE_PAYLOAD => Some(HEADER_BYTES),
        Frame::TYPE_REQUEST_STREAM | Frame::TYPE_REQUEST_CHANNEL => Some(HEADER_BYTES + REQUEST_N_BYTES),
        Frame::TYPE_LEASE..=Frame::TYPE_RESUME_OK => None,
        kind => return Err(WireError::UnknownType(kind as u8)),
    };
    if let Some(at) = payload_at
        && header.flags & Frame::FLAG_METADATA != 0
    {
        let rest = bytes.get(at..).ok_or(WireError::Truncated)?;
        let (length, rest) = rest.split_first_chunk::<3>().ok_or(WireError::Truncated)?;
        let [high, middle, low] = length.map(usize::from);
        if (high << 16 | middle << 8 | low) > rest.len() {
            return Err(WireError::MetadataOverrun);
        }
    }
    Ok(header)
}

fn setup_payload_at(flags: u16, bytes: &[u8]) -> Result<usize, WireError> {
    let mut at = HEADER_BYTES + SETUP_FIXED_BYTES;
    if flags & Frame::FLAG_RESUME != 0 {
        let length = bytes.get(at..at + 2).ok_or(WireError::Truncated)?;
        at += 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
    }
    for _mime in ["metadata", "data"] {
        at += 1 + usize::from(*bytes.get(at).ok_or(WireError::Truncated)?);
    }
    if at > bytes.len() {
        return Err(WireError::Truncated);
    }
    Ok(at)
}
