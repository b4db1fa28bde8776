//! The one place of this crate that turns time into the milliseconds that the machines are given.

use tokio::time::Instant;

/// Milliseconds since it was started, by tokio's clock, so that a test which pauses time pauses boards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    started: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now() }
    }

    pub(crate) fn now_ms(self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
