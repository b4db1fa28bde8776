//! Boards, services and updates to test with, and the few steps that most cases begin with.

use bytes::Bytes;
use protocol::{BoardId, Role, SecretHash, ServiceId};
use storage::{
    Acquired, Append, AppendOutcome, Epoch, Grant, LinkLookup, Loaded, NewBoard, NewLink, Owner, Snapshot, Storage,
};

/// A lease that outlasts any test.
pub const LONG_MS: u64 = 600_000;
/// A lease that has lapsed when it is given.
pub const LAPSED_MS: u64 = 0;

pub fn board_id(number: u8) -> BoardId {
    BoardId::from_random([number; BoardId::LENGTH])
}

pub fn secret(number: u8) -> SecretHash {
    SecretHash([number; 32])
}

pub fn owner(number: u8) -> Owner {
    Owner { service: ServiceId::from_random([number; ServiceId::LENGTH]), address: format!("10.0.0.{number}:7000") }
}

/// What a plain link opens.
pub fn open(number: u8, role: Role) -> LinkLookup {
    LinkLookup::Open(Grant { link: secret(number), role, expires_in_ms: None })
}

/// A board with an edit link whose secret has the board's number.
pub fn new_board(number: u8) -> NewBoard {
    let link = NewLink { role: Role::Edit, secret_hash: secret(number) };
    NewBoard { id: board_id(number), title: format!("Board {number}"), links: vec![link], content: None }
}

pub async fn create(store: &dyn Storage, number: u8) -> BoardId {
    store.create_board(new_board(number)).await.expect("a new board is made");
    board_id(number)
}

pub async fn take(store: &dyn Storage, board: &BoardId, owner: &Owner, lease_ms: u64) -> (Epoch, u64) {
    match store.acquire(board, owner, lease_ms).await.expect("the store answers") {
        Acquired::Mine { epoch, head_seq } => (epoch, head_seq),
        other => panic!("{board} should be free, but: {other:?}"),
    }
}

/// A board of service 1 under a long lease.
pub async fn owned(store: &dyn Storage, number: u8) -> (BoardId, Epoch) {
    let board = create(store, number).await;
    let (epoch, _) = take(store, &board, &owner(1), LONG_MS).await;
    (board, epoch)
}

pub fn updates(texts: &[&'static str]) -> Vec<Bytes> {
    texts.iter().map(|text| Bytes::from_static(text.as_bytes())).collect()
}

pub fn appending(board: &BoardId, epoch: Epoch, expected_head_seq: u64, texts: &[&'static str]) -> Append {
    Append { board: board.clone(), epoch, expected_head_seq, updates: updates(texts) }
}

pub async fn append(store: &dyn Storage, append: Append) -> AppendOutcome {
    let outcomes = store.append(vec![append]).await.expect("the store answers");
    assert_eq!(outcomes.len(), 1);
    outcomes[0]
}

pub async fn save(store: &dyn Storage, board: &BoardId, epoch: Epoch, seq: u64, text: &'static str) -> bool {
    let snapshot = Snapshot { seq, bytes: Bytes::from_static(text.as_bytes()) };
    let outcome = store.save_snapshot(board, epoch, snapshot).await.expect("the store answers");
    outcome == storage::SnapshotOutcome::Stored
}

pub fn stored(head_seq: u64) -> AppendOutcome {
    AppendOutcome::Stored { head_seq }
}

/// A board's content as text: snapshot with its number, rows with theirs. Whole, or the case fails.
pub async fn content(store: &dyn Storage, board: &BoardId) -> (Option<(u64, String)>, Vec<(u64, String)>) {
    let loaded = store.load(board).await.expect("the board loads");
    assert!(loaded.is_whole(), "{loaded:?}");
    let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).expect("samples are text");
    let Loaded { snapshot, updates, .. } = loaded;
    (
        snapshot.map(|snapshot| (snapshot.seq, text(&snapshot.bytes))),
        updates.iter().map(|row| (row.seq, text(&row.bytes))).collect(),
    )
}

pub fn rows(found: &[(u64, &str)]) -> Vec<(u64, String)> {
    found.iter().map(|&(seq, text)| (seq, text.to_owned())).collect()
}
