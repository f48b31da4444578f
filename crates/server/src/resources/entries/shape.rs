//! How entries look in JSON: shape `entry`.
//!
//! All roles see the same: what a limited view would hide is the invoice, and there are none yet.
//! Never: deciding who sees them.

use base::{Id, WallTime, id};
use serde::Serialize;

use super::{Seen, rules};
use crate::resources::projects::shape::SimpleProject;
use crate::resources::tags::shape::SimpleTag;
use crate::resources::users::shape::SimpleUser;

/// What only says `minutes` in another way: an edit's `changes` do not list it, as the example of
/// contract webhooks.md §4 shows.
pub(super) const DERIVED: &[&str] = &["formatted_minutes"];

/// Shape `entry`, in its order of fields.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EntryShape {
    id: Id<id::Entry>,
    date: String,
    billable: bool,
    minutes: i64,
    formatted_minutes: String,
    description: String,
    created_at: WallTime,
    updated_at: WallTime,
    invoiced_at: Option<WallTime>,
    approved_at: Option<WallTime>,
    source_url: Option<String>,
    user: SimpleUser,
    approved_by: Option<SimpleUser>,
    tags: Vec<SimpleTag>,
    project: Option<SimpleProject>,
    /// Always null: there are no invoices yet.
    invoice: Option<()>,
    /// Always null: there are no imports yet.
    import: Option<()>,
    url: String,
    invoiced_outside_of_freckle_url: String,
    invoiced_outside_of_noko_url: String,
    approved_url: String,
    unapproved_url: String,
}

impl EntryShape {
    /// The entry in an API at `{api}`.
    pub(crate) fn of(seen: &Seen, api: &str) -> Self {
        let entry = &seen.entry;
        let url = url(entry.id, api);
        let under = |word: &str| format!("{url}/{word}");
        Self {
            id: entry.id,
            date: entry.date.to_string(),
            billable: entry.billable,
            minutes: entry.minutes,
            formatted_minutes: rules::formatted(entry.minutes),
            description: entry.description.clone(),
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            invoiced_at: entry.invoiced_at,
            approved_at: entry.approved_at,
            source_url: entry.source_url.clone(),
            user: SimpleUser::of(&seen.user, api),
            approved_by: seen.approved_by.as_ref().map(|it| SimpleUser::of(it, api)),
            tags: seen.tags.iter().map(|it| SimpleTag::of(it, api)).collect(),
            project: seen.project.as_ref().map(|it| SimpleProject::of(it, api)),
            invoice: None,
            import: None,
            invoiced_outside_of_freckle_url: under("invoiced_outside_of_freckle"),
            invoiced_outside_of_noko_url: under("marked_as_invoiced"),
            approved_url: under("approved"),
            unapproved_url: under("unapproved"),
            url,
        }
    }
}

/// `{api}/entries/ID`.
pub(crate) fn url(id: Id<id::Entry>, api: &str) -> String {
    format!("{api}/entries/{id}")
}
