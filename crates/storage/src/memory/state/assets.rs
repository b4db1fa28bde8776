//! Which board has which assets, as plain values. Each method means what its namesake in [`Assets`](crate::Assets) means.

use protocol::{AssetHash, BoardId};

use super::State;
use crate::{AssetRecord, AssetRoom, Error};

#[expect(missing_docs, reason = "each method is described once, at its namesake in the trait")]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl State {
    #[must_use]
    pub fn assets(&self, board: &BoardId) -> Vec<AssetRecord> {
        self.boards.get(board).map(|board| board.assets.values().cloned().collect()).unwrap_or_default()
    }

    pub fn add_asset(&mut self, board: &BoardId, asset: &AssetRecord, room: AssetRoom) -> Result<(), Error> {
        let size = |assets: &mut dyn Iterator<Item = &AssetRecord>| assets.map(|asset| asset.size_bytes).sum::<u64>();
        let in_store = size(&mut self.boards.values().flat_map(|board| board.assets.values()));
        let board = self.boards.get_mut(board).ok_or(Error::NotFound)?;
        if board.assets.contains_key(&asset.hash) {
            return Ok(());
        }
        let on_board = size(&mut board.assets.values());
        let fits = |used: u64, room: u64| used.saturating_add(asset.size_bytes) <= room;
        if !fits(on_board, room.board_bytes) || !fits(in_store, room.store_bytes) {
            return Err(Error::Full);
        }
        board.assets.insert(asset.hash, asset.clone());
        Ok(())
    }

    pub fn copy_assets(&mut self, from: &BoardId, to: &BoardId) {
        let assets = self.assets(from);
        if let Some(board) = self.boards.get_mut(to) {
            board.assets.extend(assets.into_iter().map(|asset| (asset.hash, asset)));
        }
    }

    #[must_use]
    pub fn is_asset_used(&self, hash: &AssetHash) -> bool {
        self.boards.values().any(|board| board.assets.contains_key(hash))
    }
}
