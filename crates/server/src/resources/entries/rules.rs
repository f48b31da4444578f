//! What may become of an entry, and the values that are derived from others.
//!
//! Never: storage, HTTP, the clock.

use base::{Error, Id, Kind, Problem, Result, Role, WallTime, id};

use super::{Edit, Entry, Person, Review, Terms};
use crate::resources::users;

/// Minutes rounded up to a multiple of the project's increment. Contract: entries.md, Derived
/// values. Never more than `ENTRY_MINUTES_MAX`, which every increment divides.
pub(super) fn rounded(minutes: i64, terms: Terms) -> i64 {
    let increment = terms.billing_increment.max(1);
    minutes + (increment - minutes.rem_euclid(increment)).rem_euclid(increment)
}

/// Whether time counts as billable: by the project, unless a tag says no. Contract: entries.md,
/// Derived values; `table::recompute_billable` is the same for many rows.
pub(super) fn billable(terms: Terms, tags: impl IntoIterator<Item = bool>) -> bool {
    terms.billable && tags.into_iter().all(|billable| billable)
}

/// `HH:MM`, at least two digits of hours.
pub(super) fn formatted(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Whether somebody may change whose entry it is, or another's entry. Contract:
/// authentication.md §5.
pub(super) fn is_over_others(role: Role) -> bool {
    role.is_at_least(Role::Leader)
}

/// Why time cannot be given to a user in this state; without one there is no such user.
pub(super) fn unfit(state: Option<users::State>) -> Option<&'static str> {
    match state {
        None => Some("missing"),
        Some(state) if state.is_deactivated() => Some("deactivated"),
        Some(_) => None,
    }
}

/// Refuses those who see an entry but may not change it.
pub(super) fn check_owner(person: Person, entry: &Entry) -> Result<()> {
    if entry.user == person.user || is_over_others(person.role) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "This entry is another user's; it takes a leader to change it.".into(),
    ))
}

/// Refuses those who may not approve or mark as invoiced.
pub(super) fn check_reviewer(person: Person) -> Result<()> {
    if person.role.is_at_least(Role::Leader) {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "A {} may not do this; it takes a leader at least.",
        person.role.word()
    )))
}

/// Why an entry cannot be edited whatever the edit is: it is approved, or its project is
/// archived.
pub(super) fn locks(entry: &Entry, terms: Terms) -> Vec<Problem> {
    let approved = entry.approved_at.map(|_| {
        on_base("approved_and_locked")
            .saying("The entry is approved and locked; unapprove it first.")
    });
    approved.into_iter().chain(archived(terms)).collect()
}

/// Why an entry cannot be deleted: all codes that apply. Contract: entries.md,
/// `DELETE /v2/entries/:id`.
pub(super) fn check_delete(entry: &Entry, terms: Terms) -> Result<()> {
    let mut problems = locks(entry, terms);
    if entry.invoiced_at.is_some() {
        let at = problems
            .iter()
            .take_while(|it| it.code == "approved_and_locked")
            .count();
        problems.insert(
            at,
            on_base("invoiced").saying("The entry is invoiced, so it must stay."),
        );
    }
    refuse(problems)
}

/// `Conflict` with all the problems and their sentences, if there are any.
pub(super) fn refuse(problems: Vec<Problem>) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    let sentences: Vec<&str> = problems
        .iter()
        .filter_map(|it| it.sentence.as_deref())
        .collect();
    Err(Error::Conflict {
        sentence: sentences.join(" "),
        problems,
    })
}

/// The entry after an edit whose user and project were resolved; `updated_at` is not touched.
///
/// Minutes are rounded again when they or the project change. `billable` is not touched: that
/// needs the tags. Contract: entries.md, `PUT /v2/entries/:id`.
pub(super) fn edit(
    entry: &Entry,
    edit: &Edit,
    project: Option<Id<id::Project>>,
    terms: Terms,
) -> Entry {
    let minutes = edit.minutes.unwrap_or(entry.minutes);
    let is_rounded_again = minutes != entry.minutes || project != entry.project;
    Entry {
        user: edit.user.unwrap_or(entry.user),
        project,
        date: edit.date.unwrap_or(entry.date),
        minutes: if is_rounded_again {
            rounded(minutes, terms)
        } else {
            minutes
        },
        description: edit
            .description
            .clone()
            .unwrap_or_else(|| entry.description.clone()),
        source_url: edit.source_url.clone().or_keep(entry.source_url.clone()),
        ..entry.clone()
    }
}

/// The entry after an edit with `billable` as derived now, if what it is derived from changed.
///
/// Otherwise it stays: an invoiced entry keeps what it was invoiced as.
pub(super) fn rebilled(before: &Entry, after: Entry, billable: bool) -> Entry {
    let is_same = before.project == after.project && before.description == after.description;
    Entry {
        billable: if is_same { after.billable } else { billable },
        ..after
    }
}

/// The entry after a review by a person at a moment; equal to the one before if nothing changes.
///
/// `Conflict` with `already_approved` or `archived_project`. What is not approved can be
/// unapproved without effect; time can be marked as invoiced again with another date. Contract:
/// entries.md, the endpoints of those names.
pub(super) fn review(
    entry: &Entry,
    terms: Terms,
    review: Review,
    (by, now): (Id<id::User>, WallTime),
) -> Result<Entry> {
    let mut after = entry.clone();
    match review {
        Review::Approve(at) => {
            let again = entry
                .approved_at
                .map(|_| on_base("already_approved").saying("The entry is approved already."));
            refuse(again.into_iter().chain(archived(terms)).collect())?;
            after.approved_at = Some(at.unwrap_or(now));
            after.approved_by = Some(by);
        }
        Review::Unapprove if entry.approved_at.is_none() => {}
        Review::Unapprove => {
            refuse(archived(terms).into_iter().collect())?;
            after.approved_at = None;
            after.approved_by = None;
        }
        Review::MarkAsInvoiced(date) => after.invoiced_at = Some(WallTime::start_of(date)),
    }
    Ok(after)
}

fn archived(terms: Terms) -> Option<Problem> {
    let sentence = "The project of the entry is archived; unarchive it first.";
    (!terms.enabled).then(|| on_base("archived_project").saying(sentence))
}

fn on_base(code: &'static str) -> Problem {
    Problem::new(Kind::Entry, "base", code)
}
