//! What changes of a tag or a project do to many entries, silently (contract webhooks.md §8).
//!
//! Never: HTTP; an event of its own.

use base::{Id, Result, id};
use store::{Recorded, Silence, Tx};

use crate::resources::entries::table;
use crate::resources::tags::rules::{Hashtag, rewrite};
use crate::resources::tags::{Attached, Tag};

/// What becomes of a tag on its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retag {
    /// It has another name or flag.
    Renamed(Hashtag),
    /// Another tag takes its place.
    Merged(Attached),
    /// It is plain text.
    Text,
}

/// Lets entries follow what becomes of their tag: the hashtag in the description, which tags they
/// carry, and `billable` unless they are invoiced. Approved entries too: approval locks edits of
/// the entry itself only. Contract: tags.md.
pub fn retag(tx: &mut Tx<'_>, old: &Tag, change: &Retag) -> Result<Recorded<()>> {
    let entries = table::load_descriptions(tx, old.id)?;
    let new = match change {
        Retag::Renamed(new) => Some(new),
        Retag::Merged(target) => Some(&target.hashtag),
        Retag::Text => None,
    };
    let identity = old.hashtag.identity();
    for (id, description) in &entries {
        table::rewrite(tx, *id, &rewrite(description, &identity, new))?;
    }
    match change {
        Retag::Renamed(_) => {}
        Retag::Merged(target) => table::merge_tag(tx, old.id, target.id)?,
        Retag::Text => table::drop_tag(tx, old.id)?,
    }
    table::recompute_billable(tx, entries.iter().map(|(id, _)| *id))?;
    Ok(tx.silent(Silence::TouchedEntries, ()))
}

/// Derives `billable` of a project's entries again, unless they are invoiced: after the project
/// became billable or unbillable. Contract: projects.md, Derived values.
pub fn rebill(tx: &mut Tx<'_>, project: Id<id::Project>) -> Result<Recorded<()>> {
    let entries = table::load_of_project(tx, project)?;
    table::recompute_billable(tx, entries)?;
    Ok(tx.silent(Silence::TouchedEntries, ()))
}

/// Entries that a user approved who is being deleted stay approved, by nobody.
pub(crate) fn forget_approver(tx: &mut Tx<'_>, user: Id<id::User>) -> Result<Recorded<()>> {
    table::forget_approver(tx, user)?;
    Ok(tx.silent(Silence::TouchedEntries, ()))
}

/// Moves all entries of a project to another, which must not be archived; their minutes are not
/// rounded again. Contract: projects.md, `PUT /v2/projects/:id/merge`.
pub fn move_to_project(
    tx: &mut Tx<'_>,
    from: Id<id::Project>,
    into: Id<id::Project>,
) -> Result<Recorded<()>> {
    let entries = table::load_of_project(tx, from)?;
    table::move_to_project(tx, from, into)?;
    table::recompute_billable(tx, entries)?;
    Ok(tx.silent(Silence::TouchedEntries, ()))
}
