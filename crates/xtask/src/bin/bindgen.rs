//! The linked program cut into parts, and wasm-bindgen's tool for the first of them; both as libraries, so that
//! `Cargo.lock` keeps their versions beside the crates'.
//!
//! A binary of its own behind the feature `bindgen`: it takes minutes to compile, and no other command waits for it.
//! Usage: `bindgen <input.wasm> <output folder>`. Beside the code it writes `parts.txt`: a line `part file` for each
//! file that a part needs beyond the first. Knows nothing of our front end.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let input = arguments.next().context("first argument: the input .wasm")?;
    let output = arguments.next().context("second argument: the output folder")?;
    let stem = input.file_stem().and_then(|stem| stem.to_str()).context("the input has no name")?.to_owned();
    let first = output.with_file_name(format!("{stem}.wasm"));
    let parts = split(&input, &first, &stem, &output).with_context(|| format!("cutting {}", input.display()))?;
    std::fs::write(output.join("parts.txt"), parts)?;
    Bindgen::new()
        .input_path(&first)
        .web(true)?
        .typescript(false)
        // The parts take memory and table from the first one's exports.
        .keep_lld_exports(true)
        .remove_name_section(std::env::var_os("BINDGEN_KEEP_NAMES").is_none())
        .remove_producers_section(true)
        .generate(&output)
        .with_context(|| format!("wasm-bindgen on {}", first.display()))
}

/// Writes the parts into `output`, save the first, which goes to `first`; returns the contents of `parts.txt`.
fn split(input: &Path, first: &Path, stem: &str, output: &Path) -> Result<String> {
    let wasm = std::fs::read(input)?;
    let main_module = format!("./{stem}.js");
    let mut options = wasm_split_cli_support::Options::new(&wasm);
    options.output_dir = output;
    options.main_out_path = first;
    options.main_module = &main_module;
    options.link_name = "./parts.js";
    let split = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("{error:#}"))?;
    let mut parts: Vec<_> = split.prefetch_map.into_iter().collect();
    parts.sort();
    let mut lines = String::new();
    for (part, files) in parts {
        for file in files {
            writeln!(lines, "{part} {file}.wasm")?;
        }
    }
    Ok(lines)
}
