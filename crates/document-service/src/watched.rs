//! A value that one task changes and another one watches; only the newest matters. Tokio's `watch` does the same for any
//! number of watchers, and takes 400 bytes for that, of each open board.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The value, to be shared between the two.
pub(crate) struct Watched<T> {
    value: Mutex<T>,
    changed: Notify,
}

impl<T: Copy + PartialEq> Watched<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value: Mutex::new(value), changed: Notify::new() }
    }

    /// As it is now.
    pub(crate) fn get(&self) -> T {
        *self.lock()
    }

    /// Changes it; wakes who watches if it is another value then.
    pub(crate) fn change(&self, change: impl FnOnce(&mut T)) {
        let mut value = self.lock();
        let before = *value;
        change(&mut value);
        let is_news = *value != before;
        drop(value);
        if is_news {
            self.changed.notify_one();
        }
    }

    /// Resolves when it has changed since this resolved last. For one watcher; cancelled, it has missed nothing.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_change_is_heard_once_however_late_and_nothing_else_is() {
        let watched = Watched::new(1);
        assert!(watched.changed().now_or_never().is_none());
        watched.change(|value| *value = 1);
        assert!(watched.changed().now_or_never().is_none());
        for new in [2, 3] {
            watched.change(|value| *value = new);
        }
        assert_eq!(watched.changed().now_or_never(), Some(()));
        assert_eq!(watched.get(), 3);
        assert!(watched.changed().now_or_never().is_none());
    }
}
