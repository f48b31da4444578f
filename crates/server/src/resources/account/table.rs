//! The statement on accounts that the API needs.
//!
//! Never: another account than the actor's.

use base::{Error, Kind, Result};
use store::Reader;

use super::Account;

/// The actor's account.
pub(super) fn peek(reader: &Reader<'_>) -> Result<Account> {
    // unscoped: bound to the actor's one account, and all its users see it
    let sql = "select id, name, created_at, updated_at from accounts where id = $1";
    reader
        .row(sql, &[&reader.account()?])?
        .ok_or(Error::NotFound(Kind::Account))
}
