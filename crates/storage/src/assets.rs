//! The contract of images beside boards: which board has which. Their bytes are in an object store, which this crate must
//! not know.
//!
//! An asset belongs to its board for as long as there is one, in the bin too: versions, undo and copies may show it again.

use async_trait::async_trait;
use protocol::{AssetHash, BoardId};

use crate::Error;

/// An asset of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetRecord {
    /// Its name.
    pub hash: AssetHash,
    /// What it is; the caller has looked at its bytes.
    pub media_type: String,
    /// Its size.
    pub size_bytes: u64,
}

/// How much there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssetRoom {
    /// Bytes of one board's assets.
    pub board_bytes: u64,
    /// Bytes of all boards' assets; one that two boards have counts twice.
    pub store_bytes: u64,
}

/// The part of a store that knows assets. [`Storage`](crate::Storage) tells how calls fail and are repeated.
#[async_trait]
pub trait Assets: Send + Sync + 'static {
    /// The assets of a board by hash; none for an unknown one.
    async fn assets(&self, board: &BoardId) -> Result<Vec<AssetRecord>, Error>;

    /// An asset of a board.
    async fn asset(&self, board: &BoardId, hash: &AssetHash) -> Result<Option<AssetRecord>, Error>;

    /// Gives a board an asset. One that it has already stays as it is. Several at the same moment may go beyond `room`
    /// by as much as they are.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board, [`Error::Full`] where there is no room.
    async fn add_asset(&self, board: &BoardId, asset: &AssetRecord, room: AssetRoom) -> Result<(), Error>;

    /// Gives a board all assets of another, whose copy it is.
    async fn copy_assets(&self, from: &BoardId, to: &BoardId) -> Result<(), Error>;

    /// Whether any board has the asset.
    async fn is_asset_used(&self, hash: &AssetHash) -> Result<bool, Error>;
}
