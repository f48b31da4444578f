//! What is done to entries: load, let a rule decide, save, record.
//!
//! Never: HTTP.

mod create;
mod edit;
mod many;
mod review;

use base::{Audience, Error, Former, Id, Kind, Problem, Result, id};
use store::{Event, Reader, Record, Recorded, Silence, Tx};

pub use self::create::create;
pub(crate) use self::create::enter;
pub(crate) use self::edit::edit;
pub(crate) use self::many::forget_approver;
pub use self::many::{Retag, move_to_project, rebill, retag};
pub(crate) use self::review::{review, review_all};
use super::shape::{self, EntryShape};
use super::{Entry, Named, Person, Seen, Terms, event, rules, table};
use crate::resources::changes::{self, Shown};
use crate::resources::projects;

/// Deletes an entry; its tags and its project stay.
///
/// `Forbidden` for another's without the right; `Conflict` with all that apply of
/// `approved_and_locked`, `invoiced`, `archived_project`. Contract: entries.md,
/// `DELETE /v2/entries/:id`.
pub(crate) fn delete(tx: &mut Tx<'_>, id: Id<id::Entry>) -> Result<Recorded<()>> {
    let project = table::peek(tx, id)?.project;
    let terms = terms(tx, project)?;
    let entry = table::load(tx, id)?;
    rules::check_owner(person(tx)?, &entry)?;
    rules::check_delete(&entry, terms)?;
    let seen = seen(tx, entry)?;
    table::delete(tx, id)?;
    let shown = changes::whole(|_| EntryShape::of(&seen, tx.api()))?;
    Ok(record(
        tx,
        event::DELETED,
        &seen.entry,
        shown,
        Former::default(),
    ))
}

/// Who acts; `Internal` if it is no user.
fn person(reader: &Reader<'_>) -> Result<Person> {
    Ok(Person {
        user: reader.user()?,
        role: reader.role(),
    })
}

/// The terms of a project, which is locked; those without a project if there is none.
///
/// An entry's project is always visible to who sees the entry.
fn terms(tx: &Tx<'_>, project: Option<Id<id::Project>>) -> Result<Terms> {
    let found = table::load_terms(tx, project)?;
    Ok(found.into_values().next().unwrap_or(Terms::NO_PROJECT))
}

/// One entry with what its shape shows beside it.
fn seen(reader: &Reader<'_>, entry: Entry) -> Result<Seen> {
    let mut seen = table::peek_seen(reader, vec![entry])?;
    Ok(seen.remove(0))
}

/// Why time may not be `wanted`'s when it would else be `present`'s. Contract: entries.md,
/// `user_id`.
fn check_user(
    tx: &Tx<'_>,
    person: Person,
    wanted: Option<Id<id::User>>,
    present: Id<id::User>,
) -> Result<Option<Problem>> {
    let Some(wanted) = wanted.filter(|wanted| *wanted != present) else {
        return Ok(None);
    };
    let code = if rules::is_over_others(person.role) {
        rules::unfit(table::load_state(tx, wanted)?)
    } else {
        Some("insufficent_permissions")
    };
    Ok(code.map(|code| Problem::new(Kind::Entry, "user_id", code)))
}

/// The project that a client named, or `present` where it said nothing, with its terms; it is
/// made if it has only a name, and a new one.
///
/// Adds a problem if there is no such project, it is archived, or it may not be made. The present
/// project is not looked at: whether it is archived is for the caller to say.
fn project(
    tx: &mut Tx<'_>,
    named: &Named,
    present: Option<Id<id::Project>>,
    problems: &mut Vec<Problem>,
) -> Result<Recorded<Option<Id<id::Project>>>> {
    let id = named.id.clone().value();
    let found = if let (None, Some(name)) = (id, &named.name) {
        match made(tx, name, named)? {
            Ok(made) => made,
            Err(problem) => {
                problems.push(problem);
                return Ok(tx.silent(Silence::Unchanged, present));
            }
        }
    } else {
        let project = named.id.clone().or_keep(present);
        tx.silent(Silence::Unchanged, project)
    };
    let project = *found.value();
    if project.is_some() && project != present {
        let field = if id.is_some() {
            "project_id"
        } else {
            "project_name"
        };
        let code = match table::load_terms(tx, project)?.into_values().next() {
            None => Some("missing"),
            Some(terms) if !terms.enabled => Some("archived_project"),
            Some(_) => None,
        };
        problems.extend(code.map(|code| Problem::new(Kind::Entry, field, code)));
    }
    Ok(found)
}

/// The project of this name, made if there is none; or why it may not be made.
fn made(
    tx: &mut Tx<'_>,
    name: &str,
    named: &Named,
) -> Result<Result<Recorded<Option<Id<id::Project>>>, Problem>> {
    let code = match projects::actions::by_name(tx, name, named.defaults) {
        Ok(project) => return Ok(Ok(project.map(|project| Some(project.id)))),
        Err(Error::Forbidden(_)) => "cannot_create_projects",
        Err(Error::Conflict { .. }) => "reached_project_limit",
        Err(other) => return Err(other),
    };
    Ok(Err(Problem::new(Kind::Entry, "project_name", code)))
}

fn record(
    tx: &mut Tx<'_>,
    name: &'static str,
    entry: &Entry,
    shown: Shown,
    former: Former,
) -> Recorded<()> {
    let url = (name != event::DELETED).then(|| shape::url(entry.id, tx.api()));
    tx.record(Record::Event(Event {
        name,
        kind: Kind::Entry,
        subject: entry.id.number(),
        url,
        full: shown.full,
        limited: shown.limited,
        audience: Audience::OwnTime {
            owner: entry.user,
            project: entry.project,
            former,
        },
    }))
}

/// Records an edit of any sort.
fn record_change(
    tx: &mut Tx<'_>,
    name: &'static str,
    (before, after): (&Seen, &Seen),
) -> Result<Recorded<()>> {
    let show = |seen| EntryShape::of(seen, tx.api());
    let shown = changes::edit(|_| show(before), |_| show(after), shape::DERIVED)?;
    let (old, new) = (&before.entry, &after.entry);
    let former = Former {
        owner: (old.user != new.user).then_some(old.user),
        project: old.project.filter(|_| old.project != new.project),
    };
    Ok(record(tx, name, new, shown, former))
}
