//! The folder in which a server of one machine keeps everything. One process at a time uses it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Name of the database in it.
const FILE: &str = "boardwalk.sqlite";

/// Name of the folder of images in it.
pub const ASSETS: &str = "assets";

/// The folder, locked until dropped.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder where it is missing and takes it.
    pub fn take(path: &Path) -> Result<Self> {
        let shown = path.display();
        std::fs::create_dir_all(path).with_context(|| format!("cannot make the data folder {shown}"))?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .with_context(|| format!("cannot write to the data folder {shown}"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!("another boardwalk is using the data folder {shown}"),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock the data folder {shown}"))
            }
        }
    }

    /// URL of the database that lives here.
    pub fn database_url(&self) -> String {
        database_url(&self.path)
    }
}

/// URL of the database that lives in a data folder, whoever holds it.
pub fn database_url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join(FILE).display())
}

/// The database's file, whoever holds its folder.
pub fn database_file(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a/b");
        let taken = DataFolder::take(&path).expect("a new folder");
        assert!(DataFolder::take(&path).is_err());
        drop(taken);
        assert!(DataFolder::take(&path).is_ok());
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("a file");
        assert!(DataFolder::take(&file).is_err());
    }
}
