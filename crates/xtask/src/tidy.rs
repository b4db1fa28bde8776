//! Style rules as tests: the one place that says no. Each test names every file that breaks its rule.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::fingerprint::files_below;
use crate::root;

const LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
/// Names that say nothing of what lies behind them.
const EMPTY_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "misc", "manager", "base"];
/// Empty only as a whole name: `data_folder` says something.
const EMPTY_WHOLE_NAMES: [&str; 3] = ["data", "info", "mod"];
/// Folders of text that is ours.
const OURS: [&str; 11] = [
    ".cargo",
    ".ci",
    "assets/admin",
    "assets/styles",
    "crates",
    "docs",
    "e2e",
    "frontend/src",
    "migrations",
    "frontend/index.html",
    "frontend/service-worker.js",
];
const NOT_OURS: [&str; 2] = ["node_modules", "test-results"];
const TEXT: [&str; 11] = ["conf", "css", "html", "js", "json", "md", "mjs", "rs", "sql", "toml", "yml"];

/// Our text files below `OURS` and at the top, relative to the workspace.
fn texts() -> Vec<PathBuf> {
    let root = root();
    let mut files: Vec<PathBuf> = Vec::new();
    for place in OURS {
        let folder = root.join(place);
        if folder.is_file() {
            files.push(place.into());
        }
        files.extend(files_below(&folder).unwrap().iter().map(|file| Path::new(place).join(file)));
    }
    let top = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.extend(top.map(|path| PathBuf::from(path.file_name().unwrap())));
    files.retain(|file| {
        let ours = !file.iter().any(|part| NOT_OURS.iter().any(|name| part == *name));
        let text = file.extension().is_none_or(|kind| TEXT.iter().any(|known| kind == *known));
        ours && text && !file.ends_with("Cargo.lock")
    });
    assert!(files.len() > 50, "the walk finds the sources");
    files
}

fn of_kinds(kinds: &[&str]) -> Vec<PathBuf> {
    let is_wanted = |file: &PathBuf| file.extension().is_some_and(|kind| kinds.iter().any(|wanted| kind == *wanted));
    texts().into_iter().filter(is_wanted).collect()
}

fn rust_files() -> Vec<PathBuf> {
    of_kinds(&["rs"])
}

fn text_of(file: &Path) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Fails with what `complaint` says about any of the files.
fn check(rule: &str, files: Vec<PathBuf>, complaint: impl Fn(&Path, &str) -> Option<String>) {
    let complaints: Vec<String> = files
        .iter()
        .filter_map(|file| Some(format!("{}: {}", file.display(), complaint(file, &text_of(file))?)))
        .collect();
    assert!(complaints.is_empty(), "{rule}\n{}", complaints.join("\n"));
}

#[test]
fn every_module_says_what_it_is() {
    check("the first line of a module is `//!`", rust_files(), |_, text| {
        (!text.starts_with("//! ")).then(|| "does not".to_owned())
    });
}

#[test]
fn files_are_short() {
    check(&format!("at most {LINES_MAX} lines"), of_kinds(&["mjs", "rs"]), |_, text| {
        let lines = text.lines().count();
        (lines > LINES_MAX).then(|| format!("{lines} lines"))
    });
}

#[test]
fn functions_are_short() {
    // A table of cases may be as long as there are cases.
    let files = rust_files().into_iter().filter(|file| !file.iter().any(|part| part == "tests")).collect();
    check(&format!("functions have at most {FUNCTION_LINES_MAX} lines"), files, |_, text| {
        let long = long_functions(text);
        (!long.is_empty()).then(|| long.join(", "))
    });
}

/// Relies on rustfmt: a function's closing brace stands in the column of its first word.
fn long_functions(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut long = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let words = line.trim_start();
        let indent = line.len() - words.len();
        let Some((_, name)) = words.split_once("fn ") else { continue };
        let before = &words[..words.len() - name.len()];
        let is_item = before
            .split_whitespace()
            .all(|word| matches!(word, "fn" | "async" | "const" | "pub") || word.starts_with("pub("));
        if !is_item || words.ends_with(';') {
            continue;
        }
        let end = format!("{}}}", " ".repeat(indent));
        let count = lines[start..].iter().position(|line| *line == end).map_or(0, |last| last + 1);
        if count > FUNCTION_LINES_MAX {
            long.push(format!("{} ({count} lines)", name.split(['(', '<']).next().unwrap_or(name)));
        }
    }
    long
}

#[test]
fn a_long_function_is_seen() {
    let text = format!(
        "impl X {{\n    pub fn long() {{\n{}    }}\n\n    fn short() {{\n    }}\n}}\n",
        "    x();\n".repeat(70)
    );
    assert_eq!(long_functions(&text), ["long (72 lines)"]);
}

#[test]
fn names_say_something() {
    check("names of files and folders say what lies behind them", of_kinds(&["mjs", "rs"]), |file, _| {
        let stems = file.iter().map(|part| part.to_string_lossy().split('.').next().unwrap_or_default().to_lowercase());
        let empty = stems.into_iter().find(|stem| {
            EMPTY_WHOLE_NAMES.contains(&stem.as_str()) || stem.split(['_', '-']).any(|word| EMPTY_NAMES.contains(&word))
        });
        empty.map(|name| format!("{name:?} says nothing"))
    });
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"]].map(|parts| parts.concat());
    check("finish it, or open an issue", texts(), |_, text| {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        words.into_iter().find(|word| marks.iter().any(|mark| mark == word)).map(|word| format!("says {word}"))
    });
}

#[test]
fn no_path_of_one_machine() {
    let places = [["/ho", "me/"], ["/ro", "ot/"], ["/wo", "rk/"], ["/Us", "ers/"]].map(|parts| parts.concat());
    check("paths are relative to the workspace", texts(), |_, text| {
        places.iter().find(|place| text.contains(place.as_str())).map(|place| format!("names {place}"))
    });
}

#[test]
fn npm_locks_name_no_registry() {
    let locks = texts().into_iter().filter(|file| file.ends_with("package-lock.json")).collect::<Vec<_>>();
    assert!(!locks.is_empty());
    check("package-lock.json works with any registry", locks, |_, text| {
        text.contains("\"resolved\"").then(|| "has \"resolved\"; see .npmrc beside it".to_owned())
    });
}

#[test]
fn the_architecture_is_told() {
    let map = text_of(Path::new("ARCHITECTURE.md"));
    let mut wrong = Vec::new();
    for folder in std::fs::read_dir(root().join("crates")).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        if !map.contains(&format!("`{name}`")) && !map.contains(&format!("crates/{name}")) {
            wrong.push(format!("the crate {name} is not named"));
        }
    }
    for quoted in map.split('`').skip(1).step_by(2) {
        let is_path = quoted.contains('/') && OURS.iter().any(|place| quoted.starts_with(&format!("{}/", top(place))));
        let plain = !quoted.contains(['*', '{', ' ', '<', '…']);
        if is_path && plain && !root().join(quoted.split(':').next().unwrap_or(quoted)).exists() {
            wrong.push(format!("{quoted} does not exist"));
        }
    }
    assert!(wrong.is_empty(), "ARCHITECTURE.md: {wrong:#?}");
}

fn top(place: &str) -> &str {
    place.split('/').next().unwrap_or(place)
}

#[test]
fn decisions_are_numbered() {
    let mut numbers = BTreeSet::new();
    for file in files_below(&root().join("docs/decisions")).unwrap() {
        let name = file.to_string_lossy().into_owned();
        let parts = name.strip_suffix(".md").and_then(|stem| stem.split_once('-'));
        let (number, title) = parts.unwrap_or_else(|| panic!("{name} is not NNNN-title.md"));
        assert!(number.len() == 4 && number.bytes().all(|digit| digit.is_ascii_digit()), "{name} is not NNNN-title.md");
        assert!(
            title.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-'),
            "{name}: title"
        );
        assert!(numbers.insert(number.to_owned()), "{number} is given twice");
    }
    assert!(!numbers.is_empty());
}

#[test]
fn both_engines_have_the_same_migrations() {
    let [sqlite, postgres] = ["sqlite", "postgres"].map(|engine| files_below(&root().join("migrations").join(engine)));
    let (sqlite, postgres) = (sqlite.unwrap(), postgres.unwrap());
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, postgres);
}

#[test]
fn wasm_bindgen_and_its_tool_are_of_one_version() {
    let lock = text_of(Path::new("Cargo.lock"));
    let version = |name: &str| {
        let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{name}\""));
        lines.nth(1).unwrap_or_else(|| panic!("{name} is not in Cargo.lock")).to_owned()
    };
    assert_eq!(version("wasm-bindgen"), version("wasm-bindgen-cli-support"));
}

/// What one row of a table of features names: a file of tests, and a test of it or the beginning of a journey's title.
fn named_tests(row: &str) -> Vec<(String, Option<String>)> {
    let mut named: Vec<(String, Option<String>)> = vec![];
    let parts: Vec<&str> = row.split('`').collect();
    for (at, part) in parts.iter().enumerate().filter(|(at, _)| at % 2 == 1) {
        let is_file = [".rs", ".mjs", ".txt"].iter().any(|kind| part.ends_with(kind));
        let is_test = part.contains('_')
            && part.chars().all(|letter| letter.is_ascii_lowercase() || "0123456789_…".contains(letter));
        let says = parts.get(at + 1).copied().unwrap_or_default();
        let file = named.last().map(|(file, _)| file.clone()).filter(|file| file.ends_with(".rs"));
        match file {
            _ if part.ends_with(".test.mjs") => {
                let titles = says.strip_prefix(": ").unwrap_or_default();
                let title = titles.split([';', '|']).next().unwrap_or_default().trim();
                named.push(((*part).to_owned(), Some(title.to_owned()).filter(|title| !title.is_empty())));
            }
            _ if is_file => named.push(((*part).to_owned(), None)),
            Some(file) if is_test => named.push((file, Some(part.trim_end_matches('…').to_owned()))),
            _ => {}
        }
    }
    named
}

#[test]
fn tests_that_features_name_are_there() {
    let files = of_kinds(&["rs", "mjs", "txt"]);
    let has_it = |(file, test): &(String, Option<String>)| {
        let mut found = files.iter().filter(|known| known.ends_with(file)).peekable();
        let is_there = found.peek().is_some();
        match test {
            None => is_there || file.ends_with(".txt"),
            Some(title) if file.ends_with(".mjs") => found.any(|file| {
                let text = text_of(file);
                ['"', '`'].iter().any(|quote| text.contains(&format!("journey({quote}{title}")))
            }),
            Some(test) => found.any(|file| text_of(file).contains(&format!("fn {test}"))),
        }
    };
    check("docs/features.md names tests that exist", vec!["docs/features.md".into()], |_, text| {
        let rows = text.lines().filter(|line| line.starts_with('|'));
        let missing: Vec<String> = rows
            .flat_map(named_tests)
            .filter(|named| !has_it(named))
            .map(|(file, test)| format!("{file}: {test:?}"))
            .collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    });
    let row = "| a | yes | `a.rs`: `one_thing`, `another_…`; `b.test.mjs`: a title, all of it; more |";
    let named = |file: &str, test: &str| (file.to_owned(), Some(test.to_owned()));
    let file = ("a.rs".to_owned(), None);
    assert_eq!(
        named_tests(row),
        [file, named("a.rs", "one_thing"), named("a.rs", "another_"), named("b.test.mjs", "a title, all of it")]
    );
}
