//! `/api/boards/{id}/private`: notes that their authors alone can read, until somebody reveals them and puts them into the
//! document. Who may edit takes part; who may not sees where notes are. `docs/decisions/0029-meetings.md`. It must not
//! know documents.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use protocol::limits::{MAX_AUTHOR_CHARS, MAX_PRIVATE_NOTE_CHARS, MAX_PRIVATE_NOTES};
use protocol::meeting::{NoteView, PlacedNotes, PrivateNotes, PrivateRound};
use protocol::{ErrorCode, Role};

use crate::admission::Admission;
use crate::api_schema;
use crate::app::Shared;
use crate::boards::one_line;
use crate::comments::rules::{is_point, is_shape_id};
use crate::facilitation::now;
use crate::meeting::{Stored, read};
use crate::person::SentPerson;
use crate::problem::ApiError;
use crate::taking_part::Facilitator;

const ROUND: &str = "round";
/// What the ids of people's records begin with.
pub const NOTES: &str = "notes/";

/// Begins a round; one that there is goes on.
#[utoipa::path(
    post, path = "/api/boards/{id}/private", tag = "facilitation",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and the key of a link that may edit"),
        ("boardwalk-person" = Option<String>, Header, description = "The person's secret"),
    ),
    responses(
        (status = 200, description = "What is going on", body = api_schema::Facilitation),
        (status = "4XX", description = "unknown-board, wrong-key, deleted, revoked or expired; forbidden or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn begin(
    State(shared): State<Shared>,
    Facilitator(admission): Facilitator,
    person: SentPerson,
) -> Result<Response, ApiError> {
    let begin = |stored: Option<Stored>, _| {
        let round = stored.unwrap_or(Stored::Round(PrivateRound { is_hidden: true }));
        Ok((Some(round), ()))
    };
    shared.change_meeting(admission.board(), ROUND, begin).await?;
    now(&shared, &admission, &person).await
}

/// Gives one's notes, in the place of those that one gave before.
#[utoipa::path(
    put, path = "/api/boards/{id}/private/notes", tag = "facilitation",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and the key of a link that may edit"),
        ("boardwalk-person" = String, Header, description = "The person's secret"),
    ),
    request_body = api_schema::PrivateNotes,
    responses(
        (status = 200, description = "What is going on", body = api_schema::Facilitation),
        (status = "4XX", description = "as for beginning; forbidden also once they are revealed; malformed, too-large", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn put(
    State(shared): State<Shared>,
    admission: Admission,
    person: SentPerson,
    Json(wish): Json<PrivateNotes>,
) -> Result<Response, ApiError> {
    let admission = admission.only(Role::may_write)?;
    let who = person.known_on(admission.board())?;
    shared.votes.take(admission.secret(), shared.now_ms()).map_err(ApiError::busy)?;
    let notes = checked(wish)?;
    if !is_hidden(&shared, &admission).await? {
        return Err(ErrorCode::Forbidden.into());
    }
    // Revealed between the question and this, they are revealed with the others: nothing is lost.
    let put = |_, _| Ok(((!notes.notes.is_empty()).then(|| Stored::Notes(notes.clone())), ()));
    shared.change_meeting(admission.board(), &format!("{NOTES}{who}"), put).await?;
    now(&shared, &admission, &person).await
}

/// Reveals all notes: everybody may read them from now on.
#[utoipa::path(
    post, path = "/api/boards/{id}/private/reveal", tag = "facilitation",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and the key of a link that may edit"),
        ("boardwalk-person" = Option<String>, Header, description = "The person's secret"),
    ),
    responses(
        (status = 200, description = "What is going on", body = api_schema::Facilitation),
        (status = "4XX", description = "as for beginning; malformed where there is no round", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn reveal(
    State(shared): State<Shared>,
    Facilitator(admission): Facilitator,
    person: SentPerson,
) -> Result<Response, ApiError> {
    let reveal = |stored, _| match stored {
        Some(Stored::Round(_)) => Ok((Some(Stored::Round(PrivateRound { is_hidden: false })), ())),
        _ => Err(ErrorCode::Malformed),
    };
    shared.change_meeting(admission.board(), ROUND, reveal).await?;
    now(&shared, &admission, &person).await
}

/// Says which revealed notes are in the document and saved; they go from here, and with the last one the round.
#[utoipa::path(
    post, path = "/api/boards/{id}/private/placed", tag = "facilitation",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and the key of a link that may edit"),
        ("boardwalk-person" = Option<String>, Header, description = "The person's secret"),
    ),
    request_body = api_schema::PlacedNotes,
    responses(
        (status = 200, description = "What is going on", body = api_schema::Facilitation),
        (status = "4XX", description = "as for beginning; forbidden while they are hidden", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn placed(
    State(shared): State<Shared>,
    admission: Admission,
    person: SentPerson,
    Json(wish): Json<PlacedNotes>,
) -> Result<Response, ApiError> {
    let admission = admission.only(Role::may_write)?;
    if is_hidden(&shared, &admission).await? {
        return Err(ErrorCode::Forbidden.into());
    }
    let placed: BTreeSet<String> = wish.ids.into_iter().collect();
    let page = shared.storage.meeting(admission.board(), 0).await?;
    let mut is_any_left = false;
    for record in page.records.iter().filter(|record| record.id.starts_with(NOTES)) {
        let rule = |stored, _| Ok(left(stored, &placed));
        is_any_left |= shared.change_meeting(admission.board(), &record.id, rule).await?;
    }
    if !is_any_left {
        shared.change_meeting(admission.board(), ROUND, |_, _| Ok((None, ()))).await?;
    }
    now(&shared, &admission, &person).await
}

/// What others see of somebody's notes.
#[must_use]
pub fn seen(notes: &PrivateNotes, is_hidden: bool) -> Vec<NoteView> {
    let seen = notes.notes.iter().map(|note| NoteView {
        id: note.id.clone(),
        point: note.point,
        text: (!is_hidden).then(|| note.text.clone()),
        author: (!is_hidden).then(|| notes.name.clone()),
    });
    seen.collect()
}

/// Whether there is a round whose notes are hidden still.
async fn is_hidden(shared: &Shared, admission: &Admission) -> Result<bool, ApiError> {
    let page = shared.storage.meeting_record(admission.board(), ROUND).await?;
    let round = page.records.first().and_then(read);
    Ok(matches!(round, Some(Stored::Round(PrivateRound { is_hidden: true }))))
}

/// What is left of somebody's notes once some are placed, and whether anything is.
fn left(stored: Option<Stored>, placed: &BTreeSet<String>) -> (Option<Stored>, bool) {
    let Some(Stored::Notes(mut notes)) = stored else { return (None, false) };
    notes.notes.retain(|note| !placed.contains(&note.id));
    let is_left = !notes.notes.is_empty();
    (is_left.then_some(Stored::Notes(notes)), is_left)
}

/// Somebody's notes, if they may be kept.
fn checked(wish: PrivateNotes) -> Result<PrivateNotes, ErrorCode> {
    let name = one_line(&wish.name, MAX_AUTHOR_CHARS)?;
    let is_long = wish.notes.iter().any(|note| note.text.chars().count() > MAX_PRIVATE_NOTE_CHARS);
    if wish.notes.len() > MAX_PRIVATE_NOTES || is_long {
        return Err(ErrorCode::TooLarge);
    }
    let ids: BTreeSet<&String> = wish.notes.iter().map(|note| &note.id).collect();
    let is_text = |text: &str| !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
    let fits = wish.notes.iter().all(|note| is_shape_id(&note.id) && is_point(note.point) && is_text(&note.text));
    if !fits || ids.len() != wish.notes.len() {
        return Err(ErrorCode::Malformed);
    }
    Ok(PrivateNotes { name, ..wish })
}

#[cfg(test)]
mod tests {
    use protocol::meeting::PrivateNote;

    use super::*;

    fn note(id: &str, x: f64, text: &str) -> PrivateNote {
        PrivateNote { id: id.to_owned(), point: [x, 0.0], text: text.to_owned() }
    }

    fn notes(notes: Vec<PrivateNote>) -> PrivateNotes {
        PrivateNotes { name: "Ada".to_owned(), notes }
    }

    #[test]
    fn notes_are_bounded() {
        let long = "x".repeat(MAX_PRIVATE_NOTE_CHARS + 1);
        let many = (0..=MAX_PRIVATE_NOTES).map(|number| note(&number.to_string(), 0.0, "")).collect();
        for (given, expected) in [
            (vec![], None),
            (vec![note("a", 1.0, "one\ntwo"), note("b", 1.0, "")], None),
            (vec![note("a", 1.0, ""), note("a", 2.0, "")], Some(ErrorCode::Malformed)),
            (vec![note("", 1.0, "")], Some(ErrorCode::Malformed)),
            (vec![note("a", f64::NAN, "")], Some(ErrorCode::Malformed)),
            (vec![note("a", 1e300, "")], Some(ErrorCode::Malformed)),
            (vec![note("a", 1.0, "\u{0}")], Some(ErrorCode::Malformed)),
            (vec![note("a", 1.0, &long)], Some(ErrorCode::TooLarge)),
            (many, Some(ErrorCode::TooLarge)),
        ] {
            assert_eq!(checked(notes(given)).err(), expected);
        }
    }

    #[test]
    fn hidden_notes_say_nothing_and_placed_ones_go() {
        let all = notes(vec![note("a", 1.0, "secret"), note("b", 2.0, "other")]);
        let hidden = serde_json::to_string(&seen(&all, true)).expect("plain values");
        assert!(!hidden.contains("secret") && !hidden.contains("Ada"));
        assert_eq!(seen(&all, false)[0].text.as_deref(), Some("secret"));
        let placed = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let (rest, is_left) = left(Some(Stored::Notes(all.clone())), &placed(&["a", "x"]));
        assert!(is_left && matches!(rest, Some(Stored::Notes(rest)) if rest.notes == all.notes[1..]));
        assert_eq!(left(Some(Stored::Notes(all)), &placed(&["a", "b"])), (None, false));
    }
}
