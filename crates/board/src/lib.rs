//! The document: the CRDT schema, shapes, edits, order, update checks
