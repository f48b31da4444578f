//! Making entries: by hand, or from a timer.
//!
//! Never: HTTP.

use base::{Error, Former, Id, Result, id};
use store::{Recorded, Tx};

use super::{check_user, person, project, record, seen, terms};
use crate::resources::changes;
use crate::resources::entries::shape::EntryShape;
use crate::resources::entries::{Draft, NewEntry, event, rules, table};
use crate::resources::tags;

/// Makes an entry for a user and a project that the caller has checked; records `tag.created` for
/// each new hashtag, then `entry.created`.
///
/// `Invalid` with `cannot_create_tags` on `description`, `NotFound` if the actor does not see the
/// project. Contract: entries.md, Derived values.
pub fn create(tx: &mut Tx<'_>, new: NewEntry) -> Result<Recorded<Id<id::Entry>>> {
    let terms = terms(tx, new.project)?;
    let hashtags = tags::rules::hashtags(&new.description);
    let tags = tags::actions::of_hashtags(tx, &hashtags)?;
    let flags = tags.value().iter().map(|tag| tag.hashtag.billable);
    let billable = rules::billable(terms, flags);
    let minutes = rules::rounded(new.minutes, terms);
    let id = table::insert(tx, &NewEntry { minutes, ..new }, billable)?;
    table::attach(tx, id, tags.value())?;
    let seen = seen(tx, table::peek(tx, id)?)?;
    let shown = changes::whole(|_| EntryShape::of(&seen, tx.api()))?;
    let created = record(tx, event::CREATED, &seen.entry, shown, Former::default());
    Ok(created.and(tags).with(id))
}

/// Makes an entry as a client asked for it; a project that is only named is made first.
///
/// `Invalid` with all problems in input order: `insufficent_permissions`, `missing` or
/// `deactivated` on `user_id`; `cannot_create_tags` on `description`; `missing` or
/// `archived_project` on `project_id`; `cannot_create_projects` or `reached_project_limit` on
/// `project_name`. Contract: entries.md, `POST /v2/entries`.
pub(crate) fn enter(tx: &mut Tx<'_>, draft: &Draft) -> Result<Recorded<Id<id::Entry>>> {
    let person = person(tx)?;
    let mut problems = Vec::new();
    problems.extend(check_user(tx, person, draft.user, person.user)?);
    let hashtags = tags::rules::hashtags(&draft.description);
    problems.extend(tags::actions::check(tx, &hashtags)?);
    let project = project(tx, &draft.project, None, &mut problems)?;
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let new = NewEntry {
        user: draft.user.unwrap_or(person.user),
        project: *project.value(),
        date: draft.date,
        minutes: draft.minutes,
        description: draft.description.clone(),
        source_url: draft.source_url.clone(),
    };
    Ok(create(tx, new)?.and(project))
}
