//! The words: ids, roles, limits, error codes, versions, and the messages of both hops.
//!
//! Everything here is plain bytes and values: encode, decode, nothing else. It must not know yrs (an update is bytes
//! here), async, sockets or any behaviour; the gateway links this crate and so cannot read a document.

mod assets;
pub mod awareness;
mod deflate;
pub mod edge;
mod error_code;
mod ids;
pub mod lane;
pub mod lib0;
pub mod limits;
pub mod meeting;
pub mod request;
mod rest;
mod role;
pub mod visitors;

pub use assets::{AssetHash, AssetHashError, AssetHasher, ImageFormat, SNIFFED_BYTES};
pub use deflate::{compress, decompress};
pub use error_code::{ErrorCode, Retry};
pub use ids::{
    BoardId, ConnectionId, IdError, LinkId, LinkSecret, PersonId, SecretHash, ServiceId, ThreadId, VersionId,
    VisitToken,
};
pub use rest::{
    AssetView, BinView, BoardView, ChangeBoard, ChangeLink, CreateBoard, CreateLink, CreatedBoard, DamageList,
    DamageView, LinkDescription, LinkList, LinkView, LockPerson, LockedPersonView, NameVersion, OwnBoard, OwnBoardList,
    PeopleList, PersonView, Problem, SessionView, ShownPeople, ShownPerson, SignedInPeople, UnlockLink, UnlockedLink,
    VersionChanges, VersionList, VersionPerson, VersionView,
};
pub use role::Role;

/// Version of the messages in `edge` and `lane`. Raised when an old peer could not follow.
pub const PROTOCOL_VERSION: u32 = 1;

/// Version of the board schema (`docs/board-schema.md`). A client that meets a newer one turns read-only and asks for a
/// reload, since it could write what newer clients misread.
pub const SCHEMA_VERSION: u32 = 1;

/// WebSocket subprotocol that our own client asks for; without it a connection is treated as a stock y-websocket client.
pub const SUBPROTOCOL: &str = "boardwalk.1";
