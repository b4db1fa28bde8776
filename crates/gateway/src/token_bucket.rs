//! A rate with room for bursts. It must not read a clock.

/// Holds up to `burst` tokens and gains `per_second` of them each second.
#[derive(Debug, Clone)]
pub struct TokenBucket {
    burst_us: u64,
    cost_us: u64,
    /// The time at which the bucket would be empty; tokens are the time since.
    empty_at_us: u64,
}

impl TokenBucket {
    /// A full bucket. At least one token a second is gained, and at most a million.
    #[must_use]
    pub fn new(burst: u32, per_second: u32) -> Self {
        let cost_us = u64::from(1_000_000 / per_second.clamp(1, 1_000_000));
        let burst_us = cost_us * u64::from(burst);
        Self { burst_us, cost_us, empty_at_us: 0 }
    }

    /// Takes a token. Otherwise says for how many milliseconds there is none.
    ///
    /// # Errors
    /// The milliseconds until the next token.
    pub fn take(&mut self, now_ms: u64) -> Result<(), u64> {
        // Time counts from the bucket's burst, so that a bucket at time zero is full.
        let oldest = now_ms.saturating_mul(1000);
        let now_us = oldest.saturating_add(self.burst_us);
        let empty_at = self.empty_at_us.max(oldest).saturating_add(self.cost_us);
        if empty_at > now_us {
            return Err((empty_at - now_us).div_ceil(1000));
        }
        self.empty_at_us = empty_at;
        Ok(())
    }
}

impl TokenBucket {
    /// Whether nothing was taken that has not come back.
    #[must_use]
    pub fn is_full(&self, now_ms: u64) -> bool {
        self.empty_at_us <= now_ms.saturating_mul(1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let mut bucket = TokenBucket::new(3, 10);
        let taken = (0..5).filter(|_| bucket.take(0).is_ok()).count();
        assert_eq!(taken, 3);
        assert_eq!(bucket.take(40), Err(60));
        assert_eq!(bucket.take(100), Ok(()));
        assert_eq!(bucket.take(100), Err(100));
        let refilled = (0..10).filter(|_| bucket.take(1_000_000).is_ok()).count();
        assert_eq!(refilled, 3);
    }

    #[test]
    fn a_rate_finer_than_a_millisecond_is_kept() {
        let mut bucket = TokenBucket::new(100, 20_000);
        let mut taken_by = |ms: u64| (0..1000).filter(|_| bucket.take(ms).is_ok()).count();
        assert_eq!([taken_by(0), taken_by(1), taken_by(3)], [100, 20, 40]);
    }
}
