//! Pauses between attempts: they double up to a bound, each shortened by chance, so that many services do not come back to
//! a store in step. It must not know what is tried.

use std::time::Duration;

use crate::limits::{RETRY_FIRST, RETRY_LONGEST};

/// The pauses of one run of failures.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Half to all of the bound for this failure, which is counted.
    pub(crate) fn next_pause(&mut self) -> Duration {
        let bound = RETRY_FIRST.saturating_mul(1 << self.failures.min(16)).min(RETRY_LONGEST);
        self.failures += 1;
        bound.mul_f64(rand::random_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_bound() {
        let mut backoff = Backoff::default();
        let first = backoff.next_pause();
        assert!(first <= RETRY_FIRST && first >= RETRY_FIRST / 2);
        let late = (0..100).map(|_| backoff.next_pause()).last().expect("a hundred");
        assert!(late <= RETRY_LONGEST && late >= RETRY_LONGEST / 2);
    }
}
