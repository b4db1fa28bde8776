//! Which board has which images.

use std::sync::Arc;

use protocol::AssetHash;
use storage::{AssetRecord, AssetRoom, Error, Storage};

use crate::samples::{board_id, create};

crate::cases!(crate::Case:
    assets_are_kept_by_board,
    there_is_room_for_so_much,
    a_copy_has_the_assets_of_its_original,
    an_asset_is_used_until_its_last_board_is_gone,
    assets_are_exported_and_imported,
);

const ROOM: AssetRoom = AssetRoom { board_bytes: 100, store_bytes: 150 };

fn asset(number: u8, size_bytes: u64) -> AssetRecord {
    AssetRecord { hash: AssetHash([number; 32]), media_type: "image/png".to_owned(), size_bytes }
}

async fn assets_are_kept_by_board(store: Arc<dyn Storage>) {
    let (first, second) = (create(&*store, 1).await, create(&*store, 2).await);
    store.add_asset(&first, &asset(2, 10), ROOM).await.unwrap();
    store.add_asset(&first, &asset(1, 10), ROOM).await.unwrap();
    store.add_asset(&first, &asset(1, 10), ROOM).await.unwrap();
    assert_eq!(store.assets(&first).await.unwrap(), [asset(1, 10), asset(2, 10)]);
    assert_eq!(store.asset(&first, &asset(2, 10).hash).await.unwrap(), Some(asset(2, 10)));
    assert_eq!(store.asset(&second, &asset(2, 10).hash).await.unwrap(), None);
    assert_eq!(store.assets(&second).await.unwrap(), []);
    let unknown = store.add_asset(&board_id(9), &asset(1, 10), ROOM).await;
    assert!(matches!(unknown, Err(Error::NotFound)), "{unknown:?}");
}

async fn there_is_room_for_so_much(store: Arc<dyn Storage>) {
    let (first, second) = (create(&*store, 1).await, create(&*store, 2).await);
    store.add_asset(&first, &asset(1, 90), ROOM).await.unwrap();
    for (board, number, size, fits) in [
        (&first, 2, 11, false),
        (&first, 2, 10, true),
        (&first, 1, 90, true),
        (&second, 3, 51, false),
        (&second, 3, 50, true),
    ] {
        let added = store.add_asset(board, &asset(number, size), ROOM).await;
        assert!(if fits { added.is_ok() } else { matches!(added, Err(Error::Full)) }, "{number} of {size}: {added:?}");
    }
}

async fn a_copy_has_the_assets_of_its_original(store: Arc<dyn Storage>) {
    let (first, second) = (create(&*store, 1).await, create(&*store, 2).await);
    for number in [1, 2] {
        store.add_asset(&first, &asset(number, 10), ROOM).await.unwrap();
    }
    store.add_asset(&second, &asset(1, 10), ROOM).await.unwrap();
    store.copy_assets(&first, &second).await.unwrap();
    assert_eq!(store.assets(&second).await.unwrap(), [asset(1, 10), asset(2, 10)]);
    store.copy_assets(&first, &board_id(9)).await.unwrap();
}

async fn an_asset_is_used_until_its_last_board_is_gone(store: Arc<dyn Storage>) {
    let (first, second) = (create(&*store, 1).await, create(&*store, 2).await);
    for board in [&first, &second] {
        store.add_asset(board, &asset(1, 10), ROOM).await.unwrap();
    }
    for (board, used) in [(&first, true), (&second, false)] {
        store.delete_board(board).await.unwrap();
        assert!(store.is_asset_used(&asset(1, 10).hash).await.unwrap(), "boards in the bin keep theirs");
        store.purge_one(0).await.unwrap().unwrap();
        assert_eq!(store.is_asset_used(&asset(1, 10).hash).await.unwrap(), used);
    }
}

async fn assets_are_exported_and_imported(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    store.add_asset(&board, &asset(1, 10), ROOM).await.unwrap();
    let export = store.export_board(&board).await.unwrap().unwrap();
    assert_eq!(export.assets, [asset(1, 10)]);
    store.delete_board(&board).await.unwrap();
    store.purge_one(0).await.unwrap().unwrap();
    store.import_board(export).await.unwrap();
    assert_eq!(store.assets(&board).await.unwrap(), [asset(1, 10)]);
}
