//! What people found, added up.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use board::ShapeId;
use tokio::time::Instant;

use crate::person::Shapes;

/// What one person noted.
#[derive(Debug, Default)]
pub struct Findings {
    /// When each shape was drawn.
    pub drawn: BTreeMap<ShapeId, Instant>,
    /// When each was acknowledged.
    pub acknowledged: BTreeMap<ShapeId, Instant>,
    /// Shapes of others, shown while nothing was said of "not saved".
    pub seen: Shapes,
    /// Longest time from drawing to acknowledgement.
    pub slowest: Duration,
    /// How often the connection was lost.
    pub closed: u64,
    /// How often the board moved under a connection that went on.
    pub rejoined: u64,
    /// How often "not saved" was told.
    pub not_saved: u64,
    /// Terminal refusals, and updates that could not be read.
    pub refused: u64,
}

/// All of it, on all boards.
#[derive(Debug, Default)]
pub struct Report {
    drawn: u64,
    acknowledged: u64,
    seen: u64,
    lost_acknowledged: u64,
    lost_seen: u64,
    /// Longest time from drawing to acknowledgement.
    slowest_ms: u64,
    /// From the first kill to the first acknowledgement of something drawn after it: of the board that took longest.
    recovered_ms: u64,
    closed: u64,
    rejoined: u64,
    not_saved: u64,
    refused: u64,
}

impl Report {
    /// Adds a board: what its people noted, and what is left.
    pub fn add(&mut self, people: &[Findings], left: &Shapes, killed_at: Option<Instant>) {
        let lost = |ids: &mut dyn Iterator<Item = &ShapeId>| ids.filter(|id| !left.contains(*id)).count() as u64;
        for person in people {
            self.drawn += person.drawn.len() as u64;
            self.acknowledged += person.acknowledged.len() as u64;
            self.seen += person.seen.len() as u64;
            self.lost_acknowledged += lost(&mut person.acknowledged.keys());
            self.lost_seen += lost(&mut person.seen.iter());
            self.slowest_ms = self.slowest_ms.max(milliseconds(person.slowest));
            self.closed += person.closed;
            self.rejoined += person.rejoined;
            self.not_saved += person.not_saved;
            self.refused += person.refused;
        }
        let Some(killed_at) = killed_at else { return };
        let is_after = |(id, _): &(&ShapeId, &Instant)| {
            people.iter().any(|person| person.drawn.get(*id).is_some_and(|drawn| *drawn > killed_at))
        };
        let acknowledged = people.iter().flat_map(|person| &person.acknowledged);
        let recovered = acknowledged.filter(is_after).map(|(_, at)| *at - killed_at).min();
        self.recovered_ms = self.recovered_ms.max(recovered.map_or(0, milliseconds));
    }
}

impl fmt::Display for Report {
    /// One line of `name=number`, for a program to read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, number) in [
            ("drawn", self.drawn),
            ("acknowledged", self.acknowledged),
            ("seen", self.seen),
            ("lost-acknowledged", self.lost_acknowledged),
            ("lost-seen", self.lost_seen),
            ("slowest-ms", self.slowest_ms),
            ("recovered-ms", self.recovered_ms),
            ("closed", self.closed),
            ("rejoined", self.rejoined),
            ("not-saved", self.not_saved),
            ("refused", self.refused),
        ] {
            write!(f, "{name}={number} ")?;
        }
        Ok(())
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
