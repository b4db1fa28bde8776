//! Answers what gateways ask about one board outside its lanes (`protocol::request`). It must not know what a lane is.

use bytes::Bytes;
use protocol::request::{Ask, BoardRequest, KeptVersion};
use protocol::visitors;
use protocol::{ErrorCode, PROTOCOL_VERSION};
use rsocket::{Payload, Refusal};
use tokio::sync::oneshot;

use crate::board_inbox::{Question, UpdatesIncoming};
use crate::changes;
use crate::limits::OPEN_ATTEMPTS;
use crate::opening;
use crate::pictures;
use crate::responder::Lanes;
use crate::service::Service;

/// Answers one request.
pub(crate) async fn answer(lanes: &Lanes, data: &Bytes) -> Result<Payload, Refusal> {
    let request = BoardRequest::decode(data).map_err(|_| Refusal::invalid(ErrorCode::Malformed.id()))?;
    if request.protocol != PROTOCOL_VERSION {
        return Err(Refusal::invalid(ErrorCode::Outdated.id()));
    }
    match request.ask {
        Ask::SaveVersion { name, author } => {
            let kept = save_version(lanes, &request.board, &name, &author).await;
            kept.map(|kept| Payload::new(kept.encode())).map_err(|refusal| Refusal::rejected(refusal.text()))
        }
        Ask::Picture { version, is_dark } => {
            let picture = pictures::paint(&lanes.service, &request.board, version.as_ref(), is_dark).await;
            picture.map(Payload::new).map_err(|refusal| Refusal::rejected(refusal.text()))
        }
        Ask::Evict => {
            if let Some(inbox) = lanes.service.inbox_if_open(&request.board) {
                // A board that is on its way out needs no telling.
                let _ = inbox.updates.send(UpdatesIncoming::Evict).await;
            }
            Ok(Payload::default())
        }
        Ask::Changes { version, since } => {
            let counted = changes::count(&lanes.service, &request.board, &version, since.as_ref()).await;
            counted.map(|counted| Payload::new(counted.encode())).map_err(|refusal| Refusal::rejected(refusal.text()))
        }
        Ask::Visitors => Ok(Payload::new(visitors::encode_visitors(&lanes.service.visitors.on(&request.board)))),
    }
}

/// Answers on which boards people are.
pub(crate) fn crowds(service: &Service, data: &Bytes) -> Result<Payload, Refusal> {
    match visitors::decode_crowds_request(data) {
        Ok((PROTOCOL_VERSION, after)) => {
            Ok(Payload::new(visitors::encode_crowds(&service.visitors.crowds(after.as_ref()))))
        }
        Ok(_) => Err(Refusal::invalid(ErrorCode::Outdated.id())),
        Err(_) => Err(Refusal::invalid(ErrorCode::Malformed.id())),
    }
}

async fn save_version(
    lanes: &Lanes,
    board: &protocol::BoardId,
    name: &str,
    author: &str,
) -> Result<KeptVersion, opening::Refusal> {
    for _ in 0..OPEN_ATTEMPTS {
        let inbox = lanes.service.inbox(board).map_err(opening::Refusal::Code)?;
        let (reply, answer) = oneshot::channel();
        let question = Question { name: name.to_owned(), author: author.to_owned(), reply };
        if inbox.updates.send(UpdatesIncoming::SaveVersion(question)).await.is_ok()
            && let Ok(answer) = answer.await
        {
            return answer;
        }
    }
    Err(opening::Refusal::Code(ErrorCode::Unavailable))
}
