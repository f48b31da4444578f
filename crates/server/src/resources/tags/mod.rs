//! Tags: words that classify entries, written as hashtags in their descriptions.
//!
//! A tag is known by its name, in any case of letters, and by whether it is billable. Merging,
//! editing and deleting a tag rewrites the descriptions of its entries at once, so a tag is never
//! locked.
//!
//! Words: *hashtag* (see [`rules`]).
//! Never: touching entries; that is asked of [`super::entries::actions`].

pub mod actions;
mod api;
pub mod rules;
pub(crate) mod shape;
pub(crate) mod table;

#[cfg(test)]
mod tests;

use base::{Id, WallTime, id};
use store::{FromRow, Row};

use self::rules::Hashtag;
use crate::http::Resource;

/// The line in the registry.
pub const RESOURCE: Resource = Resource {
    name: "tags",
    routes: api::routes,
    pages: Vec::new,
};

/// Event names, contract webhooks.md §8.
pub(crate) mod event {
    pub(crate) const CREATED: &str = "tag.created";
    pub(crate) const UPDATED: &str = "tag.updated";
    pub(crate) const DELETED: &str = "tag.deleted";
    pub(crate) const MERGED: &str = "tag.deleted.merged";
}

/// A tag of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub id: Id<id::Tag>,
    /// In the spelling of its first use.
    pub hashtag: Hashtag,
    /// How many entries carry it.
    pub entries: i64,
    pub created_at: WallTime,
    pub updated_at: WallTime,
}

impl FromRow for Tag {
    fn from_row(row: &Row) -> base::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            hashtag: Hashtag {
                name: row.get("name")?,
                billable: row.get("billable")?,
            },
            entries: row.get("entries")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// A tag as it stands on an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    pub id: Id<id::Tag>,
    pub hashtag: Hashtag,
}

impl From<&Tag> for Attached {
    fn from(tag: &Tag) -> Self {
        Self {
            id: tag.id,
            hashtag: tag.hashtag.clone(),
        }
    }
}

/// What a list of tags is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Part of the name.
    pub(crate) name: Option<String>,
    pub(crate) billable: Option<bool>,
}
