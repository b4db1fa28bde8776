//! Ctrl-C and SIGTERM, remembered for the whole process; and the only way to wait here, so that every wait can be
//! interrupted. Knows nothing of what is being waited for.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

static INTERRUPTED: Mutex<bool> = Mutex::new(false);
static CHANGED: Condvar = Condvar::new();

/// From here on a signal no longer ends the process: it makes [`pause`] fail, so that callers stop their children.
pub fn listen() -> Result<()> {
    ctrlc::set_handler(|| {
        *INTERRUPTED.lock().unwrap_or_else(PoisonError::into_inner) = true;
        CHANGED.notify_all();
    })
    .context("cannot listen for Ctrl-C")
}

/// Waits; an error means that the user wants to stop.
pub fn pause(time: Duration) -> Result<()> {
    let interrupted = INTERRUPTED.lock().unwrap_or_else(PoisonError::into_inner);
    let (interrupted, _) = CHANGED
        .wait_timeout_while(interrupted, time, |interrupted| !*interrupted)
        .unwrap_or_else(PoisonError::into_inner);
    if *interrupted {
        bail!("interrupted");
    }
    Ok(())
}

/// Asks `ready` every 50 ms until it answers something, at most for `limit`.
pub fn poll<T>(limit: Duration, mut ready: impl FnMut() -> Result<Option<T>>) -> Result<Option<T>> {
    let end = now() + limit;
    loop {
        if let Some(answer) = ready()? {
            return Ok(Some(answer));
        }
        if now() >= end {
            return Ok(None);
        }
        pause(Duration::from_millis(50))?;
    }
}

/// The clock of this crate.
#[expect(clippy::disallowed_methods, reason = "xtask is a shell: it prints how long its steps took")]
pub fn now() -> Instant {
    Instant::now()
}
