//! Entries: time that somebody spent, on a project or on none.
//!
//! ```text
//!  open ──approve──► approved: locked, neither edited nor deleted
//!    ▲                  │
//!    └────unapprove─────┘          marking as invoiced goes beside it, from either
//! ```
//!
//! Words: *terms* (what a project decides about its entries), *review* (what a leader does to
//! finished time).
//! Never: invoices; an entry knows only since when it is invoiced.

pub mod actions;
pub(crate) mod api;
pub(in crate::resources) mod pages;
mod rules;
pub(crate) mod shape;
mod table;

#[cfg(test)]
mod tests;

use base::{Date, Id, Role, WallTime, id};
use store::{FromRow, Row};

use super::{projects, tags, users};
use crate::http::{Given, Resource};

/// The line in the registry.
pub const RESOURCE: Resource = Resource {
    name: "entries",
    routes: api::routes,
    pages: pages::routes,
};

/// Event names, contract webhooks.md §8.
pub(crate) mod event {
    pub(crate) const CREATED: &str = "entry.created";
    pub(crate) const UPDATED: &str = "entry.updated";
    pub(crate) const DELETED: &str = "entry.deleted";
    pub(crate) const APPROVED: &str = "entry.updated.approved";
    pub(crate) const UNAPPROVED: &str = "entry.updated.unapproved";
    pub(crate) const INVOICED: &str = "entry.updated.invoiced";
}

/// A row of the table; its tags are in a table of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: Id<id::Entry>,
    pub user: Id<id::User>,
    pub project: Option<Id<id::Project>>,
    pub date: Date,
    pub minutes: i64,
    pub description: String,
    /// Derived when project or description change, and then kept: an invoiced entry stays as it
    /// was invoiced.
    pub billable: bool,
    pub source_url: Option<String>,
    pub invoiced_at: Option<WallTime>,
    pub approved_at: Option<WallTime>,
    pub approved_by: Option<Id<id::User>>,
    pub created_at: WallTime,
    pub updated_at: WallTime,
}

impl FromRow for Entry {
    fn from_row(row: &Row) -> base::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            user: row.get("user_id")?,
            project: row.get("project_id")?,
            date: row.get("date")?,
            minutes: row.get("minutes")?,
            description: row.get("description")?,
            billable: row.get("billable")?,
            source_url: row.get("source_url")?,
            invoiced_at: row.get("invoiced_at")?,
            approved_at: row.get("approved_at")?,
            approved_by: row.get("approved_by")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// An entry with what its shape shows beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub entry: Entry,
    pub user: users::Summary,
    pub approved_by: Option<users::Summary>,
    pub project: Option<projects::Summary>,
    /// In order of appearance in the description.
    pub tags: Vec<tags::Attached>,
}

/// What a project decides about its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Minutes are rounded up to a multiple of it.
    pub(crate) billing_increment: i64,
    /// False means archived.
    pub(crate) enabled: bool,
    pub(crate) billable: bool,
}

impl Terms {
    /// Without a project minutes stay as given, and nothing is archived or unbillable.
    pub(crate) const NO_PROJECT: Self = Self {
        billing_increment: 1,
        enabled: true,
        billable: true,
    };
}

impl FromRow for Terms {
    fn from_row(row: &Row) -> base::Result<Self> {
        Ok(Self {
            billing_increment: row.get("billing_increment")?,
            enabled: row.get("enabled")?,
            billable: row.get("billable")?,
        })
    }
}

/// An entry to be made for a user and a project that were checked before.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Whose time it is.
    pub user: Id<id::User>,
    /// Where it was spent.
    pub project: Option<Id<id::Project>>,
    /// When it was spent.
    pub date: Date,
    /// As given; they are rounded up to the project's increment.
    pub minutes: i64,
    /// Its hashtags become tags.
    pub description: String,
    /// Where it came from.
    pub source_url: Option<String>,
}

/// A project as a client names it.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) id: Given<Id<id::Project>>,
    /// Counts only without an id; a project that does not exist is made.
    pub(crate) name: Option<String>,
    /// What such a new project is made with.
    pub(crate) defaults: projects::Defaults,
}

/// What a client asked for with a new entry.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) date: Date,
    pub(crate) minutes: i64,
    /// Without one it is the actor's.
    pub(crate) user: Option<Id<id::User>>,
    pub(crate) description: String,
    pub(crate) project: Named,
    pub(crate) source_url: Option<String>,
}

/// What a client asked to change; none leaves as it is.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub(crate) date: Option<Date>,
    pub(crate) minutes: Option<i64>,
    pub(crate) user: Option<Id<id::User>>,
    pub(crate) description: Option<String>,
    pub(crate) project: Named,
    pub(crate) source_url: Given<String>,
}

/// What a leader does to finished time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Review {
    /// Locks it, as of this moment or of now.
    Approve(Option<WallTime>),
    /// Unlocks it.
    Unapprove,
    /// Notes that it was invoiced elsewhere on this date.
    MarkAsInvoiced(Date),
}

impl Review {
    /// The name of its event.
    pub(crate) fn event(self) -> &'static str {
        match self {
            Self::Approve(_) => event::APPROVED,
            Self::Unapprove => event::UNAPPROVED,
            Self::MarkAsInvoiced(_) => event::INVOICED,
        }
    }
}

/// Who acts, as far as the rules care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) user: Id<id::User>,
    pub(crate) role: Role,
}

/// Whether an entry must have all the tags that are asked for, or one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TagRule {
    /// `and`
    #[default]
    All,
    /// `combination of`
    Any,
}

/// A thing whose entries are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    /// Everything that the actor may see.
    Account,
    /// `/projects/:id/entries`
    Project(Id<id::Project>),
    /// `/users/:id/entries` and `/current_user/entries`
    User(Id<id::User>),
    /// `/tags/:id/entries`
    Tag(Id<id::Tag>),
}

/// From and to, both inclusive.
pub(crate) type Bounds<T> = (Option<T>, Option<T>);

/// What a list of entries is asked for. Contract: entries.md, `GET /v2/entries`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) users: Vec<Id<id::User>>,
    pub(crate) projects: Vec<Id<id::Project>>,
    /// Asked for an invoice or an import; there are none, so nothing matches.
    pub(crate) foreign: bool,
    pub(crate) tags: Vec<Id<id::Tag>>,
    pub(crate) tag_rule: TagRule,
    /// Part of the description.
    pub(crate) description: Option<String>,
    pub(crate) date: Bounds<Date>,
    pub(crate) invoiced: Option<bool>,
    pub(crate) invoiced_at: Bounds<WallTime>,
    pub(crate) updated_at: Bounds<WallTime>,
    pub(crate) billable: Option<bool>,
    pub(crate) approved_at: Bounds<WallTime>,
    pub(crate) approved_by: Vec<Id<id::User>>,
}

/// The latest entries within something that this actor sees, newest first.
pub(crate) fn latest(
    reader: &store::Reader<'_>,
    within: Within,
    limit: i64,
) -> base::Result<Vec<Seen>> {
    let (entries, _) = table::list(reader, within, &Filter::default(), (limit, 0))?;
    table::peek_seen(reader, entries)
}

/// What the tests of other slices look at.
#[cfg(test)]
pub(crate) mod testing {
    use base::{Id, Result, id};
    use store::Reader;

    use super::{Seen, table};

    /// One entry with what its shape shows beside it.
    pub(crate) fn seen(reader: &Reader<'_>, id: Id<id::Entry>) -> Result<Seen> {
        Ok(table::peek_seen(reader, vec![table::peek(reader, id)?])?.remove(0))
    }
}
