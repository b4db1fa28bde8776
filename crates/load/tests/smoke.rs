//! The load tool itself, for a second or two against a server in this process: what it measures is measured rightly,
//! and nothing is lost. Speeds are judged by `cargo xtask bench server` only.

use std::path::PathBuf;

use boardwalk::cli::{AssetOptions, AssetPlace, ServeOptions};
use boardwalk::{HttpsFiles, Running};
use load::client::Client;
use load::place::Speech;
use load::scenarios::crowd::{self, Crowd};
use load::scenarios::{agreement, left_behind};
use load::stage::Stage;
use tempfile::TempDir;

async fn start() -> (Running, TempDir, Stage) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = ServeOptions {
        listen: "127.0.0.1:0".to_owned(),
        data_dir: PathBuf::from(folder.path()),
        database_url: None,
        public_url: None,
        assets: AssetOptions { place: AssetPlace::default(), assets_gib: 1 },
        https: HttpsFiles::default(),
        door: boardwalk::cli::DoorOptions::default(),
    };
    let running = Running::serve(&options).await.expect("the server starts");
    let address = running.address().expect("serve listens");
    let stage = Stage::running(address, std::process::id(), folder.path().to_owned(), 2).await.expect("boards");
    (running, folder, stage)
}

#[tokio::test]
async fn a_crowd_gets_every_edit_once() {
    let (running, _folder, stage) = start().await;
    let crowd = Crowd { writers: 3, readers: 4, edits_per_s: 100, cursors_per_s: 10, seconds: 1, pad_bytes: 0 };
    for speech in [Speech::Boardwalk, Speech::Stock] {
        let place = stage.place(0).spoken(speech);
        let outcome = crowd::run(&stage, &place, crowd).await.expect("nobody is refused");
        assert!(outcome.sent > 0 && !outcome.cursors.is_empty());
        assert_eq!((outcome.delivered, outcome.lost), (outcome.sent * 4, 0), "{speech:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_filled_board_is_joined_whole_and_small() {
    let (running, _folder, stage) = start().await;
    let place = stage.place(1);
    stage.fill(&place, 1200).await.expect("the board is filled");
    let (client, joined) = Client::join(&place).await.expect("the board opens");
    client.leave().await;
    let updates = joined.decoded().expect("zlib");
    let covered: u32 = updates
        .iter()
        .flat_map(|update| board::check_update(update).expect("an update").covers.iter().collect::<Vec<_>>())
        .map(|(_, clock)| clock)
        .sum();
    assert!(covered >= 1200 * 5, "{covered} structs");
    assert!(joined.wire_bytes < 1200 * 60, "{} bytes on the wire", joined.wire_bytes);
    running.stop().await;
}

#[tokio::test]
async fn editors_who_drop_off_agree_in_the_end() {
    let (running, _folder, stage) = start().await;
    let report = agreement::on_stage(&stage, 4, 2, "smoke").await.expect("nobody is refused");
    assert!(report.holds(), "{report}");
    running.stop().await;
}

#[test]
fn habits_leave_little_in_the_document() {
    let report = left_behind::run().expect("the editor does what the hand means");
    assert!(report.holds(), "{report}");
}
