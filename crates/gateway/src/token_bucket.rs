//! A rate with room for bursts. It must not read a clock.

/// Holds up to `burst` tokens and gains `per_second` of them each second.
#[derive(Debug, Clone)]
pub struct TokenBucket {
    burst_ms: u64,
    cost_ms: u64,
    /// The time at which the bucket would be empty; tokens are the time since.
    empty_at_ms: u64,
}

impl TokenBucket {
    /// A full bucket. At least one token a second is gained.
    #[must_use]
    pub fn new(burst: u32, per_second: u32) -> Self {
        let cost_ms = u64::from(1000 / per_second.clamp(1, 1000));
        let burst_ms = cost_ms * u64::from(burst);
        Self { burst_ms, cost_ms, empty_at_ms: 0 }
    }

    /// Takes a token. Otherwise says for how many milliseconds there is none.
    ///
    /// # Errors
    /// The milliseconds until the next token.
    pub fn take(&mut self, now_ms: u64) -> Result<(), u64> {
        // Time counts from the bucket's burst, so that a bucket at time zero is full.
        let now_ms = now_ms + self.burst_ms;
        let oldest = now_ms - self.burst_ms;
        let empty_at = self.empty_at_ms.max(oldest) + self.cost_ms;
        if empty_at > now_ms {
            return Err(empty_at - now_ms);
        }
        self.empty_at_ms = empty_at;
        Ok(())
    }
}

impl TokenBucket {
    /// Whether nothing was taken that has not come back.
    #[must_use]
    pub fn is_full(&self, now_ms: u64) -> bool {
        self.empty_at_ms <= now_ms
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
}
