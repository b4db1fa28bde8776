//! Clocks of many clients: what is known, what is needed. Must not know how they are encoded.

use std::collections::BTreeMap;

/// For each client, the clock up to which (exclusively) its structs are meant. An absent client is at zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clocks(BTreeMap<u64, u32>);

impl Clocks {
    /// All at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether all are at zero.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One client's clock.
    pub fn get(&self, client: u64) -> u32 {
        self.0.get(&client).copied().unwrap_or(0)
    }

    /// Lifts one client's clock to at least `clock`.
    pub fn raise(&mut self, client: u64, clock: u32) {
        if clock > 0 {
            let known = self.0.entry(client).or_insert(0);
            *known = clock.max(*known);
        }
    }

    /// Lifts every clock to at least what `other` has.
    pub fn raise_all(&mut self, other: &Clocks) {
        other.iter().for_each(|(client, clock)| self.raise(client, clock));
    }

    /// Whether every clock is at least what `other` has.
    pub fn cover(&self, other: &Clocks) -> bool {
        other.iter().all(|(client, clock)| self.get(client) >= clock)
    }

    /// The part of `other` that lies beyond these clocks.
    pub fn missing(&self, other: &Clocks) -> Clocks {
        Self(other.iter().filter(|(client, clock)| self.get(*client) < *clock).collect())
    }

    /// Each client that is not at zero, ascending, and its clock.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.0.iter().map(|(client, clock)| (*client, *clock))
    }
}

impl FromIterator<(u64, u32)> for Clocks {
    fn from_iter<T: IntoIterator<Item = (u64, u32)>>(pairs: T) -> Self {
        let mut clocks = Self::new();
        pairs.into_iter().for_each(|(client, clock)| clocks.raise(client, clock));
        clocks
    }
}
