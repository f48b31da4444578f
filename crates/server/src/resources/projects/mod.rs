//! Projects: what time is spent on. Contract: projects.md.
//!
//! ```text
//!  create ──► enabled ──archive (with entries)──► archived: neither edited nor deleted
//!               │  ◄──────────unarchive──────────────┘
//!               └──delete (without entries)──► gone
//! ```
//!
//! Words: *archived*, not `enabled`; *totals*, what is derived from a project's entries;
//! *summary*, what other objects show of it.
//! Never: changing an entry; minutes are rounded by the entry's own rules.

pub mod actions;
mod api;
mod pages;
pub mod rules;
pub mod shape;
mod table;
#[cfg(test)]
mod tests;

use base::id::{self, Id};
use base::{Error, Kind, Result, WallTime};
use store::{FromRow, Row};

pub(crate) use self::table::{load, peek};
use super::users;
use crate::Settings;
use crate::http::Resource;

/// The line in the registry.
pub const RESOURCE: Resource = Resource {
    name: "projects",
    routes: api::routes,
    pages: pages::routes,
};

/// Event names, contract webhooks.md §8.
pub(crate) mod event {
    pub(crate) const CREATED: &str = "project.created";
    pub(crate) const UPDATED: &str = "project.updated";
    pub(crate) const ARCHIVED: &str = "project.updated.archived";
    pub(crate) const UNARCHIVED: &str = "project.updated.unarchived";
    pub(crate) const DELETED: &str = "project.deleted";
    pub(crate) const MERGED: &str = "project.deleted.merged";
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub id: Id<id::Project>,
    pub name: String,
    pub description: Option<String>,
    /// Entries are rounded up to a multiple of these minutes.
    pub billing_increment: i64,
    /// False means archived.
    pub enabled: bool,
    pub billable: bool,
    /// `#rrggbb`, lower case.
    pub color: String,
    pub budgeted_minutes: Option<i64>,
    pub created_at: WallTime,
    pub updated_at: WallTime,
}

impl Project {
    /// `archived_project` on `base` of an object of this kind, if the project is archived.
    pub fn require_enabled(&self, kind: Kind) -> Result<()> {
        if self.enabled {
            return Ok(());
        }
        let sentence = format!("The project {} is archived. Unarchive it first.", self.name);
        Err(Error::conflict(kind, "archived_project", sentence))
    }

    /// What other objects show of it.
    pub fn summary(&self) -> Summary {
        Summary {
            id: self.id,
            name: self.name.clone(),
            billing_increment: self.billing_increment,
            enabled: self.enabled,
            billable: self.billable,
            color: self.color.clone(),
        }
    }
}

impl FromRow for Project {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            description: row.get("description")?,
            billing_increment: row.get("billing_increment")?,
            enabled: row.get("enabled")?,
            billable: row.get("billable")?,
            color: row.get("color")?,
            budgeted_minutes: row.get("budgeted_minutes")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// A project as embedded in other objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub id: Id<id::Project>,
    pub name: String,
    pub billing_increment: i64,
    pub enabled: bool,
    pub billable: bool,
    pub color: String,
}

/// The columns that [`Summary::read`] takes, of projects as `p`.
pub const SUMMARY_COLUMNS: &str = "p.id as project_id, p.name as project_name,
  p.billing_increment as project_billing_increment, p.enabled as project_enabled,
  p.billable as project_billable, p.color as project_color";

impl Summary {
    /// Takes [`SUMMARY_COLUMNS`] of a row.
    pub fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("project_id")?,
            name: row.get("project_name")?,
            billing_increment: row.get("project_billing_increment")?,
            enabled: row.get("project_enabled")?,
            billable: row.get("project_billable")?,
            color: row.get("project_color")?,
        })
    }
}

/// What is derived from the entries of a project, everybody's included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub minutes: i64,
    pub billable_minutes: i64,
    /// Billable minutes of entries with `invoiced_at`.
    pub invoiced_minutes: i64,
    pub entries: i64,
    /// Users with at least one entry, by id.
    pub participants: Vec<users::Summary>,
}

/// A project with everything that its shape shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub project: Project,
    pub totals: Totals,
}

/// What the operator set for new projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// Minutes by which they round up, unless they say otherwise.
    pub billing_increment: i64,
    /// How many an account may have, archived ones included; none: any number.
    pub limit: Option<i64>,
}

impl Defaults {
    /// Those of the server's settings.
    pub fn of(settings: &Settings) -> Self {
        Self {
            billing_increment: settings.billing_increment,
            limit: settings.project_limit,
        }
    }
}

/// What a client asked for with a new project.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub name: String,
    /// None: billable.
    pub billable: Option<bool>,
    /// None: the installation's default.
    pub billing_increment: Option<i64>,
    /// None: the next one of the palette.
    pub color: Option<String>,
    pub description: Option<String>,
    pub budgeted_minutes: Option<i64>,
}

/// What a client asked to change; none leaves as it is, an inner none clears.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    pub name: Option<String>,
    pub billable: Option<bool>,
    pub billing_increment: Option<i64>,
    pub color: Option<String>,
    pub description: Option<Option<String>>,
    pub budgeted_minutes: Option<Option<i64>>,
}

/// What a list of projects is asked for. Contract: projects.md, `GET /v2/projects`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Part of the name.
    pub(crate) name: Option<String>,
    /// Asked for a group; there are none, so nothing matches.
    pub(crate) foreign: bool,
    /// Any of these; empty: all.
    pub(crate) billing_increments: Vec<i64>,
    pub(crate) enabled: Option<bool>,
    pub(crate) billable: Option<bool>,
}
