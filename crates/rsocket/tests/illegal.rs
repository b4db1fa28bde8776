//! What a peer may not send, byte by byte over a raw socket, and what each of it leads to.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod illegal {
    pub mod faults;
    pub mod raw;
    pub mod resumption;
    pub mod table;
}
