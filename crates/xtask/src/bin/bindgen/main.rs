//! The linked program cut into parts, and wasm-bindgen's tool for the first of them; both as libraries, so that
//! `Cargo.lock` keeps their versions beside the crates'. Then what those two leave too large is made small.
//!
//! A binary of its own behind the feature `bindgen`: it takes minutes to compile, and no other command waits for it.
//! Knows nothing of our front end.
//!
//! - `bindgen cut <input.wasm> <output folder>`: beside the code it writes `parts.txt`, a line `part file` for each file
//!   that a part needs beyond the first.
//! - `bindgen whole <linked.wasm> <list> <part> <merged.wasm> <output.wasm> <later.wasm> <other files…>`: makes a merged
//!   program, which holds a part, call directly what it holds ([`whole`]), and cuts off what comes later ([`late`]): what
//!   is reached only through what the list holds ([`cold`]).
//! - `bindgen count <merged.wasm> <output.wasm>`: a program that tells which of its functions ran ([`count`]).
//! - `bindgen order <files…>`: lays functions beside their like, in files that are otherwise finished ([`order`]).
//! - `bindgen list <merged.wasm> <names that ran> <list>`: makes such a list.

mod cold;
mod count;
mod late;
mod linked;
mod order;
mod slim;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::cold::Cold;
use crate::linked::Linked;

/// Where a file of the program is loaded; the parts' own functions are in its place of the first one's imports.
const LOADER: &str = "parts.js";

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let task = arguments.next().context("first argument: cut, whole, order, count or list")?;
    let paths: Vec<_> = arguments.map(PathBuf::from).collect();
    match (task.to_str(), paths.as_slice()) {
        (Some("cut"), [input, output]) => cut(input, output),
        (Some("whole"), [linked, list, part, merged, output, later, others @ ..]) => {
            let others: Vec<_> = others.iter().map(|file| read(file)).collect::<Result<_>>()?;
            let part = part.to_str().context("a part's name")?;
            let text = String::from_utf8(read(list)?)?;
            let [first, late] = whole(&read(linked)?, &text, part, &read(merged)?, &others)?;
            std::fs::write(output, first)?;
            std::fs::write(later, late)?;
            Ok(())
        }
        (Some("list"), [merged, ran, list]) => {
            let (merged, ran) = (read(merged)?, String::from_utf8(read(ran)?)?);
            let merged = walrus::Module::from_buffer(&merged)?;
            let sizes = merged.funcs.iter_local().filter_map(|(id, function)| {
                let size = usize::try_from(function.size()).ok()?;
                Some((merged.funcs.get(id).name.as_deref()?, size))
            });
            Ok(std::fs::write(list, cold::list(&sizes.collect(), &ran.lines().collect()))?)
        }
        (Some("count"), [input, output]) => Ok(std::fs::write(output, count::counted(&read(input)?)?)?),
        (Some("order"), files) => {
            files.iter().try_for_each(|file| Ok(std::fs::write(file, order::ordered(&read(file)?)?)?))
        }
        _ => bail!("bindgen cut, whole, order, count or list; what they take is at the top of main.rs"),
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("reading {}", file.display()))
}

/// A merged program in two files; see [`whole`] and [`late`].
fn whole(linked: &[u8], list: &str, part: &str, merged: &[u8], others: &[Vec<u8>]) -> Result<[Vec<u8>; 2]> {
    let linked = Linked::read(linked, part)?;
    let cold = Cold::read(list);
    let known: BTreeSet<_> = linked.names().collect();
    let original = |name: &str| original(name, &known).to_owned();
    let unaddressed = linked.unaddressed();
    let mut whole = whole::direct(merged, others, |name| !unaddressed.contains(original(name).as_str()))?;
    let held: BTreeSet<_> = known.iter().copied().filter(|name| cold.holds(name)).collect();
    let beyond = linked.beyond(|name| held.contains(name));
    late::cut(&mut whole, |name| beyond.contains(original(name).as_str()), &format!("./{LOADER}"))
}

/// A function's name in the linked file: where files are merged, names that are not alone get a number.
fn original<'a>(name: &'a str, known: &BTreeSet<&str>) -> &'a str {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix('_');
    bare.filter(|bare| !known.contains(name) && known.contains(bare)).unwrap_or(name)
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
        // What may come later is known by its name, as the linker gave it; wasm-opt drops them.
        .remove_name_section(false)
        .demangle(false)
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
/// The order in which files are instantiated does not matter: each fills its own places of memory and table. What was cut
/// off that first file ([`late`]) comes by itself, or at once where it is needed before: stubs call the script's `late`.
fn loader(stem: &str, parts: &BTreeMap<String, Vec<String>>) -> String {
    let entries = parts.keys().map(|part| {
        format!("export const __wasm_split_load_{part} = (callback, data) => load(\"{part}\", callback, data);\n")
    });
    let script = slim::without_comments(include_str!("parts.js"));
    script.replace("STEM", stem).replace("PARTS", &format!("{parts:?}")) + &entries.collect::<String>()
}
