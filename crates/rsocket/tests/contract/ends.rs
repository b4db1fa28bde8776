//! The two ends of a link, and the responder that the cases talk to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use rsocket::*;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};

pub async fn tcp_pair() -> (tcp::TcpLink, tcp::TcpLink) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (client, server) = tokio::join!(TcpStream::connect(address), listener.accept());
    let link = |stream| tcp::TcpLink::from_stream(stream).unwrap();
    (link(client.unwrap()), link(server.unwrap().0))
}

pub type WebSocketEnd = websocket::WebSocketLink<TcpStream>;

pub async fn websocket_pair() -> (WebSocketEnd, WebSocketEnd) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = async {
        let stream = TcpStream::connect(address).await.unwrap();
        tokio_tungstenite::client_async(format!("ws://{address}/"), stream).await.unwrap().0
    };
    let server = async {
        let (stream, _) = listener.accept().await.unwrap();
        tokio_tungstenite::accept_async(stream).await.unwrap()
    };
    let (client, server) = tokio::join!(client, server);
    (WebSocketEnd::from_stream(client), WebSocketEnd::from_stream(server))
}

/// Answers by what the request says, and tells the test what happened to it.
pub struct Scripted {
    pub events: mpsc::UnboundedSender<String>,
    pub sent: AtomicU64,
    pub hold: Notify,
}

impl Scripted {
    pub fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<String>) {
        let (events, heard) = mpsc::unbounded_channel();
        let sent = AtomicU64::new(0);
        let hold = Notify::new();
        (Arc::new(Self { events, sent, hold }), heard)
    }

    pub fn tell(&self, event: impl Into<String>) {
        self.events.send(event.into()).ok();
    }
}

pub fn text(payload: &Payload) -> String {
    String::from_utf8_lossy(&payload.data).into_owned()
}

/// Tells when it is dropped.
pub struct Tells<'a>(&'a Scripted);

impl Drop for Tells<'_> {
    fn drop(&mut self) {
        self.0.tell("dropped");
    }
}

#[async_trait]
impl Responder for Scripted {
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        match text(&request).as_str() {
            "panic" => panic!("asked to"),
            "reject" => Err(Refusal::rejected("no")),
            "own code" => Err(Refusal::new(ErrorCode(0x301), "mine")),
            "never" => {
                self.tell("waiting");
                let _tells = Tells(self);
                std::future::pending().await
            }
            "hold" => {
                self.tell("holding");
                self.hold.notified().await;
                Ok(request)
            }
            _ => Ok(request),
        }
    }

    async fn fire_and_forget(&self, request: Payload) {
        self.tell(text(&request));
    }

    async fn request_stream(&self, request: Payload, mut out: Outbound) {
        let request = text(&request);
        if request == "abandon" {
            out.send(Payload::new("one")).await.unwrap();
            return;
        }
        let (count, bytes): (u64, usize) = match request.split_once('x') {
            Some((count, bytes)) => (count.parse().unwrap(), bytes.parse().unwrap()),
            None => (request.parse().unwrap(), 0),
        };
        for at in 0..count {
            let mut message = format!("{at}").into_bytes();
            message.resize(message.len().max(bytes), b' ');
            if let Err(error) = out.send(Payload::new(message)).await {
                self.tell(format!("stopped: {error}"));
                return;
            }
            self.sent.fetch_add(1, Ordering::SeqCst);
        }
        out.complete();
        self.tell("completed");
    }

    async fn request_channel(&self, first: Payload, inbound: IncomingChannel) {
        match text(&first).as_str() {
            "reject" => inbound.reject(ErrorCode::REJECTED, "not this one"),
            "drop" => drop(inbound),
            "deaf" => {
                let (mut outbound, inbound) = inbound.accept(Window::of(4));
                drop(inbound);
                outbound.send(Payload::new("still talking")).await.unwrap();
                outbound.complete();
            }
            "count" => {
                let (mut outbound, inbound) = inbound.accept(Window::of(4));
                let count = inbound.count().await;
                outbound.send(Payload::new(count.to_string())).await.unwrap();
                outbound.complete();
            }
            "by hand" => {
                let (outbound, mut inbound) = inbound.accept(Window::manual(1));
                while let Some(message) = inbound.next().await {
                    self.tell(text(&message.unwrap()));
                    self.hold.notified().await;
                    inbound.grant(1);
                }
                outbound.complete();
            }
            _ => {
                let (mut outbound, mut inbound) = inbound.accept(Window::of(4));
                outbound.send(first).await.unwrap();
                while let Some(Ok(message)) = inbound.next().await {
                    if outbound.send(message).await.is_err() {
                        break;
                    }
                }
                outbound.complete();
            }
        }
    }

    async fn metadata_push(&self, metadata: Bytes) {
        self.tell(String::from_utf8_lossy(&metadata));
    }
}

pub struct Ends {
    pub client: Connection,
    pub server: Connection,
    pub responder: Arc<Scripted>,
    pub events: mpsc::UnboundedReceiver<String>,
}

impl Ends {
    pub async fn event(&mut self) -> String {
        self.events.recv().await.unwrap()
    }
}

pub async fn join_with(client: impl Link, server: impl Link, options: ConnectionOptions) -> Ends {
    let (responder, events) = Scripted::new();
    let answering: Arc<dyn Responder> = responder.clone();
    let acceptor = move |_: &Setup| Ok(Arc::clone(&answering));
    let (client, server) =
        tokio::join!(connect(client, options.clone(), responder.clone()), accept(server, options, &acceptor));
    Ends { client: client.unwrap(), server: server.unwrap(), responder, events }
}

pub async fn join(client: impl Link, server: impl Link) -> Ends {
    join_with(client, server, ConnectionOptions::default()).await
}

pub async fn texts(inbound: Inbound) -> Vec<String> {
    inbound.map(|message| text(&message.unwrap()).trim().to_owned()).collect().await
}

pub fn numbers(count: u64) -> Vec<String> {
    (0..count).map(|at| at.to_string()).collect()
}

/// Runs every other task that is ready, again and again, without waiting for time.
pub async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}
