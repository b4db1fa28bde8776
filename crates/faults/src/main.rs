//! People who draw on boards of a cluster while its processes are killed, and who look afterwards whether anything that
//! was acknowledged, or that another of them saw, is lost.
//!
//! The people are the sync machine that browsers run, behind real sockets. It must not know how processes are started:
//! whoever runs it says which to kill and when, and starts them again.

mod kill;
mod person;
mod place;
mod report;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use kill::Kill;
use person::{Person, Stop};
use place::Place;
use report::{Findings, Report};

/// How long a board may take to open for who looks afterwards, and all to be saved.
const PATIENCE: Duration = Duration::from_secs(90);

/// Draws, kills, and looks what is left.
#[derive(Debug, Parser)]
struct Arguments {
    /// A gateway, `http://HOST:PORT`; several are used in turn, as a balancer would
    #[arg(long = "url", required = true)]
    urls: Vec<String>,
    /// Boards
    #[arg(long, default_value_t = 4)]
    boards: u64,
    /// People who draw on each; one more watches
    #[arg(long, default_value_t = 3)]
    people: u64,
    /// Shapes a second of each
    #[arg(long, default_value_t = 10)]
    rate: u32,
    /// How long they draw
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// `PID:SIGNAL:MILLISECONDS`: a process, what it is sent, and when
    #[arg(long = "kill")]
    kills: Vec<Kill>,
    /// Everybody closes their browser, and what it kept, at the first kill: nobody brings anything again
    #[arg(long)]
    abandon: bool,
    /// Of shapes and jitter
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let report = runtime.block_on(run(&arguments))?;
    println!("{report}");
    Ok(())
}

async fn run(arguments: &Arguments) -> Result<Report> {
    let place = Arc::new(Place::new(arguments.urls.clone()));
    let mut boards = Vec::new();
    for _ in 0..arguments.boards {
        boards.push(place.new_board().await.context("cannot make a board")?);
    }
    let (stop, stopped) = tokio::sync::watch::channel(Stop::Draw);
    let mut tasks = Vec::new();
    for (nth, board) in (0..).zip(&boards) {
        for ordinal in 0..=arguments.people {
            let rate = if ordinal == 0 { 0 } else { arguments.rate };
            let seed = arguments.seed << 20 | nth << 8 | ordinal;
            let person = Person::new(place.clone(), board.clone(), seed, rate);
            tasks.push((nth, tokio::spawn(person.live(stopped.clone()))));
        }
    }
    let begin = Instant::now();
    let mut killed_at = None;
    for kill in arguments.kills.iter().copied() {
        sleep_until(begin + kill.after).await;
        if arguments.abandon {
            stop.send_replace(Stop::Abandon);
        }
        kill.send()?;
        killed_at.get_or_insert_with(Instant::now);
    }
    if !arguments.abandon {
        sleep_until(begin + Duration::from_secs(arguments.seconds)).await;
    }
    stop.send_if_modified(|stop| {
        let goes_on = *stop == Stop::Draw;
        if goes_on {
            *stop = Stop::Finish;
        }
        goes_on
    });
    let mut findings: Vec<Vec<Findings>> = boards.iter().map(|_| Vec::new()).collect();
    for (nth, task) in tasks {
        findings[nth as usize].push(timeout(PATIENCE, task).await.context("somebody is never saved")??);
    }
    let mut report = Report::default();
    for (board, findings) in boards.iter().zip(findings) {
        let left = look(&place, board).await?;
        report.add(&findings, &left, killed_at);
    }
    Ok(report)
}

/// What somebody who comes afterwards finds.
async fn look(place: &Arc<Place>, board: &Arc<place::Invite>) -> Result<person::Shapes> {
    let until = Instant::now() + PATIENCE;
    loop {
        let reader = Person::new(place.clone(), board.clone(), rand::random(), 0);
        match timeout(Duration::from_secs(20), reader.read()).await {
            Ok(Some(shapes)) => return Ok(shapes),
            Ok(None) | Err(_) if Instant::now() < until => sleep(Duration::from_millis(200)).await,
            Ok(None) | Err(_) => anyhow::bail!("the board cannot be opened afterwards"),
        }
    }
}
