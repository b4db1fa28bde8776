//! Which peer is tried over which link with what: one test each.

use std::time::Duration;

use tokio::time::timeout;

use super::peers::{JS_0, JS_1, LinkKind, PYTHON};
use super::{answered, asked};

/// For a peer that hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

macro_rules! tried {
    ($($name:ident: $scenario:path, $peer:ident, $link:ident;)*) => {
        $(#[tokio::test]
        async fn $name() {
            timeout(PATIENCE, $scenario(&$peer, LinkKind::$link)).await.unwrap();
        })*
    };
}

tried! {
    python_asks: asked::basics, PYTHON, Tcp;
    python_answers: answered::basics, PYTHON, Tcp;
    python_asks_with_metadata: asked::metadata, PYTHON, Tcp;
    python_answers_metadata: answered::metadata, PYTHON, Tcp;
    python_asks_by_lease: asked::lease, PYTHON, Tcp;
    python_asks_without_regard_for_its_lease: asked::greedy, PYTHON, Tcp;
    python_answers_by_lease: answered::lease, PYTHON, Tcp;

    js_0_asks_over_tcp: asked::basics, JS_0, Tcp;
    js_0_asks_over_websocket: asked::basics, JS_0, WebSocket;
    js_0_answers_over_tcp: answered::basics, JS_0, Tcp;
    js_0_answers_over_websocket: answered::basics, JS_0, WebSocket;
    js_0_asks_with_metadata: asked::metadata, JS_0, Tcp;
    js_0_answers_metadata: answered::metadata, JS_0, WebSocket;
    js_0_asks_by_lease: asked::lease, JS_0, Tcp;
    js_0_resumes: asked::resume, JS_0, Tcp;
    js_0_answers_by_lease: answered::lease, JS_0, WebSocket;

    js_1_asks_over_tcp: asked::basics, JS_1, Tcp;
    js_1_asks_over_websocket: asked::basics, JS_1, WebSocket;
    js_1_answers_over_tcp: answered::basics, JS_1, Tcp;
    js_1_answers_over_websocket: answered::basics, JS_1, WebSocket;
    js_1_asks_with_metadata: asked::metadata, JS_1, WebSocket;
    js_1_answers_metadata: answered::metadata, JS_1, Tcp;
    js_1_asks_by_lease: asked::lease, JS_1, Tcp;
    js_1_resumes: asked::resume, JS_1, Tcp;
    js_1_lets_resume: answered::resume, JS_1, Tcp;
}
