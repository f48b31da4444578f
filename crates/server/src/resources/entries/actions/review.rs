//! What a leader does to finished time: approve, unapprove, mark as invoiced elsewhere.
//!
//! Never: HTTP.

use std::collections::HashMap;

use base::{Error, Id, Result, id};
use store::{Recorded, Silence, Tx};

use super::{person, record_change, terms};
use crate::resources::entries::{Entry, Review, Terms, rules, table};

/// Reviews one entry.
///
/// `Forbidden` below a leader; `Conflict` as `rules::review` says. Nothing is told if nothing
/// changes. Contract: entries.md, `PUT /v2/entries/:id/approved` and the like.
pub(crate) fn review(tx: &mut Tx<'_>, id: Id<id::Entry>, review: Review) -> Result<Recorded<()>> {
    let project = table::peek(tx, id)?.project;
    let person = person(tx)?;
    rules::check_reviewer(person)?;
    let terms = terms(tx, project)?;
    let before = table::load(tx, id)?;
    let after = rules::review(&before, terms, review, (person.user, tx.wall))?;
    save(tx, review, vec![(before, after)])
}

/// Reviews these entries in the order given; those that do not exist or cannot be reviewed are
/// skipped. Contract: entries.md, `PUT /v2/entries/approved` and the like.
pub(crate) fn review_all(
    tx: &mut Tx<'_>,
    ids: &[Id<id::Entry>],
    review: Review,
) -> Result<Recorded<()>> {
    let person = person(tx)?;
    rules::check_reviewer(person)?;
    let terms = table::load_terms(tx, table::peek_projects_of(tx, ids)?)?;
    let found = table::load_many(tx, ids)?;
    let mut left: HashMap<_, _> = found.into_iter().map(|entry| (entry.id, entry)).collect();
    let mut changes = Vec::new();
    for id in ids {
        let Some(before) = left.remove(id) else {
            continue;
        };
        let project = before.project.and_then(|id| terms.get(&id).copied());
        let terms = project.unwrap_or(Terms::NO_PROJECT);
        match rules::review(&before, terms, review, (person.user, tx.wall)) {
            Ok(after) => changes.push((before, after)),
            Err(Error::Conflict { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    save(tx, review, changes)
}

/// Writes and records what changed.
fn save(tx: &mut Tx<'_>, review: Review, changes: Vec<(Entry, Entry)>) -> Result<Recorded<()>> {
    let updated_at = tx.wall;
    let made = changes
        .into_iter()
        .filter(|(before, after)| before != after);
    let (before, after): (Vec<_>, Vec<_>) = made
        .map(|(before, after)| {
            (
                before,
                Entry {
                    updated_at,
                    ..after
                },
            )
        })
        .unzip();
    for entry in &after {
        table::update(tx, entry)?;
    }
    let before = table::peek_seen(tx, before)?;
    let after = table::peek_seen(tx, after)?;
    let mut recorded = tx.silent(Silence::Unchanged, ());
    for change in before.iter().zip(&after) {
        recorded = recorded.and(record_change(tx, review.event(), change)?);
    }
    Ok(recorded)
}
