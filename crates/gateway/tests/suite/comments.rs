//! Comments, the timer and votings over REST: who may do what, what comes back, and what strangers and floods meet.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use gateway::Gateway;
use gateway::limits::COMMENT_BURST;
use protocol::limits::MAX_COMMENT_CHARS;
use protocol::meeting::{Facilitation, Thread, ThreadList};
use protocol::{CreatedBoard, LinkSecret, Role};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::server;

struct Server(Gateway);

/// A board, and a key for each role.
struct Board {
    path: String,
    keys: Vec<(Role, String)>,
}

/// Whoever asks: with a link's role, as a person of this number.
#[derive(Clone, Copy)]
struct As<'a>(&'a Board, Role, u8);

/// Status, seconds after which to try again, body.
type Answer = (StatusCode, Option<u64>, Value);

fn read<T: DeserializeOwned>((status, _, body): Answer) -> T {
    assert!(status.is_success(), "{status} {body}");
    serde_json::from_value(body).expect("the promised body")
}

fn code((status, _, body): &Answer) -> &str {
    if status.is_success() { "ok" } else { body["code"].as_str().expect("a problem has a code") }
}

fn comment(text: &str) -> Value {
    json!({ "text": text, "name": "Ada" })
}

fn thread(text: &str) -> Value {
    json!({ "place": { "point": [10.0, 20.0] }, "comment": comment(text) })
}

fn note(id: &str, text: &str) -> Value {
    json!({ "id": id, "point": [1.0, 2.0], "text": text })
}

impl Server {
    async fn start() -> Self {
        Self(server::start(server::at_site(), 1 << 20).await.0)
    }

    async fn send(&self, method: Method, path: &str, key: &str, person: u8, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if !key.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        if person > 0 {
            request = request.header("boardwalk-person", LinkSecret::from_random([person; 40]).reveal());
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.0.router().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let status = response.status();
        let wait = response.headers().get(header::RETRY_AFTER).map(|wait| wait.to_str().expect("text").parse());
        let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        (status, wait.map(|seconds| seconds.expect("seconds")), body)
    }

    async fn facilitate(
        &self,
        As(board, role, person): As<'_>,
        method: Method,
        rest: &str,
        body: Option<Value>,
    ) -> Answer {
        let key = &board.keys.iter().find(|(of, _)| *of == role).expect("a key for every role").1;
        self.send(method, &format!("{}/{rest}", board.path), key, person, body).await
    }

    async fn ask(&self, As(board, role, person): As<'_>, method: Method, rest: &str, body: Option<Value>) -> Answer {
        let key = &board.keys.iter().find(|(of, _)| *of == role).expect("a key for every role").1;
        self.send(method, &format!("{}/comments{rest}", board.path), key, person, body).await
    }

    async fn board(&self) -> Board {
        let created: CreatedBoard = read(self.send(Method::POST, "/api/boards", "", 0, None).await);
        let path = format!("/api/boards/{}", created.id);
        let mut keys: Vec<(Role, String)> =
            created.links.iter().map(|link| (link.role, link.key.reveal().to_owned())).collect();
        let wish = Some(json!({ "role": "comment" }));
        let link: protocol::LinkView =
            read(self.send(Method::POST, &format!("{path}/links"), &keys[0].1, 0, wish).await);
        keys.push((Role::Comment, link.key.reveal().to_owned()));
        Board { path, keys }
    }

    async fn begin(&self, who: As<'_>, text: &str) -> Thread {
        read(self.ask(who, Method::POST, "", Some(thread(text))).await)
    }
}

#[tokio::test]
async fn each_role_may_do_what_it_may_and_nothing_else() {
    let server = Server::start().await;
    let board = server.board().await;
    for role in Role::ALL {
        let (me, other) = (As(&board, role, 1), As(&board, Role::Edit, 2));
        let theirs = server.begin(other, "theirs").await;
        let may_comment = role != Role::View;
        let allowed = |is: bool| if is { "ok" } else { "forbidden" };
        let at = format!("/{}", theirs.id);
        for (method, rest, body, expected) in [
            (Method::GET, String::new(), None, true),
            (Method::POST, String::new(), Some(thread("mine")), may_comment),
            (Method::POST, at.clone(), Some(comment("reply")), may_comment),
            (Method::PATCH, at.clone(), Some(json!({ "resolved": true })), may_comment),
            (Method::PATCH, at.clone(), Some(json!({ "place": { "point": [0.0, 0.0] } })), role.may_write()),
            (Method::PATCH, format!("{at}/1"), Some(comment("forged")), false),
            (Method::PATCH, format!("{at}/2"), Some(comment("my own")), may_comment),
            (Method::DELETE, format!("{at}/2"), None, may_comment),
            (Method::DELETE, format!("{at}/1"), None, role == Role::Owner),
        ] {
            let answer = server.ask(me, method.clone(), &rest, body).await;
            assert_eq!(code(&answer), allowed(expected), "{role:?} {method} {rest}");
        }
    }
}

#[tokio::test]
async fn a_thread_lives_as_it_was_written() {
    let server = Server::start().await;
    let board = server.board().await;
    let (ada, bo) = (As(&board, Role::Comment, 1), As(&board, Role::Edit, 2));
    let begun = server.begin(ada, " <img src=x onerror=alert(1)> ").await;
    let at = format!("/{}", begun.id);
    let first = &begun.comments[0];
    assert_eq!((first.text.as_str(), first.name.as_str()), ("<img src=x onerror=alert(1)>", "Ada"), "text, never HTML");
    let list: ThreadList = read(server.ask(bo, Method::GET, "", None).await);
    let me = list.you.expect("a person who says so");
    assert!(list.threads == [begun.clone()] && me != first.author && list.seq == 1);
    let call = json!({ "text": "see @Ada", "name": "Bo", "mentions": [{ "person": first.author, "name": "Ada" }] });
    let replied: Thread = read(server.ask(bo, Method::POST, &at, Some(call)).await);
    assert_eq!(replied.comments[1].author, me);
    assert_eq!(replied.comments[1].mentions[0].person, first.author);
    let edited: Thread = read(server.ask(bo, Method::PATCH, &format!("{at}/2"), Some(comment("never mind"))).await);
    assert!(edited.comments[1].edited_at_ms.is_some() && edited.comments[1].mentions.is_empty());
    let resolved: Thread = read(server.ask(ada, Method::PATCH, &at, Some(json!({ "resolved": true }))).await);
    assert!(resolved.resolved);
    for (who, comment) in [(ada, 1), (bo, 2)] {
        let answer = server.ask(who, Method::DELETE, &format!("{at}/{comment}"), None).await;
        assert_eq!((answer.0, code(&answer)), (StatusCode::NO_CONTENT, "ok"));
    }
    let list: ThreadList = read(server.ask(As(&board, Role::View, 0), Method::GET, "", None).await);
    assert!(list.threads.is_empty() && list.you.is_none());
    assert_eq!(code(&server.ask(ada, Method::POST, &at, Some(comment("late"))).await), "unknown-comment");
}

#[tokio::test]
async fn what_is_no_comment_is_refused() {
    let server = Server::start().await;
    let (board, other) = (server.board().await, server.board().await);
    let ada = As(&board, Role::Comment, 1);
    let begun = server.begin(ada, "one").await;
    let at = format!("/{}", begun.id);
    let long = "x".repeat(MAX_COMMENT_CHARS + 1);
    let at_infinity = json!({ "place": { "point": [1e300, 0.0] }, "comment": comment("x") });
    let unknown = json!({ "place": { "point": [0.0, 0.0] }, "comment": comment("x"), "author": "me" });
    for (rest, body, expected) in [
        ("", thread(""), "malformed"),
        ("", thread(&long), "too-large"),
        ("", thread("a\u{0}b"), "malformed"),
        ("", at_infinity, "malformed"),
        ("", unknown, "malformed"),
        ("", json!({}), "malformed"),
        (at.as_str(), comment(&long), "too-large"),
        ("/AAAAAAAAAAAAAAAAAAAA", comment("x"), "unknown-comment"),
        ("/no-thread", comment("x"), "unknown-comment"),
    ] {
        let answer = server.ask(ada, Method::POST, rest, Some(body.clone())).await;
        assert_eq!(code(&answer), expected, "{rest} {body}");
    }
    let nobody = server.ask(As(&board, Role::Comment, 0), Method::POST, "", Some(thread("x"))).await;
    assert_eq!(code(&nobody), "malformed", "a comment has an author");
    let elsewhere = server.ask(As(&other, Role::Owner, 1), Method::POST, &at, Some(comment("x"))).await;
    assert_eq!(code(&elsewhere), "unknown-comment", "another board's owner has no rights here");
    for (key, expected) in [("", "wrong-key"), (other.keys[0].1.as_str(), "wrong-key")] {
        let path = format!("{}/comments", board.path);
        assert_eq!(code(&server.send(Method::GET, &path, key, 1, None).await), expected);
        assert_eq!(code(&server.send(Method::POST, &path, key, 1, Some(thread("x"))).await), expected);
    }
}

#[tokio::test]
async fn a_flood_is_slowed_and_told_how_long() {
    let server = Server::start().await;
    let board = server.board().await;
    let mut refused = None;
    for _ in 0..2 * COMMENT_BURST {
        let answer = server.ask(As(&board, Role::Comment, 1), Method::POST, "", Some(thread("spam"))).await;
        if code(&answer) != "ok" {
            refused = Some((answer.0, code(&answer).to_owned(), answer.1));
            break;
        }
    }
    assert_eq!(refused, Some((StatusCode::TOO_MANY_REQUESTS, "busy".to_owned(), Some(1))));
    let other_link = server.ask(As(&board, Role::Edit, 2), Method::POST, "", Some(thread("x"))).await;
    assert_eq!(code(&other_link), "ok");
}

#[tokio::test]
async fn who_may_edit_leads_who_may_comment_votes_and_all_look() {
    let server = Server::start().await;
    for role in Role::ALL {
        let board = server.board().await;
        let (me, lead) = (As(&board, role, 1), As(&board, Role::Owner, 2));
        let voting = json!({ "question": "Which?", "budget": 2, "shapes": ["a", "b"] });
        let ballot = json!({ "votes": ["a", "a"] });
        server.facilitate(lead, Method::POST, "voting", Some(voting.clone())).await;
        for (method, rest, body, expected) in [
            (Method::GET, "facilitation", None, true),
            (Method::POST, "timer", Some(json!({ "start": 60_000 })), role.may_write()),
            (Method::POST, "timer", Some(json!("pause")), role.may_write()),
            (Method::PUT, "voting/ballot", Some(ballot), role.may_comment()),
            (Method::POST, "voting/close", None, role.may_write()),
            (Method::POST, "voting", Some(voting), role.may_write()),
            (Method::DELETE, "voting", None, role.may_write()),
            (Method::POST, "private", None, role.may_write()),
            (Method::PUT, "private/notes", Some(json!({ "notes": [note("a", "mine")] })), role.may_write()),
            (Method::POST, "private/reveal", None, role.may_write()),
            (Method::POST, "private/placed", Some(json!({ "ids": ["a"] })), role.may_write()),
        ] {
            let answer = server.facilitate(me, method.clone(), rest, body).await;
            assert_eq!(code(&answer), if expected { "ok" } else { "forbidden" }, "{role:?} {method} {rest}");
        }
    }
}

#[tokio::test]
async fn votes_are_hidden_until_the_end_and_the_timer_is_everybodys() {
    let server = Server::start().await;
    let board = server.board().await;
    let (lead, one, other) = (As(&board, Role::Owner, 1), As(&board, Role::Comment, 2), As(&board, Role::Comment, 3));
    let voting = json!({ "budget": 2, "shapes": ["a", "b"] });
    server.facilitate(lead, Method::POST, "voting", Some(voting)).await;
    for (who, votes, expected) in [
        (one, json!(["a", "a"]), "ok"),
        (one, json!(["a", "b"]), "ok"),
        (other, json!(["b"]), "ok"),
        (other, json!(["b", "b", "b"]), "too-large"),
        (other, json!(["c"]), "malformed"),
    ] {
        let answer = server.facilitate(who, Method::PUT, "voting/ballot", Some(json!({ "votes": votes }))).await;
        assert_eq!(code(&answer), expected, "{votes}");
    }
    let seen: Facilitation = read(server.facilitate(lead, Method::GET, "facilitation", None).await);
    let open = seen.voting.expect("a voting");
    assert!(open.is_open && open.voters == 2 && open.results.is_empty() && seen.ballot.votes.is_empty());
    let own: Facilitation = read(server.facilitate(one, Method::GET, "facilitation", None).await);
    assert_eq!(own.ballot.votes, ["a", "b"]);
    let closed: Facilitation = read(server.facilitate(lead, Method::POST, "voting/close", None).await);
    assert_eq!(closed.voting.expect("a voting").results, [1, 2]);
    let late = server.facilitate(one, Method::PUT, "voting/ballot", Some(json!({ "votes": [] }))).await;
    assert_eq!(code(&late), "forbidden");

    let started: Facilitation =
        read(server.facilitate(lead, Method::POST, "timer", Some(json!({ "start": 60_000 }))).await);
    let ends_at_ms = started.timer.and_then(|timer| timer.ends_at_ms).expect("it runs");
    assert!((50_000..=60_000).contains(&(ends_at_ms - started.now_ms)));
    let seen: Facilitation =
        read(server.facilitate(As(&board, Role::View, 0), Method::GET, "facilitation", None).await);
    assert_eq!(seen.timer.and_then(|timer| timer.ends_at_ms), Some(ends_at_ms), "who comes later sees it");
    let long = server.facilitate(lead, Method::POST, "timer", Some(json!({ "extend": 6_000_000 }))).await;
    assert_eq!(code(&long), "too-large");
}

#[tokio::test]
async fn private_notes_are_their_authors_until_they_are_revealed() {
    let server = Server::start().await;
    let board = server.board().await;
    let (ada, bo, guest) = (As(&board, Role::Owner, 1), As(&board, Role::Edit, 2), As(&board, Role::View, 0));
    let put = |who, notes: Value| {
        let body = json!({ "name": "Bo", "notes": notes });
        server.facilitate(who, Method::PUT, "private/notes", Some(body))
    };
    let placed = |ids: Value| server.facilitate(ada, Method::POST, "private/placed", Some(json!({ "ids": ids })));
    assert_eq!(code(&put(bo, json!([note("b", "secret")])).await), "forbidden", "there is no round");
    assert_eq!(code(&server.facilitate(ada, Method::POST, "private/reveal", None).await), "malformed");
    server.facilitate(ada, Method::POST, "private", None).await;
    let own: Facilitation = read(put(bo, json!([note("b", "secret"), note("c", "other")])).await);
    assert_eq!(own.own_notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["secret", "other"]);
    assert_eq!(code(&put(ada, json!([note("a", "mine")])).await), "ok");
    for who in [ada, guest] {
        let answer = server.facilitate(who, Method::GET, "facilitation", None).await;
        // With its quotes: a random id may have any two letters in it.
        let told = answer.2.to_string();
        assert!(!told.contains("secret") && !told.contains(r#""Bo""#), "{told}");
        let seen: Facilitation = read(answer);
        let places = seen.notes.values().flatten().filter(|note| ["b", "c"].contains(&note.id.as_str()));
        assert_eq!(places.count(), 2, "where they are is seen");
    }
    assert_eq!(code(&placed(json!(["b"])).await), "forbidden", "nothing is taken away unseen");

    let seen: Facilitation = read(server.facilitate(ada, Method::POST, "private/reveal", None).await);
    let texts: Vec<_> = seen.notes.values().flatten().map(|note| (note.text.clone(), note.author.clone())).collect();
    assert_eq!(texts[0], (Some("secret".to_owned()), Some("Bo".to_owned())));
    assert_eq!(code(&put(bo, json!([])).await), "forbidden", "nobody takes back what was revealed");
    let some: Facilitation = read(placed(json!(["a", "b"])).await);
    assert!(some.round.is_some() && some.own_notes.is_empty() && some.notes.values().flatten().count() == 1);
    let none: Facilitation = read(placed(json!(["c"])).await);
    assert!(none.round.is_none() && none.notes.is_empty());
}
