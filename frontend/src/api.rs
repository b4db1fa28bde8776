//! The server's REST surface, as calls. It must not know components, nor keep anything.

use protocol::{
    BoardId, BoardView, ChangeBoard, ChangeLink, CreateBoard, CreateLink, CreatedBoard, ErrorCode, LinkDescription,
    LinkId, LinkList, LinkSecret, LinkView, UnlockLink, UnlockedLink,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestInit, Response};

/// Why a call gave no answer that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The server could not be reached.
    #[error("the server cannot be reached")]
    Unreachable,
    /// The server answered with a problem.
    #[error("the server refused: {}", .0.id())]
    Refused(ErrorCode),
}

/// Makes a board; the only answer that tells its links.
pub async fn create_board(title: String) -> Result<CreatedBoard, ApiError> {
    let body = serde_json::to_string(&CreateBoard { title: Some(title) }).map_err(|_| unreadable())?;
    call("POST", "/api/boards", None, Some(&body)).await
}

/// What the holder of a key may know about a board.
pub async fn board(id: &BoardId, key: &LinkSecret) -> Result<BoardView, ApiError> {
    call("GET", &format!("/api/boards/{id}"), Some(key), None).await
}

/// Gives a board another name.
pub async fn rename_board(id: &BoardId, key: &LinkSecret, title: String) -> Result<BoardView, ApiError> {
    send("PATCH", &format!("/api/boards/{id}"), key, &ChangeBoard { title }).await
}

/// The links of a board, for its owner.
pub async fn links(id: &BoardId, key: &LinkSecret) -> Result<Vec<LinkDescription>, ApiError> {
    let list: LinkList = call("GET", &format!("/api/boards/{id}/links"), Some(key), None).await?;
    Ok(list.links)
}

/// Makes a link; the only answer that tells its key.
pub async fn create_link(id: &BoardId, key: &LinkSecret, wish: &CreateLink) -> Result<LinkView, ApiError> {
    send("POST", &format!("/api/boards/{id}/links"), key, wish).await
}

/// Changes a link.
pub async fn change_link(id: &BoardId, key: &LinkSecret, link: &LinkId, wish: &ChangeLink) -> Result<(), ApiError> {
    send("PATCH", &format!("/api/boards/{id}/links/{link}"), key, wish).await
}

/// Withdraws a link.
pub async fn revoke_link(id: &BoardId, key: &LinkSecret, link: &LinkId) -> Result<(), ApiError> {
    call("DELETE", &format!("/api/boards/{id}/links/{link}"), Some(key), None).await
}

/// Gives a link another key; the only answer that tells it.
pub async fn rotate_link(id: &BoardId, key: &LinkSecret, link: &LinkId) -> Result<LinkView, ApiError> {
    call("POST", &format!("/api/boards/{id}/links/{link}/rotate"), Some(key), None).await
}

/// Opens a link that wants a password: a key of one's own.
pub async fn unlock(id: &BoardId, key: &LinkSecret, password: String) -> Result<UnlockedLink, ApiError> {
    send("POST", &format!("/api/boards/{id}/unlock"), key, &UnlockLink { password }).await
}

async fn send<T: DeserializeOwned>(
    method: &str,
    path: &str,
    key: &LinkSecret,
    body: &impl Serialize,
) -> Result<T, ApiError> {
    let body = serde_json::to_string(body).map_err(|_| unreadable())?;
    call(method, path, Some(key), Some(&body)).await
}

async fn call<T: DeserializeOwned>(
    method: &str,
    path: &str,
    key: Option<&LinkSecret>,
    body: Option<&str>,
) -> Result<T, ApiError> {
    let request = request(method, path, key, body).map_err(|_| unreadable())?;
    let window = web_sys::window().ok_or(ApiError::Unreachable)?;
    let answer = JsFuture::from(window.fetch_with_request(&request)).await.map_err(|_| ApiError::Unreachable)?;
    let response: Response = answer.dyn_into().map_err(|_| unreadable())?;
    let text = text_of(&response).await.map_err(|_| ApiError::Unreachable)?;
    if response.ok() {
        // What answers with nothing answers with the value that says nothing.
        serde_json::from_str(if text.is_empty() { "null" } else { &text }).map_err(|_| unreadable())
    } else {
        Err(ApiError::Refused(code_of(response.status(), &text)))
    }
}

fn request(method: &str, path: &str, key: Option<&LinkSecret>, body: Option<&str>) -> Result<Request, JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    if let Some(body) = body {
        init.set_body(&JsValue::from_str(body));
    }
    let request = Request::new_with_str_and_init(path, &init)?;
    let headers = request.headers();
    headers.set("accept", "application/json, application/problem+json")?;
    if body.is_some() {
        headers.set("content-type", "application/json")?;
    }
    if let Some(key) = key {
        headers.set("authorization", &format!("Bearer {}", key.reveal()))?;
    }
    Ok(request)
}

async fn text_of(response: &Response) -> Result<String, JsValue> {
    let text = JsFuture::from(response.text()?).await?;
    Ok(text.as_string().unwrap_or_default())
}

/// The code of a problem; where a proxy in between answered with something else, the nearest by status.
pub fn code_of(status: u16, body: &str) -> ErrorCode {
    serde_json::from_str::<protocol::Problem>(body)
        .ok()
        .and_then(|problem| ErrorCode::from_id(&problem.code))
        .or_else(|| ErrorCode::ALL.iter().copied().find(|code| code.http_status() == status))
        .unwrap_or(ErrorCode::Internal)
}

/// An answer that is not what this version of the page expects.
fn unreadable() -> ApiError {
    ApiError::Refused(ErrorCode::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_keep_their_code() {
        let problem = r#"{"type":"urn:boardwalk:revoked","code":"revoked","title":"t","status":410}"#;
        for (status, body, expected) in [
            (410, problem, ErrorCode::Revoked),
            (404, "<html>not json", ErrorCode::UnknownBoard),
            (401, r#"{"code":"nonsense"}"#, ErrorCode::WrongKey),
            (418, "", ErrorCode::Internal),
        ] {
            assert_eq!(code_of(status, body), expected, "{status} {body}");
        }
    }
}
