//! `cargo xtask test`: everything that must hold, a stage at a time, each with its time and its budget.
//!
//! A stage that fails does not stop the others, unless they need what it makes; the summary at the end has them all.
//! A budget is for a machine of two cores that has built nothing yet; going over it is reported, not refused, since
//! other machines are slower.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::postgres::{Postgres, TEST_URL};
use crate::{apt, cluster, faults, front_end, interrupt, journeys, port, process, server};

struct Stage {
    name: &'static str,
    budget_s: u64,
    /// Names of earlier stages without which this one makes no sense.
    needs: &'static [&'static str],
    work: fn(&Path) -> Result<()>,
}

const STAGES: [Stage; 11] = [
    Stage { name: "format", budget_s: 10, needs: &[], work: format },
    Stage { name: "style", budget_s: 60, needs: &[], work: style },
    Stage { name: "clippy", budget_s: 300, needs: &[], work: clippy },
    Stage { name: "front end", budget_s: 480, needs: &[], work: the_front_end },
    Stage { name: "tests", budget_s: 600, needs: &[], work: tests },
    Stage { name: "simulated", budget_s: 180, needs: &[], work: simulated },
    Stage {
        name: "server",
        budget_s: 120,
        needs: &["front end"],
        work: |root| server::build_for_tests(root).map(|_| ()),
    },
    Stage { name: "peers", budget_s: 60, needs: &["server"], work: |root| alone(root, "peers") },
    Stage { name: "journeys", budget_s: 600, needs: &["server"], work: |root| alone(root, "journeys") },
    Stage { name: "engines", budget_s: 120, needs: &["server"], work: in_other_engines },
    Stage { name: "cluster", budget_s: 240, needs: &["server"], work: in_cluster },
];

enum Outcome {
    Passed(Duration),
    Failed(Duration, String),
    Skipped(&'static str),
}

/// Runs all stages, or those named. An error if one failed.
pub fn run(root: &Path, only: &[String]) -> Result<()> {
    if let Some(unknown) = only.iter().find(|name| !STAGES.iter().any(|stage| stage.name == name.as_str())) {
        let known: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
        bail!("no stage is called {unknown:?}; there are {known:?}");
    }
    interrupt::listen()?;
    let start = interrupt::now();
    let mut outcomes: Vec<(&Stage, Outcome)> = Vec::new();
    for stage in STAGES.iter().filter(|stage| only.is_empty() || only.iter().any(|name| name == stage.name)) {
        let passed = |need: &str| {
            outcomes.iter().all(|(done, outcome)| done.name != need || matches!(outcome, Outcome::Passed(_)))
        };
        let outcome = match stage.needs.iter().find(|need| !passed(need)) {
            Some(need) => Outcome::Skipped(need),
            None => perform(root, stage),
        };
        outcomes.push((stage, outcome));
        interrupt::pause(Duration::ZERO)?;
    }
    println!("\n==> summary");
    for (stage, outcome) in &outcomes {
        println!("    {}", describe(stage, outcome));
    }
    println!("    {:<10} {:>6} s", "total", start.elapsed().as_secs());
    let failed: Vec<_> = outcomes
        .iter()
        .filter(|(_, outcome)| !matches!(outcome, Outcome::Passed(_)))
        .map(|(stage, _)| stage.name)
        .collect();
    if !failed.is_empty() {
        bail!("not passed: {}", failed.join(", "));
    }
    Ok(())
}

fn perform(root: &Path, stage: &Stage) -> Outcome {
    println!("\n==> stage: {} (budget {} s)", stage.name, stage.budget_s);
    let start = interrupt::now();
    let result = (stage.work)(root);
    let outcome = match result {
        Ok(()) => Outcome::Passed(start.elapsed()),
        Err(error) => Outcome::Failed(start.elapsed(), format!("{error:#}")),
    };
    println!("==> {}", describe(stage, &outcome));
    outcome
}

fn describe(stage: &Stage, outcome: &Outcome) -> String {
    let timed = |time: &Duration| {
        let over = if time.as_secs() > stage.budget_s { ", OVER ITS BUDGET" } else { "" };
        format!("{:<10} {:>6} s of {} s{over}", stage.name, time.as_secs(), stage.budget_s)
    };
    match outcome {
        Outcome::Passed(time) => format!("{}: passed", timed(time)),
        Outcome::Failed(time, why) => format!("{}: FAILED: {why}", timed(time)),
        Outcome::Skipped(need) => format!("{:<10} skipped, as {need:?} did not pass", stage.name),
    }
}

fn format(root: &Path) -> Result<()> {
    process::run(process::cargo(root).args(["fmt", "--all", "--check"]))
}

fn style(root: &Path) -> Result<()> {
    process::run(process::cargo(root).args(["test", "--quiet", "--package", "xtask"]))
}

/// With the tests of the tool that cuts it, which is not compiled elsewhere.
fn the_front_end(root: &Path) -> Result<()> {
    front_end::build(root, front_end::Effort::Full)?;
    let tool = ["--package", "xtask", "--features", "bindgen", "--bin", "bindgen"];
    process::run(process::cargo(root).args(["test", "--quiet"]).args(tool))
}

fn clippy(root: &Path) -> Result<()> {
    process::run(process::cargo(root).args([
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn tests(root: &Path) -> Result<()> {
    let postgres = Postgres::start()?;
    install_rsocket_peers(root)?;
    let with_nextest = process::find("cargo-nextest").is_some();
    // All that fails, not the first.
    let runner: &[&str] = if with_nextest {
        &["nextest", "run", "--no-fail-fast"]
    } else {
        &["test", "--all-targets", "--quiet", "--no-fail-fast"]
    };
    let mut command = process::cargo(root);
    command.args(runner).args(["--workspace", "--exclude", "xtask"]);
    process::run(command.env(TEST_URL, postgres.url()).env("RSOCKET_INTEROP", "require"))?;
    process::run(process::cargo(root).args(["test", "--doc", "--quiet", "--workspace"]))
}

/// The foreign peers that the RSocket tests talk to.
fn install_rsocket_peers(root: &Path) -> Result<()> {
    let has_venv =
        Command::new("python3").args(["-m", "venv", "--help"]).output().is_ok_and(|out| out.status.success());
    if !has_venv {
        apt::install("the RSocket peers", &["python3", "python3-venv"])?;
    }
    process::run(Command::new("sh").current_dir(root).arg("crates/rsocket/interop/install.sh"))
}

/// Simulated boards, read by real Yjs.
fn simulated(root: &Path) -> Result<()> {
    let endings = root.join("target/simulated");
    let simulate = ["run", "--quiet", "--package", "simulation", "--bin", "simulate", "--", "--count", "200", "--dump"];
    process::run(process::cargo(root).args(simulate).arg(&endings))?;
    process::run(journeys::command(root, "simulated")?.env("BOARDWALK_ENDINGS", endings))
}

/// Journeys that start their own servers.
fn alone(root: &Path, folder: &str) -> Result<()> {
    let binary = root.join("target/debug/boardwalk");
    process::run(journeys::command(root, folder)?.env("BOARDWALK_BIN", binary))
}

/// A walk in Firefox and in WebKit.
fn in_other_engines(root: &Path) -> Result<()> {
    journeys::need_engines()?;
    alone(root, "engines")
}

/// Journeys against a cluster: those that leave its servers alone; then people on another, whose servers are killed.
fn in_cluster(root: &Path) -> Result<()> {
    let binary = root.join("target/debug/boardwalk");
    {
        let (cluster, _postgres) = cluster::as_composed(&binary, &format!("127.0.0.1:{}", port::free()?))?;
        let mut node: Command = journeys::command(root, "cluster")?;
        process::run(node.env("BOARDWALK_URL", cluster.url()).env("BOARDWALK_OTHER_URL", cluster.other_url()))?;
    }
    faults::build(root, &[])?;
    faults::check(&binary)
}
