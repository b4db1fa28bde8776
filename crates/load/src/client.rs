//! One person's connection: joins, sends edits and cursors, hears what comes. Holds no document, so that a thousand of
//! them cost the generator little; who wants contents merges the updates that it hands out.

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use protocol::awareness::{self, AwarenessEntry};
use protocol::edge::{EdgeMessage, Hello};
use protocol::lib0::{Reader, Writer};
use protocol::{PROTOCOL_VERSION, SCHEMA_VERSION, SUBPROTOCOL};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::place::{Place, Speech};

/// No board that is measured is larger.
const LARGEST_STATE_BYTES: usize = 1 << 30;
/// Hocuspocus' number of a message that authenticates, and of its token variant.
const HOCUSPOCUS_AUTH: u64 = 2;
/// Hocuspocus' number of an answer to step 1: y-protocols' sync under another name.
const HOCUSPOCUS_SYNC_REPLY: u64 = 4;

/// What a server said.
#[derive(Debug, Clone)]
pub enum Heard {
    /// An update of the board.
    Update(Bytes),
    /// Everything up to this number of ours is stored.
    Acknowledged(u64),
    /// It asks for what we have beyond this state vector.
    Asks(Bytes),
    /// Who is here and where they point.
    People(Vec<AwarenessEntry>),
    /// Something that a load tool does not look into.
    Other,
    /// The connection has ended, with this code if one was given.
    Closed(Option<u16>),
}

/// The state that a join was answered with.
#[derive(Debug, Default)]
pub struct Joined {
    /// Updates that together are the board.
    updates: Vec<Bytes>,
    /// The board as our own client gets it: messages with chunks.
    chunks: Vec<Bytes>,
    /// Bytes of WebSocket messages that carried them.
    pub wire_bytes: usize,
    /// When the last of them came, before anything was decompressed.
    pub last_byte_at: Option<Instant>,
    /// What the server had, as a Yjs state vector, if it said so.
    pub server_vector: Option<Bytes>,
}

/// One connection.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    place: Place,
    seq: u64,
    acknowledged: u64,
}

/// What a socket may be asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct SocketOptions {
    /// Bytes that the kernel may hold for us unread.
    pub receive_bytes: Option<u32>,
}

impl Client {
    /// Opens the socket and says what has to be said first.
    ///
    /// # Errors
    /// Nobody listens, or the upgrade is refused.
    pub async fn connect(place: &Place, options: SocketOptions) -> Result<Self> {
        Self::connect_with(place, options, &[0]).await
    }

    /// The same for somebody who has something of the board already: says so by a Yjs state vector.
    ///
    /// # Errors
    /// Nobody listens, or the upgrade is refused.
    pub async fn connect_with(place: &Place, options: SocketOptions, state_vector: &[u8]) -> Result<Self> {
        let mut request = place.url().into_client_request()?;
        if place.speech == Speech::Boardwalk {
            request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse()?);
        }
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = options.receive_bytes {
            socket.set_recv_buffer_size(bytes)?;
        }
        let stream = socket.connect(place.server).await.context("nobody listens")?;
        stream.set_nodelay(true)?;
        // Messages wait for `flush`, so that many due at once cost one call to the kernel.
        let config =
            WebSocketConfig::default().write_buffer_size(64 * 1024).max_message_size(None).max_frame_size(None);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        let mut client = Self { socket, place: place.clone(), seq: 0, acknowledged: 0 };
        client.greet(state_vector).await?;
        Ok(client)
    }

    /// Connects and waits until the board is here.
    ///
    /// # Errors
    /// The connection fails or ends before that.
    pub async fn join(place: &Place) -> Result<(Self, Joined)> {
        let mut client = Self::connect(place, SocketOptions::default()).await?;
        let joined = client.receive_state().await?;
        Ok((client, joined))
    }

    async fn greet(&mut self, state_vector: &[u8]) -> Result<()> {
        match self.place.speech {
            Speech::Boardwalk => {
                let key = self.place.key.clone();
                let hello = Hello { protocol: PROTOCOL_VERSION, schema: SCHEMA_VERSION, key: &key, state_vector };
                self.feed(&EdgeMessage::Hello(hello)).await?;
            }
            Speech::Stock | Speech::YWebsocket => self.feed(&EdgeMessage::SyncStep1(state_vector)).await?,
            Speech::Hocuspocus => {
                let mut out = Writer::default();
                out.string(&self.place.board).uint(HOCUSPOCUS_AUTH).uint(0).string("").string("4.0.0");
                self.socket.feed(Message::Binary(out.finish().into())).await?;
                self.feed(&EdgeMessage::SyncStep1(state_vector)).await?;
            }
        }
        self.flush().await
    }

    /// Waits for the answer to the join.
    ///
    /// # Errors
    /// The connection ends before it.
    pub async fn receive_state(&mut self) -> Result<Joined> {
        let mut joined = Joined::default();
        loop {
            let Some(message) = self.message().await? else { bail!("closed before the board came") };
            joined.wire_bytes += message.len();
            joined.last_byte_at = Some(Instant::now());
            match self.read(&message)? {
                Some(EdgeMessage::StateChunk(chunk)) => {
                    let is_last = chunk.last;
                    if is_last {
                        joined.server_vector = Some(message.slice_ref(chunk.state_vector));
                    }
                    joined.chunks.push(message);
                    if is_last {
                        return Ok(joined);
                    }
                }
                Some(EdgeMessage::SyncStep2(update)) => {
                    joined.updates.push(message.slice_ref(update));
                    return Ok(joined);
                }
                Some(EdgeMessage::SyncUpdate(update)) => joined.updates.push(message.slice_ref(update)),
                Some(EdgeMessage::SyncStep1(vector)) => joined.server_vector = Some(message.slice_ref(vector)),
                _ => {}
            }
        }
    }

    /// Waits until everything that was sent is acknowledged; at a server that acknowledges nothing, not at all.
    ///
    /// # Errors
    /// The connection ends before that.
    pub async fn until_saved(&mut self) -> Result<()> {
        while self.place.speech == Speech::Boardwalk && self.acknowledged < self.seq {
            if let Heard::Closed(code) = self.hear().await? {
                bail!("closed with {code:?} before everything was saved");
            }
        }
        Ok(())
    }

    /// Number of the edit that was sent last.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.seq
    }

    /// Number up to which everything is stored, as far as the server has said; peers do not say.
    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Puts an edit on the way; [`flush`](Self::flush) sends it.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn edit(&mut self, update: &[u8]) -> Result<()> {
        self.seq += 1;
        let seq = self.seq;
        match self.place.speech {
            Speech::Boardwalk => self.feed(&EdgeMessage::Edit { seq, update }).await,
            Speech::Stock | Speech::YWebsocket | Speech::Hocuspocus => {
                self.feed(&EdgeMessage::SyncUpdate(update)).await
            }
        }
    }

    /// Puts a cursor on the way.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn say(&mut self, entry: AwarenessEntry) -> Result<()> {
        self.feed(&EdgeMessage::Awareness(&awareness::encode(&[entry]))).await
    }

    /// Sends what is on the way.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn flush(&mut self) -> Result<()> {
        Ok(self.socket.flush().await?)
    }

    /// The next thing that the server says. Cancelling loses nothing.
    ///
    /// # Errors
    /// The server does not speak its protocol.
    pub async fn hear(&mut self) -> Result<Heard> {
        let message = match self.socket.next().await {
            Some(Ok(Message::Binary(message))) => message,
            Some(Ok(Message::Close(frame))) => return Ok(Heard::Closed(frame.map(|frame| frame.code.into()))),
            Some(Ok(_)) => return Ok(Heard::Other),
            Some(Err(_)) | None => return Ok(Heard::Closed(None)),
        };
        Ok(match self.read(&message)? {
            Some(EdgeMessage::SyncUpdate(update) | EdgeMessage::SyncStep2(update)) => {
                Heard::Update(message.slice_ref(update))
            }
            Some(EdgeMessage::Ack { seq }) => {
                self.acknowledged = seq;
                Heard::Acknowledged(seq)
            }
            Some(EdgeMessage::SyncStep1(vector)) => Heard::Asks(message.slice_ref(vector)),
            Some(EdgeMessage::Awareness(lines)) => Heard::People(awareness::decode(lines, usize::MAX)?),
            _ => Heard::Other,
        })
    }

    /// Says goodbye properly.
    pub async fn leave(mut self) {
        // A server that is gone needs no goodbye.
        let _ = self.socket.close(None).await;
    }

    async fn message(&mut self) -> Result<Option<Bytes>> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(message))) => return Ok(Some(message)),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
                Some(Ok(_)) => {}
            }
        }
    }

    async fn feed(&mut self, message: &EdgeMessage<'_>) -> Result<()> {
        let encoded = message.encode();
        let bytes = if self.place.speech == Speech::Hocuspocus {
            let mut out = Writer::with_capacity(encoded.len() + self.place.board.len() + 2);
            out.string(&self.place.board).rest(&encoded);
            out.finish()
        } else {
            encoded
        };
        Ok(self.socket.feed(Message::Binary(bytes.into())).await?)
    }

    /// `None` for what only a peer says and nobody needs.
    fn read<'a>(&self, message: &'a [u8]) -> Result<Option<EdgeMessage<'a>>> {
        if self.place.speech != Speech::Hocuspocus {
            return Ok(Some(EdgeMessage::decode(message)?));
        }
        let mut from = Reader::new(message);
        from.string()?;
        let body = from.rest();
        match Reader::new(body).uint()? {
            0 | 1 => Ok(Some(EdgeMessage::decode(body)?)),
            HOCUSPOCUS_SYNC_REPLY => {
                let mut reply = Reader::new(body);
                reply.uint()?;
                let (kind, update) = (reply.uint()?, reply.bytes()?);
                Ok(Some(if kind == 1 { EdgeMessage::SyncStep2(update) } else { EdgeMessage::SyncUpdate(update) }))
            }
            _ => Ok(None),
        }
    }
}

impl Joined {
    /// Updates that together are the board.
    ///
    /// # Errors
    /// What was compressed does not decompress.
    pub fn decoded(&self) -> Result<Vec<Bytes>> {
        let mut updates = self.updates.clone();
        for message in &self.chunks {
            let EdgeMessage::StateChunk(chunk) = EdgeMessage::decode(message)? else {
                bail!("a message without a chunk")
            };
            updates.push(chunk.update(LARGEST_STATE_BYTES).context("a chunk does not decompress")?.into());
        }
        Ok(updates)
    }
}
