//! Whoever may change what people do together on a board, in their turn: handlers that take one of these need ask nothing
//! more. It must not know what they change.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use protocol::Role;

use crate::admission::Admission;
use crate::app::{Endpoints, Shared};
use crate::comments::rules::Actor;
use crate::person::SentPerson;
use crate::problem::ApiError;
use crate::session;

/// Somebody who may edit the board and leads what its people do, in their turn.
#[derive(Debug)]
pub struct Facilitator(pub Admission);

/// Somebody who may comment, who they are, in their turn.
#[derive(Debug)]
pub struct Commenter(pub Admission, pub Actor);

impl FromRequestParts<Shared> for Facilitator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        let admission = Admission::from_request_parts(parts, shared).await?.only(Role::may_write)?;
        take_turn(shared, &admission)?;
        Ok(Self(admission))
    }
}

impl FromRequestParts<Shared> for Commenter {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        let admission = Admission::from_request_parts(parts, shared).await?.only(Role::may_comment)?;
        let Ok(person) = SentPerson::from_request_parts(parts, shared).await;
        let person = person.known_on(admission.board())?;
        take_turn(shared, &admission)?;
        let account = session::name_of(shared, &parts.headers).await;
        let actor = Actor { person, role: admission.role(), account };
        Ok(Self(admission, actor))
    }
}

fn take_turn(shared: &Endpoints, admission: &Admission) -> Result<(), ApiError> {
    shared.comments.take(admission.secret(), shared.now_ms()).map_err(ApiError::busy)
}
