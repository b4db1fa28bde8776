//! Plans: what people do and what breaks, as data. People are named by ordinal, so any subset of steps still runs.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::gesture::Gesture;

/// Most people of a plan.
const MAX_PEOPLE: u8 = 4;
/// Steps of a plan.
const STEPS: std::ops::Range<usize> = 10..60;

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// A person does something; it takes as long as a hand needs.
    Act {
        /// Ordinal.
        person: u8,
        /// What.
        gesture: Gesture,
    },
    /// A person's network is away for this long.
    Cut {
        /// Ordinal.
        person: u8,
        /// Milliseconds.
        ms: u16,
    },
    /// A person's tab is killed; what was logged stays.
    Kill {
        /// Ordinal.
        person: u8,
    },
    /// A person opens the board again, if it is not open.
    Open {
        /// Ordinal.
        person: u8,
    },
    /// A service's process dies and starts again.
    Crash {
        /// Ordinal; from the number of services on, whoever has the board.
        service: u8,
        /// Milliseconds until it starts again.
        ms: u16,
    },
    /// A service is told to leave, hands its board over and starts again.
    Drain {
        /// Ordinal.
        service: u8,
        /// Milliseconds until it starts again, at the earliest.
        ms: u16,
    },
    /// A service's process stands still, as under SIGSTOP.
    Pause {
        /// Ordinal.
        service: u8,
        /// Milliseconds.
        ms: u16,
    },
    /// A service does not reach the store.
    CutStore {
        /// Ordinal.
        service: u8,
        /// Milliseconds.
        ms: u16,
    },
    /// A gateway and a service do not reach each other.
    Part {
        /// Ordinal.
        gateway: u8,
        /// Ordinal.
        service: u8,
        /// Milliseconds.
        ms: u16,
    },
    /// A gateway's process dies and starts again.
    CrashGateway {
        /// Ordinal.
        gateway: u8,
        /// Milliseconds until it starts again.
        ms: u16,
    },
    /// A person's connection is half open from now on: nothing arrives, and nobody is told.
    HalfOpen {
        /// Ordinal.
        person: u8,
    },
    /// The database's clock jumps.
    ClockJump {
        /// Milliseconds, back or forth.
        ms: i16,
    },
    /// The store stops answering.
    StoreDown,
    /// The store takes this long for a flush.
    StoreSlow {
        /// Milliseconds.
        ms: u16,
    },
    /// The store answers again, and at once.
    StoreUp,
    /// The store does the next flush but its answer is lost.
    LoseAnswer,
    /// Time passes.
    Wait {
        /// Milliseconds.
        ms: u16,
    },
}

/// A whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Source of delays, ids and jitter.
    pub seed: u64,
    /// How many people there are.
    pub people: u8,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let people = random.random_range(2..=MAX_PEOPLE);
        let count = random.random_range(STEPS);
        let steps = (0..count).map(|_| Self::step(&mut random, people)).collect();
        Self { seed, people, steps }
    }

    fn step(random: &mut ChaCha8Rng, people: u8) -> Step {
        let person = random.random_range(0..people);
        let mut ordinal = || random.random_range(0..6);
        let (service, gateway) = (ordinal(), ordinal());
        match random.random_range(0..200) {
            0..105 => Step::Act { person, gesture: Gesture::random(random) },
            105..138 => Step::Wait { ms: random.random_range(0..800) },
            138..142 => Step::Wait { ms: random.random_range(800..6000) },
            142..150 => Step::Cut { person, ms: random.random_range(0..5000) },
            150..156 => Step::Kill { person },
            156..161 => Step::Open { person },
            161..167 => Step::Crash { service, ms: random.random_range(0..4000) },
            167..172 => Step::Drain { service, ms: random.random_range(0..3000) },
            172..177 => Step::Pause { service, ms: random.random_range(0..8000) },
            177..182 => Step::CutStore { service, ms: random.random_range(0..8000) },
            182..186 => Step::Part { gateway, service, ms: random.random_range(0..8000) },
            186..188 => Step::CrashGateway { gateway, ms: random.random_range(0..3000) },
            188..190 => Step::HalfOpen { person },
            190..192 => Step::ClockJump { ms: random.random_range(-5000..5000) },
            192..194 => Step::StoreDown,
            194..195 => Step::StoreSlow { ms: random.random_range(50..4000) },
            195..198 => Step::StoreUp,
            _ => Step::LoseAnswer,
        }
    }

    /// The plan as JSON, a step a line, as a regression file keeps it.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let json = |value: &Step| serde_json::to_string(value).unwrap_or_default();
        let steps: Vec<String> = self.steps.iter().map(json).collect();
        format!("{{\"seed\":{},\"people\":{},\"steps\":[\n{}\n]}}", self.seed, self.people, steps.join(",\n"))
    }

    /// Reads what `to_lines` wrote.
    ///
    /// # Errors
    /// Not a plan.
    pub fn from_lines(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_round_trip_and_are_the_same_for_the_same_seed() {
        for seed in 0..50 {
            let plan = Plan::from_seed(seed);
            assert_eq!(plan, Plan::from_seed(seed));
            assert_eq!(Plan::from_lines(&plan.to_lines()).expect("a plan"), plan);
        }
    }
}
