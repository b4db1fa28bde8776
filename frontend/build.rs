//! Turns `assets/labels/*.json` into the tables behind `words.rs`, so that a key missing in one language, or a
//! placeholder that only one of them has, stops the build. It must not know what any label is for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// Languages in the order of `words::Language`; the first is the one the others are compared with.
const LANGUAGES: [&str; 2] = ["en", "de"];

/// Keys that code looks up by an id (`tool.` and a tool's id), so they get no constant of their own.
const LOOKED_UP: &[&str] = &[
    "align.",
    "align_y.",
    "colour.",
    "command.",
    "dash.",
    "fill_style.",
    "font.",
    "font_size.",
    "head.",
    "key.",
    "language.name",
    "problem.",
    "radius.",
    "reaction.",
    "role.",
    "route.",
    "shade.",
    "sketch.",
    "tool.",
    "width.",
];

type Labels = BTreeMap<String, String>;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/labels");
    println!("cargo::rerun-if-changed={}", folder.display());
    let labels = LANGUAGES.map(|language| read(&folder.join(language).with_extension("json")));
    for (language, other) in LANGUAGES.iter().zip(&labels).skip(1) {
        compare(language, &labels[0], other);
    }
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    fs::write(Path::new(&out).join("labels.rs"), tables(&labels)).expect("the build folder can be written");
}

fn read(path: &Path) -> Labels {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Panics with the first difference between the first language and another one.
fn compare(language: &str, first: &Labels, other: &Labels) {
    let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) = (first.keys().collect(), other.keys().collect());
    if let Some(key) = ours.symmetric_difference(&theirs).next() {
        panic!("assets/labels: `{key}` is not in both {} and {language}", LANGUAGES[0]);
    }
    for (key, text) in first {
        assert_eq!(
            placeholders(text),
            placeholders(&other[key]),
            "assets/labels: `{key}` has other placeholders in {language}"
        );
        assert!(!text.trim().is_empty() && !other[key].trim().is_empty(), "assets/labels: `{key}` is empty");
    }
}

/// The names between braces.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

fn tables(labels: &[Labels; LANGUAGES.len()]) -> String {
    let first = &labels[0];
    let is_looked_up = |key: &str| LOOKED_UP.iter().any(|prefix| key.starts_with(prefix));
    let keys: Vec<_> = first.keys().enumerate().filter(|(_, key)| is_looked_up(key)).collect();
    let keys: Vec<_> = keys.into_iter().map(|(at, key)| (key, at)).collect();
    let mut code = format!(
        "/// Keys that are looked up, and their places.\nstatic KEYS: [(&str, u16); {}] = {keys:?};\n",
        keys.len()
    );
    let _ = writeln!(code, "/// Every text of one language.\npub type Texts = [&'static str; {}];", first.len());
    for (language, labels) in LANGUAGES.iter().zip(labels) {
        let texts: Vec<_> = labels.values().collect();
        let _ = writeln!(code, "pub static {}: Texts = {texts:?};", language.to_uppercase());
    }
    let names = labels.each_ref().map(|labels| &labels["language.name"]);
    let _ = writeln!(code, "static NAMES: [&str; {}] = {names:?};", LANGUAGES.len());
    code.push_str("/// One constant for each key that code names.\npub mod key {\nuse super::Word;\n");
    for (at, (key, text)) in first.iter().enumerate() {
        if !is_looked_up(key) {
            let name = key.to_uppercase().replace(['.', '-'], "_");
            let _ = writeln!(code, "/// {text}\npub const {name}: Word = Word({at});");
        }
    }
    code.push_str("}\n");
    code
}
