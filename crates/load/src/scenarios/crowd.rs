//! Many people on one board: some draw, all others watch. The heart of most scenarios.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use protocol::awareness::AwarenessEntry;
use tokio::task::{JoinHandle, LocalSet, spawn_local};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::client::{Client, Heard};
use crate::drawer::Drawer;
use crate::latencies::{Latencies, Ledger, Watch, ms, none};
use crate::place::Place;
use crate::report::{Bar, Report};
use crate::server::Usage;
use crate::stage::{Stage, Subject};

/// How long what is under way at the end may take to arrive.
const LAST_DELIVERIES: Duration = Duration::from_secs(3);
/// Edits are sent at most this often by one writer; at higher rates several at once.
const SHORTEST_TICK: Duration = Duration::from_millis(4);

/// Who does what.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// People who move a shape.
    pub writers: usize,
    /// People who only look.
    pub readers: usize,
    /// Edits a second of each writer.
    pub edits_per_s: u32,
    /// Cursors a second of each writer.
    pub cursors_per_s: u32,
    /// For how long.
    pub seconds: u32,
    /// Bytes of each edit, of lines that are bent; 0 for moves.
    pub pad_bytes: usize,
}

/// What a crowd saw, and what that cost.
pub struct Outcome {
    /// Edits that were sent.
    pub sent: u64,
    /// Edits that should have come, at all readers together, and did not.
    pub lost: u64,
    /// Edits that came.
    pub delivered: u64,
    /// Messages that brought them.
    pub frames: u64,
    /// From send to delivery.
    pub edits: Latencies,
    /// The same of cursors.
    pub cursors: Latencies,
    /// How long edits were sent.
    pub seconds: f64,
    /// The server's CPU meanwhile, in cores.
    pub server_cores: f64,
    /// Ours.
    pub own_cores: f64,
    /// The server before, when everybody had joined, and after.
    pub usage: (Usage, Usage),
    /// How late a timer of ours was.
    pub lateness: Latencies,
}

/// Lets a crowd loose on a board.
///
/// # Errors
/// Somebody's connection fails.
pub async fn run(stage: &Stage, place: &Place, crowd: Crowd) -> Result<Outcome> {
    LocalSet::new().run_until(run_here(stage, std::slice::from_ref(place), crowd)).await
}

/// The same on each of several boards at once, and within a `LocalSet` that runs already.
///
/// # Errors
/// Somebody's connection fails.
pub async fn run_here(stage: &Stage, places: &[Place], crowd: Crowd) -> Result<Outcome> {
    let ledger = Ledger::default();
    let (over, delivered) = (CancellationToken::new(), Rc::new(Cell::new(0)));
    let (mut readers, mut writers) = (Vec::new(), Vec::new());
    for place in places {
        for _ in 0..crowd.readers {
            let (client, _) = Client::join(place).await?;
            readers.push(spawn_local(read(client, Watch::new(&ledger), over.clone(), delivered.clone())));
        }
        for _ in 0..crowd.writers {
            let phase = writers.len() as f64 / (crowd.writers * places.len()) as f64;
            writers.push(Writer::enter(place, crowd, &ledger, phase).await?);
        }
    }
    let lateness = spawn_local(be_punctual(over.clone()));
    sleep(Duration::from_millis(300)).await;
    let (before, own_before, began) = (stage.usage()?, Usage::of(std::process::id())?, Instant::now());
    let end = began + Duration::from_secs(crowd.seconds.into());
    let writers: Vec<JoinHandle<_>> = writers.into_iter().map(|writer| spawn_local(writer.write(began, end))).collect();
    sleep_until(end).await;
    let seconds = began.elapsed().as_secs_f64();
    let (after, own_after) = (stage.usage()?, Usage::of(std::process::id())?);
    for writer in writers {
        writer.await??;
    }
    let expected = ledger.edits() * crowd.readers as u64;
    let give_up = Instant::now() + LAST_DELIVERIES;
    while delivered.get() < expected && Instant::now() < give_up {
        sleep(Duration::from_millis(5)).await;
    }
    over.cancel();
    let (mut edits, mut cursors, mut frames) = (none(), none(), 0);
    for reader in readers {
        let watch = reader.await??;
        edits.add(&watch.edits)?;
        cursors.add(&watch.cursors)?;
        frames += watch.frames;
    }
    Ok(Outcome {
        sent: ledger.edits(),
        lost: expected.saturating_sub(edits.len()),
        delivered: edits.len(),
        frames,
        edits,
        cursors,
        seconds,
        server_cores: (after.cpu_s - before.cpu_s) / seconds,
        own_cores: (own_after.cpu_s - own_before.cpu_s) / seconds,
        usage: (before, stage.usage()?),
        lateness: lateness.await?,
    })
}

async fn read(
    mut client: Client,
    mut watch: Watch,
    over: CancellationToken,
    delivered: Rc<Cell<u64>>,
) -> Result<Watch> {
    loop {
        let heard = tokio::select! {
            heard = client.hear() => heard?,
            () = over.cancelled() => break,
        };
        let before = watch.delivered();
        match heard {
            Heard::Update(update) => watch.update(&update)?,
            Heard::People(entries) => watch.people(&entries),
            Heard::Closed(code) => anyhow::bail!("a reader was closed with {code:?}"),
            Heard::Acknowledged(_) | Heard::Asks(_) | Heard::Other => {}
        }
        delivered.set(delivered.get() + watch.delivered() - before);
    }
    client.leave().await;
    Ok(watch)
}

struct Writer {
    client: Client,
    name: u64,
    updates: Vec<Bytes>,
    ledger: Ledger,
    crowd: Crowd,
    /// Writers do not tick together.
    phase: f64,
}

impl Writer {
    async fn enter(place: &Place, crowd: Crowd, ledger: &Ledger, phase: f64) -> Result<Self> {
        let (mut client, _) = Client::join(place).await?;
        let (mut drawer, first) = Drawer::new()?;
        client.edit(&first).await?;
        client.flush().await?;
        client.until_saved().await?;
        ledger.enter(drawer.client(), drawer.clock());
        let count = (crowd.edits_per_s * crowd.seconds) as usize;
        let updates = match crowd.pad_bytes {
            0 => drawer.moves(count)?,
            bytes => (0..count).map(|step| drawer.bend(step, bytes)).collect::<Result<_>>()?,
        };
        Ok(Self { client, name: drawer.client(), updates, ledger: ledger.clone(), crowd, phase })
    }

    async fn write(mut self, began: Instant, end: Instant) -> Result<()> {
        let period = |per_s: u32| Duration::from_secs_f64(1.0 / f64::from(per_s.max(1)));
        let edit_period = period(self.crowd.edits_per_s).max(SHORTEST_TICK);
        let cursor_period = period(self.crowd.cursors_per_s);
        let mut edits = interval_at(began + edit_period.mul_f64(self.phase), edit_period);
        let mut cursors = interval_at(began + cursor_period.mul_f64(self.phase), cursor_period);
        edits.set_missed_tick_behavior(MissedTickBehavior::Skip);
        cursors.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut sent = 0;
        loop {
            tokio::select! {
                now = edits.tick() => {
                    let due = (now.saturating_duration_since(began).as_secs_f64() * f64::from(self.crowd.edits_per_s)).ceil();
                    sent = self.send_edits(sent, due as usize).await?;
                }
                _ = cursors.tick(), if self.crowd.cursors_per_s > 0 => self.send_cursor().await?,
                heard = self.client.hear() => if let Heard::Closed(code) = heard? {
                    anyhow::bail!("a writer was closed with {code:?}");
                },
                () = sleep_until(end) => break,
            }
        }
        tokio::time::timeout(LAST_DELIVERIES, self.client.until_saved()).await.context("not saved")??;
        self.client.leave().await;
        Ok(())
    }

    async fn send_edits(&mut self, from: usize, to: usize) -> Result<usize> {
        let to = to.min(self.updates.len());
        for index in from..to {
            self.ledger.edit_sent(self.name);
            self.client.edit(&self.updates[index]).await?;
        }
        self.client.flush().await?;
        Ok(to)
    }

    async fn send_cursor(&mut self) -> Result<()> {
        let clock = self.ledger.cursor_sent(self.name);
        let state = format!(r##"{{"user":{{"name":"Ann","color":"#336699"}},"cursor":[{clock}.5,120.25]}}"##);
        self.client.say(AwarenessEntry { client: self.name, clock, state }).await?;
        self.client.flush().await
    }
}

/// Measures how late our own timers are: what a figure is worth.
async fn be_punctual(over: CancellationToken) -> Latencies {
    let period = Duration::from_millis(10);
    let mut lateness = none();
    let mut due = Instant::now() + period;
    while !over.is_cancelled() {
        sleep_until(due).await;
        let late = due.elapsed();
        lateness.saturating_record(u64::try_from(late.as_micros()).unwrap_or(u64::MAX));
        due = due.max(Instant::now() - period) + period;
    }
    lateness
}

/// Runs a crowd on a new server and board.
///
/// # Errors
/// The server does not start, or a connection fails.
pub async fn on_new_board(subject: &Subject, crowd: Crowd, shapes: usize) -> Result<(Outcome, Report)> {
    let stage = Stage::start(subject, 1).await?;
    let place = stage.place(0);
    stage.fill(&place, shapes).await?;
    let outcome = run(&stage, &place, crowd).await?;
    let Crowd { writers, readers, edits_per_s, cursors_per_s, seconds, .. } = crowd;
    let mut report = Report::new(format!(
        "{:?}: {writers} draw at {edits_per_s}/s with {cursors_per_s} cursors/s, {readers} watch, {shapes} shapes, {seconds} s",
        subject.speech
    ));
    tell(&outcome, &mut report);
    Ok((outcome, report))
}

/// The figures of a crowd, not judged.
pub fn tell(outcome: &Outcome, report: &mut Report) {
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let mut put = |name, value, unit| report.put(name, value, unit, Bar::None);
    put("edits sent", outcome.sent as f64 / outcome.seconds, "/s");
    put("deliveries", outcome.delivered as f64 / outcome.seconds, "/s");
    put("messages that brought them", outcome.frames as f64 / outcome.seconds, "/s");
    put("edit p50", ms(&outcome.edits, 0.5), "ms");
    put("edit p95", ms(&outcome.edits, 0.95), "ms");
    put("edit p99", ms(&outcome.edits, 0.99), "ms");
    put("cursor p50", ms(&outcome.cursors, 0.5), "ms");
    put("cursor p99", ms(&outcome.cursors, 0.99), "ms");
    put("lost", outcome.lost as f64, "");
    put("server CPU", outcome.server_cores, "cores");
    put("generator CPU", outcome.own_cores, "cores");
    put("generator lateness p99", ms(&outcome.lateness, 0.99), "ms");
    put("RSS before", mib(outcome.usage.0.rss_bytes), "MiB");
    put("RSS peak", mib(outcome.usage.1.peak_bytes), "MiB");
}
