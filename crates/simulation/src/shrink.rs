//! Makes a failing plan small: leaves out ever smaller runs of steps as long as it still fails.

use crate::plan::Plan;

/// The smallest plan found that still fails.
pub fn shrink(plan: &Plan, fails: impl Fn(&Plan) -> bool) -> Plan {
    let mut small = plan.clone();
    let mut length = small.steps.len().div_ceil(2);
    while length > 0 {
        let mut start = 0;
        while start < small.steps.len() {
            let mut candidate = small.clone();
            let end = (start + length).min(candidate.steps.len());
            candidate.steps.drain(start..end);
            if fails(&candidate) {
                small = candidate;
            } else {
                start += length;
            }
        }
        length = if length == 1 { 0 } else { length.div_ceil(2) };
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Step;

    #[test]
    fn keeps_exactly_what_the_failure_needs() {
        let waits = |count: u16| (0..count).map(|ms| Step::Wait { ms });
        let mut steps: Vec<Step> = waits(40).collect();
        let crash = Step::Crash { service: 1, ms: 5 };
        steps.insert(7, crash.clone());
        steps.insert(30, Step::StoreDown);
        let plan = Plan { seed: 1, people: 2, steps };
        let fails = |plan: &Plan| plan.steps.contains(&crash) && plan.steps.contains(&Step::StoreDown);
        assert_eq!(shrink(&plan, fails).steps, [crash.clone(), Step::StoreDown]);
    }
}
