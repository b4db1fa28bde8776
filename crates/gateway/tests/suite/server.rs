//! A gateway with a store of its own and nobody at the far end: nothing here opens a board.

use std::sync::Arc;

use gateway::{AssetStore, Gateway, GatewayOptions, ServiceDirectory};
use storage::Storage;

/// Where people find most of them.
pub const SITE: &str = "https://boards.example";

/// What is decided about a gateway at [`SITE`].
pub fn at_site() -> GatewayOptions {
    GatewayOptions { public_url: Some(SITE.to_owned()), ..GatewayOptions::default() }
}

/// A gateway that takes so many bytes of images.
pub async fn start(options: GatewayOptions, asset_bytes: u64) -> (Gateway, Arc<dyn Storage>) {
    let storage = storage::open("memory:").await.expect("memory never fails");
    (on(Arc::clone(&storage), options, asset_bytes), storage)
}

/// The same over a store that is there.
pub fn on(storage: Arc<dyn Storage>, options: GatewayOptions, asset_bytes: u64) -> Gateway {
    let directory = ServiceDirectory::in_process(|| rsocket::memory::pair().0);
    Gateway::with_options(storage, directory, options, AssetStore::in_memory(asset_bytes))
}
