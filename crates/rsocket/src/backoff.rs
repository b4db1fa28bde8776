//! How long to wait before trying again what has failed. Pure: randomness is a parameter.

use std::time::Duration;

use rand::{Rng, RngExt};

use crate::limits;

/// How long to wait after so many failures in a row: anything up to a bound that doubles, so that many who lost the
/// same peer do not come back at once.
pub(crate) fn full_jitter(failures: u32, random: &mut impl Rng) -> Duration {
    let doubled = limits::FIRST_BACKOFF.saturating_mul(1 << failures.min(16));
    random.random_range(Duration::ZERO..=doubled.min(limits::MAX_BACKOFF))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    proptest! {
        #[test]
        fn a_wait_stays_within_its_bound(failures: u32, seed: u64) {
            let wait = full_jitter(failures, &mut StdRng::seed_from_u64(seed));
            prop_assert!(wait <= limits::MAX_BACKOFF);
            prop_assert!(failures > 0 || wait <= limits::FIRST_BACKOFF);
        }
    }
}
