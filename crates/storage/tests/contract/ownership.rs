//! Who owns a board, and for how long.

use std::sync::Arc;

use storage::{Acquired, AppendOutcome, Epoch, Error, Storage};
use tokio::task::JoinSet;

use crate::samples::{LAPSED_MS, LONG_MS, append, appending, board_id, create, owned, owner, stored, take};

crate::cases!(crate::Case:
    a_first_owner_finds_an_empty_log,
    a_live_owner_keeps_its_board,
    acquiring_again_raises_the_epoch,
    an_unknown_board_cannot_be_acquired,
    a_lapsed_lease_lets_another_take_over,
    a_lease_runs_by_the_clock_of_the_store,
    renewing_holds_every_board,
    renewing_with_nothing_left_frees_every_board,
    a_lapsed_lease_is_not_renewed,
    a_takeover_is_reported_even_after_taking_another_board,
    a_lapse_that_nobody_used_is_forgotten_by_taking_a_board,
    a_short_lease_is_prolonged_by_taking_a_board,
    releasing_frees_at_once,
    a_late_release_changes_nothing,
    leaving_frees_every_board,
    a_restarted_service_need_not_wait,
    only_running_services_are_listed,
    of_many_at_once_one_wins,
    of_many_at_once_one_takes_over,
    all_may_take_over_each_others_boards_at_once,
);

async fn held_by_one(store: &dyn Storage, number: u8) {
    let answer = store.acquire(&board_id(number), &owner(2), LONG_MS).await.unwrap();
    assert_eq!(answer, Acquired::HeldBy(owner(1)));
}

async fn a_first_owner_finds_an_empty_log(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    assert_eq!(take(&*store, &board, &owner(1), LONG_MS).await, (Epoch(1), 0));
}

async fn a_live_owner_keeps_its_board(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    held_by_one(&*store, 1).await;
    assert_eq!(append(&*store, appending(&board, epoch, 0, &["a"])).await, stored(1));
}

async fn acquiring_again_raises_the_epoch(store: Arc<dyn Storage>) {
    let (board, first) = owned(&*store, 1).await;
    assert_eq!(append(&*store, appending(&board, first, 0, &["a"])).await, stored(1));
    let (second, head_seq) = take(&*store, &board, &owner(1), LONG_MS).await;
    assert!(second > first);
    assert_eq!(head_seq, 1);
    assert_eq!(append(&*store, appending(&board, first, 1, &["b"])).await, AppendOutcome::Fenced);
    assert_eq!(append(&*store, appending(&board, second, 1, &["c"])).await, stored(2));
}

async fn an_unknown_board_cannot_be_acquired(store: Arc<dyn Storage>) {
    assert_eq!(store.acquire(&board_id(1), &owner(1), LONG_MS).await.unwrap(), Acquired::UnknownBoard);
}

async fn a_lapsed_lease_lets_another_take_over(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let (first, _) = take(&*store, &board, &owner(1), LAPSED_MS).await;
    assert_eq!(append(&*store, appending(&board, first, 0, &["a", "b"])).await, stored(2));
    let (second, head_seq) = take(&*store, &board, &owner(2), LONG_MS).await;
    assert!(second > first);
    assert_eq!(head_seq, 2);
    assert_eq!(append(&*store, appending(&board, first, 2, &["c"])).await, AppendOutcome::Fenced);
    assert_eq!(store.acquire(&board, &owner(1), LONG_MS).await.unwrap(), Acquired::HeldBy(owner(2)));
}

async fn a_lease_runs_by_the_clock_of_the_store(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    take(&*store, &board, &owner(1), 300).await;
    let mut refused = 0;
    loop {
        match store.acquire(&board, &owner(2), LONG_MS).await.unwrap() {
            Acquired::HeldBy(_) => refused += 1,
            answer => break assert!(matches!(answer, Acquired::Mine { .. }), "{answer:?}"),
        }
        tokio::task::yield_now().await;
    }
    assert!(refused > 0, "the lease held for a while");
}

async fn renewing_holds_every_board(store: Arc<dyn Storage>) {
    // The third service shows when a lease of the first length, given later, has lapsed.
    store.join_service(&owner(1), 1000).await.unwrap();
    for number in 1..=3 {
        create(&*store, number).await;
        take(&*store, &board_id(number), &owner(1), 1000).await;
    }
    store.renew(&owner(1).service, LONG_MS).await.unwrap();
    store.join_service(&owner(3), 1000).await.unwrap();
    while store.services().await.unwrap().contains(&owner(3)) {
        tokio::task::yield_now().await;
    }
    for number in 1..=3 {
        held_by_one(&*store, number).await;
    }
}

async fn renewing_with_nothing_left_frees_every_board(store: Arc<dyn Storage>) {
    for number in 1..=3 {
        owned(&*store, number).await;
    }
    store.renew(&owner(1).service, LAPSED_MS).await.unwrap();
    for number in 1..=3 {
        take(&*store, &board_id(number), &owner(2), LONG_MS).await;
    }
}

async fn a_lapsed_lease_is_not_renewed(store: Arc<dyn Storage>) {
    let one = owner(1);
    assert!(matches!(store.renew(&one.service, LONG_MS).await, Err(Error::NotFound)), "never joined");
    store.join_service(&one, LAPSED_MS).await.unwrap();
    assert!(matches!(store.renew(&one.service, LONG_MS).await, Err(Error::NotFound)), "lapsed");
    store.join_service(&one, LONG_MS).await.unwrap();
    store.renew(&one.service, LONG_MS).await.unwrap();
}

async fn a_takeover_is_reported_even_after_taking_another_board(store: Arc<dyn Storage>) {
    let (lost, kept) = (create(&*store, 1).await, create(&*store, 2).await);
    take(&*store, &lost, &owner(1), LAPSED_MS).await;
    take(&*store, &lost, &owner(2), LONG_MS).await;
    take(&*store, &kept, &owner(1), LONG_MS).await;
    held_by_one(&*store, 2).await;
    assert!(matches!(store.renew(&owner(1).service, LONG_MS).await, Err(Error::NotFound)));
    store.join_service(&owner(1), LONG_MS).await.unwrap();
    store.renew(&owner(1).service, LONG_MS).await.unwrap();
}

async fn a_lapse_that_nobody_used_is_forgotten_by_taking_a_board(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    take(&*store, &board, &owner(1), LAPSED_MS).await;
    take(&*store, &board, &owner(1), LONG_MS).await;
    store.renew(&owner(1).service, LONG_MS).await.unwrap();
    held_by_one(&*store, 1).await;
}

async fn a_short_lease_is_prolonged_by_taking_a_board(store: Arc<dyn Storage>) {
    store.join_service(&owner(1), 1000).await.unwrap();
    owned(&*store, 1).await;
    store.join_service(&owner(3), 1000).await.unwrap();
    while store.services().await.unwrap().contains(&owner(3)) {
        tokio::task::yield_now().await;
    }
    held_by_one(&*store, 1).await;
    store.renew(&owner(1).service, LONG_MS).await.unwrap();
}

async fn releasing_frees_at_once(store: Arc<dyn Storage>) {
    let (board, first) = owned(&*store, 1).await;
    assert_eq!(append(&*store, appending(&board, first, 0, &["a"])).await, stored(1));
    store.release(&board, first).await.unwrap();
    assert_eq!(append(&*store, appending(&board, first, 1, &["b"])).await, AppendOutcome::Fenced);
    let (second, head_seq) = take(&*store, &board, &owner(2), LONG_MS).await;
    assert!(second > first);
    assert_eq!(head_seq, 1);
}

async fn a_late_release_changes_nothing(store: Arc<dyn Storage>) {
    let (board, first) = owned(&*store, 1).await;
    let (second, _) = take(&*store, &board, &owner(1), LONG_MS).await;
    store.release(&board, first).await.unwrap();
    held_by_one(&*store, 1).await;
    assert_eq!(append(&*store, appending(&board, second, 0, &["a"])).await, stored(1));
    store.release(&board_id(9), first).await.unwrap();
}

async fn leaving_frees_every_board(store: Arc<dyn Storage>) {
    for number in 1..=2 {
        owned(&*store, number).await;
    }
    store.leave_service(&owner(1).service).await.unwrap();
    assert_eq!(store.services().await.unwrap(), []);
    for number in 1..=2 {
        take(&*store, &board_id(number), &owner(2), LONG_MS).await;
    }
    store.leave_service(&owner(1).service).await.unwrap();
}

async fn a_restarted_service_need_not_wait(store: Arc<dyn Storage>) {
    let (board, _) = owned(&*store, 1).await;
    let mut restarted = owner(2);
    restarted.address = owner(1).address;
    store.join_service(&restarted, LONG_MS).await.unwrap();
    assert_eq!(store.services().await.unwrap(), [restarted.clone()]);
    take(&*store, &board, &restarted, LONG_MS).await;
    assert!(matches!(store.renew(&owner(1).service, LONG_MS).await, Err(Error::NotFound)));
}

async fn only_running_services_are_listed(store: Arc<dyn Storage>) {
    assert_eq!(store.services().await.unwrap(), []);
    for (number, lease_ms) in [(3, LONG_MS), (1, LONG_MS), (2, LAPSED_MS)] {
        store.join_service(&owner(number), lease_ms).await.unwrap();
    }
    assert_eq!(store.services().await.unwrap(), [owner(1), owner(3)]);
}

/// How many of eight services that ask at once get board 1, and that the others hear its name.
async fn winners(store: &Arc<dyn Storage>) -> usize {
    let mut asking = JoinSet::new();
    for number in 11..=18 {
        let store = Arc::clone(store);
        asking.spawn(async move { store.acquire(&board_id(1), &owner(number), LONG_MS).await.unwrap() });
    }
    let answers = asking.join_all().await;
    let holder = (11..=18).map(owner).filter(|one| answers.contains(&Acquired::HeldBy(one.clone())));
    assert_eq!(holder.count(), 1, "all losers name one winner: {answers:?}");
    answers.iter().filter(|answer| matches!(answer, Acquired::Mine { .. })).count()
}

async fn of_many_at_once_one_wins(store: Arc<dyn Storage>) {
    create(&*store, 1).await;
    assert_eq!(winners(&store).await, 1);
}

async fn of_many_at_once_one_takes_over(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    take(&*store, &board, &owner(1), LAPSED_MS).await;
    assert_eq!(winners(&store).await, 1);
}

async fn all_may_take_over_each_others_boards_at_once(store: Arc<dyn Storage>) {
    const SERVICES: u8 = 6;
    for number in 1..=SERVICES {
        let board = create(&*store, number).await;
        take(&*store, &board, &owner(number), LAPSED_MS).await;
    }
    let mut taking = JoinSet::new();
    for taker in 1..=SERVICES {
        for number in (1..=SERVICES).filter(|&number| number != taker) {
            let store = Arc::clone(&store);
            // Nobody's lease runs, so every call is granted, whoever came before.
            taking.spawn(async move { take(&*store, &board_id(number), &owner(taker), LAPSED_MS).await });
        }
    }
    taking.join_all().await;
    for number in 1..=SERVICES {
        assert!(matches!(store.renew(&owner(number).service, LONG_MS).await, Err(Error::NotFound)));
    }
}
