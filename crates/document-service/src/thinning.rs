//! Which versions of a board are kept as they age: the newest of every few minutes of the last day, of every hour of the
//! last week, of every day of the last year. Those that people have named are nobody's business here.
//!
//! A pure function: it must not know a clock, a store or what a version holds.

/// Up to which age, in milliseconds, one version is kept per stretch of so many milliseconds. Each stretch divides the
/// next, so that what is kept for a short one is there for the longer one later.
const TIERS: [(u64, u64); 3] = [(DAY, 5 * MINUTE), (7 * DAY, HOUR), (365 * DAY, DAY)];

const MINUTE: u64 = 60 * 1000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Positions in `made_at_ms` of those to be forgotten. Times are in milliseconds since 1970, in any order; of two of one
/// time the later position counts as newer. The newest of all stays whatever its age.
pub(crate) fn to_forget(now_ms: u64, made_at_ms: &[u64]) -> Vec<usize> {
    let mut newest_first: Vec<usize> = (0..made_at_ms.len()).collect();
    newest_first.sort_unstable_by_key(|&position| std::cmp::Reverse((made_at_ms[position], position)));
    let mut taken = None;
    let is_forgotten = |position: &usize| {
        let place = place_of(now_ms, made_at_ms[*position]);
        let is_first = taken.is_none();
        let keeps = is_first || place.is_some() && taken != Some(place);
        taken = Some(place);
        !keeps
    };
    newest_first.into_iter().filter(is_forgotten).collect()
}

/// The stretch that a version stands for: its tier's, and its number. `None` where it is too old.
fn place_of(now_ms: u64, made_at_ms: u64) -> Option<(u64, u64)> {
    let age = now_ms.saturating_sub(made_at_ms);
    let (_, stretch) = TIERS.into_iter().find(|(up_to, _)| age < *up_to)?;
    Some((stretch, made_at_ms / stretch))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_700_000_000_000;

    fn thinned(now_ms: u64, mut times: Vec<u64>) -> Vec<u64> {
        times.sort_unstable();
        let forgotten: BTreeSet<usize> = to_forget(now_ms, &times).into_iter().collect();
        let kept = times.iter().enumerate().filter(|(position, _)| !forgotten.contains(position));
        kept.map(|(_, time)| *time).collect()
    }

    /// Times of the last two years, denser towards now.
    fn times() -> impl Strategy<Value = Vec<u64>> {
        let ages = prop_oneof![0..2 * HOUR, 0..2 * DAY, 0..10 * DAY, 0..730 * DAY];
        prop::collection::vec(ages.prop_map(|age| NOW - age), 0..200)
    }

    /// Whether each version that is not too old is kept, or one of its stretch that is newer.
    fn is_covered(now_ms: u64, times: &[u64], kept: &[u64]) -> bool {
        times.iter().all(|time| {
            let place = place_of(now_ms, *time);
            place.is_none_or(|(stretch, number)| kept.iter().any(|kept| kept >= time && kept / stretch == number))
        })
    }

    #[test]
    fn a_version_every_two_minutes_for_two_years_becomes_a_few_hundred() {
        let all: Vec<u64> = (0..365 * DAY / MINUTE).map(|age| NOW - age * 2 * MINUTE).collect();
        let kept = thinned(NOW, all);
        let of = |from: u64, to: u64| kept.iter().filter(|time| (from..to).contains(&(NOW - **time))).count();
        assert_eq!(of(365 * DAY, 730 * DAY), 0);
        assert!((287..=290).contains(&of(0, DAY)), "{}", of(0, DAY));
        assert!((143..=146).contains(&of(DAY, 7 * DAY)), "{}", of(DAY, 7 * DAY));
        assert!((357..=360).contains(&of(7 * DAY, 365 * DAY)), "{}", of(7 * DAY, 365 * DAY));
    }

    proptest! {
        #[test]
        fn every_version_that_goes_has_a_newer_one_nearby(times in times()) {
            let kept = thinned(NOW, times.clone());
            prop_assert!(is_covered(NOW, &times, &kept));
            prop_assert_eq!(kept.last(), times.iter().max());
            prop_assert_eq!(thinned(NOW, kept.clone()), kept);
        }

        #[test]
        fn thinning_often_still_leaves_one_nearby(times in times(), later in 0..400 * DAY) {
            let again = thinned(NOW + later, thinned(NOW, times.clone()));
            prop_assert!(is_covered(NOW + later, &times, &again));
            prop_assert_eq!(again.last(), times.iter().max());
        }
    }
}
