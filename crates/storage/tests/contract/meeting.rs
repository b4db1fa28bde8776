//! Meetings: records are put only where nobody else has put them meanwhile, and are numbered over the whole board.

use std::sync::Arc;

use protocol::BoardId;
use protocol::limits::MAX_MEETING_RECORDS;
use storage::{Error, GONE_KEPT, MeetingPage, MeetingPut, Storage};
use tokio::task::JoinSet;

use crate::samples::{board_id, create};

crate::cases!(crate::Case:
    a_record_is_put_only_as_it_was_read,
    of_many_at_once_each_is_numbered_by_itself,
    what_went_is_known_for_a_while,
    a_board_has_only_so_many_records,
    boards_with_changes_are_told,
    a_meeting_is_restored_with_its_board,
);

async fn put(store: &dyn Storage, board: &BoardId, id: &str, expected_seq: u64, value: &str) -> Option<u64> {
    store.put_meeting_record(board, MeetingPut { id, expected_seq, value }).await.unwrap()
}

fn told(page: &MeetingPage) -> Vec<(&str, u64, &str)> {
    page.records.iter().map(|record| (record.id.as_str(), record.seq, record.value.as_str())).collect()
}

async fn a_record_is_put_only_as_it_was_read(store: Arc<dyn Storage>) {
    let store = &*store;
    let board = create(store, 1).await;
    assert_eq!(store.meeting(&board, 0).await.unwrap().head_seq, 0);
    assert_eq!(put(store, &board, "a", 0, "1").await, Some(1));
    assert_eq!(put(store, &board, "b", 0, "x").await, Some(2));
    assert_eq!(put(store, &board, "a", 0, "lost").await, None, "it is there");
    assert_eq!(put(store, &board, "a", 2, "lost").await, None, "another number");
    assert_eq!(put(store, &board, "c", 1, "lost").await, None, "it is not there");
    assert_eq!(put(store, &board, "a", 1, "2").await, Some(3));
    let page = store.meeting(&board, 0).await.unwrap();
    assert_eq!((page.head_seq, told(&page)), (3, vec![("b", 2, "x"), ("a", 3, "2")]));
    assert!(page.now_ms > 1_500_000_000_000);
    assert_eq!(told(&store.meeting(&board, 2).await.unwrap()), [("a", 3, "2")]);
    let one = store.meeting_record(&board, "b").await.unwrap();
    assert_eq!((one.head_seq, told(&one)), (3, vec![("b", 2, "x")]));
    assert_eq!(told(&store.meeting_record(&board, "c").await.unwrap()), []);
    let nowhere = MeetingPut { id: "a", expected_seq: 0, value: "1" };
    assert!(matches!(store.put_meeting_record(&board_id(9), nowhere).await, Err(Error::NotFound)));
    let nul = MeetingPut { id: "n", expected_seq: 0, value: "a\0b" };
    assert!(matches!(store.put_meeting_record(&board, nul).await, Err(Error::Conflict)));
    assert_eq!(store.meeting(&board_id(9), 0).await.unwrap().records, []);
}

async fn of_many_at_once_each_is_numbered_by_itself(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let mut putting = JoinSet::new();
    for number in 0..12 {
        let (store, board) = (store.clone(), board.clone());
        putting.spawn(async move { put(&*store, &board, &number.to_string(), 0, "x").await });
    }
    let mut numbers: Vec<u64> = putting.join_all().await.into_iter().flatten().collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
    // Of two who read the same, one puts.
    let race = ["one", "other"].map(|value| {
        let (store, board) = (store.clone(), board.clone());
        tokio::spawn(async move {
            let seq = store.meeting_record(&board, "3").await.unwrap().records[0].seq;
            (value, put(&*store, &board, "3", seq.min(12), value).await)
        })
    });
    let mut stored = Vec::new();
    for racer in race {
        stored.extend(racer.await.map(|(value, seq)| seq.map(|_| value)).unwrap());
    }
    assert_eq!(stored.len(), 1);
    assert_eq!(store.meeting_record(&board, "3").await.unwrap().records[0].value, stored[0]);
}

async fn what_went_is_known_for_a_while(store: Arc<dyn Storage>) {
    let store = &*store;
    let board = create(store, 1).await;
    put(store, &board, "gone", 0, "x").await;
    assert_eq!(put(store, &board, "gone", 1, "").await, Some(2));
    assert_eq!(told(&store.meeting(&board, 0).await.unwrap()), []);
    assert_eq!(told(&store.meeting(&board, 1).await.unwrap()), [("gone", 2, "")]);
    let mut seq = 0;
    for _ in 0..GONE_KEPT {
        seq = put(store, &board, "kept", seq, "x").await.unwrap();
    }
    assert_eq!(told(&store.meeting(&board, 1).await.unwrap()), [("kept", seq, "x")]);
}

async fn a_board_has_only_so_many_records(store: Arc<dyn Storage>) {
    let store = &*store;
    let board = create(store, 1).await;
    for number in 0..MAX_MEETING_RECORDS {
        put(store, &board, &number.to_string(), 0, "x").await.unwrap();
    }
    let full = MeetingPut { id: "one more", expected_seq: 0, value: "x" };
    assert!(matches!(store.put_meeting_record(&board, full).await, Err(Error::Full)));
    assert_eq!(put(store, &board, "0", 1, "").await, Some(MAX_MEETING_RECORDS + 1));
    assert_eq!(put(store, &board, "one more", 0, "x").await, Some(MAX_MEETING_RECORDS + 2));
}

async fn boards_with_changes_are_told(store: Arc<dyn Storage>) {
    let store = &*store;
    let (board, quiet) = (create(store, 1).await, create(store, 2).await);
    let start = store.meeting_changes(None).await.unwrap();
    assert_eq!(start.heads, []);
    put(store, &board, "a", 0, "x").await;
    put(store, &board, "b", 0, "x").await;
    let changes = store.meeting_changes(Some(start.now_ms)).await.unwrap();
    assert_eq!(changes.heads, [(board.clone(), 2)]);
    assert!(changes.now_ms >= start.now_ms && quiet != board);
    assert_eq!(store.meeting_changes(Some(changes.now_ms + 60_000)).await.unwrap().heads, []);
}

async fn a_meeting_is_restored_with_its_board(store: Arc<dyn Storage>) {
    let store = &*store;
    let board = create(store, 1).await;
    put(store, &board, "a", 0, "ä").await;
    put(store, &board, "gone", 0, "x").await;
    put(store, &board, "gone", 2, "").await;
    put(store, &board, "b", 0, "y").await;
    let mut export = store.export_board(&board).await.unwrap().unwrap();
    export.id = board_id(2);
    export.links.clear();
    store.import_board(export).await.unwrap();
    let page = store.meeting(&board_id(2), 0).await.unwrap();
    assert_eq!((page.head_seq, told(&page)), (4, vec![("a", 1, "ä"), ("b", 4, "y")]));
    assert_eq!(put(store, &board_id(2), "a", 1, "z").await, Some(5));
}
