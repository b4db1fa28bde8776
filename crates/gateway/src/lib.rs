//! The door: axum, REST, permission, WebSocket to RSocket, and the page.
//!
//! It judges who comes in and what each may send, and passes messages on. It must not know `board`, `sync` or yrs: the
//! door cannot read a document.

mod access_watch;
mod admin;
mod admission;
mod api_schema;
mod app;
mod asking;
mod asset_store;
mod assets;
mod bin;
mod boards;
mod bundles;
mod by_address;
mod client_ids;
mod comments;
mod connection;
mod damage;
mod directory;
mod edge_session;
mod facilitation;
mod fanout;
mod hub;
mod hub_task;
mod hubs;
mod key;
mod lanes;
pub mod limits;
mod links;
mod meeting;
pub mod ops;
mod options;
mod origin;
mod page;
mod passwords;
mod people;
mod person;
mod pictures;
mod presence_queue;
mod private_notes;
mod problem;
mod quotas;
mod random;
mod request_id;
mod ring;
mod session;
mod sign_in;
mod sync;
mod taking_part;
mod token_bucket;
mod turns;
mod versions;

pub use admission::hash as secret_hash;
pub use app::Gateway;
pub use asset_store::{AssetStore, AssetStoreError};
pub use directory::{IN_PROCESS, ServiceDirectory, connector};
pub use options::{ClientSecret, Creation, GatewayOptions, SignInOptions, Token};
pub use quotas::Quotas;
pub use sign_in::{CALLBACK as SIGN_IN_CALLBACK, SignIn, SignInError};
