//! What can be done with an account through the API: looking at it.
//!
//! Never: changing it.

use base::Result;
use store::Reader;

use super::{Seen, table};
use crate::resources::users;

/// The actor's account and who owns it.
pub(super) fn peek(reader: &Reader<'_>) -> Result<Seen> {
    Ok(Seen {
        account: table::peek(reader)?,
        owner: users::actions::owner(reader)?,
    })
}
