//! Rates by link: each has a bucket of its own, as long as it is used. It must not know what the turns are for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use protocol::SecretHash;

use crate::limits::MAX_TRIED_LINKS;
use crate::token_bucket::TokenBucket;

/// The buckets.
pub struct Turns {
    buckets: Mutex<HashMap<SecretHash, TokenBucket>>,
    burst: u32,
    per_second: u32,
}

impl Turns {
    /// So many at once for each link, and so many a second for ever.
    #[must_use]
    pub fn new(burst: u32, per_second: u32) -> Self {
        Self { buckets: Mutex::default(), burst, per_second }
    }

    /// Takes a turn of a link.
    ///
    /// # Errors
    /// For how many milliseconds there is none.
    pub fn take(&self, link: SecretHash, now_ms: u64) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_TRIED_LINKS && !buckets.contains_key(&link) {
            buckets.retain(|_, bucket| !bucket.is_full(now_ms));
            if buckets.len() >= MAX_TRIED_LINKS {
                return Err(1000);
            }
        }
        buckets.entry(link).or_insert_with(|| TokenBucket::new(self.burst, self.per_second)).take(now_ms)
    }
}
