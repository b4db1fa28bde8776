//! From send to delivery: who sent which edit or cursor when, and what a reader's message brings of it. One reader's
//! view is a [`Watch`]; all share one [`Ledger`]. It must not know sockets.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use anyhow::Result;
use board::check_update;
use bytes::Bytes;
use hdrhistogram::Histogram;
use protocol::awareness::AwarenessEntry;
use tokio::time::Instant;

/// Latencies are kept up to a minute, in microseconds, to three digits.
const LONGEST_US: u64 = 60_000_000;
/// Messages whose contents are remembered: all readers get the same.
const REMEMBERED: usize = 64;

/// Latencies in microseconds.
pub type Latencies = Histogram<u64>;

/// No latencies yet.
#[must_use]
pub fn none() -> Latencies {
    Histogram::new_with_max(LONGEST_US, 3).expect("three digits up to a minute")
}

/// A quantile, in milliseconds.
#[must_use]
pub fn ms(latencies: &Latencies, quantile: f64) -> f64 {
    latencies.value_at_quantile(quantile) as f64 / 1000.0
}

struct Sender {
    /// Clock before the first edit that counts.
    first_clock: u32,
    /// When each edit was sent, in microseconds.
    edits_us: Vec<u64>,
    /// When each cursor was sent.
    cursors_us: Vec<u64>,
}

type Covers = Rc<[(u64, u32)]>;

/// What was sent, shared by all of a run.
#[derive(Clone)]
pub struct Ledger {
    began: Instant,
    senders: Rc<RefCell<HashMap<u64, Sender>>>,
    recent: Rc<RefCell<Vec<(Bytes, Covers)>>>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { began: Instant::now(), senders: Rc::default(), recent: Rc::default() }
    }
}

impl Ledger {
    /// A sender whose edits count from this clock on.
    pub fn enter(&self, client: u64, first_clock: u32) {
        let sender = Sender { first_clock, edits_us: Vec::new(), cursors_us: Vec::new() };
        self.senders.borrow_mut().insert(client, sender);
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// The sender's next edit is sent now.
    pub fn edit_sent(&self, client: u64) {
        let now_us = self.now_us();
        if let Some(sender) = self.senders.borrow_mut().get_mut(&client) {
            sender.edits_us.push(now_us);
        }
    }

    /// The sender's next cursor is sent now; its clock.
    pub fn cursor_sent(&self, client: u64) -> u64 {
        let now_us = self.now_us();
        let mut senders = self.senders.borrow_mut();
        let Some(sender) = senders.get_mut(&client) else { return 0 };
        sender.cursors_us.push(now_us);
        sender.cursors_us.len() as u64
    }

    /// Edits that were sent.
    #[must_use]
    pub fn edits(&self) -> u64 {
        self.senders.borrow().values().map(|sender| sender.edits_us.len() as u64).sum()
    }

    /// Up to where an update brings each client. The same bytes are looked into once.
    fn covers(&self, update: &Bytes) -> Result<Covers> {
        let mut recent = self.recent.borrow_mut();
        if let Some((_, covers)) = recent.iter().rev().find(|(known, _)| known == update) {
            return Ok(covers.clone());
        }
        let covers: Covers = check_update(update)?.covers.iter().collect();
        if recent.len() == REMEMBERED {
            recent.remove(0);
        }
        recent.push((update.clone(), covers.clone()));
        Ok(covers)
    }
}

/// What one reader has been brought.
pub struct Watch {
    ledger: Ledger,
    seen: HashMap<u64, u32>,
    /// From send to delivery, of edits.
    pub edits: Latencies,
    /// The same of cursors; what is newer replaces what is older, so not every one comes.
    pub cursors: Latencies,
    /// Messages with updates.
    pub frames: u64,
}

impl Watch {
    /// A reader that has seen nothing.
    #[must_use]
    pub fn new(ledger: &Ledger) -> Self {
        Self { ledger: ledger.clone(), seen: HashMap::new(), edits: none(), cursors: none(), frames: 0 }
    }

    /// An update came.
    ///
    /// # Errors
    /// It is none.
    pub fn update(&mut self, update: &Bytes) -> Result<()> {
        self.frames += 1;
        let now_us = self.ledger.now_us();
        let covers = self.ledger.covers(update)?;
        let senders = self.ledger.senders.borrow();
        for (client, through) in covers.iter() {
            let Some(sender) = senders.get(client) else { continue };
            let seen = self.seen.entry(*client).or_insert(sender.first_clock);
            for clock in *seen..*through {
                let sent_us = sender.edits_us.get((clock - sender.first_clock) as usize);
                if let Some(sent_us) = sent_us {
                    self.edits.saturating_record(now_us.saturating_sub(*sent_us));
                }
            }
            *seen = (*through).max(*seen);
        }
        Ok(())
    }

    /// Cursors came.
    pub fn people(&mut self, entries: &[AwarenessEntry]) {
        let now_us = self.ledger.now_us();
        let senders = self.ledger.senders.borrow();
        for entry in entries {
            let sent_us = senders.get(&entry.client).zip(entry.clock.checked_sub(1));
            let sent_us = sent_us.and_then(|(sender, index)| sender.cursors_us.get(usize::try_from(index).ok()?));
            if let Some(sent_us) = sent_us {
                self.cursors.saturating_record(now_us.saturating_sub(*sent_us));
            }
        }
    }

    /// Edits that were brought, each once.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.edits.len()
    }
}
