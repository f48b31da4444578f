//! The account of the credentials. Contract: account.md.
//!
//! Never: making or changing accounts; commands do that through `identity`.

use base::WallTime;
use base::id::{Account as AccountMark, Id};
use serde::Serialize;
use store::{FromRow, Reader, Row};

use crate::Settings;
use crate::http::Resource;
use crate::resources::users;

mod actions;
mod api;
mod shape;
mod table;

#[cfg(test)]
mod tests;

/// The line in the registry.
pub const RESOURCE: Resource = Resource {
    name: "account",
    routes: api::routes,
    pages: Vec::new,
};

/// A tenant, as its people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: Id<AccountMark>,
    pub(crate) name: String,
    pub(crate) created_at: WallTime,
    pub(crate) updated_at: WallTime,
}

/// An account with its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) account: Account,
    pub(crate) owner: users::Summary,
}

/// The actor's account as the API shows it: for commands.
pub fn shown(reader: &Reader<'_>, settings: &Settings) -> base::Result<impl Serialize + use<>> {
    let invoicing = shape::Invoicing::of(settings);
    Ok(shape::AccountShape::of(
        actions::peek(reader)?,
        invoicing,
        reader.api(),
    ))
}

impl FromRow for Account {
    fn from_row(row: &Row) -> base::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}
