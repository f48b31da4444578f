//! What can be done to projects: load, let a rule decide, save, record.
//!
//! Never: HTTP.

mod merge;

use base::id::{Id, Project as ProjectMark};
use base::{Audience, Error, Kind, Result};
use store::{Event, Reader, Record, Recorded, Silence, Tx};

pub use self::merge::merge;
use super::shape::{DERIVED, ProjectShape};
use super::{Defaults, Draft, Edit, Filter, Project, Seen, event, rules, shape, table};
use crate::resources::changes::{self, Change, Shown};
use crate::resources::{entries, timers};

/// The project with what its shape shows; `NotFound` if the actor does not see it.
pub fn peek(reader: &Reader<'_>, id: Id<ProjectMark>) -> Result<Seen> {
    table::with_own_totals(reader, table::peek(reader, id)?)
}

/// One page of projects, latest activity first, and how many there are in all.
pub(crate) fn page(
    reader: &Reader<'_>,
    filter: &Filter,
    page: (i64, i64),
) -> Result<(Vec<Seen>, i64)> {
    let (projects, total) = table::peek_page(reader, filter, page)?;
    Ok((table::with_totals(reader, projects)?, total))
}

/// Makes a project. `Forbidden` below a leader, `already_exists` on `name`,
/// `reached_project_limit` on `base`.
pub fn create(tx: &mut Tx<'_>, draft: &Draft, defaults: Defaults) -> Result<Recorded<Seen>> {
    rules::require_leader(tx.role())?;
    require_free_name(tx, &draft.name, None)?;
    let count = table::peek_count(tx)?;
    rules::require_room(count, defaults.limit)?;
    let mut project = rules::create(draft.clone(), defaults, count, tx.wall);
    project.id = table::insert(tx, &project)?;
    let seen = Seen {
        project,
        totals: super::Totals::default(),
    };
    let shown = changes::whole(|view| ProjectShape::of(&seen, tx.api(), view))?;
    Ok(record(tx, event::CREATED, &seen, shown).with(seen))
}

/// The visible project of this name in any case of letters, or a new one with defaults.
///
/// Errors as for [`create`]: whoever may not make projects gets `Forbidden` only where one would
/// be made. Contract: entries.md, `project_name`.
pub fn by_name(tx: &mut Tx<'_>, name: &str, defaults: Defaults) -> Result<Recorded<Project>> {
    if let Some(project) = table::load_named(tx, name)? {
        return Ok(tx.silent(Silence::Unchanged, project));
    }
    let draft = Draft {
        name: name.to_owned(),
        ..Draft::default()
    };
    Ok(create(tx, &draft, defaults)?.map(|seen| seen.project))
}

/// Edits a project; entries follow a change of `billable` unless they are invoiced.
///
/// `NotFound`, `Forbidden`, `archived_project`, `already_exists` on `name`.
pub fn edit(tx: &mut Tx<'_>, id: Id<ProjectMark>, edit: &Edit) -> Result<Recorded<Seen>> {
    let project = load_to_change(tx, id)?;
    let before = table::with_own_totals(tx, project)?;
    let Change::Made(mut project) = rules::edit(&before.project, edit.clone())? else {
        return Ok(tx.silent(Silence::Unchanged, before));
    };
    require_free_name(tx, &project.name, Some(id))?;
    project.updated_at = tx.wall;
    table::update(tx, &project)?;
    let mut touched = tx.silent(Silence::Unchanged, ());
    if project.billable != before.project.billable {
        touched = entries::actions::rebill(tx, id)?;
    }
    let updated = tell_edit(tx, event::UPDATED, &before, project)?;
    Ok(updated.and(touched))
}

/// Archives a project and pauses its timers. `NotFound`, `Forbidden`, `deletable`.
pub fn archive(tx: &mut Tx<'_>, id: Id<ProjectMark>) -> Result<Recorded<()>> {
    let project = load_to_change(tx, id)?;
    let before = table::with_own_totals(tx, project)?;
    let Change::Made(mut project) = rules::archive(&before.project, &before.totals)? else {
        return Ok(tx.silent(Silence::Unchanged, ()));
    };
    project.updated_at = tx.wall;
    table::update(tx, &project)?;
    let updated = tell_edit(tx, event::ARCHIVED, &before, project)?;
    let paused = timers::actions::pause_all_of_project(tx, id)?;
    Ok(paused.and(updated))
}

/// Brings an archived project back. `NotFound`, `Forbidden`.
pub fn unarchive(tx: &mut Tx<'_>, id: Id<ProjectMark>) -> Result<Recorded<()>> {
    let project = load_to_change(tx, id)?;
    let before = table::with_own_totals(tx, project)?;
    let Change::Made(mut project) = rules::unarchive(&before.project) else {
        return Ok(tx.silent(Silence::Unchanged, ()));
    };
    project.updated_at = tx.wall;
    table::update(tx, &project)?;
    Ok(tell_edit(tx, event::UNARCHIVED, &before, project)?.map(drop))
}

/// Deletes a project without entries and drops its timers. `NotFound`, `Forbidden`,
/// `archived_project`, `not_deletable`.
pub fn delete(tx: &mut Tx<'_>, id: Id<ProjectMark>) -> Result<Recorded<()>> {
    let project = load_to_change(tx, id)?;
    let seen = table::with_own_totals(tx, project)?;
    rules::delete(&seen.project, &seen.totals)?;
    let shown = changes::whole(|view| ProjectShape::of(&seen, tx.api(), view))?;
    // Read before the deletion takes their access away (webhooks.md §5.4).
    let audience = members(tx, id, None)?;
    let deleted = tell(tx, event::DELETED, &seen, (shown, audience));
    let dropped = timers::actions::discard_all_of_project(tx, id)?;
    table::delete(tx, id)?;
    let access = tx.silent(Silence::ProjectAccess, ());
    Ok(deleted.and(dropped).and(access))
}

/// Does one thing to many projects, ids ascending; skips those of which it cannot be done.
pub fn each(
    tx: &mut Tx<'_>,
    ids: &[Id<ProjectMark>],
    one: impl Fn(&mut Tx<'_>, Id<ProjectMark>) -> Result<Recorded<()>>,
) -> Result<Recorded<()>> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    let mut done = tx.silent(Silence::Unchanged, ());
    for id in ids {
        match one(tx, id) {
            Ok(recorded) => done = done.and(recorded),
            Err(Error::NotFound(_) | Error::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// 404 comes before 403: whoever does not see it learns nothing of it.
fn load_to_change(tx: &Tx<'_>, id: Id<ProjectMark>) -> Result<Project> {
    let project = table::load(tx, id)?;
    rules::require_leader(tx.role())?;
    Ok(project)
}

fn require_free_name(tx: &Tx<'_>, name: &str, besides: Option<Id<ProjectMark>>) -> Result<()> {
    if table::is_taken(tx, name, besides)? {
        return Err(Error::invalid(Kind::Project, "name", "already_exists"));
    }
    Ok(())
}

/// Records what became of a project that stays.
fn tell_edit(
    tx: &mut Tx<'_>,
    name: &'static str,
    before: &Seen,
    project: Project,
) -> Result<Recorded<Seen>> {
    let after = table::with_own_totals(tx, project)?;
    let shown = changes::edit(
        |view| ProjectShape::of(before, tx.api(), view),
        |view| ProjectShape::of(&after, tx.api(), view),
        DERIVED,
    )?;
    Ok(record(tx, name, &after, shown).with(after))
}

fn record(tx: &mut Tx<'_>, name: &'static str, seen: &Seen, shown: Shown) -> Recorded<()> {
    let audience = Audience::ProjectMembers(seen.project.id);
    tell(tx, name, seen, (shown, audience))
}

/// Who hears that a project is gone, before its access goes with it.
fn members(tx: &Tx<'_>, id: Id<ProjectMark>, into: Option<Id<ProjectMark>>) -> Result<Audience> {
    let users = table::load_members(tx, id)?;
    Ok(Audience::Members { users, into })
}

fn tell(
    tx: &mut Tx<'_>,
    name: &'static str,
    seen: &Seen,
    (shown, audience): (Shown, Audience),
) -> Recorded<()> {
    let id = seen.project.id;
    let is_gone = matches!(name, event::DELETED | event::MERGED);
    let url = (!is_gone).then(|| shape::url(id, tx.api()));
    tx.record(Record::Event(Event {
        name,
        kind: Kind::Project,
        subject: id.number(),
        url,
        full: shown.full,
        limited: shown.limited,
        audience,
    }))
}
