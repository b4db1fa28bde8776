//! A gateway's end of a service's lanes, as tests drive it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use document_service::DocumentService;
use futures_util::StreamExt;
use protocol::edge::EdgeMessage;
use protocol::lane::{
    Audience, Dialect, Joiner, LaneOpen, PRESENCE_ROUTE, PresenceDown, PresenceUp, UPDATES_ROUTE, UpdatesDown,
    UpdatesUp, pack,
};
use protocol::{BoardId, ConnectionId, ErrorCode, Role};
use rsocket::metadata::{self, Entry};
use rsocket::{Connection, ConnectionOptions, Deaf, Inbound, Outbound, Payload, StreamError, Window};

/// Far above what anything takes in a test's own time; a message that does not come fails the test instead of hanging it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Connects to the service over a link in memory.
pub async fn connect(service: &Arc<DocumentService>) -> Connection {
    let (near, far) = rsocket::memory::pair();
    let serving = service.clone();
    tokio::spawn(async move { serving.serve_link(far).await });
    rsocket::connect(near, ConnectionOptions::default(), Arc::new(Deaf)).await.expect("the link is open")
}

/// The first payload of a lane.
pub fn opening(route: &str, open: &LaneOpen) -> Payload {
    let routing = metadata::encode(&[Entry::Routing(vec![route.to_owned()])]).expect("a short tag");
    Payload::new(open.encode()).with_metadata(routing)
}

/// An updates lane.
pub struct Updates {
    pub outbound: Outbound,
    pub inbound: Inbound,
    joiner: Joiner,
    joined: VecDeque<Bytes>,
}

impl Updates {
    pub fn open(connection: &Connection, board: &BoardId, window: Window) -> Self {
        let first = opening(UPDATES_ROUTE, &LaneOpen::new(board.clone(), 1));
        let (outbound, inbound) = connection.request_channel(first, window).expect("the connection is open");
        Self { outbound, inbound, joiner: Joiner::default(), joined: VecDeque::new() }
    }

    /// A lane with a wide window.
    pub fn wide(connection: &Connection, board: &BoardId) -> Self {
        Self::open(connection, board, Window::of(64))
    }

    pub async fn send(&mut self, message: &UpdatesUp) {
        for part in pack(&[message.encode()]) {
            self.outbound.send(Payload::new(part)).await.expect("the lane is open");
        }
    }

    /// Joins a browser that has nothing, and gives the board's state: the bytes of its updates.
    pub async fn join(&mut self, connection: u64, role: Role) -> Bytes {
        let connection = ConnectionId(connection);
        let join = UpdatesUp::Join { connection, role, dialect: Dialect::Boardwalk, state_vector: Bytes::new() };
        self.send(&join).await;
        let mut state = Vec::new();
        loop {
            let (audience, message) = self.message().await;
            assert_eq!(audience, Audience::One(connection));
            let Ok(EdgeMessage::StateChunk(chunk)) = EdgeMessage::decode(&message) else {
                panic!("a join is answered with the state first")
            };
            state.extend(chunk.update(1 << 30).expect("what was compressed decompresses"));
            if chunk.last {
                return state.into();
            }
        }
    }

    pub async fn edit(&mut self, connection: u64, seq: u64, update: Bytes) {
        self.send(&UpdatesUp::Edit { connection: ConnectionId(connection), seq, update }).await;
    }

    /// The next thing that comes down, or how the lane ended.
    pub async fn next(&mut self) -> Result<UpdatesDown, StreamError> {
        loop {
            if let Some(message) = self.joined.pop_front() {
                return Ok(UpdatesDown::decode(&message).expect("a message"));
            }
            let part = next(&mut self.inbound).await?;
            self.joined.extend(self.joiner.push(&part.data).expect("a part"));
        }
    }

    /// The next message.
    pub async fn message(&mut self) -> (Audience, Bytes) {
        match self.next().await {
            Ok(UpdatesDown::Message { audience, message }) => (audience, message),
            other => panic!("expected a message, got {other:?}"),
        }
    }

    /// Asserts what comes next.
    pub async fn expect(&mut self, audience: Audience, message: &EdgeMessage<'_>) {
        let (to, bytes) = self.message().await;
        assert_eq!((to, EdgeMessage::decode(&bytes)), (audience, Ok(message.clone())));
    }

    /// Asserts that the lane ends with an error of this text.
    pub async fn expect_end(&mut self, text: &str) {
        match self.next().await {
            Err(
                StreamError::Rejected { text: said }
                | StreamError::Application { text: said, .. }
                | StreamError::Invalid { text: said },
            ) => {
                assert_eq!(said, text);
            }
            other => panic!("expected the end of the lane, got {other:?}"),
        }
    }

    /// Ends the lane as a gateway does.
    pub async fn leave(mut self) {
        self.outbound.complete();
        while self.inbound.next().await.is_some() {}
    }
}

/// A presence lane.
pub struct Presence {
    pub outbound: Outbound,
    pub inbound: Inbound,
}

impl Presence {
    pub fn open(connection: &Connection, board: &BoardId, window: Window) -> Self {
        let first = opening(PRESENCE_ROUTE, &LaneOpen::new(board.clone(), 1));
        let (outbound, inbound) = connection.request_channel(first, window).expect("the connection is open");
        Self { outbound, inbound }
    }

    pub async fn send(&mut self, message: &PresenceUp) {
        self.outbound.send(Payload::new(message.encode())).await.expect("the lane is open");
    }

    pub async fn batch(&mut self) -> Vec<PresenceDown> {
        let payload = next(&mut self.inbound).await.expect("the lane is open");
        PresenceDown::decode_batch(&payload.data).expect("a batch")
    }
}

async fn next(inbound: &mut Inbound) -> Result<Payload, StreamError> {
    let waited = tokio::time::timeout(PATIENCE, inbound.next()).await.expect("something comes");
    waited.unwrap_or(Err(StreamError::Canceled))
}

/// A Yjs update, version 1: the one item that `client` wrote at `clock` sets the key `{client}:{clock}` of a map to a text
/// of `bytes` bytes. Keys differ, so that no item refers to another but by its clock.
pub fn update(client: u64, clock: u64, bytes: usize) -> Bytes {
    let mut out = protocol::lib0::Writer::default();
    out.uint(1).uint(1).uint(client).uint(clock);
    out.rest(&[0x28, 1]).string("shapes").string(&format!("{client}:{clock}"));
    out.uint(1).rest(&[119]).string(&"x".repeat(bytes));
    out.uint(0);
    out.finish().into()
}

/// Whether a state holds the item of [`update`].
pub fn holds(state: &[u8], client: u64, clock: u64) -> bool {
    let key = format!("{client}:{clock}");
    state.windows(key.len()).any(|window| window == key.as_bytes())
}

/// The close that a refused browser gets.
pub fn close(connection: u64, code: ErrorCode) -> UpdatesDown {
    UpdatesDown::Close { connection: ConnectionId(connection), code }
}
