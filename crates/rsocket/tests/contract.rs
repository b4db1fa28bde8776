//! What every link must carry and every connection must keep, run on each kind of link.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contract {
    pub mod cases;
    pub mod ends;
    pub mod links;
}
