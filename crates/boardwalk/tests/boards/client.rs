//! A client of either dialect: a real document behind a real WebSocket. What the server sends is merged as it comes.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use board::{Board, ClientId, Edit, Field, Kind, NewShape, ShapeId, StateVector};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use protocol::awareness::{self, AwarenessEntry};
use protocol::edge::{EdgeMessage, Hello};
use protocol::lane::Dialect;
use protocol::{ErrorCode, PROTOCOL_VERSION, Role, SCHEMA_VERSION, SUBPROTOCOL};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::server::Invite;

/// A test that waits longer for a single message has failed.
const PATIENCE: Duration = Duration::from_secs(20);
const RECEIVE_BYTES: u32 = 64 * 1024;

pub struct Client {
    socket: WebSocketStream<TcpStream>,
    dialect: Dialect,
    pub board: Board,
    seq: u64,
    acknowledged: u64,
    pub joined: bool,
    /// As the server welcomed it, the last time.
    pub role: String,
    /// The same.
    pub title: String,
    /// Updates that came after the join.
    pub updates: usize,
    /// What `Damaged` said, if it came.
    pub damaged: u64,
    /// `Refused`, if it came.
    pub refused: Option<ErrorCode>,
    /// Awareness lines in the order they came.
    pub people: Vec<AwarenessEntry>,
    /// Selections and drafts in the order they came.
    pub gestures: Vec<(u64, Bytes)>,
    /// What was told of the board's meeting, in the order it came: from, head, JSON.
    pub meeting: Vec<(u64, u64, String)>,
}

impl Client {
    /// Connects, and says hello or sends step 1. Does not wait for the answer.
    pub async fn connect(server: SocketAddr, invite: &Invite, role: Role, dialect: Dialect, id: u64) -> Self {
        Self::connect_with(server, invite.board.as_str(), invite.key(role), dialect, id).await
    }

    /// The same with any text for board and key.
    pub async fn connect_with(server: SocketAddr, board: &str, key: &str, dialect: Dialect, id: u64) -> Self {
        let mut client = Self::open(server, board, key, dialect, id).await;
        let state_vector = client.board.state_vector();
        match dialect {
            Dialect::Boardwalk => {
                let state_vector = &state_vector.0;
                let hello = Hello { protocol: PROTOCOL_VERSION, schema: SCHEMA_VERSION, key, state_vector };
                client.send(&EdgeMessage::Hello(hello)).await;
            }
            Dialect::Stock => client.send(&EdgeMessage::SyncStep1(&state_vector.0)).await,
        }
        client
    }

    /// Only opens the socket. A stock client's key goes into the query.
    pub async fn open(server: SocketAddr, board: &str, key: &str, dialect: Dialect, id: u64) -> Self {
        Self::open_from(server, board, key, dialect, id, None).await
    }

    /// The same through a proxy that names this address.
    pub async fn open_from(
        server: SocketAddr,
        board: &str,
        key: &str,
        dialect: Dialect,
        id: u64,
        address: Option<IpAddr>,
    ) -> Self {
        let query = if dialect == Dialect::Stock { format!("?key={key}") } else { String::new() };
        let mut request = format!("ws://{server}/sync/{board}{query}").into_client_request().expect("a URL");
        if dialect == Dialect::Boardwalk {
            request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().expect("a header value"));
        }
        if let Some(address) = address {
            let address = address.to_string().parse().expect("a header value");
            request.headers_mut().insert("x-forwarded-for", address);
        }
        // A small buffer, so that who does not read is soon noticed.
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(RECEIVE_BYTES).expect("a size that every system takes");
        let stream = socket.connect(server).await.expect("the server listens");
        let (socket, answer) = client_async(request, stream).await.expect("the upgrade is always accepted");
        let chosen = answer.headers().get("sec-websocket-protocol").map(|value| value.as_bytes());
        assert_eq!(chosen, (dialect == Dialect::Boardwalk).then_some(SUBPROTOCOL.as_bytes()));
        Self {
            socket,
            dialect,
            board: Board::new(ClientId::new(id).expect("a valid client id")),
            seq: 0,
            acknowledged: 0,
            joined: false,
            role: String::new(),
            title: String::new(),
            updates: 0,
            damaged: 0,
            refused: None,
            people: Vec::new(),
            gestures: Vec::new(),
            meeting: Vec::new(),
        }
    }

    /// Connects and waits until the board is here.
    pub async fn join(server: SocketAddr, invite: &Invite, role: Role, dialect: Dialect, id: u64) -> Self {
        let mut client = Self::connect(server, invite, role, dialect, id).await;
        client.until("joined", |client| client.joined).await;
        client
    }

    pub async fn send(&mut self, message: &EdgeMessage<'_>) {
        self.send_bytes(message.encode()).await;
    }

    /// Sends; a socket that the server has closed takes it too, as far as the caller can tell.
    pub async fn send_bytes(&mut self, bytes: Vec<u8>) {
        let _ = self.socket.send(Message::Binary(bytes.into())).await;
    }

    /// Inserts a text and sends it, without waiting.
    pub async fn write(&mut self, text: &str) -> ShapeId {
        let id = ShapeId::from_random(self.board.client_id().get() << 20 | self.board.len() as u64);
        let shape = NewShape::new(Kind::Text, vec![Field::Order(self.board.order_top(0))]).with_text(text);
        let applied = self.board.apply(&[Edit::Insert { id: id.clone(), shape }]);
        let update = applied.update.expect("a new shape is a change").0;
        self.send_update(&update).await;
        id
    }

    /// Sends an update that is on the board already.
    pub async fn send_update(&mut self, update: &[u8]) {
        match self.dialect {
            Dialect::Boardwalk => {
                self.seq += 1;
                let seq = self.seq;
                self.send(&EdgeMessage::Edit { seq, update }).await;
            }
            Dialect::Stock => self.send(&EdgeMessage::SyncUpdate(update)).await,
        }
    }

    pub async fn say(&mut self, client: u64, clock: u64, state: &str) {
        let lines = awareness::encode(&[AwarenessEntry { client, clock, state: state.to_owned() }]);
        self.send(&EdgeMessage::Awareness(&lines)).await;
    }

    /// Waits until all that was sent is acknowledged.
    pub async fn saved(&mut self) {
        let seq = self.seq;
        self.until("saved", |client| client.acknowledged >= seq).await;
    }

    /// Waits until a shape is here.
    pub async fn sees(&mut self, id: &ShapeId) {
        self.until("sees the shape", |client| client.board.shape(id).is_some()).await;
    }

    /// Merges what comes until something holds.
    pub async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        while !holds(self) {
            match self.next().await {
                Message::Binary(bytes) => self.take(&bytes).await,
                Message::Close(frame) => panic!("closed with {frame:?} while waiting: {what}"),
                _ => {}
            }
        }
    }

    /// Merges what comes until the server closes; the close code.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.next().await {
                Message::Binary(bytes) => self.take(&bytes).await,
                Message::Close(frame) => return frame.expect("a close says why").code.into(),
                _ => {}
            }
        }
    }

    /// The first message that comes; the close code and its reason where it is the last.
    pub async fn first(&mut self) -> Option<(u16, String)> {
        match self.next().await {
            Message::Close(frame) => frame.map(|frame| (frame.code.into(), frame.reason.to_string())),
            _ => None,
        }
    }

    /// Sends more than the server will read, and hears why it closes meanwhile; the close code.
    pub async fn closed_while_sending(self, bytes: Vec<u8>) -> u16 {
        let (mut sink, stream) = self.socket.split();
        let mut closes =
            std::pin::pin!(stream.filter_map(async |message| match message.expect("the server closes with a frame") {
                Message::Close(frame) => Some(frame.expect("a close says why").code.into()),
                _ => None,
            }));
        let sending = async {
            let _ = sink.send(Message::Binary(bytes.into())).await;
            std::future::pending().await
        };
        let hearing = timeout(PATIENCE, closes.next());
        tokio::select! {
            code = hearing => code.expect("the server closes in time").expect("the server says why"),
            never = sending => never,
        }
    }

    /// Sends the same again and again until the server closes; the close code and its reason.
    pub async fn closed_while_flooding(self, bytes: &[u8]) -> (u16, String) {
        let (mut sink, stream) = self.socket.split();
        let mut closes =
            std::pin::pin!(stream.filter_map(async |message| match message.expect("the server closes with a frame") {
                Message::Close(frame) => frame.map(|frame| (frame.code.into(), frame.reason.to_string())),
                _ => None,
            }));
        let sending = async {
            while sink.send(Message::Binary(bytes.to_vec().into())).await.is_ok() {}
            std::future::pending().await
        };
        tokio::select! {
            end = timeout(PATIENCE, closes.next()) => end.expect("closed in time").expect("the server says why"),
            never = sending => never,
        }
    }

    async fn next(&mut self) -> Message {
        let message = timeout(PATIENCE, self.socket.next()).await.expect("the server says something in time");
        message.expect("the server closes with a frame").expect("the server speaks WebSocket")
    }

    async fn take(&mut self, bytes: &Bytes) {
        match EdgeMessage::decode(bytes).expect("the server speaks the protocol") {
            EdgeMessage::SyncStep1(state_vector) => {
                let known = StateVector(Bytes::copy_from_slice(state_vector));
                let update = self.board.diff(&known).expect("a state vector").0;
                self.send(&EdgeMessage::SyncStep2(&update)).await;
            }
            EdgeMessage::SyncStep2(update) => {
                self.merge(update);
                self.joined = true;
            }
            EdgeMessage::SyncUpdate(update) => {
                self.merge(update);
                self.updates += 1;
            }
            EdgeMessage::StateChunk(chunk) => {
                let limit = usize::try_from(chunk.update_bytes).expect("fits");
                let update = match chunk.compressed {
                    true => protocol::decompress(chunk.bytes, limit),
                    false => Some(chunk.bytes.to_vec()),
                };
                self.merge(&update.expect("zlib"));
                self.joined |= chunk.last;
            }
            EdgeMessage::Ack { seq } => self.acknowledged = seq,
            EdgeMessage::Damaged { parts } => self.damaged = parts,
            EdgeMessage::Refused(code) => self.refused = Some(code),
            EdgeMessage::Awareness(lines) => {
                self.people.extend(awareness::decode(lines, 10_000).expect("awareness"));
            }
            EdgeMessage::Selection { client, bytes } | EdgeMessage::Draft { client, bytes } => {
                self.gestures.push((client, Bytes::copy_from_slice(bytes)));
            }
            EdgeMessage::Welcome(welcome) => {
                welcome.role.clone_into(&mut self.role);
                welcome.title.clone_into(&mut self.title);
            }
            EdgeMessage::Meeting { from, head, changes } => self.meeting.push((from, head, changes.to_owned())),
            EdgeMessage::Status(_) | EdgeMessage::QueryAwareness => {}
            other => panic!("not a server's message: {other:?}"),
        }
    }

    fn merge(&mut self, update: &[u8]) {
        self.board.merge(update).expect("the server sends updates that can be read");
    }
}
