//! The one place of this crate that reads a clock: for the memory store, which has no database to ask.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Milliseconds since 1970, never going back. Follows tokio's clock, so that a test which pauses time pauses leases.
#[derive(Debug)]
pub(crate) struct Clock {
    started_ms: u64,
    started: Instant,
}

impl Clock {
    /// Starts at the time of day.
    #[expect(clippy::disallowed_methods, reason = "the shell's one look at the time of day")]
    pub(crate) fn start() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started_ms: u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX), started: Instant::now() }
    }

    /// Now.
    pub(crate) fn now_ms(&self) -> u64 {
        let passed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.started_ms.saturating_add(passed)
    }
}
