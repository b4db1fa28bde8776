//! A queue between tasks that costs next to nothing while it is empty.
//!
//! An open board has five queues and is idle most of its life; tokio's channels keep a block of 32 places for each, here
//! 10 KiB a board. A [`Mailbox`] holds memory only for what waits in it. It must not know what that is.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The mailbox is closed; what was to be put in is handed back.
#[derive(Debug, PartialEq, Eq)]
pub struct Closed<T>(pub T);

/// Any number of tasks put in, one takes out, in order.
#[derive(Debug)]
pub struct Mailbox<T> {
    state: Mutex<State<T>>,
    /// For the one who takes out.
    arrived: Notify,
    /// For those who wait for a place; each wakes the next.
    freed: Notify,
    capacity: usize,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    is_closed: bool,
}

impl<T> Mailbox<T> {
    /// A mailbox in which [`send`](Self::send) waits while it holds this many.
    #[must_use]
    pub fn bounded(capacity: usize) -> Self {
        let state = Mutex::new(State { items: VecDeque::new(), is_closed: false });
        Self { state, arrived: Notify::new(), freed: Notify::new(), capacity }
    }

    /// A mailbox whose bound is somebody else's business.
    #[must_use]
    pub fn unbounded() -> Self {
        Self::bounded(usize::MAX)
    }

    /// Puts in, whatever the capacity.
    ///
    /// # Errors
    /// It is closed.
    pub fn push(&self, item: T) -> Result<(), Closed<T>> {
        let mut state = self.state();
        if state.is_closed {
            return Err(Closed(item));
        }
        state.items.push_back(item);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Puts in when there is a place. Cancelled, it has put in nothing.
    ///
    /// # Errors
    /// It is closed.
    pub async fn send(&self, item: T) -> Result<(), Closed<T>> {
        if !self.may_put() {
            // Rare, so that a task that sends does not carry the place of waiting for as long as it lives.
            Box::pin(self.until_may_put()).await;
        }
        // Whoever comes between puts in one more than the capacity: a bound on senders, not on items, and good enough.
        let put = self.push(item);
        if self.state().items.len() < self.capacity {
            self.freed.notify_one();
        }
        put
    }

    fn may_put(&self) -> bool {
        let state = self.state();
        state.is_closed || state.items.len() < self.capacity
    }

    async fn until_may_put(&self) {
        loop {
            let freed = self.freed.notified();
            if self.may_put() {
                return;
            }
            freed.await;
        }
    }

    /// Waits until something is in it and takes at most `limit`, which may not be 0, in order. False when it is closed and
    /// empty. Cancelled, it has taken nothing.
    pub async fn take(&self, into: &mut Vec<T>, limit: usize) -> bool {
        loop {
            if self.try_take(into, limit) {
                return true;
            }
            if self.state().is_closed {
                return self.try_take(into, limit);
            }
            self.arrived.notified().await;
        }
    }

    /// Takes what is there, at most `limit`; whether that was anything.
    pub fn try_take(&self, into: &mut Vec<T>, limit: usize) -> bool {
        let mut state = self.state();
        let count = state.items.len().min(limit);
        into.extend(state.items.drain(..count));
        let emptied = state.items.is_empty().then(|| std::mem::take(&mut state.items));
        drop(state);
        // Freed when nobody waits for the lock.
        drop(emptied);
        if count > 0 {
            self.freed.notify_one();
        }
        count > 0
    }

    /// Takes nothing more in. What is in it can still be taken.
    pub fn close(&self) {
        self.state().is_closed = true;
        self.arrived.notify_one();
        self.freed.notify_waiters();
        // One who asks at this moment is not yet waiting.
        self.freed.notify_one();
    }

    /// Whether nothing more is taken in.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn what_is_put_in_comes_out_in_order_and_no_more_than_is_asked_for() {
        let mailbox = Mailbox::unbounded();
        for item in 0..5 {
            assert_eq!(mailbox.push(item), Ok(()));
        }
        let mut taken = Vec::new();
        assert!(mailbox.take(&mut taken, 3).await);
        assert_eq!(taken, [0, 1, 2]);
        mailbox.close();
        assert_eq!(mailbox.push(9), Err(Closed(9)));
        assert!(mailbox.take(&mut taken, 3).await);
        assert!(!mailbox.take(&mut taken, 3).await);
        assert_eq!(taken, [0, 1, 2, 3, 4]);
    }

    #[tokio::test]
    async fn who_waits_for_a_place_gets_it_or_hears_of_the_end() {
        let mailbox = Arc::new(Mailbox::bounded(1));
        let senders: Vec<_> = (0..20)
            .map(|item| {
                let mailbox = mailbox.clone();
                tokio::spawn(async move { mailbox.send(item).await })
            })
            .collect();
        let mut taken = Vec::new();
        while taken.len() < 10 {
            assert!(mailbox.take(&mut taken, 1).await);
        }
        mailbox.close();
        while mailbox.take(&mut taken, 8).await {}
        let mut put = Vec::new();
        for sender in senders {
            put.push(sender.await.expect("no panic").is_ok());
        }
        assert_eq!(put.iter().filter(|is_in| **is_in).count(), taken.len());
        assert!(put.contains(&false) || taken.len() == 20);
    }

    #[tokio::test]
    async fn an_empty_mailbox_keeps_no_places() {
        let mailbox = Mailbox::unbounded();
        (0..1000).for_each(|item| mailbox.push(item).expect("open"));
        let mut taken = Vec::new();
        assert!(mailbox.try_take(&mut taken, 1000));
        assert!(!mailbox.try_take(&mut taken, 1000));
        assert_eq!(mailbox.state().items.capacity(), 0);
    }
}
