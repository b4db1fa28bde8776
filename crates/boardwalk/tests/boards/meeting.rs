//! What people on a board hear of its meeting: at once, whatever their role, also of what another process has changed.

use protocol::Role;
use protocol::lane::Dialect::{Boardwalk, Stock};
use protocol::meeting::{MeetingChange, MeetingValue, Thread, ThreadList};
use serde_json::json;
use storage::MeetingPut;

use crate::client::Client;
use crate::http::ask;
use crate::server::Server;

fn last(client: &Client) -> (u64, u64, Vec<MeetingChange>) {
    let (from, head, changes) = client.meeting.last().expect("something was told");
    (*from, *head, serde_json::from_str(changes).expect("a list of changes"))
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_on_the_board_hears_of_a_comment() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let path = format!("{}/comments", invite.board);
    let mut viewer = Client::join(server.address(), &invite, Role::View, Boardwalk, 1).await;
    let mut stock = Client::join(server.address(), &invite, Role::Edit, Stock, 2).await;
    let new = json!({ "place": { "point": [1.0, 2.0] }, "comment": { "text": "one", "name": "Ada" } });
    let key = invite.key(Role::Edit);
    let begun: Thread = ask(server.address(), "POST", &path, key, Some(new)).await.json(201);
    viewer.until("word of a change", |client| !client.meeting.is_empty()).await;
    // Nobody knows what the first people of a hub have read: they read it all.
    let (from, head, changes) = last(&viewer);
    assert_eq!((from, head, changes.len()), (1, 1, 0));
    let list: ThreadList = ask(server.address(), "GET", &path, invite.key(Role::View), None).await.json(200);
    assert_eq!((list.seq, list.threads), (1, vec![begun.clone()]));

    let thread = format!("{path}/{}", begun.id);
    let reply = json!({ "text": "two", "name": "Ada" });
    let replied: Thread = ask(server.address(), "POST", &thread, key, Some(reply)).await.json(201);
    viewer.until("the change itself", |client| client.meeting.len() == 2).await;
    let (from, head, changes) = last(&viewer);
    assert_eq!((from, head), (1, 2));
    assert_eq!(
        changes.into_iter().map(|change| change.value).collect::<Vec<_>>(),
        [Some(MeetingValue::Thread(replied))]
    );
    for comment in [1, 2] {
        let gone = ask(server.address(), "DELETE", &format!("{thread}/{comment}"), key, None).await;
        assert_eq!(gone.status, 204);
    }
    viewer.until("its end", |client| client.meeting.len() == 4).await;
    assert_eq!(last(&viewer).2[0].value, None);
    // A stock client is left alone, and goes on.
    let shape = stock.write("still here").await;
    viewer.sees(&shape).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_has_changed_is_told_too() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut guest = Client::join(server.address(), &invite, Role::View, Boardwalk, 1).await;
    let elsewhere = storage::open(&server.database_url()).await.expect("SQLite takes a second process");
    let put = |expected_seq, value| MeetingPut { id: "thread/of-another-release", expected_seq, value };
    elsewhere.put_meeting_record(&invite.board, put(0, "{}")).await.expect("stored");
    guest.until("word of a change", |client| !client.meeting.is_empty()).await;
    elsewhere.put_meeting_record(&invite.board, put(1, "")).await.expect("stored");
    guest.until("the change itself", |client| client.meeting.len() == 2).await;
    let (from, head, changes) = last(&guest);
    assert_eq!((from, head, changes.len()), (1, 2, 1));
    server.stop().await;
}
