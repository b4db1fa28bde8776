//! What one connection carries over TCP loopback, both sides in this process: `cargo bench -p rsocket`. Ours, then
//! `rsocket_rust` doing the same, then our client against the installed foreign servers, for orientation. Prints
//! figures, asserts nothing. A word on the command line runs only the parts whose names begin with it: `memory`, `speed`,
//! `flood`, `foreign`. Speeds are medians of rounds in which the two take turns; a second word, `ours` or `theirs`, runs
//! only that one, for a profiler.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on is useless")]

mod foreign;
mod ours;
mod theirs;

use std::future::Future;
use std::time::{Duration, Instant};

/// Requests of one part, and how many of them wait for their answers at once.
const REQUESTS: u32 = 64_000;
const IN_FLIGHT: u32 = 64;
/// Messages of one part.
const MESSAGES: u32 = 200_000;
const IDLE_CHANNELS: usize = 10_000;
const IDLE_CONNECTIONS: usize = 500;
const PROBES: usize = 3_000;
const SIZES_BYTES: [usize; 2] = [64, 1_024];
const FLOOD_BYTES: usize = 16_000;

/// How long a part of theirs may take.
const THEIRS_LIMIT: Duration = Duration::from_secs(30);
/// Rounds of a speed, in which ours and theirs take turns.
const ROUNDS: usize = 5;

/// Measures what becomes ready `count` times: how often a second.
async fn rate(count: u32, work: impl Future<Output = ()>) -> f64 {
    let since = Instant::now();
    work.await;
    f64::from(count) / since.elapsed().as_secs_f64()
}

fn print_rate(name: &str, per_second: f64) {
    println!("{name:<56} {per_second:>10.0}/s");
}

fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}

/// One speed of both, side by side: each round measures ours and then theirs, on a connection of its own.
async fn race<A: Future<Output = f64>, B: Future<Output = f64>>(
    name: &str,
    only: Option<&str>,
    ours: impl Fn() -> A,
    theirs: Option<impl Fn() -> B>,
) {
    let (mut of_ours, mut of_theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        if only != Some("theirs") {
            of_ours.push(ours().await);
        }
        if let Some(theirs) = theirs.as_ref().filter(|_| only != Some("ours")) {
            of_theirs.push(theirs().await);
        }
    }
    let mut line = format!("{name:<40}");
    let (ours, theirs) = (median(of_ours), median(of_theirs));
    for (whose, rate) in [("ours", ours), ("rsocket_rust", theirs)] {
        line += &rate.map_or(String::new(), |rate| format!(" {whose} {rate:>9.0}/s"));
    }
    if let (Some(ours), Some(theirs)) = (ours, theirs) {
        line += &format!(" {:>5.1} x", ours / theirs);
    }
    println!("{line}");
}

async fn speed(bytes: usize, only: Option<&str>) {
    let name = |what: &str| format!("{what} of {bytes} B");
    race(&name("request-responses"), only, || ours::requests(bytes), Some(|| theirs::requests(bytes))).await;
    race(&name("streamed messages"), only, || ours::streamed(bytes), Some(|| theirs::streamed(bytes))).await;
    race(&name("channel frames, both ways,"), only, || ours::echoed(bytes), Some(|| theirs::echoed(bytes))).await;
    // The same with one `send` and one `next` for each message, which theirs has no way to say.
    let nobody = None::<fn() -> std::future::Ready<f64>>;
    race(&name("channel frames, one by one,"), only, || ours::echoed_singly(bytes), nobody).await;
}

/// Prints how long each of many probes took.
fn latency(name: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |share: usize| took[took.len() * share / 1_000];
    println!("{name:<48} p50 {:?}, p99 {:?}, p99.9 {:?}", at(500), at(990), at(999));
}

/// Prints what each of `count` things that `work` made and returned takes.
async fn memory<T>(name: &str, count: usize, work: impl Future<Output = T>) -> T {
    let before = resident_bytes();
    let held = work.await;
    println!("{name:<48} {:>10} B each", resident_bytes().saturating_sub(before) / count);
    held
}

/// Resident memory of this process; 0 where there is no /proc.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

#[tokio::main]
async fn main() {
    // Cargo adds a flag of its own.
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with('-'));
    let (wanted, only) = (words.next().unwrap_or_default(), words.next());
    // In a task, as an application's own: what runs outside the runtime's threads costs a wake-up for each step.
    tokio::spawn(run(wanted, only)).await.unwrap();
}

/// Theirs, for as long as is reasonable: without credit it may stop for good.
async fn theirs_in_time(part: &str, only: Option<&str>, work: impl Future<Output = ()>) {
    if only != Some("ours") && tokio::time::timeout(THEIRS_LIMIT, work).await.is_err() {
        println!("rsocket_rust: {part}: came to no end within {} s", THEIRS_LIMIT.as_secs());
    }
}

async fn run(wanted: String, only: Option<String>) {
    let is_wanted = |part: &str| part.starts_with(&wanted);
    // Memory first, while the process has freed little that could be used again.
    if is_wanted("memory") {
        if only.as_deref() != Some("theirs") {
            ours::memory().await;
        }
        theirs_in_time("memory", only.as_deref(), theirs::memory()).await;
    }
    if is_wanted("speed") {
        for bytes in SIZES_BYTES {
            speed(bytes, only.as_deref()).await;
        }
    }
    if is_wanted("flood") {
        if only.as_deref() != Some("theirs") {
            ours::beside_a_flood().await;
        }
        theirs_in_time("beside a flood", only.as_deref(), theirs::beside_a_flood()).await;
    }
    if is_wanted("foreign") {
        foreign::speed().await;
    }
}
