//! The door: axum, REST, permission, WebSocket to RSocket
