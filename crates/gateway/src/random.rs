//! The operating system's secure randomness, read here and nowhere else in this crate.

/// Random bytes, for ids and secrets.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A random number, for lanes and for spreading load.
pub fn number() -> u64 {
    u64::from_le_bytes(bytes())
}

/// A random number from 0 up to but not including 1, for jitter.
pub fn fraction() -> f64 {
    (number() >> 11) as f64 / (1_u64 << 53) as f64
}
