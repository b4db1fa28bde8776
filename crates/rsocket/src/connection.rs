//! The handle of a connection, and what all handles share: the machine behind a lock. It must not know links.

mod answer;
pub(crate) mod run;
pub(crate) mod session;
mod write;

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::machine::Machine;
use crate::wire::RequestKind;
use crate::{CloseReason, Inbound, Outbound, Payload, RequestError, SendError, Window};

/// The machine and the two who must hear of changes: the writer, and whoever waits for the end.
#[derive(Debug)]
pub(crate) struct Shared {
    machine: Mutex<Machine>,
    max_message_bytes: usize,
    output: Notify,
    phase: watch::Sender<Phase>,
}

/// How far a connection is on its way to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    Draining,
    Closed(CloseReason),
}

impl Shared {
    pub(crate) fn new(machine: Machine) -> Self {
        Self {
            max_message_bytes: machine.max_message_bytes(),
            machine: Mutex::new(machine),
            output: Notify::new(),
            phase: watch::Sender::new(Phase::Open),
        }
    }

    /// Refuses a message that is too long to be sent.
    pub(crate) fn check_length(&self, payload: &Payload) -> Result<(), SendError> {
        let (bytes, limit_bytes) = (payload.len_bytes(), self.max_message_bytes);
        if bytes > limit_bytes { Err(SendError::TooLong { bytes, limit_bytes }) } else { Ok(()) }
    }

    /// Does something to the machine, and then, with the lock let go, wakes whoever it concerns.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Machine) -> T) -> T {
        let mut machine = self.lock();
        let value = act(&mut machine);
        let woken = machine.take_woken();
        let call_writer = machine.call_writer();
        let phase = match machine.closed() {
            Some(reason) => Phase::Closed(reason.clone()),
            None if machine.is_draining() => Phase::Draining,
            None => Phase::Open,
        };
        drop(machine);
        for waker in woken {
            waker.wake();
        }
        if call_writer {
            self.output.notify_one();
        }
        if phase != Phase::Open {
            self.phase.send_if_modified(|told| {
                // Two threads may come here out of order; the end is never taken back.
                let is_news = *told != phase && !matches!(told, Phase::Closed(_));
                if is_news {
                    *told = phase;
                }
                is_news
            });
        }
        value
    }

    /// Looks without changing anything.
    pub(crate) fn look<T>(&self, see: impl FnOnce(&Machine) -> T) -> T {
        see(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn closed(&self) -> CloseReason {
        let mut phase = self.phase.subscribe();
        loop {
            if let Phase::Closed(reason) = &*phase.borrow_and_update() {
                return reason.clone();
            }
            phase.changed().await.expect("the sender lives in self");
        }
    }

    async fn draining(&self) {
        let mut phase = self.phase.subscribe();
        let leaving = phase.wait_for(|phase| *phase != Phase::Open).await;
        leaving.expect("the sender lives in self");
    }
}

/// One connection, as its requester: a cheap handle. On the connecting side, dropping the last one drains the
/// connection; on the accepting side the connection lives as long as its peer wants.
#[derive(Clone, Debug)]
pub struct Connection {
    shared: Arc<Shared>,
    _drain: Option<Arc<DrainOnDrop>>,
}

#[derive(Debug)]
struct DrainOnDrop(Arc<Shared>);

impl Drop for DrainOnDrop {
    fn drop(&mut self) {
        self.0.with(Machine::begin_drain);
    }
}

impl Connection {
    pub(crate) fn new(shared: Arc<Shared>, drain_on_drop: bool) -> Self {
        let drain = drain_on_drop.then(|| Arc::new(DrainOnDrop(Arc::clone(&shared))));
        Self { shared, _drain: drain }
    }

    /// One message out, one in. Dropping the future cancels the request.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use futures_util::StreamExt;
    /// # use rsocket::*;
    /// # struct Peer;
    /// # #[async_trait::async_trait]
    /// # impl Responder for Peer {
    /// # async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
    /// #     Ok(request)
    /// # }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (near, far) = memory::pair();
    /// # let everyone = |_: &Setup| Ok(Arc::new(Peer) as Arc<dyn Responder>);
    /// # let (connection, _far) = tokio::join!(
    /// #     connect(near, ConnectionOptions::default(), Arc::new(Deaf)),
    /// #     accept(far, ConnectionOptions::default(), &everyone),
    /// # );
    /// # let connection = connection?;
    /// let answer = connection.request_response(Payload::new("hello")).await?;
    /// assert_eq!(answer.data, "hello");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn request_response(&self, request: Payload) -> Result<Payload, RequestError> {
        let mut answer = self.ask(RequestKind::Response, request, Window::manual(1))?;
        // An answer without a message is an empty one.
        Ok(answer.next().await.transpose()?.unwrap_or_default())
    }

    /// One message out, no answer. Resolves once the message is queued.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use futures_util::StreamExt;
    /// # use rsocket::*;
    /// # struct Peer;
    /// # #[async_trait::async_trait]
    /// # impl Responder for Peer {
    /// # async fn fire_and_forget(&self, _: Payload) {}
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (near, far) = memory::pair();
    /// # let everyone = |_: &Setup| Ok(Arc::new(Peer) as Arc<dyn Responder>);
    /// # let (connection, _far) = tokio::join!(
    /// #     connect(near, ConnectionOptions::default(), Arc::new(Deaf)),
    /// #     accept(far, ConnectionOptions::default(), &everyone),
    /// # );
    /// # let connection = connection?;
    /// connection.fire_and_forget(Payload::new("seen at noon")).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[expect(clippy::unused_async, reason = "the one interaction that may one day wait for room")]
    pub async fn fire_and_forget(&self, request: Payload) -> Result<(), RequestError> {
        self.open(RequestKind::FireAndForget, request, Window::manual(0))?;
        Ok(())
    }

    /// One message out, many in.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use futures_util::StreamExt;
    /// # use rsocket::*;
    /// # struct Peer;
    /// # #[async_trait::async_trait]
    /// # impl Responder for Peer {
    /// # async fn request_stream(&self, _: Payload, mut out: Outbound) {
    /// #     for number in 3.. {
    /// #         if out.send(Payload::new(number.to_string())).await.is_err() {
    /// #             return;
    /// #         }
    /// #     }
    /// # }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (near, far) = memory::pair();
    /// # let everyone = |_: &Setup| Ok(Arc::new(Peer) as Arc<dyn Responder>);
    /// # let (connection, _far) = tokio::join!(
    /// #     connect(near, ConnectionOptions::default(), Arc::new(Deaf)),
    /// #     accept(far, ConnectionOptions::default(), &everyone),
    /// # );
    /// # let connection = connection?;
    /// // Never more than eight wait here; reading makes room for more.
    /// let mut numbers = connection.request_stream(Payload::new("from 3"), Window::of(8))?;
    /// assert_eq!(numbers.next().await, Some(Ok(Payload::new("3"))));
    /// assert_eq!(numbers.next().await, Some(Ok(Payload::new("4"))));
    /// drop(numbers); // cancels
    /// # Ok(())
    /// # }
    /// ```
    pub fn request_stream(&self, request: Payload, window: Window) -> Result<Inbound, RequestError> {
        self.ask(RequestKind::Stream, request, window)
    }

    /// Many messages out, many in. `first` goes out at once, the others by the credit that the peer grants.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use futures_util::StreamExt;
    /// # use rsocket::*;
    /// # struct Peer;
    /// # #[async_trait::async_trait]
    /// # impl Responder for Peer {
    /// # async fn request_channel(&self, first: Payload, channel: IncomingChannel) {
    /// #     let (mut out, mut inbound) = channel.accept(Window::of(8));
    /// #     let mut next = Some(Ok(first));
    /// #     while let Some(Ok(message)) = next {
    /// #         out.send(message).await.ok();
    /// #         next = inbound.next().await;
    /// #     }
    /// #     out.complete();
    /// # }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (near, far) = memory::pair();
    /// # let everyone = |_: &Setup| Ok(Arc::new(Peer) as Arc<dyn Responder>);
    /// # let (connection, _far) = tokio::join!(
    /// #     connect(near, ConnectionOptions::default(), Arc::new(Deaf)),
    /// #     accept(far, ConnectionOptions::default(), &everyone),
    /// # );
    /// # let connection = connection?;
    /// let (mut out, mut echo) = connection.request_channel(Payload::new("one"), Window::of(8))?;
    /// out.send(Payload::new("two")).await?; // waits for the peer's credit
    /// out.complete();
    /// assert_eq!(echo.next().await, Some(Ok(Payload::new("one"))));
    /// assert_eq!(echo.next().await, Some(Ok(Payload::new("two"))));
    /// assert_eq!(echo.next().await, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request_channel(&self, first: Payload, window: Window) -> Result<(Outbound, Inbound), RequestError> {
        let inbound = self.ask(RequestKind::Channel, first, window)?;
        Ok((Outbound::asking(Arc::clone(&self.shared), inbound.id()), inbound))
    }

    /// Metadata about the connection as a whole, without an answer. It must fit one frame.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use futures_util::StreamExt;
    /// # use rsocket::*;
    /// # struct Peer;
    /// # #[async_trait::async_trait]
    /// # impl Responder for Peer {
    /// # async fn metadata_push(&self, _: bytes::Bytes) {}
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (near, far) = memory::pair();
    /// # let everyone = |_: &Setup| Ok(Arc::new(Peer) as Arc<dyn Responder>);
    /// # let (connection, _far) = tokio::join!(
    /// #     connect(near, ConnectionOptions::default(), Arc::new(Deaf)),
    /// #     accept(far, ConnectionOptions::default(), &everyone),
    /// # );
    /// # let connection = connection?;
    /// let about = metadata::encode(&[metadata::Entry::Routing(vec!["rate.changed".into()])])?;
    /// connection.metadata_push(about)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn metadata_push(&self, metadata: impl Into<Bytes>) -> Result<(), RequestError> {
        let metadata = metadata.into();
        self.shared.with(|machine| machine.push_metadata(metadata))
    }

    fn ask(&self, kind: RequestKind, request: Payload, window: Window) -> Result<Inbound, RequestError> {
        let id = self.open(kind, request, window)?;
        Ok(Inbound::asking(Arc::clone(&self.shared), id, kind))
    }

    fn open(&self, kind: RequestKind, payload: Payload, window: Window) -> Result<u32, RequestError> {
        let now = Instant::now();
        self.shared.with(|machine| machine.open(kind, payload, window, now))
    }

    /// Streams opened from this side that have not ended: what a choice by least pending compares.
    pub fn pending_streams(&self) -> usize {
        self.shared.look(Machine::pending_streams)
    }

    /// The share of the peer's lease that is left: 1 without leases, 0 when it is spent or has expired.
    pub fn availability(&self) -> f64 {
        let now = Instant::now();
        self.shared.look(|machine| machine.availability(now))
    }

    /// Resolves when [`availability`](Self::availability) is more than 0, or the connection has ended.
    pub async fn available(&self) {
        poll_fn(|cx| self.shared.with(|machine| machine.poll_available(cx, Instant::now()))).await;
    }

    /// Lets the peer open `requests` streams within `ttl`, instead of what was granted before; 0 stops it. Says whether
    /// that was granted: not on a connection without leases, nor while too much waits to be written.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use futures_util::StreamExt;
    /// # use rsocket::*;
    /// # struct Peer;
    /// # #[async_trait::async_trait]
    /// # impl Responder for Peer {
    /// # async fn fire_and_forget(&self, _: Payload) {}
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (near, far) = memory::pair();
    /// # let everyone = |_: &Setup| Ok(Arc::new(Peer) as Arc<dyn Responder>);
    /// # let (connection, _far) = tokio::join!(
    /// #     connect(near, ConnectionOptions::default(), Arc::new(Deaf)),
    /// #     accept(far, ConnectionOptions::default(), &everyone),
    /// # );
    /// # let connection = connection?;
    /// // Asked for by the client's options, agreed to by the server's: `ConnectionOptions::lease`. Here neither did.
    /// let granted = connection.grant_lease(std::time::Duration::from_secs(5), 100);
    /// assert!(!granted);
    /// assert_eq!(connection.availability(), 1.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn grant_lease(&self, ttl: Duration, requests: u32) -> bool {
        let now = Instant::now();
        self.shared.with(|machine| machine.grant_lease(ttl, requests, now))
    }

    /// Takes no new streams from either side, tells the peer, and closes when the open ones have ended.
    pub fn begin_drain(&self) {
        self.shared.with(Machine::begin_drain);
    }

    /// Whether one of the two sides has begun to drain, or the connection has ended.
    pub fn is_draining(&self) -> bool {
        self.shared.look(Machine::is_draining)
    }

    /// Resolves when one of the two sides has begun to drain, or the connection has ended.
    pub async fn draining(&self) {
        self.shared.draining().await;
    }

    /// Ends the connection and all its streams now.
    pub fn close(&self) {
        self.shared.with(|machine| machine.close(CloseReason::Closed));
    }

    /// Resolves when the connection has ended.
    pub async fn closed(&self) -> CloseReason {
        self.shared.closed().await
    }
}
