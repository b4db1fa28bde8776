//! What wasm-bindgen leaves larger than it must be: comments, names of imports and exports with a hash each (they do not
//! compress, and are in the script and in the program), and exports of classes that nobody makes.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use walrus::{ExportItem, ImportKind, Module};

/// Classes of `wasm-streams`, which comes with Leptos' server functions. A page without those makes none.
const UNUSED_CLASS: &str = "intounderlying";
/// Names that only the two files know of each other begin so; the last are Rust's own, of what calls closures.
const PRIVATE: [&str; 4] = ["__wbg_", "__wbindgen_cast_", "wasm_bindgen_", "_R"];

/// Rewrites the first file and its script.
pub fn slim(wasm: &Path, script: &Path) -> Result<()> {
    let mut module = Module::from_file(wasm)?;
    let text = std::fs::read_to_string(script).with_context(|| format!("reading {}", script.display()))?;
    let unused: Vec<_> =
        module.exports.iter().filter(|export| export.name.contains(UNUSED_CLASS)).map(|export| export.id()).collect();
    for export in unused {
        module.exports.delete(export);
    }
    walrus::passes::gc::run(&mut module);
    let text = without_classes(&without_comments(&text));
    let names = shorten(&mut module);
    let text = renamed(&text, &names);
    ensure!(!names.is_empty(), "wasm-bindgen names things in another way by now");
    std::fs::write(script, text)?;
    std::fs::write(wasm, module.emit_wasm())?;
    Ok(())
}

/// Gives imported and exported functions short names; returns them by the long ones.
fn shorten(module: &mut Module) -> HashMap<String, String> {
    let mut names = HashMap::new();
    let mut short = |name: &mut String| {
        if PRIVATE.iter().any(|start| name.starts_with(start)) {
            let next = format!("f{}_", names.len());
            *name = names.entry(std::mem::take(name)).or_insert(next).clone();
        }
    };
    for import in module.imports.iter_mut() {
        if matches!(import.kind, ImportKind::Function(_)) {
            short(&mut import.name);
        }
    }
    for export in module.exports.iter_mut() {
        if matches!(export.item, ExportItem::Function(_)) {
            short(&mut export.name);
        }
    }
    names
}

/// The script with every identifier replaced that has a new name.
fn renamed(text: &str, names: &HashMap<String, String>) -> String {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_of_name) {
        let (before, after) = rest.split_at(start);
        let (name, after) = after.split_at(after.find(|c| !is_of_name(c)).unwrap_or(after.len()));
        result.push_str(before);
        result.push_str(names.get(name).map_or(name, String::as_str));
        rest = after;
    }
    result + rest
}

/// Without comments for other programmers, and without what indents lines.
pub fn without_comments(text: &str) -> String {
    let mut is_comment = false;
    let lines = text.lines().map(str::trim).filter(|line| {
        is_comment |= line.starts_with("/*");
        let keep = !is_comment && !line.starts_with("//") && !line.is_empty();
        is_comment &= !line.ends_with("*/");
        keep
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Without the classes that nobody makes: from `export class` to the line that closes it, and the line after it that
/// names it.
fn without_classes(text: &str) -> String {
    let mut depth = 0_usize;
    let is_kept = |line: &&str| {
        let begins = line.starts_with("export class IntoUnderlying");
        let is_inside = begins || depth > 0;
        if is_inside {
            depth = depth + line.matches('{').count() - line.matches('}').count();
        }
        !is_inside && !line.starts_with("if (Symbol.dispose) IntoUnderlying")
    };
    text.lines().filter(is_kept).flat_map(|line| [line, "\n"]).collect()
}
