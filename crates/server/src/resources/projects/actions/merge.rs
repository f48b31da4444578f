//! How one project becomes part of another.
//!
//! Never: HTTP; giving anybody access to the project that stays.

use base::id::{Id, Project as ProjectMark};
use base::{Error, Kind, Result};
use serde_json::{Map, json};
use store::{Recorded, Silence, Tx};

use super::{members, record, tell};
use crate::resources::changes;
use crate::resources::projects::shape::{ProjectShape, SimpleProject};
use crate::resources::projects::{Seen, event, rules, table};
use crate::resources::{entries, timers};

/// Merges the project `from` into `into`: entries and timers move, then it is gone.
///
/// `NotFound`, `Forbidden`; on `project_id` `missing`, or `invalid` for the same project;
/// `archived_project` if one of them is. Contract: projects.md, `PUT /v2/projects/:id/merge`.
pub fn merge(
    tx: &mut Tx<'_>,
    into: Id<ProjectMark>,
    from: Id<ProjectMark>,
) -> Result<Recorded<()>> {
    let found = table::load_many(tx, &[into, from])?;
    let find = |id| found.iter().find(|project| project.id == id).cloned();
    let target = find(into).ok_or(Error::NotFound(Kind::Project))?;
    rules::require_leader(tx.role())?;
    let missing = || Error::invalid(Kind::Project, "project_id", "missing");
    let source = find(from).ok_or_else(missing)?;
    rules::merge(&target, &source)?;
    let before = table::with_own_totals(tx, target)?;
    let source = table::with_own_totals(tx, source)?;
    // Read before the deletion takes their access away (webhooks.md §5.4).
    let audience = members(tx, from, Some(into))?;

    let entries = entries::actions::move_to_project(tx, from, into)?;
    let timers = timers::actions::move_to_project(tx, from, into)?;
    table::delete(tx, from)?;
    let mut target = before.project.clone();
    target.updated_at = tx.wall;
    table::update(tx, &target)?;

    let after = table::with_own_totals(tx, target)?;
    let simple = SimpleProject::of(&after.project.summary(), tx.api());
    let merged_into = Map::from_iter([("merged_into".into(), json!([null, simple]))]);
    let show = |view| ProjectShape::of(&source, tx.api(), view);
    let shown = changes::with_changes(show, &merged_into)?;
    let deleted = tell(tx, event::MERGED, &source, (shown, audience));
    let updated = tell_totals(tx, &before, &after)?;
    let access = tx.silent(Silence::ProjectAccess, ());
    Ok(deleted.and(updated).and(entries).and(timers).and(access))
}

/// The totals that moved are what this update is about, so they are listed (webhooks.md §8).
fn tell_totals(tx: &mut Tx<'_>, before: &Seen, after: &Seen) -> Result<Recorded<()>> {
    let shown = changes::edit(
        |view| ProjectShape::of(before, tx.api(), view),
        |view| ProjectShape::of(after, tx.api(), view),
        &[],
    )?;
    Ok(record(tx, event::UPDATED, after, shown))
}
