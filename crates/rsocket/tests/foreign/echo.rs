//! What our side answers to foreign clients; what foreign servers answer to us is the same.

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use rsocket::metadata::{self, Entry, Mime};
use rsocket::*;

#[derive(Default)]
pub struct Echo {
    forgotten: Mutex<Vec<u8>>,
    pushed: Mutex<Bytes>,
}

#[async_trait]
impl Responder for Echo {
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        match &request.data[..] {
            b"fail" => Err(Refusal::application("asked to")),
            b"forgotten" => Ok(Payload::new(self.forgotten.lock().unwrap().clone())),
            b"pushed" => Ok(Payload::new(self.pushed.lock().unwrap().clone())),
            b"describe" => Ok(Payload::new(describe(request.metadata)).with_metadata(composite())),
            _ => Ok(request),
        }
    }

    async fn fire_and_forget(&self, request: Payload) {
        self.forgotten.lock().unwrap().extend_from_slice(&request.data);
    }

    async fn request_stream(&self, request: Payload, mut out: Outbound) {
        let count: u32 = String::from_utf8_lossy(&request.data).parse().unwrap();
        for at in 0..count {
            if out.send(Payload::new(at.to_string())).await.is_err() {
                return;
            }
        }
        out.complete();
    }

    async fn request_channel(&self, first: Payload, inbound: IncomingChannel) {
        let (mut outbound, mut inbound) = inbound.accept(Window::of(4));
        let mut message = Some(Ok(first));
        while let Some(Ok(payload)) = message {
            if outbound.send(payload).await.is_err() {
                return;
            }
            message = inbound.next().await;
        }
        outbound.complete();
    }

    async fn metadata_push(&self, metadata: Bytes) {
        *self.pushed.lock().unwrap() = metadata;
    }
}

/// The metadata that every side sends where metadata is tried.
pub fn composite() -> Bytes {
    metadata::encode(&[
        Entry::Routing(vec!["boards.open".into(), "now".into()]),
        Entry::Bearer("a token".into()),
        Entry::Other { mime: Mime::name("application/x.custom"), content: "custom".into() },
    ])
    .unwrap()
}

/// What every side says of that metadata.
pub const DESCRIPTION: &str = "route boards.open,now; bearer a token; application/x.custom custom";

pub fn describe(metadata: Option<Bytes>) -> String {
    let entries = metadata::decode(metadata.unwrap_or_default()).unwrap();
    let parts = entries.into_iter().map(|entry| match entry {
        Entry::Routing(tags) => format!("route {}", tags.join(",")),
        Entry::Bearer(token) => format!("bearer {}", String::from_utf8_lossy(&token)),
        Entry::Other { mime: Mime::Name(name), content } => format!("{name} {}", String::from_utf8_lossy(&content)),
        entry => format!("{entry:?}"),
    });
    parts.collect::<Vec<_>>().join("; ")
}
