//! Migrations may run beside an older service that goes on serving: they only add, and edit no rows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The statements of each migration of an engine, without comments.
fn statements(engine: &str) -> BTreeMap<String, Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(engine);
    let files = fs::read_dir(folder).expect("the migrations").map(|entry| entry.expect("a file").path());
    let read = |file: std::path::PathBuf| {
        let text = fs::read_to_string(&file).expect("text");
        let code: String =
            text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
        let statements = code.split(';').map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "));
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        (name, statements.filter(|statement| !statement.is_empty()).collect())
    };
    files.map(read).collect()
}

fn only_adds(statement: &str) -> bool {
    let statement = statement.to_uppercase();
    let is_new = statement.starts_with("CREATE TABLE ") || statement.starts_with("CREATE INDEX ");
    let is_column = statement.starts_with("ALTER TABLE ") && statement.contains(" ADD COLUMN ");
    // An older service that does not know a column must be able to leave it out.
    is_new || is_column && (!statement.contains("NOT NULL") || statement.contains("DEFAULT"))
}

#[test]
fn migrations_only_add() {
    for engine in ["sqlite", "postgres"] {
        for (name, statements) in statements(engine) {
            for statement in statements {
                assert!(only_adds(&statement), "{engine}/{name}: {statement}");
            }
        }
    }
    for (statement, fits) in [
        ("UPDATE boards SET title = ''", false),
        ("DROP TABLE boards", false),
        ("ALTER TABLE boards ADD COLUMN colour text NOT NULL", false),
        ("ALTER TABLE boards ADD COLUMN colour text NOT NULL DEFAULT ''", true),
        ("ALTER TABLE boards RENAME COLUMN title TO name", false),
    ] {
        assert_eq!(only_adds(statement), fits, "{statement}");
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| statements(engine).into_keys().collect::<Vec<_>>();
    assert_eq!(names("sqlite"), names("postgres"));
}
