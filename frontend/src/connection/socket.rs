//! One WebSocket to the gateway: opened, read, written, closed. It must not know any message.

use bytes::Bytes;
use js_sys::{ArrayBuffer, Uint8Array};
use protocol::{BoardId, SUBPROTOCOL};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use crate::preferences::person_key;

/// What a socket tells.
pub enum SocketEvent {
    /// Messages can be sent.
    Opened,
    /// A message came.
    Received(Bytes),
    /// It is over; `None` when the browser could not say why.
    Closed(Option<u16>),
}

/// A socket; closed and silent once dropped.
pub struct Socket {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

/// No close frame came: the network went away (RFC 6455, 7.4.1).
const ABNORMAL_CLOSURE: u16 = 1006;

impl Socket {
    /// Begins to open a socket for the board at the page's own origin.
    ///
    /// # Errors
    /// The browser does not allow it.
    pub fn open(board: &BoardId, tell: impl Fn(SocketEvent) + Clone + 'static) -> Result<Self, JsValue> {
        let socket = WebSocket::new_with_str(&address(board)?, SUBPROTOCOL)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_open = Closure::<dyn FnMut()>::new({
            let tell = tell.clone();
            move || tell(SocketEvent::Opened)
        });
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
            let tell = tell.clone();
            move |event: MessageEvent| {
                if let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>() {
                    tell(SocketEvent::Received(Uint8Array::new(&buffer).to_vec().into()));
                }
            }
        });
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            let code = event.code();
            tell(SocketEvent::Closed((code != ABNORMAL_CLOSURE).then_some(code)));
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Ok(Self { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close })
    }

    /// Sends a message; lost if the socket is closing, which `Closed` tells.
    pub fn send(&self, message: &[u8]) {
        let _ = self.socket.send_with_u8_array(message);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

fn address(board: &BoardId) -> Result<String, JsValue> {
    let location = web_sys::window().ok_or(JsValue::NULL)?.location();
    let scheme = if location.protocol()? == "https:" { "wss:" } else { "ws:" };
    // A socket can send no headers.
    let person = person_key().map(|person| format!("?person={}", person.reveal())).unwrap_or_default();
    Ok(format!("{scheme}//{}/sync/{board}{person}", location.host()?))
}
