//! `/api/admin`: what whoever runs the server sees of it and does with it. It knows boards by their names and sizes, and
//! never opens one.
//!
//! It exists only where an admin token is set. The token comes as a bearer, never in a cookie, so that no other page can
//! have a browser send it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use protocol::{BoardId, ErrorCode};
use serde::{Deserialize, Serialize};
use storage::{BoardOverview, BoardSize, Storage};
use utoipa::{IntoParams, ToSchema};

use crate::app::Shared;
use crate::key::bearer;
use crate::limits::{MAX_ADMIN_PAGE, OVERVIEW_AT_ONCE};
use crate::problem::ApiError;
use crate::quotas::Quotas;
use crate::{api_schema, asking, quotas};

/// Proof that the admin token was shown. There is no other way to one.
#[derive(Debug, Clone, Copy)]
pub struct Admin(());

impl Admin {
    fn judge(shared: &Shared, headers: &HeaderMap) -> Result<Self, ErrorCode> {
        // Where there is no token there is no administration, for anybody.
        let token = shared.admin_token.as_ref().ok_or(ErrorCode::NoAdministration)?;
        let shown = bearer(headers).ok_or(ErrorCode::WrongToken)?;
        if token.is(&shown) { Ok(Self(())) } else { Err(ErrorCode::WrongToken) }
    }
}

impl FromRequestParts<Shared> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        Ok(Self::judge(shared, &parts.headers)?)
    }
}

/// The server in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InstanceView {
    /// The release.
    version: String,
    /// How long this gateway has run.
    uptime_ms: u64,
    /// Boards, also those in the bin.
    boards: u64,
    /// Those in the bin.
    boards_in_bin: u64,
    /// Bytes of the images of all boards.
    asset_bytes: u64,
    /// Connections to boards, through all gateways.
    people_online: u64,
    /// Boards that they are on.
    boards_open: u64,
    quotas: QuotasView,
}

/// How much there may be; null where that is not bounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuotasView {
    /// Boards of the server, also those in the bin.
    boards: Option<u64>,
    /// Bytes of one board without its versions and images.
    board_bytes: Option<u64>,
    /// Bytes of the images of all boards.
    asset_bytes: Option<u64>,
    /// What the server was started with: nothing can be set beyond it.
    most: MostView,
}

/// What the flags of the server bound for good; null where they do not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MostView {
    /// As in `QuotasView`.
    boards: Option<u64>,
    /// The same.
    board_bytes: Option<u64>,
    /// The same.
    asset_bytes: Option<u64>,
}

/// How much there may be from now on; null, or absent, for as much as the server was started with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetQuotas {
    /// Boards of the server, also those in the bin. Fewer than there are: none can be made.
    #[serde(default)]
    boards: Option<u64>,
    /// Bytes of one board without its versions and images; at least 64 KiB.
    #[serde(default)]
    board_bytes: Option<u64>,
    /// Bytes of the images of all boards.
    #[serde(default)]
    asset_bytes: Option<u64>,
}

/// A part of the list of boards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdminBoardList {
    boards: Vec<AdminBoard>,
    /// How many boards fit what was asked for.
    total: u64,
}

/// A board as whoever runs the server sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdminBoard {
    /// The board.
    id: String,
    /// Empty when untitled.
    title: String,
    /// Milliseconds since 1970, UTC.
    created_at_ms: u64,
    /// When it was last edited, or its log last merged; null where nobody ever did.
    edited_at_ms: Option<u64>,
    /// Since when it is in the bin; null when it is not.
    deleted_at_ms: Option<u64>,
    /// Bytes of its content and versions.
    size_bytes: u64,
    versions: u64,
    /// Bytes of its images.
    asset_bytes: u64,
    /// Connections to it, through all gateways.
    people: u64,
    /// Whose it is; null for one that nobody signed in made.
    owner: Option<String>,
}

/// What the list is in the order of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// By title, untitled ones last.
    Title,
    /// Last edited first.
    #[default]
    Edited,
    /// Newest first.
    Created,
    /// Largest first, images among it.
    Size,
    /// Most people first.
    People,
}

/// Which boards are asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// A part of the title or of the owner's name, or the beginning of the id.
    #[serde(default)]
    query: String,
    /// Only those in the bin, or only those that are not.
    bin: Option<bool>,
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at most; 50 where absent, and 200 at most.
    limit: Option<usize>,
}

/// Tells how much there is and how much there may be.
#[utoipa::path(
    get, path = "/api/admin/instance", tag = "admin",
    params(("authorization" = String, Header, description = "`Bearer` and the server's admin token")),
    responses(
        (status = 200, description = "The server in figures", body = InstanceView),
        (status = "4XX", description = "wrong-token, no-administration or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn instance(_: Admin, State(shared): State<Shared>) -> Result<Response, ApiError> {
    let totals = shared.storage.totals().await?;
    let crowds = asking::crowds(&shared.directory).await;
    Ok(told(InstanceView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_ms: shared.now_ms(),
        boards: totals.boards,
        boards_in_bin: totals.in_bin,
        asset_bytes: totals.asset_bytes,
        people_online: crowds.values().sum(),
        boards_open: crowds.len() as u64,
        quotas: quotas_view(shared.quotas.read(shared.storage.as_ref()).await?, shared.quotas.flags()),
    }))
}

/// Sets how much there may be, within what the server was started with. Every gateway knows within seconds.
#[utoipa::path(
    put, path = "/api/admin/quotas", tag = "admin",
    params(("authorization" = String, Header, description = "`Bearer` and the server's admin token")),
    request_body = SetQuotas,
    responses(
        (status = 200, description = "What holds now", body = QuotasView),
        (status = "4XX", description = "too-large beyond a flag, malformed, wrong-token, no-administration or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn set_quotas(
    _: Admin,
    State(shared): State<Shared>,
    Json(wish): Json<SetQuotas>,
) -> Result<Response, ApiError> {
    let SetQuotas { boards, board_bytes, asset_bytes } = wish;
    let set = storage::SetQuotas { boards, board_bytes, asset_bytes };
    shared.quotas.set(shared.storage.as_ref(), set).await?;
    tracing::info!(?set, "whoever runs the server has set how much there may be");
    quotas::measure_all(&shared).await;
    Ok(told(quotas_view(shared.quotas.now(), shared.quotas.flags())))
}

fn quotas_view(now: Quotas, most: Quotas) -> QuotasView {
    let Quotas { boards, board_bytes, asset_bytes } = most;
    let most = MostView { boards, board_bytes, asset_bytes };
    QuotasView { boards: now.boards, board_bytes: now.board_bytes, asset_bytes: now.asset_bytes, most }
}

/// Lists boards.
#[utoipa::path(
    get, path = "/api/admin/boards", tag = "admin",
    params(BoardQuery, ("authorization" = String, Header, description = "`Bearer` and the server's admin token")),
    responses(
        (status = 200, description = "A part of the list", body = AdminBoardList),
        (status = "4XX", description = "malformed, wrong-token, no-administration or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn boards(
    _: Admin,
    State(shared): State<Shared>,
    Query(query): Query<BoardQuery>,
) -> Result<Response, ApiError> {
    let crowds = asking::crowds(&shared.directory).await;
    let mut found = Vec::new();
    let mut after: Option<BoardId> = None;
    loop {
        let page = shared.storage.overview(after.as_ref(), OVERVIEW_AT_ONCE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        found.extend(page.into_iter().map(|board| seen(&crowds, board)).filter(|board| query.fits(board)));
    }
    Ok(told(query.page(shared.storage.as_ref(), found).await?))
}

/// Puts a board in the bin, whoever owns it. Who is on it is told so and sent away.
#[utoipa::path(
    delete, path = "/api/admin/boards/{id}", tag = "admin",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and the server's admin token"),
    ),
    responses(
        (status = 204, description = "It is in the bin"),
        (status = "4XX", description = "unknown-board, wrong-token, no-administration or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn delete(_: Admin, State(shared): State<Shared>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let board = known(&shared, &id).await?;
    shared.storage.delete_board(&board).await?;
    tracing::info!(board_id = %board, "a board was put in the bin by whoever runs the server");
    asking::evict(shared.storage.as_ref(), &shared.directory, &board).await;
    shared.recheck(&board).await;
    Ok(axum::http::StatusCode::NO_CONTENT.into_response())
}

/// Takes a board out of the bin, as it was.
#[utoipa::path(
    post, path = "/api/admin/boards/{id}/restore", tag = "admin",
    params(
        ("id" = String, Path, description = "The board"),
        ("authorization" = String, Header, description = "`Bearer` and the server's admin token"),
    ),
    responses(
        (status = 204, description = "It is back"),
        (status = "4XX", description = "unknown-board, wrong-token, no-administration or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn restore(_: Admin, State(shared): State<Shared>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let board = known(&shared, &id).await?;
    shared.storage.restore_board(&board).await?;
    tracing::info!(board_id = %board, "a board was taken out of the bin by whoever runs the server");
    Ok(axum::http::StatusCode::NO_CONTENT.into_response())
}

async fn known(shared: &Shared, id: &str) -> Result<BoardId, ApiError> {
    let board: BoardId = id.parse().map_err(|_| ErrorCode::UnknownBoard)?;
    shared.storage.board(&board).await?.ok_or(ErrorCode::UnknownBoard)?;
    Ok(board)
}

/// Reads what boards take: all their rows have to be looked at.
async fn weigh(storage: &dyn Storage, boards: &mut [AdminBoard]) -> Result<(), ApiError> {
    for boards in boards.chunks_mut(OVERVIEW_AT_ONCE as usize) {
        let ids: Vec<BoardId> = boards.iter().filter_map(|board| board.id.parse().ok()).collect();
        let sizes: BTreeMap<String, BoardSize> =
            storage.sizes(&ids).await?.into_iter().map(|(id, size)| (id.to_string(), size)).collect();
        for board in boards {
            let size = sizes.get(&board.id).copied().unwrap_or_default();
            (board.size_bytes, board.versions, board.asset_bytes) = (size.size_bytes, size.versions, size.asset_bytes);
        }
    }
    Ok(())
}

/// A board without its size.
fn seen(crowds: &BTreeMap<BoardId, u64>, board: BoardOverview) -> AdminBoard {
    let people = crowds.get(&board.id).copied().unwrap_or(0);
    AdminBoard {
        id: board.id.to_string(),
        title: board.title,
        created_at_ms: board.created_at_ms,
        edited_at_ms: board.edited_at_ms,
        deleted_at_ms: board.deleted_at_ms,
        size_bytes: 0,
        versions: 0,
        asset_bytes: 0,
        people,
        owner: board.account,
    }
}

fn told(view: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(view)).into_response()
}

impl BoardQuery {
    fn fits(&self, board: &AdminBoard) -> bool {
        let query = self.query.trim();
        let has = |text: &str| text.to_lowercase().contains(&query.to_lowercase());
        let is_found = board.id.starts_with(query) || has(&board.title) || board.owner.as_deref().is_some_and(has);
        is_found && self.bin.is_none_or(|bin| bin == board.deleted_at_ms.is_some())
    }

    /// A part of the boards that fit. Only these are weighed, unless the largest are asked for.
    async fn page(&self, storage: &dyn Storage, mut found: Vec<AdminBoard>) -> Result<AdminBoardList, ApiError> {
        let total = found.len() as u64;
        if self.sort == Sort::Size {
            weigh(storage, &mut found).await?;
            return Ok(AdminBoardList { boards: self.part(found), total });
        }
        let mut boards = self.part(found);
        weigh(storage, &mut boards).await?;
        Ok(AdminBoardList { boards, total })
    }

    fn part(&self, mut boards: Vec<AdminBoard>) -> Vec<AdminBoard> {
        boards.sort_by_cached_key(|board| {
            let title = board.title.to_lowercase();
            let (number, text) = match self.sort {
                Sort::Title => (u64::from(board.title.is_empty()), title),
                Sort::Edited => (u64::MAX - board.edited_at_ms.unwrap_or(0), title),
                Sort::Created => (u64::MAX - board.created_at_ms, title),
                Sort::Size => (u64::MAX - board.size_bytes - board.asset_bytes, title),
                Sort::People => (u64::MAX - board.people, title),
            };
            (number, text, board.id.clone())
        });
        let limit = self.limit.unwrap_or(50).min(MAX_ADMIN_PAGE);
        boards.into_iter().skip(self.offset).take(limit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(id: &str, title: &str, time_ms: u64, bytes: u64) -> AdminBoard {
        AdminBoard {
            id: id.to_owned(),
            title: title.to_owned(),
            created_at_ms: 100 - time_ms,
            edited_at_ms: (time_ms > 0).then_some(time_ms),
            deleted_at_ms: (time_ms == 2).then_some(3),
            size_bytes: bytes,
            versions: 0,
            asset_bytes: bytes / 2,
            people: 4 - time_ms,
            owner: (time_ms == 1).then(|| "Ada".to_owned()),
        }
    }

    #[test]
    fn boards_are_found_and_put_in_order() {
        let all = [board("a1", "Plan", 1, 10), board("a2", "alpha", 2, 30), board("b1", "", 3, 20)];
        let query = |query: &str, bin, sort| BoardQuery { query: query.to_owned(), bin, sort, ..BoardQuery::default() };
        for (query, expected) in [
            (query("", None, Sort::Edited), vec!["b1", "a2", "a1"]),
            (query("", None, Sort::Created), vec!["a1", "a2", "b1"]),
            (query("", None, Sort::Title), vec!["a2", "a1", "b1"]),
            (query("", None, Sort::Size), vec!["a2", "b1", "a1"]),
            (query("", None, Sort::People), vec!["a1", "a2", "b1"]),
            (query("PL", None, Sort::Edited), vec!["a1"]),
            (query("ada", None, Sort::Edited), vec!["a1"]),
            (query(" a ", None, Sort::Title), vec!["a2", "a1"]),
            (query("", Some(true), Sort::Title), vec!["a2"]),
            (query("", Some(false), Sort::Title), vec!["a1", "b1"]),
            (BoardQuery { offset: 1, limit: Some(1), ..query("", None, Sort::Title) }, vec!["a1"]),
            (BoardQuery { offset: 9, ..query("", None, Sort::Title) }, vec![]),
        ] {
            let found: Vec<AdminBoard> = all.iter().filter(|board| query.fits(board)).cloned().collect();
            let part = query.part(found);
            let ids: Vec<&str> = part.iter().map(|board| &*board.id).collect();
            assert_eq!(ids, expected, "{query:?}");
        }
    }
}
