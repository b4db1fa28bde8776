//! The server's REST surface, as calls. It must not know components, nor keep anything.

use js_sys::Uint8Array;
use protocol::ThreadId;
use protocol::meeting::{
    Ballot, ChangeThread, Facilitation, NewThread, NewVoting, PlacedNotes, PrivateNotes, Thread, ThreadList, TimerWish,
    Writing,
};
use protocol::{
    BinView, BoardId, BoardView, ChangeBoard, ChangeLink, CreateBoard, CreateLink, CreatedBoard, DamageList,
    DamageView, ErrorCode, LinkDescription, LinkId, LinkList, LinkSecret, LinkView, LockPerson, NameVersion, OwnBoard,
    OwnBoardList, PeopleList, SessionView, ShownPeople, SignedInPeople, UnlockLink, UnlockedLink, VersionChanges,
    VersionId, VersionList, VersionView,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestInit, Response};

use crate::preferences::{kept_token, person_key};

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

impl ApiError {
    /// Whether the same call may succeed later.
    pub fn is_passing(self) -> bool {
        match self {
            Self::Unreachable => true,
            Self::Refused(code) => code.retry() == protocol::Retry::Later,
        }
    }
}

/// Makes a board; the only answer that tells its links.
pub async fn create_board(title: String) -> Result<CreatedBoard, ApiError> {
    let body = serde_json::to_string(&CreateBoard { title: Some(title) }).map_err(|_| unreadable())?;
    call("POST", "/api/boards", None, Some(&body)).await
}

/// Makes a board that begins as another is now; the only answer that tells its links.
pub async fn copy_board(id: &BoardId, key: &LinkSecret, title: String) -> Result<CreatedBoard, ApiError> {
    send("POST", &format!("/api/boards/{id}/copy"), key, &CreateBoard { title: Some(title) }).await
}

/// Puts a board in the bin.
pub async fn delete_board(id: &BoardId, key: &LinkSecret) -> Result<BinView, ApiError> {
    call("DELETE", &format!("/api/boards/{id}"), Some(key), None).await
}

/// Takes a board out of the bin.
pub async fn restore_board(id: &BoardId, key: &LinkSecret) -> Result<BinView, ApiError> {
    call("POST", &format!("/api/boards/{id}/restore"), Some(key), None).await
}

/// Forgets for good a board that is in the bin.
pub async fn purge_board(id: &BoardId, key: &LinkSecret) -> Result<(), ApiError> {
    call("DELETE", &format!("/api/boards/{id}/bin"), Some(key), None).await
}

/// A small picture of a board, or of one of its versions, as SVG; empty where there is nothing to see.
pub async fn picture(
    id: &BoardId,
    key: &LinkSecret,
    version: Option<&VersionId>,
    is_dark: bool,
) -> Result<String, ApiError> {
    let of = version.map(|version| format!("/versions/{version}")).unwrap_or_default();
    let theme = if is_dark { "dark" } else { "light" };
    let response = ask("GET", &format!("/api/boards/{id}{of}/picture?theme={theme}"), Some(key), None).await?;
    text_of(&response).await.map_err(|_| ApiError::Unreachable)
}

/// The versions of a board, newest first.
pub async fn versions(id: &BoardId, key: &LinkSecret) -> Result<Vec<VersionView>, ApiError> {
    let list: VersionList = call("GET", &format!("/api/boards/{id}/versions"), Some(key), None).await?;
    Ok(list.versions)
}

/// Keeps the board as it is now.
pub async fn keep_version(id: &BoardId, key: &LinkSecret, name: &NameVersion) -> Result<VersionView, ApiError> {
    send("POST", &format!("/api/boards/{id}/versions"), key, name).await
}

/// The content of a version: a document update.
pub async fn version(id: &BoardId, key: &LinkSecret, version: &VersionId) -> Result<Vec<u8>, ApiError> {
    let response = ask("GET", &format!("/api/boards/{id}/versions/{version}"), Some(key), None).await?;
    bytes_of(&response).await.map_err(|_| ApiError::Unreachable)
}

/// How many shapes of a version differ from another; from none where there is none.
pub async fn version_changes(
    id: &BoardId,
    key: &LinkSecret,
    version: &VersionId,
    since: Option<&VersionId>,
) -> Result<VersionChanges, ApiError> {
    let since = since.map(|since| format!("?since={since}")).unwrap_or_default();
    call("GET", &format!("/api/boards/{id}/versions/{version}/changes{since}"), Some(key), None).await
}

/// Names a version.
pub async fn name_version(
    id: &BoardId,
    key: &LinkSecret,
    version: &VersionId,
    name: &NameVersion,
) -> Result<VersionView, ApiError> {
    send("PATCH", &format!("/api/boards/{id}/versions/{version}"), key, name).await
}

/// Forgets a version for good.
pub async fn forget_version(id: &BoardId, key: &LinkSecret, version: &VersionId) -> Result<(), ApiError> {
    call("DELETE", &format!("/api/boards/{id}/versions/{version}"), Some(key), None).await
}

/// Makes a board that begins as a version; the only answer that tells its links.
pub async fn copy_version(id: &BoardId, key: &LinkSecret, version: &VersionId) -> Result<CreatedBoard, ApiError> {
    call("POST", &format!("/api/boards/{id}/versions/{version}/copy"), Some(key), None).await
}

/// What of a board could not be read.
pub async fn damage(id: &BoardId, key: &LinkSecret) -> Result<Vec<DamageView>, ApiError> {
    let list: DamageList = call("GET", &format!("/api/boards/{id}/damage"), Some(key), None).await?;
    Ok(list.parts)
}

/// Forgets for good what of a board could not be read.
pub async fn discard_damage(id: &BoardId, key: &LinkSecret) -> Result<(), ApiError> {
    call("DELETE", &format!("/api/boards/{id}/damage"), Some(key), None).await
}

/// Keeps an encrypted list of boards under a token.
pub async fn put_bundle(token: &LinkSecret, sealed: &[u8]) -> Result<(), ApiError> {
    let body = JsValue::from(Uint8Array::from(sealed));
    ask("PUT", "/api/bundle", Some(token), Some(&body)).await.map(drop)
}

/// The encrypted list under a token.
pub async fn bundle(token: &LinkSecret) -> Result<Vec<u8>, ApiError> {
    let response = ask("GET", "/api/bundle", Some(token), None).await?;
    bytes_of(&response).await.map_err(|_| ApiError::Unreachable)
}

/// Forgets the list under a token.
pub async fn drop_bundle(token: &LinkSecret) -> Result<(), ApiError> {
    ask("DELETE", "/api/bundle", Some(token), None).await.map(drop)
}

/// Who is signed in.
pub async fn session() -> Result<SessionView, ApiError> {
    call("GET", "/api/session", None, None).await
}

/// Signs out.
pub async fn sign_out() -> Result<(), ApiError> {
    call("DELETE", "/api/session", None, None).await
}

/// The boards of whoever is signed in, newest first.
pub async fn own_boards() -> Result<Vec<OwnBoard>, ApiError> {
    let list: OwnBoardList = call("GET", "/api/session/boards", None, None).await?;
    Ok(list.boards)
}

/// An owner's key for one of them.
pub async fn own_board_key(id: &BoardId) -> Result<UnlockedLink, ApiError> {
    call("POST", &format!("/api/session/boards/{id}/key"), None, None).await
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

/// Who is on a board and who is locked out, for its owner.
pub async fn people(id: &BoardId, key: &LinkSecret) -> Result<PeopleList, ApiError> {
    call("GET", &format!("/api/boards/{id}/people"), Some(key), None).await
}

/// Which people on a board are signed in under the names that they show.
pub async fn signed_in(id: &BoardId, key: &LinkSecret, people: &ShownPeople) -> Result<SignedInPeople, ApiError> {
    send("POST", &format!("/api/boards/{id}/people/signed-in"), key, people).await
}

/// Locks somebody out of a board.
pub async fn lock_person(id: &BoardId, key: &LinkSecret, person: &str, name: String) -> Result<(), ApiError> {
    send("PUT", &format!("/api/boards/{id}/people/{person}/lock"), key, &LockPerson { name }).await
}

/// Lets somebody in again.
pub async fn unlock_person(id: &BoardId, key: &LinkSecret, person: &str) -> Result<(), ApiError> {
    call("DELETE", &format!("/api/boards/{id}/people/{person}/lock"), Some(key), None).await
}

/// Opens a link that wants a password: a key of one's own.
pub async fn unlock(id: &BoardId, key: &LinkSecret, password: String) -> Result<UnlockedLink, ApiError> {
    send("POST", &format!("/api/boards/{id}/unlock"), key, &UnlockLink { password }).await
}

/// The threads of comments on a board.
pub async fn threads(id: &BoardId, key: &LinkSecret) -> Result<ThreadList, ApiError> {
    call("GET", &format!("/api/boards/{id}/comments"), Some(key), None).await
}

/// Begins a thread.
pub async fn begin_thread(id: &BoardId, key: &LinkSecret, wish: &NewThread) -> Result<Thread, ApiError> {
    send("POST", &format!("/api/boards/{id}/comments"), key, wish).await
}

/// Adds a comment to a thread.
pub async fn reply(id: &BoardId, key: &LinkSecret, thread: &ThreadId, wish: &Writing) -> Result<Thread, ApiError> {
    send("POST", &format!("/api/boards/{id}/comments/{thread}"), key, wish).await
}

/// Resolves a thread, or opens it again.
pub async fn change_thread(
    id: &BoardId,
    key: &LinkSecret,
    thread: &ThreadId,
    wish: &ChangeThread,
) -> Result<Thread, ApiError> {
    send("PATCH", &format!("/api/boards/{id}/comments/{thread}"), key, wish).await
}

/// Changes what one's own comment says.
pub async fn edit_comment(
    id: &BoardId,
    key: &LinkSecret,
    thread: &ThreadId,
    comment: u32,
    wish: &Writing,
) -> Result<Thread, ApiError> {
    send("PATCH", &format!("/api/boards/{id}/comments/{thread}/{comment}"), key, wish).await
}

/// Deletes a comment.
pub async fn delete_comment(id: &BoardId, key: &LinkSecret, thread: &ThreadId, comment: u32) -> Result<(), ApiError> {
    call("DELETE", &format!("/api/boards/{id}/comments/{thread}/{comment}"), Some(key), None).await
}

/// What is going on: timer and voting.
pub async fn facilitation(id: &BoardId, key: &LinkSecret) -> Result<Facilitation, ApiError> {
    call("GET", &format!("/api/boards/{id}/facilitation"), Some(key), None).await
}

/// Changes the timer.
pub async fn set_timer(id: &BoardId, key: &LinkSecret, wish: TimerWish) -> Result<Facilitation, ApiError> {
    send("POST", &format!("/api/boards/{id}/timer"), key, &wish).await
}

/// Begins a voting.
pub async fn begin_voting(id: &BoardId, key: &LinkSecret, wish: &NewVoting) -> Result<Facilitation, ApiError> {
    send("POST", &format!("/api/boards/{id}/voting"), key, wish).await
}

/// Gives one's votes.
pub async fn cast(id: &BoardId, key: &LinkSecret, ballot: &Ballot) -> Result<Facilitation, ApiError> {
    send("PUT", &format!("/api/boards/{id}/voting/ballot"), key, ballot).await
}

/// Closes the voting, or takes a closed one away.
pub async fn end_voting(id: &BoardId, key: &LinkSecret, closed: bool) -> Result<Facilitation, ApiError> {
    let (method, rest) = if closed { ("DELETE", "") } else { ("POST", "/close") };
    call(method, &format!("/api/boards/{id}/voting{rest}"), Some(key), None).await
}

/// Begins a round of private notes.
pub async fn begin_private(id: &BoardId, key: &LinkSecret) -> Result<Facilitation, ApiError> {
    call("POST", &format!("/api/boards/{id}/private"), Some(key), None).await
}

/// Gives one's private notes.
pub async fn put_private_notes(id: &BoardId, key: &LinkSecret, wish: &PrivateNotes) -> Result<Facilitation, ApiError> {
    send("PUT", &format!("/api/boards/{id}/private/notes"), key, wish).await
}

/// Reveals everybody's private notes.
pub async fn reveal_private(id: &BoardId, key: &LinkSecret) -> Result<Facilitation, ApiError> {
    call("POST", &format!("/api/boards/{id}/private/reveal"), Some(key), None).await
}

/// Says which revealed notes are in the document.
pub async fn placed_private(id: &BoardId, key: &LinkSecret, placed: &PlacedNotes) -> Result<Facilitation, ApiError> {
    send("POST", &format!("/api/boards/{id}/private/placed"), key, placed).await
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
    let body = body.map(JsValue::from_str);
    let response = ask(method, path, key, body.as_ref()).await?;
    let text = text_of(&response).await.map_err(|_| ApiError::Unreachable)?;
    // What answers with nothing answers with the value that says nothing.
    serde_json::from_str(if text.is_empty() { "null" } else { &text }).map_err(|_| unreadable())
}

/// Sends a request, whose body is JSON where it is a text; its answer, if it is no problem.
async fn ask(method: &str, path: &str, key: Option<&LinkSecret>, body: Option<&JsValue>) -> Result<Response, ApiError> {
    let request = request(method, path, key, body).map_err(|_| unreadable())?;
    let window = web_sys::window().ok_or(ApiError::Unreachable)?;
    let answer = JsFuture::from(window.fetch_with_request(&request)).await.map_err(|_| ApiError::Unreachable)?;
    let response: Response = answer.dyn_into().map_err(|_| unreadable())?;
    if response.ok() {
        return Ok(response);
    }
    let text = text_of(&response).await.map_err(|_| ApiError::Unreachable)?;
    Err(ApiError::Refused(code_of(response.status(), &text)))
}

fn request(method: &str, path: &str, key: Option<&LinkSecret>, body: Option<&JsValue>) -> Result<Request, JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    if let Some(body) = body {
        init.set_body(body);
    }
    let request = Request::new_with_str_and_init(path, &init)?;
    let headers = request.headers();
    headers.set("accept", "application/json, application/problem+json")?;
    if let Some(body) = body {
        let kind = if body.is_string() { "application/json" } else { "application/octet-stream" };
        headers.set("content-type", kind)?;
    }
    if let Some(person) = person_key() {
        headers.set("boardwalk-person", person.reveal())?;
    }
    if let Some(token) = kept_token().filter(|token| method == "POST" && token.is_ascii()) {
        headers.set("boardwalk-token", &token)?;
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

async fn bytes_of(response: &Response) -> Result<Vec<u8>, JsValue> {
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
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
