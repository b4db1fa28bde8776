//! Appends edits to the log in batches: one transaction is under way, the next gathers. It must not know the visit.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bytes::Bytes;
use sync::LogKey;
use wasm_bindgen_futures::spawn_local;

use crate::connection::log::EditLog;

/// The log of one board, or its absence: then entries are answered with no key at once, and sent all the same.
#[derive(Clone)]
pub struct LogWriter {
    log: Option<Rc<EditLog>>,
    waiting: Rc<RefCell<Vec<(u64, Bytes)>>>,
    is_busy: Rc<Cell<bool>>,
}

impl LogWriter {
    /// Writes to `log`.
    pub fn new(log: Option<EditLog>) -> Self {
        Self { log: log.map(Rc::new), waiting: Rc::default(), is_busy: Rc::default() }
    }

    /// Appends an entry; `answer` is called once it is kept, or could not be.
    pub fn append(&self, entry: u64, update: Bytes, answer: impl Fn(u64, Option<LogKey>) + 'static) {
        self.waiting.borrow_mut().push((entry, update));
        if self.is_busy.replace(true) {
            return;
        }
        let this = self.clone();
        spawn_local(async move {
            loop {
                let batch = std::mem::take(&mut *this.waiting.borrow_mut());
                if batch.is_empty() {
                    break;
                }
                let keys = this.write(&batch).await;
                for (index, (entry, _)) in batch.iter().enumerate() {
                    answer(*entry, keys.get(index).copied());
                }
            }
            this.is_busy.set(false);
        });
    }

    /// Removes acknowledged entries.
    pub fn remove(&self, keys: Vec<LogKey>) {
        if let Some(log) = self.log.clone() {
            spawn_local(async move {
                if let Err(error) = log.remove(&keys).await {
                    leptos::logging::warn!("{error}");
                }
            });
        }
    }

    async fn write(&self, batch: &[(u64, Bytes)]) -> Vec<LogKey> {
        let Some(log) = &self.log else { return Vec::new() };
        let updates: Vec<Bytes> = batch.iter().map(|(_, update)| update.clone()).collect();
        log.append(&updates).await.unwrap_or_else(|error| {
            leptos::logging::warn!("{error}");
            Vec::new()
        })
    }
}
