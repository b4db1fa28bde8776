//! What a board's task does next if nothing else happens, and when. One timer for all of it, that is set anew only for what
//! comes sooner: a timer is a shared wheel's lock, and a board that people draw on would set several for each edit. It must
//! not know what becomes of what is due.

use std::pin::Pin;

use tokio::time::{Instant, Sleep, sleep};

use crate::limits::REST_EVERY;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Presence may send, or look for who is silent.
    Presence,
    /// What was gathered goes to the room.
    Gathered,
    /// A version.
    Version,
    /// The room may rest.
    Rest,
    /// Nobody came.
    Idle,
}

/// The timer of a board's task.
pub(crate) struct Deadlines(Pin<Box<Sleep>>);

impl Deadlines {
    pub(crate) fn new() -> Self {
        Self(Box::pin(sleep(REST_EVERY)))
    }

    /// Resolves at the first of these times, with what is due then; or earlier, with nothing. Never, if there is none.
    pub(crate) fn next<const N: usize>(
        &mut self,
        times: [(Option<Instant>, Due); N],
    ) -> impl Future<Output = Option<Due>> {
        // Chosen before there is a future, which then has no place for all of them.
        let times = times.into_iter().filter_map(|(at, due)| at.map(|at| (at, due)));
        self.wait_for(times.min_by_key(|(at, _)| *at))
    }

    async fn wait_for(&mut self, first: Option<(Instant, Due)>) -> Option<Due> {
        let Some((at, due)) = first else { return std::future::pending().await };
        if at < self.0.deadline() || self.0.is_elapsed() {
            self.0.as_mut().reset(at);
        }
        self.0.as_mut().await;
        (at <= Instant::now()).then_some(due)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_first_is_told_at_its_time_however_often_it_is_asked() {
        let mut deadlines = Deadlines::new();
        let began = Instant::now();
        let after = |ms: u64| Some(began + Duration::from_millis(ms));
        for (rest, version, told, at_ms) in [
            (after(50), after(20), Due::Version, 20),
            (after(50), None, Due::Rest, 50),
            (after(50), after(9_000), Due::Rest, 50),
            (None, after(9_000), Due::Version, 9_000),
        ] {
            let due = loop {
                // Something else comes first now and then.
                let step = Duration::from_millis(7);
                let next = deadlines.next([(rest, Due::Rest), (version, Due::Version), (None, Due::Idle)]);
                if let Ok(Some(due)) = tokio::time::timeout(step, next).await {
                    break due;
                }
            };
            assert_eq!((due, began.elapsed()), (told, Duration::from_millis(at_ms)));
        }
        let never = deadlines.next([(None, Due::Idle)]);
        assert!(tokio::time::timeout(Duration::from_secs(3600), never).await.is_err());
    }
}
