//! New ids and the jitter of order keys, from a seed that the shell takes from a secure source. Knows no clock.

use std::cell::Cell;

use board::ShapeId;

/// A stream of random numbers (SplitMix64), so that the machine stays a function of its inputs.
///
/// 64 bits of seed from a secure source make two people's ids meet as rarely as two random ids do.
#[derive(Debug)]
pub struct IdSource {
    state: Cell<u64>,
}

impl IdSource {
    /// A source that starts here.
    pub fn new(seed: u64) -> Self {
        IdSource { state: Cell::new(seed) }
    }

    /// The next number.
    pub(crate) fn random(&self) -> u64 {
        let state = self.state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.state.set(state);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// An id for a new shape.
    pub(crate) fn shape(&self) -> ShapeId {
        ShapeId::from_random(self.random())
    }
}
