//! The server is killed while people draw. What a second client had seen must be there afterwards.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use board::check_update;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::client::{Client, Heard};
use crate::drawer::Drawer;
use crate::place::Place;
use crate::report::{Bar, Report};
use crate::stage::{Stage, Subject};

/// People who draw, and their edits a second.
const WRITERS: usize = 3;
const EDITS_PER_S: u32 = 30;

/// Up to which clock of each client something is known.
type Clocks = Rc<RefCell<HashMap<u64, u32>>>;

/// Kills the server so many seconds after the first edit; how much of what was seen, and of what was acknowledged, is left.
///
/// # Errors
/// The server does not start, or answers nonsense.
pub async fn run(subject: &Subject, after: Duration) -> Result<Report> {
    LocalSet::new().run_until(run_local(subject, after)).await
}

async fn run_local(subject: &Subject, after: Duration) -> Result<Report> {
    let mut stage = Stage::start(subject, 1).await?;
    let place = stage.place(0);
    let (seen, acknowledged) = (Clocks::default(), Clocks::default());
    let (watcher, _) = Client::join(&place).await?;
    let watching = spawn_local(watch(watcher, seen.clone()));
    let mut writing = Vec::new();
    for _ in 0..WRITERS {
        writing.push(spawn_local(draw(place.clone(), acknowledged.clone())));
    }
    sleep(after).await;
    let began = Instant::now();
    stage.kill_and_start().await?;
    let back_ms = began.elapsed().as_secs_f64() * 1000.0;
    // Connections end with the server; what they heard until then counts.
    watching.await??;
    for writer in writing {
        writer.await??;
    }
    let (reader, joined) = Client::join(&stage.place(0)).await?;
    reader.leave().await;
    let mut left: HashMap<u64, u32> = HashMap::new();
    for update in joined.decoded()? {
        left.extend(check_update(&update)?.covers.iter());
    }
    let mut report = Report::new(format!("{:?}: killed after {} s of drawing", subject.speech, after.as_secs()));
    for (name, clocks) in [("seen edits that are left", seen), ("acknowledged edits that are left", acknowledged)] {
        let clocks = clocks.borrow();
        let all: u64 = clocks.values().map(|clock| u64::from(*clock)).sum();
        let kept: u64 =
            clocks.iter().map(|(client, clock)| u64::from(left.get(client).copied().unwrap_or(0).min(*clock))).sum();
        let share = if all == 0 { 100.0 } else { kept as f64 * 100.0 / all as f64 };
        report.put(name, share, "%", Bar::AtLeast(100.0));
        report.put("of", all as f64, "", Bar::None);
    }
    report.put("listens again after", back_ms, "ms", Bar::None);
    Ok(report)
}

async fn watch(mut client: Client, seen: Clocks) -> Result<()> {
    loop {
        match client.hear().await? {
            Heard::Update(update) => {
                for (client, clock) in check_update(&update)?.covers.iter() {
                    let mut seen = seen.borrow_mut();
                    let known = seen.entry(client).or_default();
                    *known = clock.max(*known);
                }
            }
            Heard::Closed(_) => return Ok(()),
            _ => {}
        }
    }
}

async fn draw(place: Place, acknowledged: Clocks) -> Result<()> {
    let (mut client, _) = Client::join(&place).await?;
    let (mut drawer, first) = Drawer::new()?;
    // The number of an edit, from 1, and the clock after it.
    let mut clocks = vec![0, drawer.clock()];
    client.edit(&first).await?;
    let mut ticks = interval(Duration::from_secs(1) / EDITS_PER_S);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut step = 0;
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                step += 1;
                let update = drawer.move_shape(step)?;
                clocks.push(drawer.clock());
                // Where the server has gone, hearing says so.
                let _ = client.edit(&update).await;
                let _ = client.flush().await;
            }
            heard = client.hear() => match heard? {
                Heard::Acknowledged(seq) => {
                    let clock = usize::try_from(seq).ok().and_then(|seq| clocks.get(seq)).copied().unwrap_or(0);
                    acknowledged.borrow_mut().insert(drawer.client(), clock);
                }
                Heard::Closed(_) => return Ok(()),
                _ => {}
            },
        }
    }
}
