//! Runs `rsocket::fuzz::identity`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rsocket::fuzz::identity(bytes));
