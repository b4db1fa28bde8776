//! How long the first join of a board takes that nobody has open, how long a room is busy with encoding all of it, and
//! whether that and writing it hold up edits: `cargo bench -p boardwalk --bench cold_open`. 50,000 shapes in 100,000 rows,
//! on SQLite.

#![expect(dead_code, reason = "the tests' server and client, of which this needs a part")]
#![expect(clippy::print_stdout, reason = "it reports")]

#[path = "../tests/boards/client.rs"]
mod client;
#[path = "../tests/boards/server.rs"]
mod server;

use std::time::Duration;

use board::{Board, ClientId, Edit, Field, Kind, NewShape, ShapeId};
use bytes::Bytes;
use protocol::lane::Dialect;
use protocol::{BoardId, Role, ServiceId};
use scene::BoardPoint;
use storage::{Acquired, Append, AppendOutcome, Owner, Snapshot, Storage};
use sync::{Room, StoredBoard};
use tokio::time::Instant;

use client::Client;
use server::{Invite, Server};

const SHAPES: u64 = 50_000;
const ROWS: u64 = 100_000;
const FLUSH: usize = 2_000;
/// Enough for two snapshots.
const EDITS: u64 = 11_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = Server::start().await;
        let invite = server.new_board().await;
        let board = invite.board.clone();
        let file = server.folder().join("boardwalk.sqlite");
        let url = format!("sqlite:{}", file.display());
        let server = server.restart_after(async || fill(&url, &board).await).await;
        join(&server, &invite, "100,000 rows and no snapshot").await;
        let server = server.restart_after(async || {}).await;
        join(&server, &invite, "one snapshot and its tail").await;
        edit(&server, &invite).await;
        let server = server
            .restart_after(async || {
                encode(&url, &board).await;
                beside(&url, &board).await;
            })
            .await;
        server.stop().await;
    });
}

async fn join(server: &Server, invite: &Invite, what: &str) {
    let asked = Instant::now();
    let client = Client::join(server.address(), invite, Role::View, Dialect::Stock, 9).await;
    println!("cold join, {what}: {:?} for {} shapes, client's merge included", asked.elapsed(), client.board.len());
}

/// Somebody draws on the board, one edit when the one before is saved, while its snapshots are made as they fall due.
async fn edit(server: &Server, invite: &Invite) {
    let mut client = Client::join(server.address(), invite, Role::Edit, Dialect::Boardwalk, 10).await;
    let id = ShapeId::from_random(1);
    let mut waits = Vec::new();
    for step in 0..EDITS {
        let at = Field::Pos(BoardPoint::new(step as f64, 7.0));
        let update = client.board.apply(&[Edit::Set { id: id.clone(), field: at }]).update.expect("a change").0;
        let began = Instant::now();
        client.send_update(&update).await;
        client.saved().await;
        waits.push(began.elapsed());
    }
    println!("{EDITS} edits, each until it was saved, beside the snapshots that fall due: {}", spread(waits));
}

/// What a room does that makes a snapshot or a version, and what goes on beside it.
async fn encode(url: &str, board: &BoardId) {
    let store = storage::open(url).await.expect("the store opens");
    let loaded = store.load(board).await.expect("it loads");
    let stored = StoredBoard {
        snapshot: loaded.snapshot.map(|snapshot| (snapshot.seq, snapshot.bytes)),
        rows: loaded.updates.into_iter().map(|row| (row.seq, row.bytes)).collect(),
        head_seq: loaded.head_seq,
    };
    let tail = stored.rows.len();
    let stored_bytes = stored.snapshot.as_ref().map_or(0, |(_, bytes)| bytes.len());
    println!("stored: a snapshot of {} KiB and {tail} rows", stored_bytes / 1024);
    let (room, _) = Room::load(stored);
    let (mut encoding, mut packing) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        let began = Instant::now();
        let state = room.state();
        encoding.push(began.elapsed());
        let began = Instant::now();
        let packed = sync::pack_snapshot(state);
        packing.push(began.elapsed());
        std::hint::black_box(packed);
    }
    println!("encoding the board, which its room waits for: {}", spread(encoding));
    println!("packing that, beside the room: {}", spread(packing));
}

fn spread(mut waits: Vec<Duration>) -> String {
    waits.sort_unstable();
    let at = |part: usize| waits[(waits.len() * part / 100).min(waits.len() - 1)];
    format!("p50 {:?}, p99 {:?}, longest {:?}", at(50), at(99), at(100))
}

async fn owned(store: &dyn Storage, board: &BoardId) -> (storage::Epoch, u64) {
    let owner = Owner { service: ServiceId::from_random([7; 20]), address: "bench".to_owned() };
    match store.acquire(board, &owner, 600_000).await.expect("the store answers") {
        Acquired::Mine { epoch, head_seq } => (epoch, head_seq),
        other => panic!("the board should be free: {other:?}"),
    }
}

/// Shapes one by one, then moves.
async fn fill(url: &str, board: &BoardId) {
    let store = storage::open(url).await.expect("the store opens");
    let (epoch, mut head_seq) = owned(&*store, board).await;
    let mut drawn = Board::new(ClientId::new(77).expect("a client id"));
    let mut updates: Vec<Bytes> = Vec::new();
    for row in 0..ROWS {
        let id = ShapeId::from_random(row % SHAPES);
        let at = Field::Pos(BoardPoint::new(row as f64, (row % 500) as f64));
        let edit = if row < SHAPES {
            let order = Field::Order(drawn.order_top(row));
            Edit::Insert { id, shape: NewShape::new(Kind::Rectangle, vec![at, order]) }
        } else {
            Edit::Set { id, field: at }
        };
        updates.push(drawn.apply(&[edit]).update.expect("a change").0);
        if updates.len() == FLUSH || row + 1 == ROWS {
            let updates = std::mem::take(&mut updates);
            let append = Append { board: board.clone(), epoch, expected_head_seq: head_seq, updates };
            let outcomes = store.append(vec![append]).await.expect("the store answers");
            let AppendOutcome::Stored { head_seq: stored } = outcomes[0] else { panic!("fenced") };
            head_seq = stored;
        }
    }
    store.release(board, epoch).await.expect("the store answers");
}

/// Small appends to the same board, alone and while its snapshot is written again and again.
async fn beside(url: &str, board: &BoardId) {
    let store = storage::open(url).await.expect("the store opens");
    let (epoch, mut head_seq) = owned(&*store, board).await;
    let snapshot = store.load(board).await.expect("it loads").snapshot.expect("it has one").bytes;
    for with_snapshots in [false, true] {
        let mut waits: Vec<Duration> = Vec::new();
        let covered_seq = head_seq;
        let saving = async {
            let mut longest = Duration::ZERO;
            for _ in 0..10 {
                let began = Instant::now();
                let save = Snapshot { seq: covered_seq, bytes: snapshot.clone() };
                if with_snapshots {
                    store.save_snapshot(board, epoch, save).await.expect("the store answers");
                } else {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                longest = longest.max(began.elapsed());
            }
            longest
        };
        let mut saving = std::pin::pin!(saving);
        let mut seq = head_seq;
        let longest = loop {
            let append = Append { board: board.clone(), epoch, expected_head_seq: seq, updates: vec!["row".into()] };
            let began = Instant::now();
            let appending = store.append(vec![append]);
            let ended = tokio::select! {
                longest = &mut saving => Some(longest),
                outcome = appending => {
                    outcome.expect("the store answers");
                    waits.push(began.elapsed());
                    seq += 1;
                    None
                }
            };
            if let Some(longest) = ended {
                break longest;
            }
        };
        println!(
            "append of one row {} snapshots of {} KiB (longest {longest:?}): {}",
            if with_snapshots { "beside" } else { "without" },
            snapshot.len() / 1024,
            spread(waits)
        );
        head_seq = store.load(board).await.expect("it loads").head_seq;
    }
}
