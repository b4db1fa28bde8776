//! Turns `assets/labels/*.json` into the tables behind `words.rs`, so that a key missing in one language, or a
//! placeholder that only one of them has, stops the build. English words that only later parts of the program name get
//! tables of their own. It must not know what any label is for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
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

/// Those of them that a board's page looks up before its later parts are there.
const LOOKED_UP_AT_ONCE: &[&str] = &["command.toggle-tool-lock", "key.", "problem.", "tool."];

/// Sources, and folders of sources, whose code lies behind those entries of `src/parts.rs` that say `words::add_later`: what
/// only they name comes with them. A word that is needed sooner would be missing until then; one that is not, only costs
/// bytes.
const LATER: &[&str] = &[
    "account.rs",
    "facilitation.rs",
    "meeting.rs",
    "pages/around.rs",
    "pages/home",
    "pages/home.rs",
    "pages/recover.rs",
    "pages/unlock.rs",
    "panels",
    "private_notes.rs",
    "versions.rs",
];
/// Sources among those that are not.
const AT_ONCE: &[&str] = &["panels/actions.rs", "panels/style.rs", "panels/toolbar.rs"];

type Labels = BTreeMap<String, String>;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/labels");
    println!("cargo::rerun-if-changed={}", folder.display());
    let labels = LANGUAGES.map(|language| read(&folder.join(language).with_extension("json")));
    for (language, other) in LANGUAGES.iter().zip(&labels).skip(1) {
        compare(language, &labels[0], other);
    }
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    println!("cargo::rerun-if-changed={}", sources.display());
    let named = named_at_once(&sources);
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    fs::write(Path::new(&out).join("labels.rs"), tables(&labels, &named)).expect("the build folder can be written");
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

/// The constants that sources other than those of [`LATER`] name.
fn named_at_once(sources: &Path) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for source in rust_below(sources) {
        let path = source.strip_prefix(sources).expect("it lies there");
        if LATER.iter().any(|later| path.starts_with(later)) && !AT_ONCE.iter().any(|once| path == Path::new(once)) {
            continue;
        }
        let text = fs::read_to_string(&source).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
        let names = text.split("key::").skip(1);
        named.extend(names.map(|rest| rest.split(|c: char| !is_of_constant(c)).next().unwrap_or_default().to_owned()));
    }
    named
}

fn is_of_constant(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'
}

fn rust_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let below = |path: PathBuf| if path.is_dir() { rust_below(&path) } else { vec![path] };
    paths.flat_map(below).filter(|path| path.extension().is_some_and(|kind| kind == "rs")).collect()
}

fn is_looked_up(key: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| key.starts_with(prefix))
}

fn constant(key: &str) -> String {
    key.to_uppercase().replace(['.', '-'], "_")
}

fn tables(labels: &[Labels; LANGUAGES.len()], named: &BTreeSet<String>) -> String {
    let is_at_once = |key: &&String| {
        is_looked_up(key, LOOKED_UP_AT_ONCE) || named.contains(&constant(key)) && !is_looked_up(key, LOOKED_UP)
    };
    let (first, later): (Vec<_>, Vec<_>) = labels[0].keys().partition(is_at_once);
    let ordered: Vec<_> = first.iter().chain(&later).collect();
    let (found, found_later): (Vec<_>, Vec<_>) = ordered
        .iter()
        .enumerate()
        .filter(|(_, key)| is_looked_up(key, LOOKED_UP))
        .map(|(at, key)| (key, at))
        .partition(|(_, at)| *at < first.len());
    let texts =
        |labels: &Labels, keys: &[&String]| format!("{:?}", keys.iter().map(|key| &labels[*key]).collect::<Vec<_>>());
    let [english, german] = labels;
    let mut code = format!(
        "/// Keys that are looked up, and their places.\nstatic KEYS: [(&str, u16); {}] = {found:?};\n",
        found.len()
    );
    let _ = writeln!(code, "/// Every text of one language.\npub type Texts = [&'static str; {}];", ordered.len());
    let _ = writeln!(code, "static EN: [&str; {}] = {};", first.len(), texts(english, &first));
    let _ = writeln!(
        code,
        "static LATER_WORDS: Later = Later {{ keys: &{found_later:?}, english: &{} }};",
        texts(english, &later)
    );
    let _ =
        writeln!(code, "pub static DE: Texts = {};", texts(german, &ordered.into_iter().copied().collect::<Vec<_>>()));
    let names = labels.each_ref().map(|labels| &labels["language.name"]);
    let _ = writeln!(code, "static NAMES: [&str; {}] = {names:?};", LANGUAGES.len());
    code.push_str("/// One constant for each key that code names.\npub mod key {\nuse super::Word;\n");
    for (at, key) in first.iter().chain(&later).enumerate() {
        if !is_looked_up(key, LOOKED_UP) {
            let _ = writeln!(code, "/// {}\npub const {}: Word = Word({at});", english[*key], constant(key));
        }
    }
    code.push_str("}\n");
    code
}
