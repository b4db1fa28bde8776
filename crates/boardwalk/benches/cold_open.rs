//! How long the first join of a board takes that nobody has open, and whether writing its snapshot holds up edits:
//! `cargo bench -p boardwalk --bench cold_open`. 50,000 shapes in 100,000 rows, on SQLite.

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

use tokio::time::Instant;

use client::Client;
use server::Server;

const SHAPES: u64 = 50_000;
const ROWS: u64 = 100_000;
const FLUSH: usize = 2_000;

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
        let server = server.restart_after(async || beside(&url, &board).await).await;
        server.stop().await;
    });
}

async fn join(server: &Server, invite: &server::Invite, what: &str) {
    let asked = Instant::now();
    let client = Client::join(server.address(), invite, Role::View, Dialect::Stock, 9).await;
    println!("cold join, {what}: {:?} for {} shapes, client's merge included", asked.elapsed(), client.board.len());
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
        waits.sort_unstable();
        let at = |part: usize| waits[(waits.len() * part / 100).min(waits.len() - 1)];
        println!(
            "append of one row {} snapshots of {} KiB (longest {longest:?}): p50 {:?}, p99 {:?}, longest {:?}",
            if with_snapshots { "beside" } else { "without" },
            snapshot.len() / 1024,
            at(50),
            at(99),
            at(100)
        );
        head_seq = store.load(board).await.expect("it loads").head_seq;
    }
}
