//! The diagram of the crates is a test: who may depend on whom, read from `cargo metadata`.

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// A crate, what it may use, and what its tests may use besides.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Every crate of the workspace. A new crate is red until somebody has found its place here.
const ARROWS: [Row; 17] = [
    ("scene", &[], &[]),
    ("board", &["scene"], &[]),
    ("editor", &["board", "scene"], &[]),
    ("protocol", &[], &[]),
    ("sync", &["board", "protocol"], &["scene"]),
    ("visit", &["board", "editor", "protocol", "scene", "sync"], &[]),
    ("rsocket", &[], &[]),
    ("storage", &["protocol"], &[]),
    ("mailbox", &[], &[]),
    ("gateway", &["mailbox", "protocol", "rsocket", "storage"], &[]),
    ("document-service", &["board", "mailbox", "protocol", "rsocket", "scene", "storage", "sync"], &[]),
    ("boardwalk", &["document-service", "gateway", "protocol", "rsocket", "storage"], &["board", "scene", "sync"]),
    ("simulation", &["board", "editor", "protocol", "rsocket", "scene", "storage", "sync", "visit"], &[]),
    ("faults", &["board", "protocol", "sync"], &[]),
    ("frontend", &["board", "editor", "protocol", "scene", "sync", "visit"], &[]),
    ("load", &["board", "editor", "protocol", "scene", "storage"], &["boardwalk"]),
    ("xtask", &[], &[]),
];

/// Libraries that stay behind one wall: the library, the crates that may use it, and those whose tests may.
const WALLS: [Row; 3] =
    [("yrs", &["board"], &["simulation"]), ("rsocket_rust", &["rsocket"], &[]), ("sqlx", &["storage"], &["boardwalk"])];

fn members() -> Vec<Package> {
    let manifest = crate::root().join("Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap();
    metadata.workspace_packages().into_iter().cloned().collect()
}

#[test]
fn crates_depend_only_as_drawn() {
    let members = members();
    let mut wrong = Vec::new();
    for member in &members {
        let Some((_, uses, tests_use)) = ARROWS.iter().find(|(name, ..)| member.name == *name) else {
            wrong.push(format!("{} has no place in the table", member.name));
            continue;
        };
        for dependency in &member.dependencies {
            let name = dependency.name.as_str();
            let is_ours = members.iter().any(|member| member.name == name);
            let in_tests = dependency.kind == DependencyKind::Development;
            if is_ours && !uses.contains(&name) && !(in_tests && tests_use.contains(&name)) {
                wrong.push(format!("{} → {name} ({})", member.name, dependency.kind));
            }
        }
    }
    for (name, ..) in ARROWS {
        if !members.iter().any(|member| member.name == name) {
            wrong.push(format!("{name} is in the table, but not in the workspace"));
        }
    }
    assert!(wrong.is_empty(), "arrows that are not in crates/xtask/src/arrows.rs: {wrong:#?}");
}

#[test]
fn each_wall_has_its_library_on_one_side() {
    let mut wrong = Vec::new();
    for member in members() {
        for dependency in &member.dependencies {
            let Some((_, uses, tests_use)) = WALLS.iter().find(|(library, ..)| dependency.name == *library) else {
                continue;
            };
            let in_tests = dependency.kind == DependencyKind::Development || member.name == "simulation";
            let may = |names: &[&str]| names.iter().any(|name| member.name == *name);
            if !(may(uses) || in_tests && may(tests_use)) {
                wrong.push(format!("{} uses {}", member.name, dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "libraries on the wrong side of their wall: {wrong:#?}");
}
