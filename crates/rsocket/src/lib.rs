//! An RSocket 1.0 peer with exact flow control
