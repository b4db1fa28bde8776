//! What a stream carries: bytes with optional metadata. It must not know frames.

use bytes::Bytes;

/// One message. Cloning it copies no bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// Bytes about the message, in the connection's metadata mime type. `Some` of nothing differs from `None` on the wire.
    pub metadata: Option<Bytes>,
    /// The message itself; may be empty.
    pub data: Bytes,
}

impl Payload {
    /// A message without metadata.
    pub fn new(data: impl Into<Bytes>) -> Self {
        Self { metadata: None, data: data.into() }
    }

    /// The same message with `metadata`.
    #[must_use]
    pub fn with_metadata(mut self, metadata: impl Into<Bytes>) -> Self {
        self.metadata = Some(metadata.into());
        self
    }

    /// The same message in bytes of its own.
    pub(crate) fn copied(&self) -> Self {
        let metadata = self.metadata.as_deref().map(Bytes::copy_from_slice);
        Self { metadata, data: Bytes::copy_from_slice(&self.data) }
    }

    /// Length of metadata and data together.
    pub fn len_bytes(&self) -> usize {
        self.metadata.as_ref().map_or(0, Bytes::len) + self.data.len()
    }
}

impl From<Bytes> for Payload {
    fn from(data: Bytes) -> Self {
        Self::new(data)
    }
}

impl From<&'static str> for Payload {
    fn from(data: &'static str) -> Self {
        Self::new(data)
    }
}
