//! A connection that outlives its links: a client that dials again, and a server that waits for it. Which positions
//! meet is the machine's to say.

use std::collections::HashMap;
use std::future::pending;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use super::Shared;
use super::run::{Ends, Keepalive, Ride, ride};
use crate::machine::Machine;
use crate::wire::{self, Encoder, Frame, ResumeFrame};
use crate::{Responder, backoff, limits};

pub(crate) type AnyReader = Pin<Box<dyn Stream<Item = io::Result<BytesMut>> + Send>>;
pub(crate) type AnyWriter = Pin<Box<dyn Sink<Bytes, Error = io::Error> + Send>>;
/// The ends of a link of any kind.
pub(crate) type AnyEnds = Ends<AnyReader, AnyWriter>;
/// Makes another link to the same server.
pub(crate) type Dial = Box<dyn Fn() -> Pin<Box<dyn Future<Output = io::Result<AnyEnds>> + Send>> + Send + Sync>;

/// The resumable connections of one acceptor: give all its [`accept`](crate::accept) calls clones of one.
#[derive(Clone, Debug, Default)]
pub struct Sessions(Arc<Mutex<HashMap<Bytes, mpsc::Sender<Attach>>>>);

/// A client that has come back.
#[derive(Debug)]
struct Attach {
    ends: AnyEnds,
    received_position: u64,
    first_available_position: u64,
    /// Gives the link back if the positions do not meet.
    answer: oneshot::Sender<Result<Arc<Shared>, AnyEnds>>,
}

impl std::fmt::Debug for AnyEnds {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Ends").finish_non_exhaustive()
    }
}

/// A place among the [`Sessions`], given up when dropped.
pub(crate) struct Place {
    sessions: Sessions,
    token: Bytes,
    clients: mpsc::Receiver<Attach>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.sessions.lock().remove(&self.token);
    }
}

/// Why a SETUP cannot have a session.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum NoPlace {
    #[error("the resume token is in use")]
    TokenInUse,
    #[error("too many resumable connections")]
    Full,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<Bytes, mpsc::Sender<Attach>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn register(&self, token: &Bytes) -> Result<Place, NoPlace> {
        let mut sessions = self.lock();
        if sessions.contains_key(token) {
            return Err(NoPlace::TokenInUse);
        }
        if sessions.len() >= limits::MAX_SESSIONS {
            return Err(NoPlace::Full);
        }
        // A copy, because the frame's own bytes may be part of a large buffer.
        let token = Bytes::copy_from_slice(token);
        let (tx, clients) = mpsc::channel(1);
        sessions.insert(token.clone(), tx);
        Ok(Place { sessions: self.clone(), token, clients })
    }

    /// Hands a client's new link to its connection, or gives it back.
    pub(crate) async fn attach(&self, resume: &ResumeFrame, ends: AnyEnds) -> Result<Arc<Shared>, AnyEnds> {
        let Some(session) = self.lock().get(&resume.token).cloned() else {
            return Err(ends);
        };
        let (answer, answered) = oneshot::channel();
        let attach = Attach {
            ends,
            received_position: resume.received_position,
            first_available_position: resume.first_available_position,
            answer,
        };
        if let Err(mpsc::error::SendError(attach)) = session.send(attach).await {
            return Err(attach.ends);
        }
        // Only a connection that ends just now gives no answer, and then the link has ended with it.
        answered.await.unwrap_or_else(|_| Err(hung_up()))
    }
}

/// A link that has already ended.
fn hung_up() -> AnyEnds {
    let writer = futures_util::sink::drain().sink_map_err(|never| match never {});
    Ends {
        reader: Box::pin(futures_util::stream::empty()),
        writer: Box::pin(writer),
        pulse: Default::default(),
        first: Vec::new(),
    }
}

/// Runs a server's side: over this link, and then over those by which the client comes back.
pub(crate) async fn await_client(
    shared: Arc<Shared>,
    first: AnyEnds,
    keepalive: Keepalive,
    responder: Arc<dyn Responder>,
    mut place: Place,
) {
    let mut ends = first;
    loop {
        let attach = match ride(&shared, ends, keepalive, &responder, place.clients.recv()).await {
            Ride::Closed => return,
            Ride::Interrupted(attach) => attach,
            Ride::Lost => tokio::select! {
                attach = place.clients.recv() => attach,
                () = sleep(limits::RESUME_TIMEOUT) => None,
                _ = shared.closed() => return,
            },
        };
        let Some(Attach { ends: mut link, received_position, first_available_position, answer }) = attach else {
            return give_up(&shared, "the client did not come back in time");
        };
        let resumed = shared.with(|machine| machine.resume_from(received_position, first_available_position));
        let Ok(again) = resumed else {
            answer.send(Err(link)).ok();
            return give_up(&shared, "too much was lost with the link");
        };
        let position = shared.look(Machine::received_position);
        let ok = Encoder::default().encode(Frame::ResumeOk { position });
        link.first.push(ok.expect("a position always fits"));
        link.first.extend(again);
        answer.send(Ok(Arc::clone(&shared))).ok();
        ends = link;
    }
}

fn give_up(shared: &Shared, text: &str) {
    shared.with(|machine| machine.give_up_resuming(text));
}

/// Runs a client's side: over this link, and then over those it dials.
pub(crate) async fn keep_dialing(
    shared: Arc<Shared>,
    first: AnyEnds,
    keepalive: Keepalive,
    responder: Arc<dyn Responder>,
    (dial, token): (Dial, Bytes),
) {
    let mut ends = first;
    while let Ride::Lost = ride(&shared, ends, keepalive, &responder, pending::<()>()).await {
        let redialed = tokio::select! {
            redialed = timeout(limits::RESUME_TIMEOUT, redial(&shared, &dial, &token)) => redialed,
            _ = shared.closed() => return,
        };
        match redialed {
            Ok(Ok(link)) => ends = link,
            Ok(Err(text)) => return give_up(&shared, &text),
            Err(_) => return give_up(&shared, "the server could not be reached in time"),
        }
    }
}

/// Dials until a server answers; the error says why it will not resume.
async fn redial(shared: &Shared, dial: &Dial, token: &Bytes) -> Result<AnyEnds, String> {
    let mut failures = 0;
    loop {
        let attempt = timeout(limits::CONNECT_TIMEOUT, ask_to_resume(shared, dial, token)).await;
        match attempt.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(answer) => return answer,
            Err(error) => tracing::debug!(%error, failures, "cannot reach the server to resume"),
        }
        failures += 1;
        let wait = backoff::full_jitter(failures, &mut rand::rng());
        sleep(wait).await;
    }
}

/// One attempt: fails as a whole when the link does, and inside when the server refuses.
async fn ask_to_resume(shared: &Shared, dial: &Dial, token: &Bytes) -> io::Result<Result<AnyEnds, String>> {
    let mut link = dial().await?;
    let frame = shared.look(|machine| {
        Frame::Resume(ResumeFrame {
            version: (1, 0),
            token: token.clone(),
            received_position: machine.received_position(),
            first_available_position: machine.first_available_position(),
        })
    });
    link.writer.send(Encoder::default().encode(frame).map_err(io::Error::other)?).await?;
    let answer = link.reader.next().await.ok_or(io::ErrorKind::UnexpectedEof)??;
    Ok(match wire::decode(answer) {
        Ok(Frame::ResumeOk { position }) => match shared.with(|machine| machine.resume(position)) {
            Ok(again) => {
                link.first = again;
                Ok(link)
            }
            Err(_) => Err("too much was lost with the link".to_owned()),
        },
        Ok(Frame::Error { code, text, .. }) => Err(format!("{code}: {}", String::from_utf8_lossy(&text))),
        Ok(_) => Err("the server answered with another frame".to_owned()),
        Err(error) => Err(error.to_string()),
    })
}
