//! Joining a large board: how long the server takes to the last byte, and how many bytes that is.

use anyhow::Result;
use tokio::time::Instant;

use crate::client::{Client, Joined};
use crate::drawer::Drawer;
use crate::place::Place;
use crate::report::{Bar, Report};
use crate::stage::{Stage, Subject};

/// Joins of each kind.
const JOINS: usize = 5;

/// Bars of one size of board.
#[derive(Debug, Clone, Copy)]
pub struct Bars {
    /// Somebody has the board open, and draws.
    pub warm_ms: f64,
    /// The server has just been started.
    pub cold_ms: f64,
    /// On the wire, for our own client.
    pub bytes_a_shape: f64,
}

/// Joins a board of so many shapes, warm and cold.
///
/// # Errors
/// The server does not start, or a connection fails.
pub async fn run(subject: &Subject, shapes: usize, bars: Bars) -> Result<Report> {
    let mut stage = Stage::start(subject, 1).await?;
    let place = stage.place(0);
    stage.fill(&place, shapes).await?;
    let loaded = stage.usage()?;
    // Somebody draws meanwhile, so that no join can be answered with what the one before was.
    let (mut keeper, _) = Client::join(&place).await?;
    let (mut drawer, first) = Drawer::new()?;
    keeper.edit(&first).await?;
    let mut warm = Vec::new();
    let mut bytes = 0;
    for step in 0..JOINS {
        keeper.edit(&drawer.move_shape(step)?).await?;
        keeper.flush().await?;
        keeper.until_saved().await?;
        let (took_ms, joined) = timed_join(&place).await?;
        warm.push(took_ms);
        bytes = joined.wire_bytes;
    }
    keeper.leave().await;
    let mut cold = Vec::new();
    for _ in 0..JOINS {
        stage.stop_and_start().await?;
        let (took_ms, joined) = timed_join(&stage.place(0)).await?;
        cold.push(took_ms);
        let came: usize = joined.decoded()?.iter().map(|update| update.len()).sum();
        anyhow::ensure!(came > shapes, "a cold join brought {came} bytes for {shapes} shapes");
    }
    let mut report = Report::new(format!("{:?}: joining {shapes} shapes, medians of {JOINS}", subject.speech));
    report.put("warm, to the last byte", median(&mut warm), "ms", Bar::AtMost(bars.warm_ms));
    report.put("cold, to the last byte", median(&mut cold), "ms", Bar::AtMost(bars.cold_ms));
    report.put("bytes a shape", bytes as f64 / shapes as f64, "B", Bar::AtMost(bars.bytes_a_shape));
    report.put("first warm join", warm.first().copied().unwrap_or(0.0), "ms", Bar::None);
    report.put("server start", stage.started_in_ms(), "ms", Bar::None);
    report.put("RSS loaded", loaded.rss_bytes as f64 / f64::from(1 << 20), "MiB", Bar::None);
    report.put("RSS after cold", stage.usage()?.rss_bytes as f64 / f64::from(1 << 20), "MiB", Bar::None);
    Ok(report)
}

async fn timed_join(place: &Place) -> Result<(f64, Joined)> {
    let began = Instant::now();
    let (client, joined) = Client::join(place).await?;
    let took = joined.last_byte_at.map_or(began.elapsed(), |at| at - began);
    client.leave().await;
    Ok((took.as_secs_f64() * 1000.0, joined))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
