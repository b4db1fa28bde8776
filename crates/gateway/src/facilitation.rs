//! `/api/boards/{id}/timer` and `/voting`: what somebody who leads a meeting needs. Who may edit starts and ends, who may
//! comment votes, everybody looks.

mod timer;
mod voting;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use protocol::meeting::{Ballot, Facilitation, NewVoting, TimerWish};
use protocol::{ErrorCode, Role};

use crate::admission::Admission;
use crate::api_schema;
use crate::app::{Endpoints, Shared};
use crate::comments::THREAD;
use crate::meeting::{Stored, read};
use crate::person::SentPerson;
use crate::private_notes::{NOTES, seen};
use crate::problem::ApiError;
use crate::taking_part::Facilitator;
pub use voting::StoredVoting;

const TIMER: &str = "timer";
const VOTING: &str = "voting";

/// Says what is going on.
#[utoipa::path(
    get, path = "/api/boards/{id}/facilitation", tag = "facilitation",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and a link's key"),
        ("boardwalk-person" = Option<String>, Header, description = "The person's secret"),
    ),
    responses(
        (status = 200, description = "What is going on", body = api_schema::Facilitation),
        (status = "4XX", description = "unknown-board, wrong-key, deleted, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn view(
    State(shared): State<Shared>,
    admission: Admission,
    person: SentPerson,
) -> Result<Response, ApiError> {
    now(&shared, &admission, &person).await
}

/// Starts, holds, prolongs or takes away the timer.
#[utoipa::path(
    post, path = "/api/boards/{id}/timer", tag = "facilitation",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and a link's key"),
        ("boardwalk-person" = Option<String>, Header, description = "The person's secret"),
    ),
    request_body = api_schema::TimerWish,
    responses(
        (status = 200, description = "What is going on", body = api_schema::Facilitation),
        (status = "4XX", description = "as for looking; forbidden, malformed, too-large or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn set_timer(
    State(shared): State<Shared>,
    Facilitator(admission): Facilitator,
    person: SentPerson,
    Json(wish): Json<TimerWish>,
) -> Result<Response, ApiError> {
    let rule = |stored, now_ms| {
        let timer = match stored {
            Some(Stored::Timer(timer)) => Some(timer),
            _ => None,
        };
        Ok((timer::change(timer, wish, now_ms)?.map(Stored::Timer), ()))
    };
    shared.change_meeting(admission.board(), TIMER, rule).await?;
    now(&shared, &admission, &person).await
}

/// Begins a voting; one that there was goes.
#[utoipa::path(
    post, path = "/api/boards/{id}/voting", tag = "facilitation",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and a link's key"),
        ("boardwalk-person" = Option<String>, Header, description = "The person's secret"),
    ),
    request_body = api_schema::NewVoting,
    responses(
        (status = 200, description = "What is going on", body = api_schema::Facilitation),
        (status = "4XX", description = "as for looking; forbidden, malformed, too-large or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn begin_voting(
    State(shared): State<Shared>,
    Facilitator(admission): Facilitator,
    person: SentPerson,
    Json(wish): Json<NewVoting>,
) -> Result<Response, ApiError> {
    let rule = |_, _| Ok((Some(Stored::Voting(voting::begin(wish.clone())?)), ()));
    shared.change_meeting(admission.board(), VOTING, rule).await?;
    now(&shared, &admission, &person).await
}

/// Gives one's votes, in the place of those that one gave before.
#[utoipa::path(
    put, path = "/api/boards/{id}/voting/ballot", tag = "facilitation",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and a link's key"),
        ("boardwalk-person" = Option<String>, Header, description = "The person's secret"),
    ),
    request_body = api_schema::Ballot,
    responses(
        (status = 200, description = "What is going on", body = api_schema::Facilitation),
        (status = "4XX", description = "as for looking; forbidden (also once it is closed), malformed, too-large or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn cast(
    State(shared): State<Shared>,
    admission: Admission,
    person: SentPerson,
    Json(ballot): Json<Ballot>,
) -> Result<Response, ApiError> {
    let admission = admission.only(Role::may_comment)?;
    let who = person.known_on(admission.board())?;
    shared.votes.take(admission.secret(), shared.now_ms()).map_err(ApiError::busy)?;
    let rule = |stored, _| Ok((Some(Stored::Voting(voting::cast(present(stored)?, &who, &ballot)?)), ()));
    shared.change_meeting(admission.board(), VOTING, rule).await?;
    now(&shared, &admission, &person).await
}

/// Closes the voting: everybody sees its results.
#[utoipa::path(
    post, path = "/api/boards/{id}/voting/close", tag = "facilitation",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and a link's key"),
        ("boardwalk-person" = Option<String>, Header, description = "The person's secret"),
    ),
    responses(
        (status = 200, description = "What is going on", body = api_schema::Facilitation),
        (status = "4XX", description = "as for looking; forbidden, malformed or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn close_voting(
    State(shared): State<Shared>,
    admission: Admission,
    person: SentPerson,
) -> Result<Response, ApiError> {
    let admission = admission.only(Role::may_write)?;
    let rule = |stored, _| Ok((Some(Stored::Voting(voting::close(present(stored)?))), ()));
    shared.change_meeting(admission.board(), VOTING, rule).await?;
    now(&shared, &admission, &person).await
}

/// Takes the voting away, with its results.
#[utoipa::path(
    delete, path = "/api/boards/{id}/voting", tag = "facilitation",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and a link's key"),
        ("boardwalk-person" = Option<String>, Header, description = "The person's secret"),
    ),
    responses(
        (status = 200, description = "What is going on", body = api_schema::Facilitation),
        (status = "4XX", description = "as for looking; forbidden or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn end_voting(
    State(shared): State<Shared>,
    admission: Admission,
    person: SentPerson,
) -> Result<Response, ApiError> {
    let admission = admission.only(Role::may_write)?;
    shared.change_meeting(admission.board(), VOTING, |_, _| Ok((None, ()))).await?;
    now(&shared, &admission, &person).await
}

fn present(stored: Option<Stored>) -> Result<StoredVoting, ErrorCode> {
    match stored {
        Some(Stored::Voting(voting)) => Ok(voting),
        _ => Err(ErrorCode::Malformed),
    }
}

/// Answers with what is going on, for whoever asks.
pub(crate) async fn now(shared: &Endpoints, admission: &Admission, person: &SentPerson) -> Result<Response, ApiError> {
    let page = shared.storage.meeting(admission.board(), 0).await?;
    let mut now = Facilitation { now_ms: i64::try_from(page.now_ms).unwrap_or(i64::MAX), ..Facilitation::default() };
    let (who, mut hidden) = (person.on(admission.board()), BTreeMap::new());
    for record in page.records.iter().filter(|record| !record.id.starts_with(THREAD)) {
        match read(record) {
            Some(Stored::Timer(timer)) => now.timer = Some(timer),
            Some(Stored::Voting(voting)) => {
                now.ballot = who.as_ref().map(|who| voting.ballot(who)).unwrap_or_default();
                now.voting = Some(voting.public());
            }
            Some(Stored::Round(round)) => now.round = Some(round),
            Some(Stored::Notes(notes)) => match record.id.strip_prefix(NOTES) {
                Some(author) if who.as_ref().is_some_and(|who| who.as_str() == author) => now.own_notes = notes.notes,
                Some(author) => drop(hidden.insert(author.to_owned(), notes)),
                None => {}
            },
            Some(Stored::Thread(_)) | None => {}
        }
    }
    let is_hidden = now.round.is_none_or(|round| round.is_hidden);
    now.notes = hidden.into_iter().map(|(author, notes)| (author, seen(&notes, is_hidden))).collect();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(now)).into_response())
}
