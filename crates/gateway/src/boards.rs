//! `/api/boards`: making a board with its first links, and what the holder of a key may know of it.

use std::sync::PoisonError;

use axum::Json;
use axum::extract::State;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use protocol::limits::MAX_TITLE_CHARS;
use protocol::{
    BoardId, BoardView, ChangeBoard, CreateBoard, CreatedBoard, ErrorCode, LinkId, LinkSecret, LinkView, Role,
};
use storage::{BoardExport, LinkRecord, LinkSettings, NewBoard, NewLink};

use crate::admission::{Admission, hash};
use crate::app::Shared;
use crate::options::Creation;
use crate::problem::ApiError;
use crate::session::{self, Session};
use crate::{api_schema, random};

/// The links that a new board gets.
const FIRST_LINKS: [Role; 3] = [Role::Owner, Role::Edit, Role::View];

/// Makes a board.
///
/// The answer is the only one that tells the keys of its links.
#[utoipa::path(
    post, path = "/api/boards", tag = "boards",
    request_body(content = Option<api_schema::CreateBoard>, description = "May be left out"),
    responses(
        (status = 201, description = "The board with an owner, an edit and a view link", body = api_schema::CreatedBoard),
        (status = "4XX", description = "malformed, too-large, token-needed, sign-in-needed or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "too-many-boards, unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn create(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Option<Json<CreateBoard>>,
) -> Result<Response, ApiError> {
    let title = body.and_then(|Json(body)| body.title).unwrap_or_default();
    make(&shared, &uri, &headers, title, None).await
}

/// Makes a board, as a copy of `origin` with this content if there is one, and answers with its links.
pub async fn make(
    shared: &Shared,
    uri: &Uri,
    headers: &HeaderMap,
    given_title: String,
    origin: Option<(&BoardId, Bytes)>,
) -> Result<Response, ApiError> {
    let maker = maker(shared, headers).await?;
    shared.quotas.check_boards(shared.storage.as_ref()).await?;
    take_turn(shared)?;
    let created = draft(shared, uri, headers, &given_title)?;
    let links = created.links.iter().map(|link| NewLink { role: link.role, secret_hash: hash(&link.key) }).collect();
    let (id, title) = (created.id.clone(), created.title.clone());
    let (origin, content) = origin.unzip();
    shared.storage.create_board(NewBoard { id, title, links, content }).await?;
    if let Some(origin) = origin {
        shared.storage.copy_assets(origin, &created.id).await?;
    }
    session::own(shared, &created.id, maker.as_ref()).await?;
    Ok(told(created))
}

/// A board to be made: its id, its title, and links with fresh secrets.
fn draft(shared: &Shared, uri: &Uri, headers: &HeaderMap, given_title: &str) -> Result<CreatedBoard, ErrorCode> {
    let title = one_line(given_title, MAX_TITLE_CHARS)?;
    let site = site(shared.public_url.as_deref(), uri, headers)?;
    let id = BoardId::from_random(random::bytes());
    let links = FIRST_LINKS.map(|role| new_link(&site, &id, role));
    Ok(CreatedBoard { id, title, links: links.into() })
}

fn told(created: CreatedBoard) -> Response {
    tracing::info!(board_id = %created.id, "a board was made");
    (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(created)).into_response()
}

/// Makes a new board that begins as this one is stored now. Its versions and links stay behind.
#[utoipa::path(
    post, path = "/api/boards/{id}/copy", tag = "boards",
    params(("id" = String, Path, description = "The board"), ("authorization" = String, Header, description = "`Bearer` and the key of an owner's or edit link")),
    request_body(content = Option<api_schema::CreateBoard>, description = "May be left out; the title is then the board's"),
    responses(
        (status = 201, description = "The board with an owner, an edit and a view link", body = api_schema::CreatedBoard),
        (status = "4XX", description = "malformed, too-large, forbidden, unknown-board, wrong-key, revoked, expired or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn copy(
    State(shared): State<Shared>,
    admission: Admission,
    uri: Uri,
    headers: HeaderMap,
    body: Option<Json<CreateBoard>>,
) -> Result<Response, ApiError> {
    // Its log may hold what was deleted on purpose, so that who may only look may not have it.
    let admission = admission.only(Role::may_write)?;
    let maker = maker(&shared, &headers).await?;
    shared.quotas.check_boards(shared.storage.as_ref()).await?;
    take_turn(&shared)?;
    let title = body.and_then(|Json(body)| body.title).unwrap_or_else(|| admission.title().to_owned());
    let created = draft(&shared, &uri, &headers, &title)?;
    let created_at_ms = shared.storage.access_changes(None).await?.now_ms;
    let links = created.links.iter().map(|link| LinkRecord {
        secret_hash: hash(&link.key),
        role: link.role,
        settings: LinkSettings::default(),
        created_at_ms,
        revoked_at_ms: None,
    });
    let links = links.collect();
    let source = shared.storage.export_board(admission.board()).await?.ok_or(ErrorCode::UnknownBoard)?;
    let (id, title) = (created.id.clone(), created.title.clone());
    let copy = BoardExport { id, title, created_at_ms, links, personal_links: Vec::new(), aside: Vec::new(), ..source };
    shared.storage.import_board(copy).await?;
    session::own(&shared, &created.id, maker.as_ref()).await?;
    Ok(told(created))
}

/// What the holder of a key may know about a board.
#[utoipa::path(
    get, path = "/api/boards/{id}", tag = "boards",
    params(
        ("id" = String, Path, description = "The board"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 200, description = "The board as this key sees it", body = api_schema::BoardView),
        (status = "4XX", description = "unknown-board, wrong-key, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn view(admission: Admission) -> Response {
    seen_by(&admission, admission.title().to_owned())
}

/// Gives a board another name. Everybody on it sees it within seconds.
#[utoipa::path(
    patch, path = "/api/boards/{id}", tag = "boards",
    params(("id" = String, Path, description = "The board"), ("authorization" = String, Header, description = "`Bearer` and the key of an owner's or edit link")),
    request_body = api_schema::ChangeBoard,
    responses(
        (status = 200, description = "The board as this key sees it", body = api_schema::BoardView),
        (status = "4XX", description = "malformed, too-large, forbidden, unknown-board, wrong-key, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn change(
    State(shared): State<Shared>,
    admission: Admission,
    Json(change): Json<ChangeBoard>,
) -> Result<Response, ApiError> {
    let admission = admission.only(Role::may_write)?;
    let title = one_line(&change.title, MAX_TITLE_CHARS)?;
    shared.storage.rename_board(admission.board(), &title).await?;
    shared.recheck(admission.board()).await;
    Ok(seen_by(&admission, title))
}

fn seen_by(admission: &Admission, title: String) -> Response {
    let view = BoardView {
        id: admission.board().clone(),
        title,
        role: admission.role(),
        link: LinkId::of(&admission.link()),
        created_at_ms: i64::try_from(admission.created_at_ms()).unwrap_or(i64::MAX),
    };
    ([(header::CACHE_CONTROL, "no-store")], Json(view)).into_response()
}

/// A link with a fresh secret.
pub fn new_link(site: &str, board: &BoardId, role: Role) -> LinkView {
    let key = LinkSecret::from_random(random::bytes());
    LinkView { id: LinkId::of(&hash(&key)), role, url: format!("{site}/b/{board}#key={}", key.reveal()), key }
}

/// The header in which a page shows the token that making boards wants here.
const TOKEN_HEADER: &str = "boardwalk-token";

/// Who makes a board, where they are signed in.
///
/// # Errors
/// They may not: `TokenNeeded`, `SignInNeeded`. Or the store does not answer.
async fn maker(shared: &Shared, headers: &HeaderMap) -> Result<Option<Session>, ApiError> {
    let session = Session::of(shared, headers).await?;
    let shown = || headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match &shared.creation {
        Creation::Token(token) if !token.is(shown()) => Err(ErrorCode::TokenNeeded.into()),
        Creation::SignedIn if session.is_none() => Err(ErrorCode::SignInNeeded.into()),
        _ => Ok(session),
    }
}

/// Takes a turn at what makes the store grow.
///
/// # Errors
/// `Busy` where there is none for now.
pub fn take_turn(shared: &Shared) -> Result<(), ApiError> {
    let mut creations = shared.creations.lock().unwrap_or_else(PoisonError::into_inner);
    creations.take(shared.now_ms()).map_err(ApiError::busy)
}

/// A name as people type it: trimmed, on one line.
///
/// # Errors
/// `TooLarge` or `Malformed`.
pub fn one_line(given: &str, max_chars: usize) -> Result<String, ErrorCode> {
    let text = given.trim();
    if text.chars().count() > max_chars {
        return Err(ErrorCode::TooLarge);
    }
    if text.chars().any(char::is_control) {
        return Err(ErrorCode::Malformed);
    }
    Ok(text.to_owned())
}

/// Where people reach this server: as configured, else as this request did.
pub fn site(public_url: Option<&str>, uri: &Uri, headers: &HeaderMap) -> Result<String, ErrorCode> {
    if let Some(url) = public_url {
        return Ok(url.to_owned());
    }
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).or(uri.authority().map(Authority::as_str)).ok_or(ErrorCode::Malformed)?;
    let host: Authority = host.parse().map_err(|_| ErrorCode::Malformed)?;
    let forwarded = text(header::HeaderName::from_static("x-forwarded-proto"));
    let scheme = if forwarded == Some("https") { "https" } else { "http" };
    Ok(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_trimmed_and_bounded() {
        let long = "ä".repeat(MAX_TITLE_CHARS);
        for (given, expected) in [
            ("", Ok("")),
            ("  Plan \n", Ok("Plan")),
            (&long, Ok(long.as_str())),
            (&format!("{long}x"), Err(ErrorCode::TooLarge)),
            ("a\0b", Err(ErrorCode::Malformed)),
        ] {
            assert_eq!(one_line(given, MAX_TITLE_CHARS), expected.map(str::to_owned), "{given:?}");
        }
    }

    #[test]
    fn links_name_the_host_that_was_asked() {
        let uri: Uri = "/api/boards".parse().expect("a path");
        for (public_url, host, proto, expected) in [
            (Some("https://boards.example"), Some("inner:1"), None, Ok("https://boards.example")),
            (None, Some("10.0.0.2:8080"), None, Ok("http://10.0.0.2:8080")),
            (None, Some("boards.example"), Some("https"), Ok("https://boards.example")),
            (None, Some("a b"), None, Err(ErrorCode::Malformed)),
            (None, None, None, Err(ErrorCode::Malformed)),
        ] {
            let mut headers = HeaderMap::new();
            host.map(|host| headers.insert(header::HOST, host.parse().expect("a value")));
            proto.map(|proto| headers.insert("x-forwarded-proto", proto.parse().expect("a value")));
            assert_eq!(site(public_url, &uri, &headers), expected.map(str::to_owned));
        }
    }
}
