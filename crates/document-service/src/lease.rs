//! The service's lease on all its boards, renewed in bulk. It must not know boards; the flusher does.
//!
//! Why so little is enough. What a board's task lets out (a stored update, an acknowledgement) went through a write that
//! the store fences by the board's epoch, so a service that has lost a board cannot say anything false; it can only be
//! left with people who no longer see what the new owner's people do. So the lease decides when another service may
//! take over, and this side has three cases:
//!
//! - *Renewed*: nobody can have taken a board.
//! - *The store says that the lease had lapsed* (this process was stopped, or cut off for longer than the lease): join
//!   again, then have the fence of every open board checked by an append, empty if need be. Nobody can take a board
//!   between the two, as the lease runs again; a board that was taken before answers `Fenced` and is closed at once.
//! - *The store does not answer*: it cannot be told whether it is down for all or for us only. Boards go on, and once the
//!   lease has lapsed on our own clock every one of them says "not saved", even where nothing waits to be stored. When
//!   the store is back, it is one of the first two cases.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use storage::{Error, Owner, Storage};
use tokio::time::{Instant, sleep, timeout_at};

use crate::backoff::Backoff;
use crate::flusher::Flusher;
use crate::limits::RENEWALS;

/// What it takes to keep a lease that was granted just now.
pub(crate) struct Lease {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) flusher: Arc<Flusher>,
    pub(crate) owner: Owner,
    pub(crate) length: Duration,
}

/// A length as the store takes it.
pub(crate) fn lease_ms(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(storage::MAX_LEASE_MS)
}

impl Lease {
    /// Renews [`RENEWALS`] times per lease, for ever; after a failure sooner.
    pub(crate) async fn keep(self) {
        let mut runs_until = Instant::now() + self.length;
        let mut backoff = Backoff::default();
        let mut pause = self.length / RENEWALS;
        loop {
            sleep(pause).await;
            let asked = Instant::now();
            match self.renew(runs_until).await {
                Ok(()) => {
                    runs_until = asked + self.length;
                    backoff = Backoff::default();
                    pause = self.length / RENEWALS;
                }
                Err(error) => {
                    tracing::warn!(%error, "the lease could not be renewed");
                    if Instant::now() >= runs_until {
                        self.flusher.store_is_lost();
                    }
                    pause = backoff.next_pause().min(self.length / RENEWALS);
                }
            }
        }
    }

    /// One renewal. Where the lease lapses while it is awaited, boards are told then, not when the store's time is over.
    async fn renew(&self, runs_until: Instant) -> Result<(), Error> {
        let mut renewing = pin!(self.renew_or_join());
        let answer = match timeout_at(runs_until, &mut renewing).await {
            Ok(answer) => answer,
            Err(_) => {
                self.flusher.store_is_lost();
                renewing.await
            }
        };
        if answer.is_ok() {
            self.flusher.store_is_back();
        }
        answer
    }

    async fn renew_or_join(&self) -> Result<(), Error> {
        let lease_ms = lease_ms(self.length);
        match self.storage.renew(&self.owner.service, lease_ms).await {
            Err(Error::NotFound) => {
                tracing::warn!("the lease had lapsed; joining again and checking every open board");
                self.storage.join_service(&self.owner, lease_ms).await?;
                self.flusher.check_fences();
                Ok(())
            }
            answer => answer,
        }
    }
}
