//! The browser journeys of `e2e/` and their needs: its npm packages and a Chromium. Knows nothing of what they check.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::front_end::npm_install;
use crate::{apt, process};

const CHROMIUMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// Programs of the other browsers' engines, and Debian's packages of them.
const ENGINES: [(&str, &str); 3] =
    [("firefox-esr", "firefox-esr"), ("WebKitWebDriver", "webkit2gtk-driver"), ("Xvfb", "xvfb")];

/// Installs what of the other browsers' engines is missing.
pub fn need_engines() -> Result<()> {
    let missing = ENGINES.iter().filter(|(program, _)| process::find(program).is_none());
    let packages: Vec<&str> = missing.map(|(_, package)| *package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    apt::install("the walk in other engines", &packages)
}

/// A `node --test` of the files in a folder of `e2e/`; the caller says by environment what to test.
pub fn command(root: &Path, folder: &str) -> Result<Command> {
    let mut command = node(root)?;
    // One file at a time: two browsers and a server already fill a small machine. A connection that a test forgot keeps
    // nobody waiting.
    command.args(["--test", "--test-concurrency=1", "--test-force-exit"]);
    let mut files = test_files(&root.join("e2e").join(folder))?;
    files.sort();
    command.args(files);
    Ok(command)
}

/// `node` in `e2e/`, with its packages there and a Chromium named by `CHROMIUM`.
pub fn node(root: &Path) -> Result<Command> {
    let e2e = root.join("e2e");
    npm_install(&e2e, &e2e)?;
    let mut command = Command::new("node");
    command.current_dir(&e2e).env("CHROMIUM", chromium()?);
    Ok(command)
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(files.filter(|file| file.to_string_lossy().ends_with(".test.mjs")).collect())
}

fn chromium() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("CHROMIUM") {
        return Ok(given.into());
    }
    let find = || CHROMIUMS.iter().find_map(|name| process::find(name));
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install("the browser journeys", &["chromium"])?;
    find().context("Debian's chromium is installed, but not on PATH")
}
