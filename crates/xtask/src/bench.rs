//! `cargo xtask bench`: builds for release and measures. What is measured, and how, is the benchmark's own knowledge.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;

use crate::{journeys, process, server};

/// What is measured.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Subject {
    /// What a hand feels in a browser (`e2e/bench/`).
    Client,
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
    for shapes in BOARDS {
        run(&["--shapes".into(), shapes.into()])?;
    }
    process::run(journeys::node(root)?.arg("bench/table.mjs").arg(&figures).arg(root.join("docs/performance.md")))
}
