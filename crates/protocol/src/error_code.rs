//! The closed list of things that can go wrong between two of us, with one table of how each is told.

/// Whether, and how, the other side should try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Trying again gives the same answer; tell the person.
    Never,
    /// Trying again later may work; back off with jitter.
    Later,
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident { $id:literal, http $http:literal, close $close:literal, $retry:ident, $hint:literal })*) => {
        /// A failure with a stable code. The client turns `id` into words; the text here is for logs and other clients.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $name),* }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable name, as in URLs of problem types and in logs.
            #[must_use]
            pub fn id(self) -> &'static str { match self { $(Self::$name => $id),* } }

            /// HTTP status of the same failure over REST.
            #[must_use]
            pub fn http_status(self) -> u16 { match self { $(Self::$name => $http),* } }

            /// WebSocket close code: 4400 to 4499 are terminal (stock y-websocket clients stop there), others transient.
            #[must_use]
            pub fn close_code(self) -> u16 { match self { $(Self::$name => $close),* } }

            /// Whether to try again.
            #[must_use]
            pub fn retry(self) -> Retry { match self { $(Self::$name => Retry::$retry),* } }

            /// What happened and what to do, in a sentence.
            #[must_use]
            pub fn hint(self) -> &'static str { match self { $(Self::$name => $hint),* } }
        }
    };
}

error_codes! {
    /// The request could not be read.
    Malformed { "malformed", http 400, close 4400, Never, "The message could not be read; it was not applied." }
    /// The link's secret is missing or wrong.
    WrongKey { "wrong-key", http 401, close 4401, Never, "This link's key is not valid for the board; ask for a new invite." }
    /// The link wants a password.
    Locked { "locked", http 401, close 4402, Never, "This link wants a password; unlock it first." }
    /// The password is not the link's.
    WrongPassword { "wrong-password", http 403, close 4408, Never, "That is not the link's password." }
    /// The link's role does not allow this.
    Forbidden { "forbidden", http 403, close 4403, Never, "This link does not allow that; ask for a link with more rights." }
    /// No such board.
    UnknownBoard { "unknown-board", http 404, close 4404, Never, "There is no board with this address." }
    /// The board is in the bin.
    Deleted { "deleted", http 404, close 4405, Never, "The board was deleted; its owner can take it out of the bin for 30 days." }
    /// The board has no such version.
    UnknownVersion { "unknown-version", http 404, close 4406, Never, "The board has no such version; it may have been thinned out." }
    /// The board has no such asset.
    UnknownAsset { "unknown-asset", http 404, close 4414, Never, "The board has no such asset; it may still be on its way." }
    /// The bytes are no image of a format that is taken.
    UnknownFormat { "unknown-format", http 415, close 4415, Never, "Only PNG, JPEG, GIF, WebP, AVIF and SVG images are taken." }
    /// The bytes are not those that their name says.
    WrongHash { "wrong-hash", http 422, close 4422, Never, "The bytes do not have the SHA-256 that the address names." }
    /// The board, or the whole server, has no room for more assets.
    NoRoom { "no-room", http 507, close 4457, Never, "There is no room for more assets; delete boards that are not needed, or ask whoever runs the server." }
    /// The board has no such link.
    UnknownLink { "unknown-link", http 404, close 4407, Never, "The board has no such link; it may have been withdrawn." }
    /// The board has no such thread or comment.
    UnknownComment { "unknown-comment", http 404, close 4411, Never, "The board has no such comment; it may have been deleted." }
    /// The link was revoked while in use.
    Revoked { "revoked", http 410, close 4410, Never, "This link has been revoked; ask for a new invite." }
    /// The time of the link is over.
    Expired { "expired", http 410, close 4420, Never, "This link was for a limited time, which is over; ask for a new invite." }
    /// Whoever asks is locked out of the board.
    LockedOut { "locked-out", http 403, close 4417, Never, "The board's owner has locked you out." }
    /// Nobody of this name is locked out.
    UnknownPerson { "unknown-person", http 404, close 4418, Never, "Nobody so named is locked out of the board." }
    /// Boards are made here only with a token.
    TokenNeeded { "token-needed", http 403, close 4416, Never, "Boards are made here only with a token; ask whoever runs the server." }
    /// Only those who are signed in may do this.
    SignInNeeded { "sign-in-needed", http 401, close 4440, Never, "Sign in first." }
    /// The server has no sign-in.
    NoSignIn { "no-sign-in", http 404, close 4441, Never, "This server has no sign-in: whoever runs it names a provider by BOARDWALK_SIGN_IN_ISSUER." }
    /// The provider's answer to a sign-in is not to be believed.
    SignInFailed { "sign-in-failed", http 400, close 4442, Never, "The sign-in did not come to its end; begin again, in this browser." }
    /// That is not the server's admin token.
    WrongToken { "wrong-token", http 401, close 4430, Never, "That is not this server's admin token." }
    /// The server has no admin token, and so no administration.
    NoAdministration { "no-administration", http 404, close 4431, Never, "This server has no admin token: set BOARDWALK_ADMIN_TOKEN or BOARDWALK_ADMIN_TOKEN_FILE." }
    /// There are as many boards as there may be.
    TooManyBoards { "too-many-boards", http 507, close 4432, Never, "This server has as many boards as it may; delete some for good, or ask whoever runs it." }
    /// The board is as large as it may be.
    BoardFull { "board-full", http 507, close 4433, Never, "This board is as large as this server lets boards be; what you did since is kept in your browser." }
    /// A message, an update or a title is larger than its limit.
    TooLarge { "too-large", http 413, close 4413, Never, "The message is larger than the limit; split it." }
    /// Nobody would be left to manage the board.
    LastOwner { "last-owner", http 409, close 4409, Never, "A board keeps one owner's link that lasts and wants no password." }
    /// The board has as many links as it may.
    TooManyLinks { "too-many-links", http 409, close 4412, Never, "The board has as many links as it may; withdraw one first." }
    /// The board has as many threads as it may.
    TooManyThreads { "too-many-threads", http 409, close 4419, Never, "The board has as many threads as it may; delete some first." }
    /// The client speaks an older protocol or schema than the board needs.
    Outdated { "outdated", http 426, close 4426, Never, "This page is older than the server; reload it." }
    /// The board cannot be loaded and has been set aside.
    Quarantined { "quarantined", http 503, close 4450, Never, "The board could not be loaded and is set aside; tell whoever runs the server." }
    /// Fell behind; join again from the state vector.
    Resync { "resync", http 503, close 4500, Later, "The connection fell behind; it joins again." }
    /// The board's owner is moving, starting or full.
    Unavailable { "unavailable", http 503, close 4503, Later, "The board is not available at the moment; it is tried again." }
    /// The sign-in provider does not answer.
    SignInUnavailable { "sign-in-unavailable", http 503, close 4540, Later, "The sign-in provider does not answer as it should; try again, or tell whoever runs the server." }
    /// Too many connections or requests.
    Busy { "busy", http 429, close 4529, Later, "Too many connections at once; it is tried again." }
    /// A fault of ours.
    Internal { "internal", http 500, close 4511, Later, "Something failed on the server; it is tried again." }
}

impl ErrorCode {
    /// The code with this WebSocket close code.
    #[must_use]
    pub fn from_close_code(close: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.close_code() == close)
    }

    /// The code with this stable name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_terminal_exactly_in_the_terminal_range() {
        let ids: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.id()).collect();
        let closes: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.close_code()).collect();
        assert_eq!((ids.len(), closes.len()), (ErrorCode::ALL.len(), ErrorCode::ALL.len()));
        for code in ErrorCode::ALL {
            let terminal = (4400..4500).contains(&code.close_code());
            assert_eq!(terminal, code.retry() == Retry::Never, "{code:?}");
        }
    }
}
