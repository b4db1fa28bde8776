//! Which object store the images are in, by the flags: a bucket, a folder that is named, or one in the data folder.

use std::path::Path;

use anyhow::{Context, Result};
use gateway::AssetStore;

use crate::cli::AssetPlace;
use crate::data_folder::ASSETS;

/// Opens it, and makes its folder where that is missing. All images together may take `max_bytes`.
///
/// # Errors
/// The address makes no sense, or the folder cannot be made.
pub fn open(place: &AssetPlace, data_dir: &Path, max_bytes: u64) -> Result<AssetStore> {
    let folder = data_dir.join(ASSETS).display().to_string();
    let address = place.assets_url.as_deref().unwrap_or(&folder);
    AssetStore::open(address, max_bytes).with_context(|| format!("cannot keep images at {address} (--assets-url)"))
}

/// Opens it to read: where no address was given and there is no folder, nobody has brought an image.
///
/// # Errors
/// As [`open`].
pub fn open_existing(place: &AssetPlace, data_dir: &Path) -> Result<Option<AssetStore>> {
    let is_there = place.assets_url.is_some() || data_dir.join(ASSETS).is_dir();
    is_there.then(|| open(place, data_dir, u64::MAX)).transpose()
}
