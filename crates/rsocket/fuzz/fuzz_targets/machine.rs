//! Runs `rsocket::fuzz::machine`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rsocket::fuzz::machine(bytes));
