//! Other people's RSocket, in both roles. Runs where `interop/install.sh` has installed the peers, and where
//! `RSOCKET_INTEROP=require` is set fails if it has not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod foreign {
    pub mod answered;
    pub mod asked;
    pub mod cut;
    pub mod echo;
    pub mod matrix;
    pub mod peers;
    pub mod rust;
}
