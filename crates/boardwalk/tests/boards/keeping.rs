//! What is kept: versions, the bin and what could not be read, over HTTP, on SQLite and on Postgres.

use board::{Board, ClientId, Reversal};
use protocol::lane::Dialect::{Boardwalk, Stock};
use protocol::{BinView, CreatedBoard, ErrorCode, Role, VersionChanges, VersionList, VersionView};
use serde_json::json;
use sqlx::Connection as _;

use crate::client::Client;
use crate::database::Schema;
use crate::http::ask;
use crate::server::{Invite, Server};

/// Runs a case on SQLite, and on Postgres where there is one.
macro_rules! on_both_engines {
    ($($case:ident),*) => {$(
        mod $case {
            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                let server = super::Server::start().await;
                super::$case(&server).await;
                server.stop().await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                let Some(schema) = super::Schema::begin(stringify!($case)).await else { return };
                let server = super::Server::start_on(Some(schema.url())).await;
                super::$case(&server).await;
                server.stop().await;
                schema.end().await;
            }
        }
    )*};
}

on_both_engines!(a_version_is_kept_looked_at_and_restored_as_an_edit, versions_are_for_editors, the_bin);

async fn keep(server: &Server, invite: &Invite, name: &str) -> VersionView {
    let path = format!("{}/versions", invite.board);
    let body = json!({ "name": name, "author": "Ann" });
    ask(server.address(), "POST", &path, invite.key(Role::Edit), Some(body)).await.json(201)
}

async fn versions(server: &Server, invite: &Invite) -> Vec<VersionView> {
    let path = format!("{}/versions", invite.board);
    ask(server.address(), "GET", &path, invite.key(Role::Edit), None).await.json::<VersionList>(200).versions
}

/// A version as a board of its own.
async fn looked_at(server: &Server, invite: &Invite, version: &VersionView) -> Board {
    let path = format!("{}/versions/{}", invite.board, version.id);
    let answer = ask(server.address(), "GET", &path, invite.key(Role::Edit), None).await;
    assert_eq!(answer.status, 200);
    let mut board = Board::new(ClientId::new(999).expect("a valid client id"));
    board.merge(&answer.body).expect("a Yjs update");
    board
}

async fn a_version_is_kept_looked_at_and_restored_as_an_edit(server: &Server) {
    let invite = server.new_board().await;
    let mut ann = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    let mut bob = Client::join(server.address(), &invite, Role::Edit, Stock, 2).await;
    ann.write("first").await;
    ann.write("second").await;
    ann.saved().await;
    let before = ann.board.contents();
    let draft = keep(server, &invite, "  Draft ").await;
    assert_eq!((draft.name.as_deref(), draft.author.as_deref()), (Some("Draft"), Some("Ann")));
    let third = ann.write("third").await;
    ann.saved().await;
    bob.sees(&third).await;
    let after = ann.board.contents();
    let last = keep(server, &invite, "Last").await;
    assert_eq!(versions(server, &invite).await, [last.clone(), draft.clone()]);

    // Who edited before each, and how much: of the client's stock peer nothing but its edits is known.
    let since = format!("{}/versions/{}/changes?since={}", invite.board, last.id, draft.id);
    let first = format!("{}/versions/{}/changes", invite.board, draft.id);
    for (path, added) in [(since, 1), (first, 2)] {
        let counted = ask(server.address(), "GET", &path, invite.key(Role::Edit), None).await;
        assert_eq!(counted.json::<VersionChanges>(200), VersionChanges { added, ..VersionChanges::default() });
    }
    let unknown = format!("{}/versions/{}/changes?since={}", invite.board, last.id, "v".repeat(20));
    assert_eq!(ask(server.address(), "GET", &unknown, invite.key(Role::Edit), None).await.code(), "unknown-version");
    assert_eq!((draft.people.len(), last.people.len()), (1, 1));

    // Back, as an edit of Ann's own, which Bob sees, and which she takes back.
    let version = looked_at(server, &invite, &draft).await;
    assert_eq!(version.contents(), before);
    assert_eq!(looked_at(server, &invite, &last).await.contents(), after);
    let restored = ann.board.restore(&version, 2000);
    ann.send_update(&restored.update.expect("a change").0).await;
    ann.saved().await;
    bob.until("the version", |bob| bob.board.contents() == before).await;
    let reversal: Reversal = restored.reversal;
    let undone = ann.board.revert(&reversal).applied.update.expect("a change").0;
    ann.send_update(&undone).await;
    ann.saved().await;
    bob.until("what was there", |bob| bob.board.contents() == after).await;

    // A new board that begins as the version.
    let path = format!("{}/versions/{}/copy", invite.board, draft.id);
    let copied = ask(server.address(), "POST", &path, invite.key(Role::Edit), Some(json!({ "title": "Copy" }))).await;
    let copy = copied.json::<CreatedBoard>(201);
    assert_eq!(copy.title, "Copy");
    let copy = Invite::of(copy);
    let mut carol = Client::join(server.address(), &copy, Role::Edit, Boardwalk, 3).await;
    assert_eq!(carol.board.contents(), before);
    carol.write("on the copy").await;
    carol.saved().await;
    assert_eq!(ann.board.contents(), after);

    // Renamed, and forgotten by the owner only.
    let path = format!("{}/versions/{}", invite.board, draft.id);
    let renamed = json!({ "name": "Renamed" });
    let renamed: VersionView =
        ask(server.address(), "PATCH", &path, invite.key(Role::Edit), Some(renamed)).await.json(200);
    assert_eq!((renamed.name.as_deref(), renamed.author), (Some("Renamed"), None));
    assert_eq!(ask(server.address(), "DELETE", &path, invite.key(Role::Edit), None).await.code(), "forbidden");
    assert_eq!(ask(server.address(), "DELETE", &path, invite.key(Role::Owner), None).await.status, 204);
    assert_eq!(ask(server.address(), "GET", &path, invite.key(Role::Owner), None).await.code(), "unknown-version");
    // Who edited before it is with the next one, whose changes these are now.
    let people = [last.people.clone(), draft.people].concat();
    assert_eq!(versions(server, &invite).await, [VersionView { people, ..last }]);
}

async fn versions_are_for_editors(server: &Server) {
    let invite = server.new_board().await;
    let kept = keep(server, &invite, "Empty").await;
    let (list, one) = (format!("{}/versions", invite.board), format!("{}/versions/{}", invite.board, kept.id));
    let name = || Some(json!({ "name": "x" }));
    for (method, path, body) in [
        ("GET", list.clone(), None),
        ("POST", list.clone(), name()),
        ("GET", one.clone(), None),
        ("PATCH", one.clone(), name()),
        ("DELETE", one.clone(), None),
        ("POST", format!("{one}/copy"), Some(json!({}))),
        ("GET", format!("{one}/changes"), None),
        ("DELETE", invite.board.to_string(), None),
        ("GET", format!("{}/bin", invite.board), None),
        ("POST", format!("{}/restore", invite.board), None),
        ("GET", format!("{}/damage", invite.board), None),
        ("DELETE", format!("{}/damage", invite.board), None),
    ] {
        let answer = ask(server.address(), method, &path, invite.key(Role::View), body.clone()).await;
        assert_eq!(answer.code(), "forbidden", "{method} {path}");
        assert_eq!(ask(server.address(), method, &path, "nonsense", body).await.code(), "wrong-key", "{method} {path}");
    }
    for (body, code) in [
        (json!({ "name": "" }), "malformed"),
        (json!({ "name": "a\u{7}b" }), "malformed"),
        (json!({ "name": "x".repeat(101) }), "too-large"),
        (json!({ "name": "x", "author": "x".repeat(61) }), "too-large"),
        (json!({ "title": "x" }), "malformed"),
    ] {
        let answer = ask(server.address(), "POST", &list, invite.key(Role::Edit), Some(body.clone())).await;
        assert_eq!(answer.code(), code, "{body}");
    }
    for unknown in ["short", "AAAAAAAAAAAAAAAAAAAA"] {
        let path = format!("{list}/{unknown}");
        assert_eq!(ask(server.address(), "GET", &path, invite.key(Role::Edit), None).await.code(), "unknown-version");
    }
}

async fn the_bin(server: &Server) {
    let invite = server.new_board().await;
    let owner = invite.key(Role::Owner);
    let (id, bin) = (invite.board.to_string(), format!("{}/bin", invite.board));
    let mut ann = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    let mut bob = Client::join(server.address(), &invite, Role::View, Stock, 2).await;
    let shape = ann.write("kept").await;
    ann.saved().await;
    bob.sees(&shape).await;
    let nowhere: BinView = ask(server.address(), "GET", &bin, owner, None).await.json(200);
    assert_eq!((nowhere.deleted_at_ms, nowhere.gone_at_ms), (None, None));

    let deleted: BinView = ask(server.address(), "DELETE", &id, owner, None).await.json(200);
    let (since, until) = (deleted.deleted_at_ms.expect("now"), deleted.gone_at_ms.expect("later"));
    assert_eq!(until - since, 30 * 24 * 60 * 60 * 1000);
    assert_eq!(ann.closed().await, ErrorCode::Deleted.close_code());
    assert_eq!(ann.refused, Some(ErrorCode::Deleted));
    assert_eq!(bob.closed().await, ErrorCode::Deleted.close_code());
    for dialect in [Boardwalk, Stock] {
        let mut late = Client::connect(server.address(), &invite, Role::Edit, dialect, 3).await;
        assert_eq!(late.closed().await, ErrorCode::Deleted.close_code());
    }
    assert_eq!(ask(server.address(), "GET", &id, invite.key(Role::View), None).await.code(), "deleted");
    assert_eq!(ask(server.address(), "GET", &id, "nonsense", None).await.code(), "wrong-key");
    assert_eq!(ask(server.address(), "GET", &format!("{id}/versions"), owner, None).await.code(), "deleted");
    let again: BinView = ask(server.address(), "DELETE", &id, owner, None).await.json(200);
    assert_eq!(again, deleted);

    ask(server.address(), "POST", &format!("{id}/restore"), owner, None).await.json::<BinView>(200);
    let mut carol = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 4).await;
    carol.sees(&shape).await;
    carol.write("and on").await;
    carol.saved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_hears_of_what_could_not_be_read() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut ann = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    let kept = ann.write("kept").await;
    ann.write("torn").await;
    ann.saved().await;
    drop(ann);
    // The server stops, a row is torn, it starts again.
    let file = server.folder().join("boardwalk.sqlite");
    let server = server
        .restart_after(async || {
            let mut database = sqlx::SqliteConnection::connect(&file.display().to_string()).await.expect("a file");
            // The last snapshot goes, and with it the way around the torn row.
            let tear = "DELETE FROM snapshots; DELETE FROM updates; UPDATE boards SET head_seq = 1; \
                 INSERT INTO updates SELECT id, 1, x'ffffffff01', 0 FROM boards";
            sqlx::Executor::execute(&mut database, tear).await.expect("it is torn");
        })
        .await;
    let mut owner = Client::connect(server.address(), &invite, Role::Owner, Boardwalk, 2).await;
    owner.until("told", |owner| owner.damaged > 0).await;
    let editor = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 3).await;
    assert_eq!((owner.damaged, editor.damaged), (1, 0));
    assert!(owner.board.shape(&kept).is_none());
    let path = format!("{}/damage", invite.board);
    let list: protocol::DamageList = ask(server.address(), "GET", &path, invite.key(Role::Owner), None).await.json(200);
    assert_eq!(list.parts.iter().map(|part| (part.seq, part.size_bytes)).collect::<Vec<_>>(), [(Some(1), 5)]);
    assert_eq!(ask(server.address(), "DELETE", &path, invite.key(Role::Owner), None).await.status, 204);
    let list: protocol::DamageList = ask(server.address(), "GET", &path, invite.key(Role::Owner), None).await.json(200);
    assert!(list.parts.is_empty());
    server.stop().await;
}
