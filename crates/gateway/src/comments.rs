//! `/api/boards/{id}/comments`: threads pinned to the board. Whoever may look reads them; who may comment writes.
//!
//! Everybody on the board hears of a change over the socket, and so reads the list only when joining.

pub(crate) mod rules;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::meeting::{ChangeThread, NewThread, Thread, ThreadList, Writing};
use protocol::{ErrorCode, ThreadId};

use crate::admission::Admission;
use crate::app::{Endpoints, Shared};
use crate::meeting::{Stored, read};
use crate::person::SentPerson;
use crate::problem::ApiError;
use crate::taking_part::Commenter;
use crate::{api_schema, random};

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];
/// What the ids of threads' records begin with.
pub(crate) const THREAD: &str = "thread/";

/// Lists the threads of a board.
#[utoipa::path(
    get, path = "/api/boards/{id}/comments", tag = "comments",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
        ("boardwalk-person" = Option<String>, Header, description = "The person's secret: 40 characters of A-Z a-z 0-9 - _ that their client made"),
    ),
    responses(
        (status = 200, description = "The threads, and who asks", body = api_schema::ThreadList),
        (status = "4XX", description = "unknown-board, wrong-key, deleted, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(shared): State<Shared>,
    admission: Admission,
    person: SentPerson,
) -> Result<Response, ApiError> {
    let page = shared.storage.meeting(admission.board(), 0).await?;
    let threads = page.records.iter().filter(|record| record.id.starts_with(THREAD));
    let threads = threads.filter_map(|record| read(record).and_then(thread)).collect();
    let list = ThreadList { you: person.on(admission.board()), seq: page.head_seq, threads };
    Ok((NO_STORE, Json(list)).into_response())
}

/// Begins a thread.
#[utoipa::path(
    post, path = "/api/boards/{id}/comments", tag = "comments",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and the key of a link that may comment"),
        ("boardwalk-person" = String, Header, description = "The author's secret"),
    ),
    request_body = api_schema::NewThread,
    responses(
        (status = 201, description = "The thread", body = api_schema::Thread),
        (status = "4XX", description = "as for the list; forbidden, malformed, too-large, too-many-threads or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn begin(
    State(shared): State<Shared>,
    Commenter(admission, actor): Commenter,
    Json(NewThread { place, comment }): Json<NewThread>,
) -> Result<Response, ApiError> {
    let id = ThreadId::from_random(random::bytes());
    let begin = |_, now_ms| {
        let thread = rules::begin(id.clone(), place.clone(), comment.clone(), &actor, now_ms)?;
        Ok((Some(Stored::Thread(thread.clone())), thread))
    };
    let thread = shared.change_meeting(admission.board(), &record(&id), begin).await?;
    Ok((StatusCode::CREATED, NO_STORE, Json(thread)).into_response())
}

/// Adds a comment to a thread.
#[utoipa::path(
    post, path = "/api/boards/{id}/comments/{thread}", tag = "comments",
    params(
        ("id" = String, Path, description = "The board"),
        ("thread" = String, Path, description = "The thread"),
        ("authorization" = String, Header, description = "`Bearer` and the key of a link that may comment"),
        ("boardwalk-person" = String, Header, description = "The author's secret"),
    ),
    request_body = api_schema::Writing,
    responses(
        (status = 201, description = "The thread", body = api_schema::Thread),
        (status = "4XX", description = "as for the list; unknown-comment, forbidden, malformed, too-large or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn reply(
    State(shared): State<Shared>,
    Path((_, id)): Path<(String, String)>,
    Commenter(admission, actor): Commenter,
    Json(writing): Json<Writing>,
) -> Result<Response, ApiError> {
    let reply = |thread, now_ms| rules::reply(thread, writing.clone(), &actor, now_ms).map(Some);
    let thread = change(&shared, &admission, &id, reply).await?;
    Ok((StatusCode::CREATED, NO_STORE, Json(thread)).into_response())
}

/// Resolves a thread, opens it again, or pins it elsewhere.
#[utoipa::path(
    patch, path = "/api/boards/{id}/comments/{thread}", tag = "comments",
    params(
        ("id" = String, Path, description = "The board"),
        ("thread" = String, Path, description = "The thread"),
        ("authorization" = String, Header, description = "`Bearer` and the key of a link that may comment"),
        ("boardwalk-person" = String, Header, description = "The person's secret"),
    ),
    request_body = api_schema::ChangeThread,
    responses(
        (status = 200, description = "The thread", body = api_schema::Thread),
        (status = "4XX", description = "as for the list; unknown-comment, forbidden, malformed or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn resolve(
    State(shared): State<Shared>,
    Path((_, id)): Path<(String, String)>,
    Commenter(admission, actor): Commenter,
    Json(wish): Json<ChangeThread>,
) -> Result<Response, ApiError> {
    let resolve = |thread, _| rules::change(thread, wish.clone(), &actor).map(Some);
    let thread = change(&shared, &admission, &id, resolve).await?;
    Ok((NO_STORE, Json(thread)).into_response())
}

/// Changes what one's own comment says.
#[utoipa::path(
    patch, path = "/api/boards/{id}/comments/{thread}/{comment}", tag = "comments",
    params(
        ("id" = String, Path, description = "The board"),
        ("thread" = String, Path, description = "The thread"),
        ("comment" = u32, Path, description = "The comment"),
        ("authorization" = String, Header, description = "`Bearer` and the key of a link that may comment"),
        ("boardwalk-person" = String, Header, description = "The author's secret"),
    ),
    request_body = api_schema::Writing,
    responses(
        (status = 200, description = "The thread", body = api_schema::Thread),
        (status = "4XX", description = "as for the list; unknown-comment, forbidden, malformed, too-large or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn edit(
    State(shared): State<Shared>,
    Path((_, id, comment)): Path<(String, String, String)>,
    Commenter(admission, actor): Commenter,
    Json(writing): Json<Writing>,
) -> Result<Response, ApiError> {
    let comment = number(&comment)?;
    let edit = |thread, now_ms| rules::edit(thread, comment, writing.clone(), &actor, now_ms).map(Some);
    let thread = change(&shared, &admission, &id, edit).await?;
    Ok((NO_STORE, Json(thread)).into_response())
}

/// Deletes one's own comment; owners any. The last one takes its thread along.
#[utoipa::path(
    delete, path = "/api/boards/{id}/comments/{thread}/{comment}", tag = "comments",
    params(
        ("id" = String, Path, description = "The board"),
        ("thread" = String, Path, description = "The thread"),
        ("comment" = u32, Path, description = "The comment"),
        ("authorization" = String, Header, description = "`Bearer` and the key of a link that may comment"),
        ("boardwalk-person" = String, Header, description = "The person's secret"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "as for the list; unknown-comment, forbidden or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn delete(
    State(shared): State<Shared>,
    Path((_, id, comment)): Path<(String, String, String)>,
    Commenter(admission, actor): Commenter,
) -> Result<Response, ApiError> {
    let comment = number(&comment)?;
    change(&shared, &admission, &id, |thread, _| rules::delete(thread, comment, &actor)).await?;
    Ok((StatusCode::NO_CONTENT, NO_STORE).into_response())
}

/// Changes a thread that is there; answers with what it is then.
async fn change(
    shared: &Endpoints,
    admission: &Admission,
    id: &str,
    rule: impl Fn(Thread, u64) -> Result<Option<Thread>, ErrorCode>,
) -> Result<Option<Thread>, ApiError> {
    let id: ThreadId = id.parse().map_err(|_| ErrorCode::UnknownComment)?;
    let rule = |stored: Option<Stored>, now_ms| {
        let thread = stored.and_then(thread).ok_or(ErrorCode::UnknownComment)?;
        let then = rule(thread, now_ms)?;
        Ok((then.clone().map(Stored::Thread), then))
    };
    shared.change_meeting(admission.board(), &record(&id), rule).await
}

fn record(id: &ThreadId) -> String {
    format!("{THREAD}{id}")
}

fn thread(stored: Stored) -> Option<Thread> {
    match stored {
        Stored::Thread(thread) => Some(thread),
        _ => None,
    }
}

fn number(comment: &str) -> Result<u32, ErrorCode> {
    comment.parse().map_err(|_| ErrorCode::UnknownComment)
}
