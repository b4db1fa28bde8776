//! The server's binary, which carries the front end, and running it. Knows its flags only by passing them on.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::step::step;
use crate::{front_end, process};

/// Builds the front end, then `target/release/boardwalk` with it inside.
pub fn build(root: &Path) -> Result<PathBuf> {
    front_end::build(root, front_end::Effort::Full)?;
    step("server: compile", "4-6 minutes the first time", || {
        process::run(process::cargo(root).args(["build", "--quiet", "--release", "--package", "boardwalk"]))
    })?;
    Ok(root.join("target/release/boardwalk"))
}

/// Builds the server as the tests use it: quicker to compile, reads `frontend/dist` from disk.
pub fn build_for_tests(root: &Path) -> Result<PathBuf> {
    process::run(process::cargo(root).args(["build", "--quiet", "--package", "boardwalk"]))?;
    Ok(root.join("target/debug/boardwalk"))
}

/// Builds, then becomes `boardwalk serve` on http://127.0.0.1:8080 and `./data`, unless `flags` say otherwise.
pub fn run(root: &Path, flags: &[OsString]) -> Result<()> {
    let binary = build(root)?;
    let mut command = Command::new(&binary);
    command.current_dir(root).arg("serve").args(flags);
    for (flag, variable, default) in
        [("--listen", "BOARDWALK_LISTEN", "127.0.0.1:8080"), ("--data-dir", "BOARDWALK_DATA_DIR", "./data")]
    {
        if !is_given(flags, flag) && std::env::var_os(variable).is_none() {
            command.args([flag, default]);
        }
    }
    println!("==> boardwalk serve (Ctrl-C stops it)");
    Err(command.exec()).with_context(|| format!("cannot start {}", binary.display()))
}

fn is_given(flags: &[OsString], flag: &str) -> bool {
    flags
        .iter()
        .filter_map(|given| given.to_str())
        .any(|given| given.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_given_with_a_space_or_an_equals_sign() {
        let flags = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert!(is_given(&flags("--listen 0.0.0.0:80"), "--listen"));
        assert!(is_given(&flags("--x y --listen=0.0.0.0:80"), "--listen"));
        assert!(!is_given(&flags("--listener 1"), "--listen"));
    }
}
