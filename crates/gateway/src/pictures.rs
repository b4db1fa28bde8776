//! `/api/boards/{id}/picture` and that of its versions: small pictures for pages that list them. A document service
//! paints them; they are kept here for as long as their content is the same. It must not know what a picture shows.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use protocol::request::Ask;
use protocol::{BoardId, ErrorCode, Role, VersionId};
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::admission::Admission;
use crate::app::Endpoints;
use crate::app::Shared;
use crate::limits::{KEPT_PICTURES_BYTES, PICTURES_AT_ONCE};
use crate::problem::ApiError;
use crate::{api_schema, asking};

/// What a picture is of. The content behind it never changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Subject {
    board: BoardId,
    /// The version, or else the number of the board's newest row.
    content: Result<VersionId, u64>,
    is_dark: bool,
}

/// The pictures that are kept; those that nobody looked at for longest make room.
pub struct Pictures {
    kept: Mutex<Kept>,
    turns: Semaphore,
}

#[derive(Default)]
struct Kept {
    pictures: HashMap<Subject, (Bytes, u64)>,
    bytes: usize,
    looks: u64,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { kept: Mutex::default(), turns: Semaphore::new(PICTURES_AT_ONCE) }
    }
}

impl Kept {
    fn look(&mut self, subject: &Subject) -> Option<Bytes> {
        self.looks += 1;
        let (picture, looked) = self.pictures.get_mut(subject)?;
        *looked = self.looks;
        Some(picture.clone())
    }

    fn keep(&mut self, subject: Subject, picture: Bytes, most_bytes: usize) {
        // Small ones cost a place, too.
        self.bytes += picture.len() + 256;
        self.looks += 1;
        if let Some((former, _)) = self.pictures.insert(subject, (picture, self.looks)) {
            self.bytes -= former.len() + 256;
        }
        while self.bytes > most_bytes {
            let oldest =
                self.pictures.iter().min_by_key(|(_, (_, looked))| *looked).map(|(subject, _)| subject.clone());
            let Some((picture, _)) = oldest.and_then(|oldest| self.pictures.remove(&oldest)) else { return };
            self.bytes -= picture.len() + 256;
        }
    }
}

/// `?theme=`.
#[derive(Debug, Deserialize)]
pub struct ThemeQuery {
    theme: Option<String>,
}

/// A small picture of the board as it is stored.
#[utoipa::path(
    get, path = "/api/boards/{id}/picture", tag = "boards",
    params(
        ("id" = String, Path, description = "The board"),
        ("theme" = Option<String>, Query, description = "`dark`, or else light"),
        ("authorization" = String, Header, description = "`Bearer` and the key of any link"),
    ),
    responses(
        (status = 200, description = "SVG without scripts", body = String, content_type = "image/svg+xml"),
        (status = 204, description = "There is nothing on the board"),
        (status = 304, description = "It is as it was"),
        (status = "4XX", description = "unknown-board, wrong-key, deleted, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "quarantined, unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn board(
    State(shared): State<Shared>,
    admission: Admission,
    Query(query): Query<ThemeQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let content = Err(admission.head_seq());
    let subject = Subject { board: admission.board().clone(), content, is_dark: query.is_dark() };
    show(&shared, subject, &headers).await
}

/// A small picture of a version.
#[utoipa::path(
    get, path = "/api/boards/{id}/versions/{version}/picture", tag = "versions",
    params(
        ("id" = String, Path, description = "The board"),
        ("version" = String, Path, description = "The version"),
        ("theme" = Option<String>, Query, description = "`dark`, or else light"),
        ("authorization" = String, Header, description = "`Bearer` and the key of an owner's or edit link"),
    ),
    responses(
        (status = 200, description = "SVG without scripts", body = String, content_type = "image/svg+xml"),
        (status = 204, description = "There was nothing on the board"),
        (status = 304, description = "It is as it was"),
        (status = "4XX", description = "as for the board; forbidden, unknown-version", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "quarantined, unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn version(
    State(shared): State<Shared>,
    admission: Admission,
    Path((_, version)): Path<(String, String)>,
    Query(query): Query<ThemeQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let admission = admission.only(Role::may_write)?;
    let version: VersionId = version.parse().map_err(|_| ErrorCode::UnknownVersion)?;
    // It may have been thinned out since it was painted.
    let versions = shared.storage.versions(admission.board()).await?;
    versions.iter().find(|kept| kept.id == version).ok_or(ErrorCode::UnknownVersion)?;
    let subject = Subject { board: admission.board().clone(), content: Ok(version), is_dark: query.is_dark() };
    show(&shared, subject, &headers).await
}

impl ThemeQuery {
    fn is_dark(&self) -> bool {
        self.theme.as_deref() == Some("dark")
    }
}

async fn show(shared: &Endpoints, subject: Subject, headers: &HeaderMap) -> Result<Response, ApiError> {
    let content = match &subject.content {
        Ok(version) => version.to_string(),
        Err(head_seq) => head_seq.to_string(),
    };
    let etag = format!("\"{content}{}\"", if subject.is_dark { "-dark" } else { "" });
    // Looked at again each time, as rights may have changed.
    let caching = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes().ends_with(etag.as_bytes())) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let picture = shared.pictures.picture(shared, subject).await?;
    if picture.is_empty() {
        return Ok((StatusCode::NO_CONTENT, caching).into_response());
    }
    Ok((caching, [(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response())
}

impl Pictures {
    async fn picture(&self, shared: &Endpoints, subject: Subject) -> Result<Bytes, ErrorCode> {
        if let Some(picture) = self.kept().look(&subject) {
            return Ok(picture);
        }
        let _turn = self.turn().await?;
        // Somebody may have asked for the same meanwhile.
        if let Some(picture) = self.kept().look(&subject) {
            return Ok(picture);
        }
        let version = subject.content.as_ref().ok().cloned();
        let ask = Ask::Picture { version, is_dark: subject.is_dark };
        let picture = asking::ask(&shared.directory, &subject.board, ask).await?;
        self.kept().keep(subject, picture.clone(), KEPT_PICTURES_BYTES);
        Ok(picture)
    }

    /// Waits for a turn to have something read of what is stored.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, ErrorCode> {
        self.turns.acquire().await.map_err(|_| ErrorCode::Unavailable)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(head_seq: u64) -> Subject {
        Subject { board: BoardId::from_random([1; 20]), content: Err(head_seq), is_dark: false }
    }

    #[test]
    fn what_nobody_looks_at_makes_room() {
        let mut kept = Kept::default();
        let picture = Bytes::from(vec![0; 1000]);
        kept.keep(subject(1), picture.clone(), 3000);
        kept.keep(subject(2), picture.clone(), 3000);
        assert!(kept.look(&subject(1)).is_some());
        kept.keep(subject(3), picture.clone(), 3000);
        assert!(kept.look(&subject(2)).is_none() && kept.look(&subject(1)).is_some());
        kept.keep(subject(3), picture, 3000);
        assert_eq!((kept.pictures.len(), kept.bytes), (2, 2512), "kept twice counts once");
    }
}
