//! Who did what to a webhook: row in `webhook_history`, written in the change's transaction.
//!
//! Never: being changed or removed while the webhook exists.

use base::{Actor, Id, Kind, Result, id};
use store::{Reader, Tx};

/// One line of the history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'e> {
    /// None: the server itself.
    pub(crate) by: Option<Id<id::User>>,
    pub(crate) what: &'static str,
    pub(crate) before: Option<&'e str>,
    pub(crate) after: Option<&'e str>,
}

/// The user behind an actor; none for the operator and the system.
pub(crate) fn by(reader: &Reader<'_>) -> Option<Id<id::User>> {
    match reader.actor {
        Actor::User { id, .. } => Some(id),
        Actor::Operator(_) | Actor::System(_) => None,
    }
}

/// Appends a line for this account and webhook.
pub(crate) fn insert(tx: &mut Tx<'_>, of: (i64, i64), entry: &Entry<'_>) -> Result<()> {
    let wall = tx.wall;
    tx.write(
        Kind::Delivery,
        "insert into webhook_history (account_id, webhook_id, at, by, what, before, after)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &of.0,
            &of.1,
            &wall,
            &entry.by,
            &entry.what,
            &entry.before,
            &entry.after,
        ],
    )?;
    Ok(())
}
