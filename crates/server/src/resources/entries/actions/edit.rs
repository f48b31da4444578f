//! Editing an entry.
//!
//! Never: HTTP.

use base::{Error, Id, Problem, Result, id};
use store::{Recorded, Silence, Tx};

use super::{check_user, person, project, record_change, seen, terms};
use crate::resources::entries::{Edit, Entry, Seen, event, rules, table};
use crate::resources::tags::{self, Attached};

/// Edits an entry; a project that is only named is made first, and new hashtags become tags.
///
/// `Forbidden` for another's entry without the right. `Conflict` with `approved_and_locked` or
/// `archived_project` on `base`; `Invalid` as for a new entry. Contract: entries.md,
/// `PUT /v2/entries/:id`.
pub(crate) fn edit(
    tx: &mut Tx<'_>,
    id: Id<id::Entry>,
    edit: &Edit,
) -> Result<Recorded<Id<id::Entry>>> {
    let person = person(tx)?;
    let entry = table::peek(tx, id)?;
    rules::check_owner(person, &entry)?;
    let mut problems = Vec::new();
    problems.extend(check_user(tx, person, edit.user, entry.user)?);
    problems.extend(check_description(tx, edit)?);
    let old_terms = terms(tx, entry.project)?;
    let project = project(tx, &edit.project, entry.project, &mut problems)?;
    let before = table::load(tx, id)?;
    refuse(rules::locks(&before, old_terms), problems)?;

    let terms = terms(tx, *project.value())?;
    let before = seen(tx, before)?;
    let after = rules::edit(&before.entry, edit, *project.value(), terms);
    let tags = retagged(tx, &before, &after)?;
    let flags = tags.value().iter().map(|tag| tag.hashtag.billable);
    let after = rules::rebilled(&before.entry, after, rules::billable(terms, flags));
    let saved = save(tx, &before, after, tags.value())?;
    Ok(saved.and(tags).and(project).with(id))
}

fn save(tx: &mut Tx<'_>, before: &Seen, after: Entry, tags: &[Attached]) -> Result<Recorded<()>> {
    if after == before.entry {
        return Ok(tx.silent(Silence::Unchanged, ()));
    }
    let updated_at = tx.wall;
    let after = Entry {
        updated_at,
        ..after
    };
    table::update(tx, &after)?;
    if tags != before.tags {
        table::attach(tx, after.id, tags)?;
    }
    let after = seen(tx, after)?;
    record_change(tx, event::UPDATED, (before, &after))
}

/// The tags that the entry ends with; new ones are made.
fn retagged(tx: &mut Tx<'_>, before: &Seen, after: &Entry) -> Result<Recorded<Vec<Attached>>> {
    if before.entry.description == after.description {
        return Ok(tx.silent(Silence::Unchanged, before.tags.clone()));
    }
    tags::actions::of_hashtags(tx, &tags::rules::hashtags(&after.description))
}

fn check_description(tx: &Tx<'_>, edit: &Edit) -> Result<Option<Problem>> {
    let Some(description) = &edit.description else {
        return Ok(None);
    };
    tags::actions::check(tx, &tags::rules::hashtags(description))
}

/// What the state of the entry forbids comes first, and then what is wrong with the inputs.
fn refuse(mut locks: Vec<Problem>, inputs: Vec<Problem>) -> Result<()> {
    if locks.is_empty() && !inputs.is_empty() {
        return Err(Error::Invalid(inputs));
    }
    if !locks.is_empty() {
        locks.extend(inputs);
    }
    rules::refuse(locks)
}
