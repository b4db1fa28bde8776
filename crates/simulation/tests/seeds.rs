//! Five hundred seeds hold, pinned plans hold, and planted bugs are found.

use simulation::{Mutant, Plan, check_seed, run};

/// Seeds of every run of the tests.
const SEEDS: u64 = 500;
/// Seeds within which a planted bug must show.
const SEEDS_FOR_MUTANTS: u64 = 500;
/// Tests that share the seeds, so that cores do.
const SHARES: u64 = 4;

fn seeds_hold(share: u64) {
    for seed in (share..SEEDS).step_by(SHARES as usize) {
        if let Err(report) = check_seed(seed, None) {
            panic!("{report}");
        }
    }
}

#[test]
fn seeds_hold_first_share() {
    seeds_hold(0);
}

#[test]
fn seeds_hold_second_share() {
    seeds_hold(1);
}

#[test]
fn seeds_hold_third_share() {
    seeds_hold(2);
}

#[test]
fn seeds_hold_fourth_share() {
    seeds_hold(3);
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    for seed in 0..10 {
        let plan = Plan::from_seed(seed);
        assert_eq!(run(&plan, None), run(&plan, None), "seed {seed}");
    }
}

#[test]
fn pinned_plans_hold() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/regressions");
    for entry in std::fs::read_dir(folder).expect("the folder of pinned plans") {
        let path = entry.expect("a directory entry").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).expect("readable");
            let plan = Plan::from_lines(&text).expect("a plan");
            if let Err(broken) = run(&plan, None) {
                panic!("{}: {broken}", path.display());
            }
        }
    }
}

fn is_found(mutant: Mutant) {
    let found = (0..SEEDS_FOR_MUTANTS).find(|seed| run(&Plan::from_seed(*seed), Some(mutant)).is_err());
    assert!(found.is_some(), "{mutant:?} passed {SEEDS_FOR_MUTANTS} seeds");
}

#[test]
fn a_service_that_acknowledges_before_storing_is_found() {
    is_found(Mutant::AcknowledgesBeforeStoring);
}

#[test]
fn a_gateway_that_drops_messages_is_found() {
    is_found(Mutant::DropsMessages);
}

#[test]
fn a_log_that_forgets_is_found() {
    is_found(Mutant::ForgetsLog);
}

#[test]
fn a_service_that_ignores_the_fence_is_found() {
    is_found(Mutant::IgnoresFence);
}

/// What is too rare in random plans to be found within a test's time has a plan of its own, which holds but for the bug.
fn is_found_by(name: &str, mutant: Mutant) {
    let path = format!("{}/mutants/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let plan = Plan::from_lines(&std::fs::read_to_string(path).expect("readable")).expect("a plan");
    assert_eq!(run(&plan, None).map(drop), Ok(()), "{name} without the bug");
    assert!(run(&plan, Some(mutant)).is_err(), "{mutant:?} passed {name}");
}

#[test]
fn a_service_that_serves_on_after_its_lease_has_lapsed_is_found() {
    is_found_by("serves-after-lapse", Mutant::ServesAfterLapse);
}

#[test]
fn a_service_that_drops_what_it_has_to_hand_over_is_found() {
    is_found_by("drops-hand-over", Mutant::DropsHandOver);
}

#[test]
fn a_compaction_that_deletes_a_row_too_many_is_found() {
    is_found(Mutant::CompactsOneTooMany);
}

#[test]
fn a_gateway_that_does_not_have_browsers_join_again_is_found() {
    is_found(Mutant::ForgetsRejoin);
}
