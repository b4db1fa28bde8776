//! Runs `rsocket::fuzz::decode`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rsocket::fuzz::decode(bytes));
