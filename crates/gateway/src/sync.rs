//! `/sync/{board_id}`: the WebSocket. Whatever is wrong with a visitor is told by a close code after the upgrade, since
//! a browser cannot see the status of a refused one.

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, Query, State};
use axum::http::{Extensions, HeaderMap};
use axum::response::{IntoResponse, Response};
use protocol::lane::Dialect;
use protocol::limits::MAX_MESSAGE_BYTES;
use protocol::{BoardId, ErrorCode, SUBPROTOCOL};
use tracing::Instrument;

use crate::app::Shared;
use crate::connection::{Visit, serve};
use crate::limits::{WEBSOCKET_READ_BYTES, WEBSOCKET_WRITE_SLACK_BYTES, WRITE_AT_ONCE_BYTES};
use crate::problem::ApiError;
use crate::{api_schema, key, origin, people, request_id, session};

/// Joins the conversation on a board.
///
/// The y-websocket protocol; under the subprotocol `boardwalk.1` also Boardwalk's own messages. A refusal comes as a
/// close code from 4400 to 4499 (final) or outside of that (try again).
#[utoipa::path(
    get, path = "/sync/{board_id}", tag = "boards",
    params(
        ("board_id" = String, Path, description = "The board"),
        ("key" = Option<String>, Query, description = "A link's key, for clients that send it neither as bearer nor in hello"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 101, description = "The WebSocket is open"),
        (status = "4XX", description = "No WebSocket handshake; forbidden for a page of another origin; busy", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn sync(
    State(shared): State<Shared>,
    Path(board): Path<String>,
    Query(query): Query<key::KeyQuery>,
    headers: HeaderMap,
    extensions: Extensions,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !origin::is_ours(&headers, shared.public_url.as_deref()) {
        return ApiError::from(ErrorCode::Forbidden).into_response();
    }
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(WEBSOCKET_READ_BYTES)
        .write_buffer_size(WRITE_AT_ONCE_BYTES)
        .max_write_buffer_size(MAX_MESSAGE_BYTES + WEBSOCKET_WRITE_SLACK_BYTES)
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES);
    let dialect = if upgrade.selected_protocol().is_some() { Dialect::Boardwalk } else { Dialect::Stock };
    let connection = shared.hubs.number();
    let request_id = request_id::of(&headers);
    let span = tracing::info_span!(
        parent: None,
        "connection",
        connection_id = connection.0,
        board_id = board.parse::<BoardId>().ok().map(tracing::field::display),
        request_id,
    );
    let person = people::sender(&headers).or_else(|| query.person().and_then(people::person));
    let address = shared.by_address.asker(&extensions, &headers);
    let account = session::name_of(&shared, &headers).await;
    let key = key::sent(&headers, query);
    let visit = Visit { board, key, person, account, address, dialect, connection, request_id };
    upgrade.on_upgrade(move |socket| serve(socket, shared, visit).instrument(span))
}
