//! A proxy that cuts what goes through it, in the middle of a frame as well as not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

/// Bytes that a connection carries to its client before it is cut.
const LIVES_BYTES: usize = 101;

/// A proxy in front of a server.
pub struct Cutter {
    pub port: u16,
    made: Arc<AtomicUsize>,
}

impl Cutter {
    /// Cuts the first `cuts` connections to the server on `port`, and carries those after them to their end.
    pub async fn start(port: u16, cuts: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let cutter = Self { port: listener.local_addr().unwrap().port(), made: Arc::default() };
        let made = Arc::clone(&cutter.made);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else {
                    return;
                };
                let is_cut = made.fetch_add(1, Ordering::Relaxed) < cuts;
                tokio::spawn(carry(client, server, if is_cut { LIVES_BYTES } else { usize::MAX }));
            }
        });
        cutter
    }

    /// How many connections were made through it.
    pub fn connections(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }
}

async fn carry(client: TcpStream, server: TcpStream, mut bytes: usize) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let down = async move {
        let mut buffer = [0; 4_096];
        while bytes > 0 {
            let room = buffer.len().min(bytes);
            match from_server.read(&mut buffer[..room]).await {
                Ok(count) if count > 0 && to_client.write_all(&buffer[..count]).await.is_ok() => bytes -= count,
                _ => return,
            }
        }
    };
    // Whichever ends first takes the other with it, and both sockets close.
    tokio::select! {
        () = down => {}
        _ = copy(&mut from_client, &mut to_server) => {}
    }
}
