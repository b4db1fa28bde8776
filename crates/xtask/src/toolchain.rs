//! Which compiler makes WASM here. Three ways, in this order:
//!
//! 1. rustup's own target, where it is installed;
//! 2. Debian's toolchain (`rustc-web cargo-web rust-web-src` and the matching `lld`), which builds std itself: the way
//!    for machines that cannot download rustup's target;
//! 3. `rustup target add`, with a time limit, since it may hang rather than fail.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::front_end::Effort;
use crate::{apt, process};

/// What the front end is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";
/// Rust's minor version that the workspace needs.
const MINOR_MIN: u32 = 95;
/// What only a toolchain that builds std may do for size, a seventh off the page's WASM: small sorts and formatting, no
/// Debug output, and panics that stop the program without a word. A quick build says what they say.
const SMALL_STD: [&str; 6] = [
    "-Zbuild-std-features=optimize_for_size",
    "-Zpanic-immediate-abort",
    "--config",
    r#"profile.wasm.panic = "immediate-abort""#,
    "--config",
    r#"target.wasm32-unknown-unknown.rustflags = ["-Zfmt-debug=none", "-Zlocation-detail=none"]"#,
];
const RUSTUP_LIMIT: Duration = Duration::from_secs(3 * 60);

/// A compiler for WASM.
pub enum Toolchain {
    /// The toolchain that runs us has the target.
    Native,
    /// Debian's, building std from source.
    Debian {
        /// LLVM's linker of the same major version as rustc's LLVM.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Finds or installs one.
    pub fn prepare(root: &Path) -> Result<Self> {
        if has_target(root)? {
            return Ok(Self::Native);
        }
        if is_debian_installed() || apt::can_install(&DEBIAN_PACKAGES) {
            return Self::prepare_debian();
        }
        println!("    rustup target add {TARGET} (half a minute, at most {} s)", RUSTUP_LIMIT.as_secs());
        let added = process::run_within(RUSTUP_LIMIT, Command::new("rustup").args(["target", "add", TARGET]));
        if added.is_ok() && has_target(root)? {
            return Ok(Self::Native);
        }
        bail!(
            "no compiler for WASM. Either of these gives one:\n  rustup target add {TARGET}\n  sudo apt-get install {} lld-22",
            DEBIAN_PACKAGES.join(" ")
        )
    }

    fn prepare_debian() -> Result<Self> {
        let why = "the front end (Debian's compiler for WASM)";
        if !is_debian_installed() {
            apt::install(why, &DEBIAN_PACKAGES)?;
        }
        let llvm = debian_version()?.llvm_major;
        let linker = PathBuf::from(format!("/usr/bin/wasm-ld-{llvm}"));
        if !linker.exists() {
            apt::install(why, &[&format!("lld-{llvm}")])?;
        }
        Ok(Self::Debian { linker })
    }

    /// For the user to read.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Native => "the active toolchain's own target",
            Self::Debian { .. } => "Debian's toolchain, which builds std too",
        }
    }

    /// `cargo build` for [`TARGET`]; the caller adds the package, profile and folder.
    pub fn cargo_build(&self, root: &Path, effort: Effort) -> Command {
        match self {
            Self::Native => {
                let mut command = process::cargo(root);
                command.args(["build", "--target", TARGET]);
                command
            }
            Self::Debian { linker } => {
                let mut command = Command::new(DEBIAN_CARGO);
                command.current_dir(root).args(["build", "--target", TARGET, "-Zbuild-std=std,panic_abort"]);
                if effort == Effort::Full {
                    command.args(SMALL_STD);
                }
                // `cargo xtask` leaves the variables of the toolchain that started us.
                for name in ["CARGO", "LD_LIBRARY_PATH", "RUSTDOC", "RUSTFLAGS", "RUSTUP_TOOLCHAIN"] {
                    command.env_remove(name);
                }
                command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
                command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                command
            }
        }
    }
}

fn has_target(root: &Path) -> Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = process::output(Command::new(rustc).args(["--print", "sysroot"]).current_dir(root))?;
    Ok(Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

fn is_debian_installed() -> bool {
    Path::new(DEBIAN_CARGO).exists()
        && Path::new(DEBIAN_SOURCE).exists()
        && debian_version().is_ok_and(|version| version.minor >= MINOR_MIN)
}

struct Version {
    minor: u32,
    llvm_major: u32,
}

fn debian_version() -> Result<Version> {
    let text = process::output(Command::new(DEBIAN_RUSTC).arg("-vV").env_remove("LD_LIBRARY_PATH"))?;
    parse_version(&text).with_context(|| format!("{DEBIAN_RUSTC} -vV says something unexpected"))
}

fn parse_version(text: &str) -> Option<Version> {
    let number = |key: &str, place: usize| {
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        line.trim().split('.').nth(place)?.parse().ok()
    };
    Some(Version { minor: number("release:", 1)?, llvm_major: number("LLVM version:", 0)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_versions_of_rustc() {
        let text = "rustc 1.96.0 (ac68faa20)\nrelease: 1.96.0\nLLVM version: 22.1.8\n";
        let version = parse_version(text).unwrap();
        assert_eq!((version.minor, version.llvm_major), (96, 22));
        assert!(parse_version("rustc 1.96.0").is_none());
    }
}
