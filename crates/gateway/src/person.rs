//! Who somebody is on a board, where that matters beside what their link allows: whose comment it is, whose vote. A person
//! is whoever knows a secret that their browser made. It must not know what the person does.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use protocol::{BoardId, ErrorCode, LinkSecret, PersonId};
use sha2::{Digest, Sha256};

use crate::people;

/// The person's secret of a request, if one came along.
#[derive(Debug)]
pub struct SentPerson(Option<LinkSecret>);

impl SentPerson {
    /// Who that is on a board.
    #[must_use]
    pub fn on(&self, board: &BoardId) -> Option<PersonId> {
        self.0.as_ref().map(|secret| person_on(board, secret))
    }

    /// The same, for what nobody may do namelessly.
    ///
    /// # Errors
    /// `Malformed` where no secret came along.
    pub fn known_on(&self, board: &BoardId) -> Result<PersonId, ErrorCode> {
        self.on(board).ok_or(ErrorCode::Malformed)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SentPerson {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let secret = parts.headers.get(people::HEADER).and_then(|value| value.to_str().ok());
        Ok(Self(secret.and_then(|secret| secret.trim().parse().ok())))
    }
}

/// Who the holder of a secret is on a board.
fn person_on(board: &BoardId, secret: &LinkSecret) -> PersonId {
    let hash = Sha256::new().chain_update(board.as_str()).chain_update([0]).chain_update(secret.reveal()).finalize();
    let mut beginning = [0; PersonId::LENGTH];
    beginning.copy_from_slice(&hash[..PersonId::LENGTH]);
    PersonId::from_random(beginning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_the_same_on_a_board_and_another_on_the_next() {
        let secret = |number| LinkSecret::from_random([number; 40]);
        let board = |number| BoardId::from_random([number; 20]);
        assert_eq!(person_on(&board(1), &secret(1)), person_on(&board(1), &secret(1)));
        assert_ne!(person_on(&board(1), &secret(1)), person_on(&board(2), &secret(1)));
        assert_ne!(person_on(&board(1), &secret(1)), person_on(&board(1), &secret(2)));
    }
}
