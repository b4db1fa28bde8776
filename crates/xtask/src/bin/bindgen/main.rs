//! The linked program cut into parts, and wasm-bindgen's tool for the first of them; both as libraries, so that
//! `Cargo.lock` keeps their versions beside the crates'. Then what those two leave too large is made small.
//!
//! A binary of its own behind the feature `bindgen`: it takes minutes to compile, and no other command waits for it.
//! Knows nothing of our front end.
//!
//! - `bindgen cut <input.wasm> <output folder>`: beside the code it writes `parts.txt`, a line `part file` for each file
//!   that a part needs beyond the first.
//! - `bindgen whole <merged.wasm> <output.wasm> <other files…>`: makes a merged program call directly
//!   what it holds ([`whole`]).

mod slim;
mod whole;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use wasm_bindgen_cli_support::Bindgen;

/// Where a file of the program is loaded; the parts' own functions are in its place of the first one's imports.
const LOADER: &str = "parts.js";

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let task = arguments.next().context("first argument: cut or whole")?;
    let paths: Vec<_> = arguments.map(PathBuf::from).collect();
    match (task.to_str(), paths.as_slice()) {
        (Some("cut"), [input, output]) => cut(input, output),
        (Some("whole"), [merged, output, others @ ..]) => {
            let read = |file: &PathBuf| std::fs::read(file).with_context(|| format!("reading {}", file.display()));
            let others: Vec<_> = others.iter().map(read).collect::<Result<_>>()?;
            std::fs::write(output, whole::direct(&read(merged)?, &others)?)?;
            Ok(())
        }
        _ => bail!("bindgen cut <input> <folder>, or bindgen whole <merged> <output> <others…>"),
    }
}

fn cut(input: &Path, output: &Path) -> Result<()> {
    let stem = input.file_stem().and_then(|stem| stem.to_str()).context("the input has no name")?.to_owned();
    let first = output.with_file_name(format!("{stem}.wasm"));
    let parts = split(input, &first, &stem, output).with_context(|| format!("cutting {}", input.display()))?;
    let lines = parts.iter().flat_map(|(part, files)| files.iter().map(move |file| format!("{part} {file}\n")));
    std::fs::write(output.join("parts.txt"), lines.collect::<String>())?;
    std::fs::write(output.join(LOADER), loader(&stem, &parts))?;
    Bindgen::new()
        .input_path(&first)
        .web(true)?
        .typescript(false)
        // The parts take memory and table from the first one's exports.
        .keep_lld_exports(true)
        .remove_name_section(std::env::var_os("BINDGEN_KEEP_NAMES").is_none())
        .remove_producers_section(true)
        .generate(output)
        .with_context(|| format!("wasm-bindgen on {}", first.display()))?;
    slim::slim(&output.join(format!("{stem}_bg.wasm")), &output.join(format!("{stem}.js")))
}

/// Writes the parts into `output`, save the first, which goes to `first`; returns the files of each.
fn split(input: &Path, first: &Path, stem: &str, output: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let wasm = std::fs::read(input)?;
    let main_module = format!("./{stem}.js");
    let mut options = wasm_split_cli_support::Options::new(&wasm);
    let link_name = format!("./{LOADER}");
    options.output_dir = output;
    options.main_out_path = first;
    options.main_module = &main_module;
    options.link_name = &link_name;
    let split = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("{error:#}"))?;
    let files = |names: Vec<String>| names.iter().map(|name| format!("{name}.wasm")).collect();
    Ok(split.prefetch_map.into_iter().map(|(part, names)| (part, files(names))).collect())
}

/// The script that loads parts, in the place of the tool's own: it lets a page say which parts its first file holds.
/// The order in which files are instantiated does not matter: each fills its own places of memory and table.
fn loader(stem: &str, parts: &BTreeMap<String, Vec<String>>) -> String {
    let entries = parts.keys().map(|part| {
        format!("export const __wasm_split_load_{part} = (callback, data) => load(\"{part}\", callback, data);\n")
    });
    format!(
        r#"import {{ initSync }} from "./{stem}.js";
const parts = {parts:?};
const loaded = new Map();
export function holds(part) {{
  for (const file of parts[part]) loaded.set(file, Promise.resolve());
}}
function need(file) {{
  if (!loaded.has(file)) {{
    const imports = {{ __wasm_split: initSync() }};
    const loading = WebAssembly.instantiateStreaming(fetch(new URL(file, import.meta.url)), imports);
    // What failed is asked for again at the next need.
    loading.catch(() => loaded.delete(file));
    loaded.set(file, loading);
  }}
  return loaded.get(file);
}}
async function load(part, callback, data) {{
  let success = true;
  try {{
    await Promise.all(parts[part].map(need));
  }} catch (error) {{
    console.error(error);
    success = false;
  }}
  initSync().__indirect_function_table.get(callback)(data, success);
}}
{entries}"#,
        entries = entries.collect::<String>()
    )
}
