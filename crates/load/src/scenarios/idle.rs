//! What a connection costs that does nothing, and a board that one such connection has open.

use std::time::Duration;

use anyhow::Result;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::{Instant, sleep};

use crate::client::Client;
use crate::report::{Bar, Report};
use crate::stage::{Stage, Subject};

/// Joins under way at once.
const AT_ONCE: usize = 50;
/// After this the server has settled.
const SETTLED: Duration = Duration::from_secs(3);

/// `connections` idle ones, spread evenly over `boards`; the memory that each takes.
///
/// # Errors
/// The server does not start, or refuses somebody.
pub async fn run(subject: &Subject, boards: usize, connections: usize, most_kib: f64) -> Result<Report> {
    let stage = Stage::start(subject, boards).await?;
    // What the server does the first time only is nobody's.
    for _ in 0..3 {
        Client::join(&stage.place(0)).await?.0.leave().await;
    }
    sleep(Duration::from_millis(300)).await;
    let before = stage.usage()?;
    let began = Instant::now();
    let joins = (0..connections).map(|number| {
        let place = stage.place(number % boards);
        async move { Client::join(&place).await.map(|(client, _)| client) }
    });
    let clients: Vec<Client> = stream::iter(joins).buffer_unordered(AT_ONCE).try_collect().await?;
    let joined_in = began.elapsed();
    sleep(SETTLED).await;
    let after = stage.usage()?;
    let grown_kib = after.rss_bytes.saturating_sub(before.rss_bytes) as f64 / 1024.0;
    let mut report = Report::new(format!("{:?}: {connections} idle connections on {boards} boards", subject.speech));
    let each = if boards < connections { "memory a connection" } else { "memory a board and connection" };
    report.put(each, grown_kib / connections as f64, "KiB", Bar::AtMost(most_kib));
    report.put("memory", after.rss_bytes as f64 / f64::from(1 << 20), "MiB", Bar::None);
    report.put("all joined in", joined_in.as_secs_f64(), "s", Bar::None);
    drop(clients);
    Ok(report)
}
