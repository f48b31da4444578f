//! Users: the people of an account.
//!
//! ```text
//!  created ──► pending ──first use──► active ◄──activate── disabled
//!                                       │  └──deactivate──►
//!                                       ▼ suspend (operator)
//!                                    suspended ──activate (operator)──► active
//!  any, without entries ──delete──► gone
//! ```
//!
//! Words: *state*, *access* (to projects; it matters for contractors only).
//! Never: passwords in the clear; tokens; those are `identity`'s.

pub mod actions;
mod api;
mod rules;
pub mod shape;
mod table;

#[cfg(test)]
mod tests;

use base::id::{Account, Id};
use base::{Role, WallTime, id};
use store::{FromRow, Row, Value, row::FromValue};

use crate::http::Resource;

pub use shape::{SimpleUser, UserShape};

/// The line in the registry.
pub const RESOURCE: Resource = Resource {
    name: "users",
    routes: api::routes,
    pages: Vec::new,
};

/// Event names, contract webhooks.md §8.
pub(crate) mod event {
    pub(crate) const CREATED: &str = "user.created";
    pub(crate) const UPDATED: &str = "user.updated";
    pub(crate) const DEACTIVATED: &str = "user.updated.deactivated";
    pub(crate) const ACTIVATED: &str = "user.updated.activated";
    pub(crate) const DELETED: &str = "user.deleted";
}

/// Whether a user may work. Contract: users.md, States.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Invited, never signed in.
    Pending,
    /// At work.
    Active,
    /// Deactivated by a supervisor.
    Disabled,
    /// Blocked by the operator, who alone can undo it.
    Suspended,
}

impl State {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Active, Self::Disabled, Self::Suspended];

    /// The word of the contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Suspended => "suspended",
        }
    }

    /// Whether the user is kept from working: error codes call both *deactivated*.
    pub fn is_deactivated(self) -> bool {
        matches!(self, Self::Disabled | Self::Suspended)
    }
}

impl FromValue for State {
    fn from_value(value: &Value) -> Option<Self> {
        let word = String::from_value(value)?;
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A person of exactly one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: Id<id::User>,
    pub account: Id<Account>,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    pub state: State,
    pub settings: Settings,
    /// How many entries are the user's.
    pub entries: i64,
    pub created_at: WallTime,
    pub updated_at: WallTime,
}

/// What only the user sees of themselves. Contract: `current_user.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `fraction` or `hours_minutes`.
    pub time_format: String,
    /// `sunday` or `monday`; shown capitalised.
    pub week_start: String,
    /// Seconds east of UTC.
    pub utc_offset: i64,
    pub send_personal_weekly_report: bool,
    pub send_team_weekly_report: bool,
}

impl FromRow for User {
    fn from_row(row: &Row) -> base::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            account: row.get("account_id")?,
            email: row.get("email")?,
            first_name: row.get("first_name")?,
            last_name: row.get("last_name")?,
            role: row.get("role")?,
            state: row.get("state")?,
            settings: Settings {
                time_format: row.get("time_format")?,
                week_start: row.get("week_start")?,
                utc_offset: row.get("utc_offset")?,
                send_personal_weekly_report: row.get("send_personal_weekly_report")?,
                send_team_weekly_report: row.get("send_team_weekly_report")?,
            },
            entries: row.get("entries")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// A user as embedded in other objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub id: Id<id::User>,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
}

/// What a select names to embed the user `u`: see [`Summary::read`].
pub const SUMMARY_COLUMNS: &str = "u.id as user_id, u.email as user_email,
    u.first_name as user_first_name, u.last_name as user_last_name";

impl Summary {
    /// Takes [`SUMMARY_COLUMNS`] of a row.
    pub fn read(row: &Row) -> base::Result<Self> {
        Self::from_columns(row, "user")
    }

    /// Takes the columns `{prefix}_id`, `{prefix}_email`, `{prefix}_first_name` and
    /// `{prefix}_last_name` of a row.
    pub fn from_columns(row: &Row, prefix: &str) -> base::Result<Self> {
        Ok(Self {
            id: row.get(&format!("{prefix}_id"))?,
            email: row.get(&format!("{prefix}_email"))?,
            first_name: row.get(&format!("{prefix}_first_name"))?,
            last_name: row.get(&format!("{prefix}_last_name"))?,
        })
    }
}

/// What is needed to make a user.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Trimmed; unique in the installation.
    pub email: String,
    /// Possibly empty.
    pub first_name: String,
    /// Possibly empty.
    pub last_name: String,
    /// What they may do.
    pub role: Role,
    /// `Pending`, or `Active` for the owner of a new account.
    pub state: State,
    /// From `identity::passwords::hash`; without one nobody signs in with a password.
    pub password_hash: Option<String>,
    /// Seconds east of UTC.
    pub utc_offset: i64,
}

/// What a list of users is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Part of the first, last or full name.
    pub(crate) name: Option<String>,
    /// Part of the address.
    pub(crate) email: Option<String>,
    pub(crate) role: Option<&'static str>,
    pub(crate) state: Option<&'static str>,
}

/// An edit of a user by a supervisor; none leaves as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edit {
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) role: Option<Role>,
}

/// An edit of the users themselves; none leaves as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnEdit {
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) time_format: Option<&'static str>,
    pub(crate) week_start: Option<&'static str>,
    pub(crate) utc_offset: Option<i64>,
    pub(crate) send_personal_weekly_report: Option<bool>,
    pub(crate) send_team_weekly_report: Option<bool>,
}
