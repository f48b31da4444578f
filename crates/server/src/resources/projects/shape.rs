//! How projects look in JSON: shapes `project` and `simple_project`.
//!
//! Never: deciding who sees them; a view only blanks budgets and invoices.

use base::id::{Id, Project as ProjectMark};
use base::{View, WallTime};
use serde::Serialize;

use super::{Project, Seen, Summary};
use crate::resources::users::shape::SimpleUser;

/// What is derived from other objects: an edit's `changes` never list it (webhooks.md §4).
pub(super) const DERIVED: &[&str] = &[
    "minutes",
    "billable_minutes",
    "unbillable_minutes",
    "invoiced_minutes",
    "uninvoiced_minutes",
    "remaining_minutes",
    "invoices",
    "participants",
    "entries",
    "expenses",
];

/// Shape `project`, in its order of fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProjectShape {
    id: Id<ProjectMark>,
    name: String,
    description: Option<String>,
    billing_increment: i64,
    enabled: bool,
    billable: bool,
    color: String,
    created_at: WallTime,
    updated_at: WallTime,
    /// Always null: there are no groups yet.
    group: Option<()>,
    minutes: i64,
    billable_minutes: i64,
    unbillable_minutes: i64,
    invoiced_minutes: i64,
    uninvoiced_minutes: i64,
    remaining_minutes: Option<i64>,
    budgeted_minutes: Option<i64>,
    /// Always null: there are no imports yet.
    import: Option<()>,
    /// Always empty: there are no invoices yet.
    invoices: [(); 0],
    participants: Vec<SimpleUser>,
    entries: i64,
    entries_url: String,
    /// Always 0: there are no expenses yet.
    expenses: i64,
    expenses_url: String,
    url: String,
    merge_url: String,
    archive_url: String,
    unarchive_url: String,
}

impl ProjectShape {
    /// The project in an API at `{api}`; a limited view has no budget.
    pub fn of(seen: &Seen, api: &str, view: View) -> Self {
        let (project, totals): (&Project, _) = (&seen.project, &seen.totals);
        let url = url(project.id, api);
        let under = |word: &str| format!("{url}/{word}");
        let budget = match view {
            View::Full => project.budgeted_minutes,
            View::Limited => None,
        };
        let participants = totals.participants.iter();
        Self {
            id: project.id,
            name: project.name.clone(),
            description: project.description.clone(),
            billing_increment: project.billing_increment,
            enabled: project.enabled,
            billable: project.billable,
            color: project.color.clone(),
            created_at: project.created_at,
            updated_at: project.updated_at,
            group: None,
            minutes: totals.minutes,
            billable_minutes: totals.billable_minutes,
            unbillable_minutes: totals.minutes - totals.billable_minutes,
            invoiced_minutes: totals.invoiced_minutes,
            uninvoiced_minutes: totals.billable_minutes - totals.invoiced_minutes,
            remaining_minutes: budget.map(|minutes| minutes - totals.billable_minutes),
            budgeted_minutes: budget,
            import: None,
            invoices: [],
            participants: participants.map(|it| SimpleUser::of(it, api)).collect(),
            entries: totals.entries,
            entries_url: under("entries"),
            expenses: 0,
            expenses_url: under("expenses"),
            merge_url: under("merge"),
            archive_url: under("archive"),
            unarchive_url: under("unarchive"),
            url,
        }
    }

    /// Where it is read.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Shape `simple_project`, in its order of fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SimpleProject {
    id: Id<ProjectMark>,
    name: String,
    billing_increment: i64,
    enabled: bool,
    billable: bool,
    color: String,
    url: String,
}

impl SimpleProject {
    /// The project in an API at `{api}`.
    pub fn of(project: &Summary, api: &str) -> Self {
        Self {
            id: project.id,
            name: project.name.clone(),
            billing_increment: project.billing_increment,
            enabled: project.enabled,
            billable: project.billable,
            color: project.color.clone(),
            url: url(project.id, api),
        }
    }
}

/// `{api}/projects/ID`.
pub fn url(id: Id<ProjectMark>, api: &str) -> String {
    format!("{api}/projects/{id}")
}
