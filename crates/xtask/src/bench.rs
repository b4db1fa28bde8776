//! `cargo xtask bench`: builds for release and measures. What is measured, and how, is the benchmark's own knowledge.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::step::step;
use crate::{journeys, process, server};

/// What is measured.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Subject {
    /// What a hand feels in a browser (`e2e/bench/`).
    Client,
    /// The server, by the load tool.
    Server,
    /// What is left when processes of a cluster are killed under load.
    Faults,
}

/// How many shapes are on the boards that the client is measured with.
const BOARDS: [&str; 4] = ["0", "10000", "50000", "100000"];

/// Measures the client: everything, then the table of `docs/performance.md` is written anew; or, with words for
/// `e2e/bench/client.mjs` such as `--shapes 50000 --only ink`, only that.
pub fn client(root: &Path, words: &[OsString]) -> Result<()> {
    let binary = server::build(root)?;
    let scenes = root.join("target/bench");
    fs::create_dir_all(&scenes)?;
    for shapes in BOARDS {
        let mut cargo = process::cargo(root);
        cargo.args(["run", "--quiet", "--release", "--package", "simulation", "--bin", "scene", "--"]);
        process::run(cargo.args(["--shapes", shapes, "--into"]).arg(scenes.join(shapes)))?;
    }
    let figures = scenes.join("client.jsonl");
    let run = |words: &[OsString]| {
        let mut node = journeys::node(root)?;
        node.env("BOARDWALK_BIN", &binary).args(["bench/client.mjs", "--scenes"]).arg(&scenes);
        process::run(node.arg("--into").arg(&figures).args(words))
    };
    if !words.is_empty() {
        return run(words);
    }
    let runs: Vec<Result<()>> = BOARDS.iter().map(|shapes| run(&["--shapes".into(), (*shapes).into()])).collect();
    process::run(journeys::node(root)?.arg("bench/table.mjs").arg(&figures).arg(root.join("docs/performance.md")))?;
    runs.into_iter().collect()
}

/// Everything that `docs/performance.md` tells of the server, in its order.
const SCENARIOS: [&[&str]; 16] = [
    &["fan-out"],
    &["drawing", "--runs", "5"],
    &["drawing", "--shapes", "10000", "--runs", "5"],
    &["join", "--shapes", "10000"],
    &["join", "--shapes", "50000"],
    &["idle-connections"],
    &["idle-boards"],
    &["many-boards"],
    &["kill", "--after", "1"],
    &["kill", "--after", "3"],
    &["kill", "--after", "9"],
    &["slow-reader", "--runs", "5"],
    &["agreement"],
    &["stampede"],
    &["left-behind"],
    &["fan-out", "--deliveries", "256000"],
];

/// Measures the server: the scenario that is named, or all of them. An error if a bar is missed.
pub fn server(root: &Path, scenario: &[OsString]) -> Result<()> {
    server::build(root)?;
    step("load tool: compile", "2 minutes the first time", || {
        process::run(process::cargo(root).args(["build", "--quiet", "--release", "--package", "load"]))
    })?;
    let load = || {
        let mut command = Command::new(root.join("target/release/load"));
        command.current_dir(root);
        command
    };
    if !scenario.is_empty() {
        return process::run(load().args(scenario));
    }
    let missed: Vec<String> = SCENARIOS
        .iter()
        .filter(|words| process::run(load().args(**words)).is_err())
        .map(|words| words.join(" "))
        .collect();
    if !missed.is_empty() {
        bail!("not all bars were met: {}", missed.join("; "));
    }
    Ok(())
}
