//! The application's answers: a task for each request of the peer. It must not know links.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use tracing::Instrument;

use super::Shared;
use crate::machine::{Machine, Start};
use crate::wire::RequestKind;
use crate::{CloseReason, ErrorCode, Inbound, IncomingChannel, Outbound, Payload, Responder, metadata};

/// Runs the application's answer in a task of its own.
pub(super) fn answer(shared: &Arc<Shared>, start: Start, responder: &Arc<dyn Responder>) {
    let shared = Arc::clone(shared);
    let responder = Arc::clone(responder);
    let span = match &start {
        Start::Request { stream, kind, payload } => {
            let request_id = metadata::request_id(payload.metadata.as_ref());
            tracing::info_span!("rsocket_stream", kind = kind.name(), stream, request_id)
        }
        Start::Push { .. } => tracing::info_span!("rsocket_push"),
    };
    let task = async move {
        let watched = Arc::clone(&shared);
        let run = run_responder(shared, start, responder);
        if AssertUnwindSafe(run).catch_unwind().await.is_err() {
            tracing::error!("a responder panicked, closing its connection");
            watched.with(|machine| machine.close(CloseReason::Panicked));
        }
    };
    tokio::spawn(task.instrument(span));
}

async fn run_responder(shared: Arc<Shared>, start: Start, responder: Arc<dyn Responder>) {
    let (id, kind, payload) = match start {
        Start::Push { metadata } => {
            let _running = Release(shared, Machine::release_push);
            return responder.metadata_push(metadata).await;
        }
        Start::Request { stream, kind, payload } => (stream, kind, payload),
    };
    let outbound = Outbound::answering(Arc::clone(&shared), id);
    match kind {
        RequestKind::FireAndForget => {
            responder.fire_and_forget(payload).await;
            drop(outbound);
        }
        RequestKind::Response => respond(outbound, &*responder, payload).await,
        RequestKind::Stream => {
            outbound.keep();
            responder.request_stream(payload, outbound).await;
        }
        RequestKind::Channel => {
            let inbound = Inbound::answering(shared, id);
            let channel = IncomingChannel { outbound, inbound };
            responder.request_channel(payload, channel).await;
        }
    }
}

async fn respond(mut outbound: Outbound, responder: &dyn Responder, request: Payload) {
    outbound.keep();
    let answer = tokio::select! {
        answer = responder.request_response(request) => answer,
        _ = outbound.closed() => return,
    };
    match answer {
        Ok(payload) => match outbound.send(payload).await {
            Ok(()) => outbound.complete(),
            Err(error) => outbound.fail(ErrorCode::APPLICATION_ERROR, error.to_string()),
        },
        Err(refusal) => outbound.fail(refusal.code, refusal.text),
    }
}

/// Gives something back to the machine, however a task ends.
struct Release(Arc<Shared>, fn(&mut Machine));

impl Drop for Release {
    fn drop(&mut self) {
        self.0.with(self.1);
    }
}
