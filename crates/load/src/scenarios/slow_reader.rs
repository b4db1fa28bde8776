//! One reader stops reading for a while, as a phone in a lift does. The server must not collect what it does not read,
//! nobody else may notice, and the reader ends with the same board as everybody.

use std::time::Duration;

use anyhow::Result;
use board::{Board, ClientId};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::client::{Client, Heard, SocketOptions};
use crate::latencies::ms;
use crate::place::Place;
use crate::report::{Bar, Report};
use crate::scenarios::crowd::{self, Crowd};
use crate::server::Usage;
use crate::stage::{Stage, Subject};

/// What the kernel holds for the reader that does not read. Not less: a receiver whose buffer is smaller than one segment
/// opens its window again only when the sender asks, seconds later.
const RECEIVE_BYTES: u32 = 64 * 1024;
/// How long people draw before the reader comes: the server's caches and its store's have grown to their size by then.
const WARM_UP: Duration = Duration::from_secs(5);
/// How long the reader reads before it stops.
const READS_FOR: Duration = Duration::from_secs(1);
/// How long it has, afterwards, to come to what everybody has.
const CATCHES_UP_IN: Duration = Duration::from_secs(3);
/// How much the server may grow for it, in MiB.
const MOST_GROWTH_MIB: f64 = 1.0;
/// How much worse the others' p99 may be.
const MOST_SLOWDOWN: f64 = 2.0;

/// Ten people write 2,000 bytes at 30/s, five read, and a sixth comes and stops for `stall`; once without it, once with
/// it, on servers that know nothing of each other. What the server grows by is the most that it held after the moment when
/// the reader comes, beside what it held then, in the run without as in the run with.
///
/// # Errors
/// The server does not start, or a connection fails.
pub async fn run(subject: &Subject, stall: Duration) -> Result<Report> {
    let seconds = u32::try_from((WARM_UP + READS_FOR + stall + CATCHES_UP_IN).as_secs())?;
    let crowd = Crowd { writers: 10, readers: 5, edits_per_s: 30, cursors_per_s: 0, seconds, pad_bytes: 2000 };
    let (mut outcomes, mut grown_bytes) = (Vec::new(), Vec::new());
    let mut is_equal = true;
    for is_stalled in [false, true] {
        let stage = Stage::start(subject, 1).await?;
        let place = stage.place(0);
        let local = LocalSet::new();
        let over = CancellationToken::new();
        let growing = local.spawn_local(growth(stage.process(), over.clone()));
        let reader = is_stalled.then(|| local.spawn_local(stop_reading(place.clone(), stall, over.clone())));
        outcomes.push(local.run_until(crowd::run_here(&stage, std::slice::from_ref(&place), crowd)).await?);
        over.cancel();
        grown_bytes.push(local.run_until(growing).await??);
        if let Some(reader) = reader {
            is_equal = local.run_until(reader).await??;
        }
    }
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let p99 = outcomes.iter().map(|outcome| ms(&outcome.edits, 0.99)).collect::<Vec<_>>();
    let mut report = Report::new(format!("{:?}: a reader that stops for {} s", subject.speech, stall.as_secs()));
    let growth_mib = mib(grown_bytes[1]) - mib(grown_bytes[0]);
    report.put("growth for the reader", growth_mib, "MiB", Bar::AtMost(MOST_GROWTH_MIB));
    report.put("growth with it", mib(grown_bytes[1]), "MiB", Bar::None);
    report.put("growth without", mib(grown_bytes[0]), "MiB", Bar::None);
    report.put("the others' p99", p99[1], "ms", Bar::AtMost((p99[0] * MOST_SLOWDOWN).max(1.0)));
    report.put("their p99 without", p99[0], "ms", Bar::None);
    report.put("lost by the others", outcomes[1].lost as f64, "", Bar::AtMost(0.0));
    report.put("the reader converges", f64::from(u8::from(is_equal)), "", Bar::AtLeast(1.0));
    Ok(report)
}

/// The most that a process holds until it is `over`, beyond what it holds when it is warm.
async fn growth(process: u32, over: CancellationToken) -> Result<u64> {
    sleep(WARM_UP).await;
    Usage::forget_peak(process)?;
    let warm = Usage::of(process)?;
    over.cancelled().await;
    Ok(Usage::of(process)?.peak_bytes.saturating_sub(warm.rss_bytes))
}

/// Comes when the server is warm, reads, stops for a while, and then reads everything; whether it ends with the board that a fresh reader gets.
async fn stop_reading(place: Place, stall: Duration, over: CancellationToken) -> Result<bool> {
    let options = SocketOptions { receive_bytes: Some(RECEIVE_BYTES) };
    let mut board = Board::new(ClientId::from_random(getrandom::u64()?));
    sleep(WARM_UP).await;
    let mut client = Client::connect(&place, options).await?;
    take(&mut board, &client.receive_state().await?.decoded()?)?;
    let stops_at = Instant::now() + READS_FOR;
    while let Ok(heard) = timeout_at(stops_at, client.hear()).await {
        if let Heard::Update(update) = heard? {
            take(&mut board, &[update])?;
        }
    }
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
    while let Ok(heard) = timeout(Duration::from_secs(1), client.hear()).await {
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
