//! `boardwalk backup` and `boardwalk restore`: which database and which store of images; the file itself is `storage::backup`'s.

use std::path::Path;

use anyhow::{Context, Result, bail};
use gateway::AssetStore;
pub use storage::backup::Contents;

use crate::asset_place;
use crate::cli::{BackupOptions, RestoreOptions};
use crate::data_folder::{self, DataFolder};

/// Writes a backup beside a running server.
///
/// # Errors
/// There is no database, it or the images' store does not answer, or the file cannot be written.
pub async fn backup(options: &BackupOptions) -> Result<Contents> {
    let url = match &options.database_url {
        Some(url) => url.clone(),
        None => {
            let file = data_folder::database_file(&options.data_dir);
            if !file.is_file() {
                bail!("there is no database at {}: name its folder with --data-dir", file.display());
            }
            data_folder::database_url(&options.data_dir)
        }
    };
    let storage = storage::open(&url).await.context("cannot open the database")?;
    let assets = asset_place::open_existing(&options.assets, &options.data_dir)?;
    let written = storage::backup::write(&*storage, assets.as_ref().map(AssetStore::objects), &options.file).await;
    written.with_context(|| format!("cannot write the backup {}", shown(&options.file)))
}

/// Restores a backup into an empty database.
///
/// # Errors
/// The file is not whole, the database is not empty or does not answer, or a server runs on the folder.
pub async fn restore(options: &RestoreOptions) -> Result<Contents> {
    // Before anything is made: a file that is no backup leaves no trace.
    let checked = storage::backup::check(&options.file).await;
    checked.with_context(|| format!("cannot restore {}", shown(&options.file)))?;
    let data = DataFolder::take(&options.data_dir)?;
    let url = options.database_url.clone().unwrap_or_else(|| data.database_url());
    let storage = storage::open(&url).await.context("cannot open the database")?;
    let assets = asset_place::open(&options.assets, &options.data_dir, u64::MAX)?;
    let restored = storage::backup::restore(&*storage, Some(assets.objects()), &options.file).await;
    restored.with_context(|| format!("cannot restore {}", shown(&options.file)))
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}
