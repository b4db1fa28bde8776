//! `load`: runs scenarios against our server or a peer's, prints figures beside their bars, and fails when one is missed.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};
use load::place::Speech;
use load::report::{Bar, Report};
use load::scenarios::crowd::{self, Crowd};
use load::scenarios::{agreement, idle, join, kill, left_behind, many_boards, slow_reader};
use load::stage::Subject;

#[derive(Debug, Parser)]
#[command(name = "load", about = "Measures a collaboration server")]
struct Arguments {
    /// Servers to measure; with several, runs are interleaved
    #[arg(long, value_delimiter = ',', default_value = "boardwalk", global = true)]
    server: Vec<Speech>,
    /// Our binary
    #[arg(long, default_value = "target/release/boardwalk", global = true)]
    binary: PathBuf,
    /// Where data folders are made: on a real disk, or durability is not measured
    #[arg(long, default_value = "target/load", global = true)]
    folder: PathBuf,
    /// Runs of each server; figures are medians
    #[arg(long, default_value_t = 1, global = true)]
    runs: usize,
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Debug, Clone, Subcommand)]
enum Scenario {
    /// One board, 5 draw as fast as it takes, 20 watch
    FanOut {
        /// Deliveries a second that are asked for
        #[arg(long, default_value_t = 1_000_000)]
        deliveries: u32,
        #[arg(long, default_value_t = 3)]
        seconds: u32,
    },
    /// One board, 10 draw at 30/s with 20 cursors/s, 20 watch
    Drawing {
        /// Shapes on the board before
        #[arg(long, default_value_t = 0)]
        shapes: usize,
        #[arg(long, default_value_t = 6)]
        seconds: u32,
    },
    /// 200 boards of 100 shapes with 3 people each
    ManyBoards {
        #[arg(long, default_value_t = 200)]
        boards: usize,
        #[arg(long, default_value_t = 5)]
        seconds: u32,
    },
    /// 5,000 idle connections on a few boards
    IdleConnections,
    /// 2,000 boards with one idle connection each
    IdleBoards,
    /// Joining a large board, warm and cold
    Join {
        #[arg(long, default_value_t = 10_000)]
        shapes: usize,
    },
    /// A reader that stops reading
    SlowReader {
        #[arg(long, default_value_t = 14)]
        stall: u64,
    },
    /// The server is killed while three draw
    Kill {
        #[arg(long, default_value_t = 3)]
        after: u64,
    },
    /// 8 random editors that drop off and come back
    Agreement {
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Everybody joins an unopened board at once
    Stampede,
    /// What dragging, ink and typing leave in the document; no server
    LeftBehind,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(measure(&arguments))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every bar is met.
async fn measure(arguments: &Arguments) -> Result<bool> {
    let mut runs: Vec<(Speech, Vec<Report>)> = arguments.server.iter().map(|speech| (*speech, Vec::new())).collect();
    for _ in 0..arguments.runs {
        for (speech, reports) in &mut runs {
            let (binary, folder) = (arguments.binary.clone(), arguments.folder.clone());
            let subject = Subject { speech: *speech, binary, folder, messages_per_second: None };
            let report = run(&subject, &arguments.scenario).await?;
            if arguments.runs > 1 {
                println!("{report}");
            }
            reports.push(report);
        }
    }
    let mut is_met = true;
    for report in runs.into_iter().filter_map(|(_, reports)| Report::median(reports)) {
        is_met &= report.holds();
        println!("{report}");
    }
    Ok(is_met)
}

async fn run(subject: &Subject, scenario: &Scenario) -> Result<Report> {
    match *scenario {
        Scenario::FanOut { deliveries, seconds } => fan_out(subject, deliveries, seconds).await,
        Scenario::Drawing { shapes, seconds } => drawing(subject, shapes, seconds).await,
        Scenario::ManyBoards { boards, seconds } => many_boards::run(subject, boards, 100, seconds).await,
        Scenario::IdleConnections => idle::run(subject, 5, 5000, 10.0).await,
        Scenario::IdleBoards => idle::run(subject, 2000, 2000, 20.0).await,
        Scenario::Join { shapes } => {
            let warm_ms = if shapes <= 10_000 { 15.0 } else { 80.0 };
            join::run(subject, shapes, join::Bars { warm_ms, cold_ms: 2.0 * warm_ms + 50.0, bytes_a_shape: 60.0 }).await
        }
        Scenario::SlowReader { stall } => slow_reader::run(subject, Duration::from_secs(stall)).await,
        Scenario::Kill { after } => kill::run(subject, Duration::from_secs(after)).await,
        Scenario::Agreement { seconds } => agreement::with_disconnects(subject, 8, seconds).await,
        Scenario::Stampede => agreement::stampede(subject, 5).await,
        Scenario::LeftBehind => left_behind::run(),
    }
}

async fn fan_out(subject: &Subject, deliveries: u32, seconds: u32) -> Result<Report> {
    let (writers, readers) = (5, 20);
    let edits_per_s = deliveries / writers / readers;
    let crowd = Crowd { writers: 5, readers: 20, edits_per_s, cursors_per_s: 0, seconds, pad_bytes: 0 };
    // No person sends so much, and no connection may unless it is told so; twice, for a writer that catches up.
    let subject = Subject { messages_per_second: Some(2 * edits_per_s), ..subject.clone() };
    let (outcome, mut report) = crowd::on_new_board(&subject, crowd, 0).await?;
    let per_s = outcome.delivered as f64 / outcome.seconds;
    report.put("asked for", f64::from(deliveries), "/s", Bar::None);
    report.put("reached", per_s, "/s", Bar::AtLeast(0.99 * f64::from(deliveries)));
    report.put("p99", load::latencies::ms(&outcome.edits, 0.99), "ms", Bar::AtMost(100.0));
    report.put("deliveries a CPU second", per_s / outcome.server_cores, "", Bar::AtLeast(3.0 * 256_000.0 / 0.93));
    report.put("lost edits", outcome.lost as f64, "", Bar::AtMost(0.0));
    Ok(report)
}

async fn drawing(subject: &Subject, shapes: usize, seconds: u32) -> Result<Report> {
    let crowd = Crowd { writers: 10, readers: 20, edits_per_s: 30, cursors_per_s: 20, seconds, pad_bytes: 0 };
    let (outcome, mut report) = crowd::on_new_board(subject, crowd, shapes).await?;
    report.put("CPU", outcome.server_cores, "cores", Bar::AtMost(0.2));
    report.put("lost edits", outcome.lost as f64, "", Bar::AtMost(0.0));
    Ok(report)
}
