//! Which of several targets takes the next stream. Pure: age and randomness are parameters. It must not know connections.

use std::time::Duration;

use rand::{Rng, RngExt};

use crate::limits;

/// What a newly joined target counts for at first, of its full weight.
const RAMP_FLOOR: f64 = 0.02;

/// What is known of one target that can take a stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Streams opened to it from here that have not ended.
    pub pending: usize,
    /// Its share, relative to the others.
    pub weight: f64,
    /// How long it has been connected.
    pub age: Duration,
}

impl Candidate {
    /// How busy it would be with one more, for its weight; new targets seem busier than they are.
    fn load(&self) -> f64 {
        let ramp = self.age.as_secs_f64() / limits::RAMP.as_secs_f64();
        let weight = self.weight.max(f64::MIN_POSITIVE);
        (self.pending as f64 + 1.0) / (weight * ramp.clamp(RAMP_FLOOR, 1.0))
    }
}

/// The place of the least loaded candidate: of all, or of two at random when there are many.
pub fn choose(candidates: &[Candidate], random: &mut impl Rng) -> Option<usize> {
    let count = candidates.len();
    if count > limits::COMPARE_ALL_TARGETS {
        let first = random.random_range(0..count);
        let second = (first + random.random_range(1..count)) % count;
        let second_is_better = candidates[second].load() < candidates[first].load();
        return Some(if second_is_better { second } else { first });
    }
    let loads = candidates.iter().map(Candidate::load);
    let least = loads.fold(f64::INFINITY, f64::min);
    let tied = |candidate: &Candidate| candidate.load() <= least;
    let ties = candidates.iter().filter(|it| tied(it)).count();
    let chosen = (ties > 0).then(|| random.random_range(0..ties))?;
    let mut places = (0..count).filter(|at| tied(&candidates[*at]));
    places.nth(chosen)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn any_candidates(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Candidate>> {
        let one = (0usize..1_000, 0.1f64..10.0, 0u64..60_000).prop_map(|(pending, weight, age_ms)| {
            let age = Duration::from_millis(age_ms);
            Candidate { pending, weight, age }
        });
        prop::collection::vec(one, count)
    }

    fn settled(pending: usize, weight: f64) -> Candidate {
        let age = limits::RAMP;
        Candidate { pending, weight, age }
    }

    /// Places `count` streams that never end and says where they went.
    fn place(candidates: &mut [Candidate], count: usize, seed: u64) -> Vec<usize> {
        let mut random = StdRng::seed_from_u64(seed);
        let mut placed = vec![0; candidates.len()];
        for _ in 0..count {
            let at = choose(candidates, &mut random).unwrap();
            candidates[at].pending += 1;
            placed[at] += 1;
        }
        placed
    }

    proptest! {
        #[test]
        fn of_few_nobody_is_less_loaded(candidates in any_candidates(1..32), seed: u64) {
            let chosen = choose(&candidates, &mut StdRng::seed_from_u64(seed)).unwrap();
            for other in &candidates {
                prop_assert!(candidates[chosen].load() <= other.load());
            }
        }

        #[test]
        fn of_many_the_busiest_is_never_chosen(candidates in any_candidates(33..80), seed: u64) {
            let chosen = choose(&candidates, &mut StdRng::seed_from_u64(seed)).unwrap();
            let busiest = candidates.iter().map(Candidate::load).fold(0.0, f64::max);
            let busiest_count = candidates.iter().filter(|it| it.load() >= busiest).count();
            prop_assert!(busiest_count > 1 || candidates[chosen].load() < busiest);
        }

        #[test]
        fn shares_follow_weights(weights in prop::collection::vec(1u32..5, 2..8), seed: u64) {
            let mut candidates: Vec<_> = weights.iter().map(|it| settled(0, f64::from(*it))).collect();
            let placed = place(&mut candidates, 2_000, seed);
            let total: u32 = weights.iter().sum();
            for (placed, weight) in placed.iter().zip(&weights) {
                let fair = 2_000.0 * f64::from(*weight) / f64::from(total);
                prop_assert!((*placed as f64 - fair).abs() <= fair * 0.02 + 2.0, "{placed} for {fair}");
            }
        }
    }

    #[test]
    fn nobody_is_chosen_from_nothing() {
        assert_eq!(choose(&[], &mut StdRng::seed_from_u64(1)), None);
    }

    #[test]
    fn ties_are_broken_evenly() {
        let candidates = [settled(3, 1.0); 4];
        let mut hits = [0; 4];
        let mut random = StdRng::seed_from_u64(7);
        for _ in 0..4_000 {
            hits[choose(&candidates, &mut random).unwrap()] += 1;
        }
        assert!(hits.iter().all(|hits| (800..1_200).contains(hits)), "{hits:?}");
    }

    #[test]
    fn a_target_that_comes_back_is_not_flooded_and_catches_up() {
        let mut candidates = vec![settled(1_000, 1.0); 8];
        candidates[0] = Candidate { pending: 0, weight: 1.0, age: Duration::ZERO };
        // A second's worth of new streams: some, not all.
        let first = place(&mut candidates, 100, 1)[0];
        assert!((1..=25).contains(&first), "{first}");
        candidates[0].age = limits::RAMP;
        place(&mut candidates, 1_000, 2);
        assert!(candidates[0].pending >= 1_000, "{:?}", candidates[0]);
    }
}
