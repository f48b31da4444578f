//! From a presented token to the actor it stands for.
//!
//! Never: remembering an answer; a revoked token must fail at the next request.

use std::future::Future;
use std::pin::Pin;

use base::{Actor, Error, Reason, Result, Secret, secret};
use store::Db;

use super::tokens;
use crate::App;
use crate::http::Presented;
use crate::resources::users;
use crate::resources::users::State;

/// The actor of a request's credentials, as the HTTP kit asks for it.
pub fn authenticate(
    app: App,
    presented: Presented,
) -> Pin<Box<dyn Future<Output = Result<Actor>> + Send>> {
    Box::pin(async move { actor_of(&app.db, presented).await })
}

/// The actor that presented credentials stand for.
///
/// `Unauthenticated` if no token is like that, or its user is deactivated or suspended. A pending
/// user becomes active first, in a transaction of its own. Contract: authentication.md §1.
pub async fn actor_of(db: &Db, presented: Presented) -> Result<Actor> {
    let token = match presented {
        Presented::Personal(token) | Presented::Either(token) => token,
        Presented::Access(_) => return Err(Error::Unauthenticated),
    };
    let bearer = look_up(db, token).await?;
    match bearer.state {
        State::Active => {}
        State::Pending => {
            let by = Actor::System(Reason::FirstUse(bearer.account));
            let user = bearer.user;
            db.write(by, move |tx| users::actions::first_use(tx, user))
                .await?;
        }
        State::Disabled | State::Suspended => return Err(Error::Unauthenticated),
    }
    Ok(Actor::User {
        account: bearer.account,
        id: bearer.user,
        role: bearer.role,
    })
}

async fn look_up(db: &Db, token: Secret<String>) -> Result<tokens::Bearer> {
    let expected = secret::digest(token.reveal());
    let by = Actor::System(Reason::TokenLookUp);
    let found = db
        .read(by, move |reader| tokens::find(reader, &token))
        .await?;
    found
        .filter(|it| secret::is_equal(it.digest.as_bytes(), expected.as_bytes()))
        .ok_or(Error::Unauthenticated)
}
