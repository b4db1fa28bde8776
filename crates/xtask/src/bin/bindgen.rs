//! wasm-bindgen's tool as a library, so that `Cargo.lock` keeps its version beside the crate's.
//!
//! A binary of its own behind the feature `bindgen`: it takes minutes to compile, and no other command waits for it.
//! Usage: `bindgen <input.wasm> <output folder>`. Knows nothing of our front end.

use std::path::PathBuf;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let input = arguments.next().context("first argument: the input .wasm")?;
    let output = arguments.next().context("second argument: the output folder")?;
    Bindgen::new()
        .input_path(&input)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&output)
        .with_context(|| format!("wasm-bindgen on {}", input.display()))
}
