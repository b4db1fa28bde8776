//! One reader stops reading for a while, as a phone in a lift does. The server must not collect what it does not read,
//! nobody else may notice, and the reader ends with the same board as everybody.

use std::time::Duration;

use anyhow::Result;
use board::{Board, ClientId};
use tokio::task::LocalSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::client::{Client, Heard, SocketOptions};
use crate::latencies::ms;
use crate::place::Place;
use crate::report::{Bar, Report};
use crate::scenarios::crowd::{self, Crowd};
use crate::stage::{Stage, Subject};

/// What the kernel holds for the reader that does not read. Not less: a receiver whose buffer is smaller than one segment
/// opens its window again only when the sender asks, seconds later.
const RECEIVE_BYTES: u32 = 64 * 1024;
/// How much the server may grow for it, in MiB.
const MOST_GROWTH_MIB: f64 = 1.0;
/// How much worse the others' p99 may be.
const MOST_SLOWDOWN: f64 = 2.0;

/// Ten people write 2,000 bytes at 30/s, five read, and a sixth does not for `stall`; once without, once with it.
///
/// # Errors
/// The server does not start, or a connection fails.
pub async fn run(subject: &Subject, seconds: u32, stall: Duration) -> Result<Report> {
    let crowd = Crowd { writers: 10, readers: 5, edits_per_s: 30, cursors_per_s: 0, seconds, pad_bytes: 2000 };
    let mut outcomes = Vec::new();
    let mut is_equal = true;
    for is_stalled in [false, true] {
        let stage = Stage::start(subject, 1).await?;
        let place = stage.place(0);
        let local = LocalSet::new();
        let over = CancellationToken::new();
        let reader = is_stalled.then(|| local.spawn_local(stop_reading(place.clone(), stall, over.clone())));
        outcomes.push(local.run_until(crowd::run_here(&stage, std::slice::from_ref(&place), crowd)).await?);
        over.cancel();
        if let Some(reader) = reader {
            is_equal = local.run_until(reader).await??;
        }
    }
    let grown = |outcome: &crowd::Outcome| outcome.usage.1.peak_bytes as f64 - outcome.usage.0.rss_bytes as f64;
    let growth_mib = (grown(&outcomes[1]) - grown(&outcomes[0])) / f64::from(1 << 20);
    let p99 = outcomes.iter().map(|outcome| ms(&outcome.edits, 0.99)).collect::<Vec<_>>();
    let mut report = Report::new(format!("{:?}: a reader that stops for {} s", subject.speech, stall.as_secs()));
    report.put("growth for the reader", growth_mib, "MiB", Bar::AtMost(MOST_GROWTH_MIB));
    report.put("the others' p99", p99[1], "ms", Bar::AtMost((p99[0] * MOST_SLOWDOWN).max(1.0)));
    report.put("their p99 without", p99[0], "ms", Bar::None);
    report.put("lost by the others", outcomes[1].lost as f64, "", Bar::AtMost(0.0));
    report.put("the reader converges", f64::from(u8::from(is_equal)), "", Bar::AtLeast(1.0));
    Ok(report)
}

/// Reads nothing for a while, then everything; whether it ends with the board that a fresh reader gets.
async fn stop_reading(place: Place, stall: Duration, over: CancellationToken) -> Result<bool> {
    let options = SocketOptions { receive_bytes: Some(RECEIVE_BYTES) };
    let mut board = Board::new(ClientId::from_random(getrandom::u64()?));
    let mut client = Client::connect(&place, options).await?;
    take(&mut board, &client.receive_state().await?.decoded()?)?;
    sleep(Duration::from_secs(1)).await;
    sleep(stall).await;
    loop {
        let heard = tokio::select! {
            heard = client.hear() => heard?,
            () = over.cancelled() => break,
        };
        match heard {
            Heard::Update(update) => take(&mut board, &[update])?,
            Heard::Closed(_) => client = join_again(&place, options, &mut board).await?,
            _ => {}
        }
    }
    // What is still under way.
    while let Ok(heard) = tokio::time::timeout(Duration::from_secs(1), client.hear()).await {
        match heard? {
            Heard::Update(update) => take(&mut board, &[update])?,
            Heard::Closed(_) => client = join_again(&place, options, &mut board).await?,
            _ => {}
        }
    }
    let (fresh, joined) = Client::join(&place).await?;
    fresh.leave().await;
    let mut whole = Board::new(ClientId::from_random(getrandom::u64()?));
    take(&mut whole, &joined.decoded()?)?;
    Ok(whole.contents() == board.contents())
}

/// As every client does: joins again with what is there.
async fn join_again(place: &Place, options: SocketOptions, board: &mut Board) -> Result<Client> {
    let mut client = Client::connect_with(place, options, &board.state_vector().0).await?;
    take(board, &client.receive_state().await?.decoded()?)?;
    Ok(client)
}

fn take(board: &mut Board, updates: &[bytes::Bytes]) -> Result<()> {
    for update in updates {
        board.merge(update)?;
    }
    Ok(())
}
