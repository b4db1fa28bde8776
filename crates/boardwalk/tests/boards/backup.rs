//! The restore drill: a backup is made while people draw, comes into the other kind of database, and is served there.

use std::path::{Path, PathBuf};

use boardwalk::backup::{self, Contents};
use boardwalk::cli::{AssetPlace, BackupOptions, RestoreOptions};
use protocol::lane::Dialect::Boardwalk;
use protocol::{Role, SecretHash};
use serde_json::json;

use crate::client::Client;
use crate::database::Schema;
use crate::http::ask;
use crate::server::{Invite, Server};

/// Somebody who is locked out of the quiet board, and whose recovery link is another's.
const MALLORY: SecretHash = SecretHash([66; 32]);
const RECOVERY: SecretHash = SecretHash([77; 32]);

async fn back_up(server: &Server, database_url: Option<String>, file: &Path) -> Contents {
    let (data_dir, assets) = (server.folder().to_owned(), AssetPlace::default());
    let options = BackupOptions { file: file.to_owned(), data_dir, database_url, assets };
    backup::backup(&options).await.expect("a backup")
}

async fn restore(folder: &Path, database_url: Option<String>, file: &Path) -> anyhow::Result<Contents> {
    let assets = AssetPlace::default();
    let options = RestoreOptions { file: file.to_owned(), data_dir: folder.to_owned(), database_url, assets };
    backup::restore(&options).await
}

/// Two boards with versions and an asset; one board is drawn on while the backup is made. What was acknowledged before the
/// backup began is in it; nothing that is in it was never drawn.
async fn filled(server: &Server, database_url: Option<String>, file: &Path) -> (Invite, Invite, String) {
    let (quiet, busy) = (server.new_board().await, server.new_board().await);
    let mut ann = Client::join(server.address(), &quiet, Role::Edit, Boardwalk, 1).await;
    ann.write("quiet").await;
    ann.saved().await;
    let path = format!("{}/versions", quiet.board);
    let kept = ask(server.address(), "POST", &path, quiet.key(Role::Edit), Some(json!({ "name": "Draft" }))).await;
    assert_eq!(kept.status, 201);
    ann.write("after the draft").await;
    ann.saved().await;
    let assets = server.folder().join("assets/ab");
    std::fs::create_dir_all(&assets).expect("a folder");
    std::fs::write(assets.join("cdef.png"), vec![7; 3 * 1024 * 1024]).expect("a file");

    let store = storage::open(&database_url.clone().unwrap_or_else(|| server.database_url())).await.expect("the store");
    store.lock_person(&quiet.board, &MALLORY, "Mallory").await.expect("locked out");
    store.put_bundle(&RECOVERY, "sealed".into()).await.expect("kept");
    let mut bob = Client::join(server.address(), &busy, Role::Edit, Boardwalk, 2).await;
    bob.write("before").await;
    bob.saved().await;
    let drawing = async {
        for number in 0..200 {
            bob.write(&format!("during {number}")).await;
            bob.saved().await;
        }
    };
    let (contents, ()) = tokio::join!(back_up(server, database_url, file), drawing);
    assert_eq!((contents.boards, contents.assets, contents.bundles), (2, 1, 1));
    assert!(contents.versions >= 1);
    (quiet, busy, ann.board.contents())
}

async fn check_household(database_url: &str, quiet: &Invite) {
    let store = storage::open(database_url).await.expect("the store");
    let locked = store.locked_people(&quiet.board).await.expect("it answers");
    assert_eq!(locked.iter().map(|locked| (locked.person, &*locked.name)).collect::<Vec<_>>(), [(MALLORY, "Mallory")]);
    assert_eq!(store.bundle(&RECOVERY).await.expect("it answers").as_deref(), Some(&b"sealed"[..]));
}

async fn check(server: &Server, quiet: &Invite, busy: &Invite, contents: &str) {
    let ann = Client::join(server.address(), quiet, Role::Edit, Boardwalk, 11).await;
    assert_eq!(ann.board.contents(), contents);
    let path = format!("{}/versions", quiet.board);
    let kept: protocol::VersionList = ask(server.address(), "GET", &path, quiet.key(Role::Edit), None).await.json(200);
    assert!(kept.versions.iter().any(|version| version.name.as_deref() == Some("Draft")));
    let mut bob = Client::join(server.address(), busy, Role::Edit, Boardwalk, 12).await;
    let shown = bob.board.contents();
    assert!(shown.contains("before"));
    // A prefix of what was drawn, in order.
    let drawn = (0..200).take_while(|number| shown.contains(&format!("during {number}\""))).count();
    // And what earlier drills have added.
    assert_eq!(bob.board.len(), drawn + 1 + shown.matches("goes on").count());
    bob.write("goes on").await;
    bob.saved().await;
    assert_eq!(std::fs::read(server.folder().join("assets/ab/cdef.png")).expect("the asset").len(), 3 * 1024 * 1024);
}

fn file_in(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("all.backup")
}

#[tokio::test(flavor = "multi_thread")]
async fn from_sqlite_to_another_sqlite_and_to_postgres_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = file_in(&folder);
    let server = Server::start().await;
    let (quiet, busy, contents) = filled(&server, None, &file).await;
    server.stop().await;

    let target = tempfile::tempdir().expect("a folder");
    restore(target.path(), None, &file).await.expect("restored");
    let again = restore(target.path(), None, &file).await.expect_err("it is not empty now");
    assert!(format!("{again:#}").contains("not empty"), "{again:#}");
    let server = Server::start_in(target).await;
    check(&server, &quiet, &busy, &contents).await;
    check_household(&server.database_url(), &quiet).await;
    server.stop().await;

    let Some(schema) = Schema::begin("restored").await else { return };
    let target = tempfile::tempdir().expect("a folder");
    restore(target.path(), Some(schema.url()), &file).await.expect("restored");
    let server = Server::begin(target, Some(schema.url())).await;
    check(&server, &quiet, &busy, &contents).await;
    check_household(&schema.url(), &quiet).await;
    // And back, from the running server.
    let second = folder.path().join("second.backup");
    back_up(&server, Some(schema.url()), &second).await;
    let target = tempfile::tempdir().expect("a folder");
    restore(target.path(), None, &second).await.expect("restored");
    let back = Server::start_in(target).await;
    check(&back, &quiet, &busy, &contents).await;
    back.stop().await;
    server.stop().await;
    schema.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_whole_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = file_in(&folder);
    let server = Server::start().await;
    filled(&server, None, &file).await;
    server.stop().await;
    let whole = std::fs::read(&file).expect("the backup");
    let damaged = folder.path().join("damaged.backup");
    let mut seen = Vec::new();
    let step = whole.len() / 23;
    let cut = (0..whole.len()).step_by(step).map(|end| whole[..end].to_vec());
    let flipped = (0..whole.len()).step_by(step).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        bytes
    });
    let longer = [[whole.clone(), vec![0]].concat()];
    let newer = [[&whole[..16], &[9, 0, 0, 0], &whole[20..]].concat()];
    for bytes in cut.chain(flipped).chain(longer).chain(newer) {
        std::fs::write(&damaged, bytes).expect("a file");
        let target = folder.path().join("target");
        let refused = restore(&target, None, &damaged).await.expect_err("it is not whole");
        assert!(!target.exists(), "a refused backup leaves no trace");
        seen.push(format!("{refused:#}"));
    }
    for said in ["not a Boardwalk backup", "not complete", "damaged at byte", "has format 9"] {
        assert!(seen.iter().any(|error| error.contains(said)), "{said}: {seen:?}");
    }
}
