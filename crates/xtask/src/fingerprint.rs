//! Skipping what is already done: a step's inputs are hashed, and the hash is kept in a file beside its outputs.
//! Knows nothing of the steps.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// SHA-256 over what is added, in order; each part is preceded by its length.
#[derive(Clone, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Adds bytes.
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a file's contents.
    pub fn file(self, path: &Path) -> Result<Self> {
        Ok(self.bytes(&read(path)?))
    }

    /// In hexadecimal.
    pub fn finish(self) -> String {
        self.0.finalize().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// Runs `step` unless the fingerprint in `stamp` says that it has run with these inputs. True if it ran.
pub fn once(stamp: &Path, fingerprint: Fingerprint, step: impl FnOnce() -> Result<()>) -> Result<bool> {
    let now = fingerprint.finish();
    if fs::read_to_string(stamp).is_ok_and(|before| before == now) {
        return Ok(false);
    }
    // A step that fails half way must run again, even if its inputs return to what they were.
    let _ = fs::remove_file(stamp);
    step()?;
    fs::write(stamp, now).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(true)
}

/// A file's contents; an error names the file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// All files below a folder, relative to it, sorted; none if there is no such folder.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&next).with_context(|| format!("cannot read {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("it was found below").to_path_buf());
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_runs_again_when_its_inputs_change_or_it_failed() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = folder.path().join("stamp");
        let key = |text: &str| Fingerprint::default().bytes(text.as_bytes());
        assert!(once(&stamp, key("a"), || Ok(())).unwrap());
        assert!(!once(&stamp, key("a"), || panic!("must be skipped")).unwrap());
        assert!(once(&stamp, key("b"), || anyhow::bail!("broken")).is_err());
        assert!(once(&stamp, key("a"), || Ok(())).unwrap(), "the failed step left no stamp");
    }

    #[test]
    fn parts_do_not_run_together() {
        let of =
            |parts: [&str; 2]| Fingerprint::default().bytes(parts[0].as_bytes()).bytes(parts[1].as_bytes()).finish();
        assert_ne!(of(["ab", "c"]), of(["a", "bc"]));
    }
}
