//! Encoded documents, as newtypes over bytes, so that nobody above needs the CRDT to carry them.

use bytes::Bytes;

/// A change of a document, or all of it, in the Yjs v1 encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update(pub Bytes);

/// What a document knows, in the Yjs v1 encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateVector(pub Bytes);

impl StateVector {
    /// The state vector of a document that knows nothing.
    pub fn empty() -> Self {
        Self(Bytes::from_static(&[0]))
    }
}

/// Whether an update says nothing at all: no structs and no deletions.
pub fn is_empty_update(update: &[u8]) -> bool {
    update == [0, 0]
}
