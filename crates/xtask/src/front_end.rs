//! The front end, from Rust to `frontend/dist`: cargo → parts and wasm-bindgen → a board's files merged, and cut into what it
//! begins with and what comes right after → wasm-opt → like beside like → [`crate::dist`].
//!
//! Cargo decides by itself what to compile again; each later step is skipped while its inputs are unchanged. A quick
//! build, for who changes code all day, leaves out whatever only makes the result smaller or faster.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::dist::{Compression, Dist, LATER, PARTS, WASM, WHOLE, WHOLE_PART};
use crate::fingerprint::{self, Fingerprint, files_below};
use crate::process;
use crate::step::step;
use crate::toolchain::{TARGET, Toolchain};

/// The cargo package, and therefore the name of its `.wasm`.
const PACKAGE: &str = "frontend";

/// How much work goes into the build.
#[derive(Clone, Copy, PartialEq)]
pub enum Effort {
    /// Small and fast: what people get.
    Full,
    /// Built in seconds: no link-time optimisation, no wasm-opt, no compression.
    Quick,
}

impl Effort {
    /// The cargo profile, and therefore the folder below the target's.
    fn profile(self) -> &'static str {
        match self {
            Self::Full => "wasm",
            Self::Quick => "wasm-quick",
        }
    }
}

/// What a first visit to a board may load, in bytes with brotli, without fonts. Raise it only for something that is worth
/// it to everybody who opens a board; what is needed later belongs into a part (`frontend/src/parts.rs`).
const FIRST_VISIT_MAX_BYTES: usize = 350_000;

/// What of a board's program comes right after it, by paths.
const LATE: &str = "frontend/late.txt";

/// Nothing of Rust's lies at the lowest addresses of memory: its stack does.
const FOR_SIZE: [&str; 4] = ["-Oz", "--low-memory-unused", "--quiet", "--strip-producers"];
/// Those that rustc's own target turns on: every browser of the last years has them.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Builds it; returns the folder to serve.
pub fn build(root: &Path, effort: Effort) -> Result<PathBuf> {
    let toolchain = Toolchain::prepare(root)?;
    let work = root.join("target/frontend");
    fs::create_dir_all(&work)?;

    step(&format!("front end: compile with {}", toolchain.describe()), "2-4 minutes the first time", || {
        compile(root, &toolchain, effort)
    })?;
    let compiled = root.join("target/wasm").join(TARGET).join(effort.profile()).join(format!("{PACKAGE}.wasm"));

    let bound = work.join("bindgen");
    step("front end: parts and wasm-bindgen", "2-4 minutes the first time, to compile the tool", || {
        bindgen(root, &compiled, &bound)
    })?;

    let folder = root.join("frontend/dist");
    if effort == Effort::Quick {
        step("front end: gather", "a second", || {
            Dist::gather(root, &bound)?.write(&folder, Compression::None).map(drop)
        })?;
        return Ok(folder);
    }
    let optimised = work.join("optimised");
    step("front end: merge and wasm-opt", "a minute or two", || optimise(root, &compiled, &bound, &optimised))?;
    step("front end: gather and compress", "seconds", || {
        let size = Dist::gather(root, &optimised)?.write(&folder, Compression::Brotli)?;
        println!(
            "    {} files; a first visit loads {} kB to use a board and {} kB right after, {} kB to see the home page",
            size.files,
            size.board / 1000,
            size.later / 1000,
            size.home / 1000
        );
        ensure!(
            size.board <= FIRST_VISIT_MAX_BYTES,
            "a first visit to a board loads {} bytes and may load {FIRST_VISIT_MAX_BYTES}: load by need what is not \
             needed at once (frontend/src/parts.rs, {LATE})",
            size.board
        );
        Ok(())
    })?;
    Ok(folder)
}

fn compile(root: &Path, toolchain: &Toolchain, effort: Effort) -> Result<()> {
    let mut cargo = toolchain.cargo_build(root, effort);
    cargo.args(["--quiet", "--package", PACKAGE, "--profile", effort.profile(), "--target-dir", "target/wasm"]);
    process::run(&mut cargo)
}

fn bindgen(root: &Path, compiled: &Path, into: &Path) -> Result<()> {
    let inputs = Fingerprint::default()
        .file(compiled)?
        .bytes(locked_version(root, "wasm-bindgen-cli-support")?.as_bytes())
        .bytes(locked_version(root, "wasm_split_cli_support")?.as_bytes())
        .bytes(&sources_of_bindgen(root)?);
    fingerprint::once(&stamp(into), inputs, || {
        empty(into)?;
        process::run(run_bindgen(root).arg("cut").arg(compiled).arg(into))
    })?;
    Ok(())
}

fn run_bindgen(root: &Path) -> Command {
    let mut cargo = process::cargo(root);
    cargo.args(["run", "--quiet", "--package", "xtask", "--features", "bindgen", "--bin", "bindgen", "--"]);
    cargo
}

fn sources_of_bindgen(root: &Path) -> Result<Vec<u8>> {
    let folder = root.join("crates/xtask/src/bin/bindgen");
    let sources = files_below(&folder)?.into_iter().map(|file| Ok(fs::read(folder.join(file))?));
    Ok(sources.collect::<Result<Vec<_>>>()?.concat())
}

fn optimise(root: &Path, compiled: &Path, bound: &Path, into: &Path) -> Result<()> {
    let mut inputs = Fingerprint::default().file(&npm_folder(root).join("package-lock.json"))?;
    inputs = inputs.file(compiled)?.file(&root.join(LATE))?;
    inputs = inputs.bytes(&sources_of_bindgen(root)?);
    for flag in FOR_SIZE.iter().chain(&FEATURES) {
        inputs = inputs.bytes(flag.as_bytes());
    }
    let files = files_below(bound)?;
    for file in &files {
        inputs = inputs.bytes(file.as_os_str().as_encoded_bytes()).file(&bound.join(file))?;
    }
    fingerprint::once(&stamp(into), inputs, || {
        empty(into)?;
        let tools = binaryen(root)?;
        let [whole, later] = merge(root, &tools, compiled, bound)?;
        let optimised = |from: &Path, to: &Path| {
            let mut wasm_opt = Command::new(tools.join("wasm-opt"));
            process::run(wasm_opt.args(FOR_SIZE).args(FEATURES).arg(from).arg("-o").arg(to))
        };
        optimised(&whole, &into.join(WHOLE))?;
        optimised(&later, &into.join(LATER))?;
        for file in &files {
            let (from, to) = (bound.join(file), into.join(file));
            fs::create_dir_all(to.parent().expect("it lies in a folder"))?;
            if file.extension().is_some_and(|kind| kind == "wasm") {
                optimised(&from, &to)?;
            } else {
                fs::copy(&from, &to)?;
            }
        }
        let is_code = |file: &PathBuf| file.extension().is_some_and(|kind| kind == "wasm");
        let code = files_below(into)?.into_iter().filter(is_code).map(|file| into.join(file));
        process::run(run_bindgen(root).arg("order").args(code))
    })?;
    Ok(())
}

/// A board's files, the first and its part's, as one, a tenth smaller than they are together; and what is cut off that.
fn merge(root: &Path, tools: &Path, compiled: &Path, bound: &Path) -> Result<[PathBuf; 2]> {
    let [merged, whole, later] =
        ["merged.wasm", "whole.wasm", "whole-later.wasm"].map(|name| bound.with_file_name(name));
    let parts = fs::read_to_string(bound.join(PARTS))?;
    let pairs = || parts.lines().filter_map(|line| line.split_once(' '));
    let held: Vec<_> = pairs().filter(|(part, _)| *part == WHOLE_PART).map(|(_, file)| file).collect();
    let mut merge = Command::new(tools.join("wasm-merge"));
    merge.args(FEATURES).arg("--debuginfo").arg(bound.join(WASM)).arg("__wasm_split");
    for file in &held {
        merge.arg(bound.join(file)).arg(file);
    }
    process::run(merge.arg("-o").arg(&merged))?;
    let others: BTreeSet<_> = pairs().map(|(_, file)| file).filter(|file| !held.contains(file)).collect();
    let mut bindgen = run_bindgen(root);
    bindgen.arg("whole").arg(compiled).arg(root.join(LATE)).arg(WHOLE_PART).args([&merged, &whole, &later]);
    process::run(bindgen.args(others.iter().map(|file| bound.join(file))))?;
    Ok([whole, later])
}

/// Installs npm's `binaryen`, pinned by the lock file beside our sources, and returns the folder of its programs.
fn binaryen(root: &Path) -> Result<PathBuf> {
    let folder = root.join("target/tools");
    fs::create_dir_all(&folder)?;
    npm_install(&npm_folder(root), &folder)?;
    Ok(folder.join("node_modules/.bin"))
}

fn npm_folder(root: &Path) -> PathBuf {
    root.join("crates/xtask/npm")
}

/// `npm ci` in `folder` of what `manifests` (which may be `folder` itself) locks, unless it is there.
pub fn npm_install(manifests: &Path, folder: &Path) -> Result<()> {
    let inputs = Fingerprint::default().file(&manifests.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.boardwalk-stamp");
    fingerprint::once(&stamp, inputs, || {
        if manifests != folder {
            for name in ["package.json", "package-lock.json", ".npmrc"] {
                fs::copy(manifests.join(name), folder.join(name))?;
            }
        }
        println!("    npm ci (seconds)");
        process::run(Command::new("npm").args(["ci", "--silent", "--no-progress"]).current_dir(folder))
            .context("the front end and its tests need Node.js 20 or newer with npm")
    })?;
    Ok(())
}

fn locked_version(root: &Path, package: &str) -> Result<String> {
    let lock = fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    let version = lines.nth(1).with_context(|| format!("Cargo.lock does not name {package}"))?;
    Ok(version.to_owned())
}

fn stamp(folder: &Path) -> PathBuf {
    folder.with_extension("stamp")
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}
