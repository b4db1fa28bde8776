//! Many boards, a few people on each, one of whom draws now and then.

use anyhow::Result;
use tokio::task::LocalSet;

use crate::place::Place;
use crate::report::{Bar, Report};
use crate::scenarios::crowd::{self, Crowd};
use crate::stage::{Stage, Subject};

/// Bytes of memory that the whole server may hold, in MiB.
const MOST_MIB: f64 = 60.0;

/// Boards with shapes on them, three people each, one of whom makes two edits a second.
///
/// # Errors
/// The server does not start, or a connection fails.
pub async fn run(subject: &Subject, boards: usize, shapes: usize, seconds: u32) -> Result<Report> {
    let stage = Stage::start(subject, boards).await?;
    for number in 0..boards {
        stage.fill(&stage.place(number), shapes).await?;
    }
    let crowd = Crowd { writers: 1, readers: 2, edits_per_s: 2, cursors_per_s: 0, seconds, pad_bytes: 0 };
    let places: Vec<Place> = (0..boards).map(|number| stage.place(number)).collect();
    let outcome = LocalSet::new().run_until(crowd::run_here(&stage, &places, crowd)).await?;
    let mut report = Report::new(format!("{:?}: {boards} boards of {shapes} shapes, 3 people each", subject.speech));
    crowd::tell(&outcome, &mut report);
    report.put("memory", outcome.usage.1.rss_bytes as f64 / f64::from(1 << 20), "MiB", Bar::AtMost(MOST_MIB));
    report.put("lost edits", outcome.lost as f64, "", Bar::AtMost(0.0));
    Ok(report)
}
