//! What one connection carries over TCP loopback, both sides in this process: `cargo bench -p rsocket`. Ours, then
//! `rsocket_rust` doing the same, then our client against the installed foreign servers, for orientation. Prints
//! figures, asserts nothing. A word on the command line runs only the parts whose names begin with it.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on is useless")]

mod foreign;
mod ours;
mod theirs;

use std::future::Future;
use std::time::{Duration, Instant};

/// Requests of one part, and how many of them wait for their answers at once.
const REQUESTS: u32 = 128_000;
const IN_FLIGHT: u32 = 64;
/// Messages of one part.
const MESSAGES: u32 = 400_000;
const IDLE_CHANNELS: usize = 10_000;
const IDLE_CONNECTIONS: usize = 500;
const PROBES: usize = 3_000;
const SIZES_BYTES: [usize; 2] = [64, 1_024];
const FLOOD_BYTES: usize = 16_000;

/// Measures what becomes ready `count` times, and prints it per second.
async fn rate(name: &str, count: u32, work: impl Future<Output = ()>) {
    let since = Instant::now();
    work.await;
    println!("{name:<48} {:>10.0}/s", f64::from(count) / since.elapsed().as_secs_f64());
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
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    let is_wanted = |part: &str| part.starts_with(&wanted);
    // Memory first, while the process has freed little that could be used again.
    if is_wanted("memory") {
        ours::memory().await;
        theirs::memory().await;
    }
    if is_wanted("speed") {
        for bytes in SIZES_BYTES {
            ours::speed(bytes).await;
            theirs::speed(bytes).await;
        }
    }
    if is_wanted("flood") {
        ours::beside_a_flood().await;
        theirs::beside_a_flood().await;
    }
    if is_wanted("foreign") {
        foreign::speed().await;
    }
}
