//! Boards spread evenly by what each gateway counts for itself.

use std::time::Duration;

use simulation::placement::{Placement, Size};

/// A twentieth of the cluster of `docs/scaling.md`.
const SIZE: Size = Size { people: 50_000, boards: 5_000, gateways: 8, services: 5 };

#[test]
fn a_cold_start_spreads_boards_and_lanes_evenly() {
    let mut placement = Placement::new(SIZE, 1);
    placement.open_all();
    let look = placement.look();
    assert!(look.boards.worst < 1.1 && look.lanes.worst < 1.05, "{look}");
}

#[test]
fn the_boards_of_a_lost_service_spread_over_all_others() {
    let mut placement = Placement::new(SIZE, 2);
    placement.open_all();
    let lost = placement.lose(3);
    let look = placement.look();
    assert!(lost > 0 && look.boards.worst < 1.1 && look.lanes.worst < 1.05, "{look}");
    assert!((look.boards.mean - 1_250.0).abs() < 1.0, "every board has an owner: {look}");
}

#[test]
fn a_rolling_restart_ends_uneven_and_churn_evens_it_out() {
    let mut placement = Placement::new(SIZE, 3);
    placement.open_all();
    placement.rolling_restart(Duration::from_secs(30));
    let after = placement.look();
    assert!(after.boards.worst < 2.0, "{after}");
    for _ in 0..600 {
        placement.churn(10, Duration::from_secs(1));
    }
    let later = placement.look();
    assert!(later.boards.worst < after.boards.worst && later.lanes.worst < 1.1, "{later}");
}
