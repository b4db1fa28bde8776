//! Debian packages: installed when we are root and apt has them, else one line that says what to install.

use std::process::{Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::process;

const UPDATE_LIMIT: Duration = Duration::from_secs(3 * 60);
const INSTALL_LIMIT: Duration = Duration::from_secs(20 * 60);

/// Installs the packages, for the reason `why` (shown to the user, and in the error if it cannot be done).
pub fn install(why: &str, packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if !can_install(packages) {
        bail!("{why} needs: {list} (on Debian: sudo apt-get install {list})");
    }
    println!("    installing {list} for {why} (a minute or two)");
    let mut apt = apt_get();
    apt.args(["install", "--yes", "--no-install-recommends", "-qq"]).args(packages);
    process::run_within(INSTALL_LIMIT, apt.stdout(Stdio::null()))
}

/// Whether [`install`] would try: root, on a machine whose apt offers every one of them.
pub fn can_install(packages: &[&str]) -> bool {
    static UPDATE: Once = Once::new();
    if !process::is_root() || process::find("apt-get").is_none() {
        return false;
    }
    // Fresh images come without lists. An update that fails leaves the lists that are there.
    UPDATE.call_once(|| {
        let _ = process::run_within(UPDATE_LIMIT, apt_get().args(["update", "-qq"]));
    });
    packages.iter().all(|package| offers(package))
}

fn offers(package: &str) -> bool {
    process::output(Command::new("apt-cache").args(["policy", package]))
        .is_ok_and(|policy| policy.lines().any(|line| line.contains("Candidate:") && !line.contains("(none)")))
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    command
}
