//! Every statement on entries and on which tags they carry.
//!
//! Never: deciding; writing another resource's table.

mod list;
mod tags;

use std::collections::HashMap;
use std::hash::Hash;

use base::{Error, Id, Kind, Result, id, text};
use store::{FromRow, Reader, Row, Tx, Value};

pub(super) use self::list::list;
#[cfg(test)]
pub(super) use self::list::plan;
pub(super) use self::tags::{
    attach, drop_tag, load_descriptions, merge_tag, peek_tags, recompute_billable, rewrite,
};
use super::{Entry, NewEntry, Seen, Terms};
use crate::resources::scope::{self, Scope};
use crate::resources::{projects, users};

/// What [`Entry`] is made of, with `e` for entries.
const COLUMNS: &str = "e.id, e.user_id, e.project_id, e.date, e.minutes, e.description,
  e.billable, e.source_url, e.invoiced_at, e.approved_at, e.approved_by, e.created_at,
  e.updated_at";

/// The entry as it is now; `NotFound` if the actor does not see it.
pub(super) fn peek(reader: &Reader<'_>, id: Id<id::Entry>) -> Result<Entry> {
    one(reader, id, "")
}

/// The entry, locked until the end; `NotFound` if the actor does not see it.
pub(super) fn load(tx: &Tx<'_>, id: Id<id::Entry>) -> Result<Entry> {
    one(tx, id, "{for_update}")
}

fn one(reader: &Reader<'_>, id: Id<id::Entry>, lock: &str) -> Result<Entry> {
    let visible = scope::ENTRIES;
    let sql = format!("select {COLUMNS} from entries e where {visible} and e.id = $4{lock}");
    reader
        .row(&sql, &Scope::of(reader)?.with(&[&id]))?
        .ok_or(Error::NotFound(Kind::Entry))
}

/// Those of these entries that the actor sees, locked until the end, ids ascending.
pub(super) fn load_many(tx: &Tx<'_>, ids: &[Id<id::Entry>]) -> Result<Vec<Entry>> {
    let visible = scope::ENTRIES;
    let sql = format!(
        "select {COLUMNS} from entries e where {visible} and e.id {{in $4}}
         order by e.id{{for_update}}"
    );
    tx.rows(&sql, &Scope::of(tx)?.with(&[&ids.to_vec()]))
}

/// The projects of those of these entries that the actor sees.
pub(super) fn peek_projects_of(
    reader: &Reader<'_>,
    ids: &[Id<id::Entry>],
) -> Result<Vec<Id<id::Project>>> {
    let visible = scope::ENTRIES;
    let sql = format!(
        "select distinct e.project_id from entries e
         where {visible} and e.id {{in $4}} and e.project_id is not null"
    );
    let rows: Vec<(Id<id::Project>,)> =
        reader.rows(&sql, &Scope::of(reader)?.with(&[&ids.to_vec()]))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// All entries of a project, locked until the end, ids ascending.
pub(super) fn load_of_project(tx: &Tx<'_>, project: Id<id::Project>) -> Result<Vec<Id<id::Entry>>> {
    let visible = scope::ENTRIES;
    let sql = format!(
        "select e.id from entries e where {visible} and e.project_id = $4
         order by e.id{{for_update}}"
    );
    let rows: Vec<(Id<id::Entry>,)> = tx.rows(&sql, &Scope::of(tx)?.with(&[&project]))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Entries with what their shape shows beside them, in the same order; four statements however
/// many there are.
pub(super) fn peek_seen(reader: &Reader<'_>, entries: Vec<Entry>) -> Result<Vec<Seen>> {
    let people = peek_people(reader, &entries)?;
    let projects = peek_projects(reader, &entries)?;
    let mut tags = peek_tags(reader, entries.iter().map(|it| it.id))?;
    let unknown = || Error::internal("an entry refers to nobody");
    let complete = |entry: Entry| {
        Ok(Seen {
            user: people.get(&entry.user).cloned().ok_or_else(unknown)?,
            approved_by: entry.approved_by.and_then(|id| people.get(&id).cloned()),
            project: entry.project.and_then(|id| projects.get(&id).cloned()),
            tags: tags.remove(&entry.id).unwrap_or_default(),
            entry,
        })
    };
    entries.into_iter().map(complete).collect()
}

fn peek_people(
    reader: &Reader<'_>,
    entries: &[Entry],
) -> Result<HashMap<Id<id::User>, users::Summary>> {
    let ids = entries
        .iter()
        .flat_map(|it| [Some(it.user), it.approved_by])
        .flatten();
    // unscoped: who worked or approved is part of an entry that the actor sees
    let sql = format!(
        "select {} from users u where u.account_id = $1 and u.id {{in $2}}",
        users::SUMMARY_COLUMNS
    );
    let rows: Vec<Row> = reader.rows(&sql, &[&reader.account()?, &numbers(ids)])?;
    rows.iter()
        .map(|row| users::Summary::read(row).map(|it| (it.id, it)))
        .collect()
}

fn peek_projects(
    reader: &Reader<'_>,
    entries: &[Entry],
) -> Result<HashMap<Id<id::Project>, projects::Summary>> {
    let ids = entries.iter().filter_map(|it| it.project);
    // unscoped: its project is part of an entry that the actor sees
    let sql = format!(
        "select {} from projects p where p.account_id = $1 and p.id {{in $2}}",
        projects::SUMMARY_COLUMNS
    );
    let rows: Vec<Row> = reader.rows(&sql, &[&reader.account()?, &numbers(ids)])?;
    rows.iter()
        .map(|row| projects::Summary::read(row).map(|it| (it.id, it)))
        .collect()
}

/// The terms of those of these projects that the actor sees, locked until the end, ids ascending.
pub(super) fn load_terms(
    tx: &Tx<'_>,
    projects: impl IntoIterator<Item = Id<id::Project>>,
) -> Result<HashMap<Id<id::Project>, Terms>> {
    let sql = format!(
        "select p.id, p.billing_increment, p.enabled, p.billable from projects p
         where {visible} and p.id {{in $4}}
         order by p.id{{for_update}}",
        visible = scope::PROJECTS,
    );
    let rows: Vec<Row> = tx.rows(&sql, &Scope::of(tx)?.with(&[&numbers(projects)]))?;
    rows.iter()
        .map(|row| Ok((row.get("id")?, Terms::from_row(row)?)))
        .collect()
}

/// The state of a user, locked until the end; `None` if the actor does not see them.
pub(super) fn load_state(tx: &Tx<'_>, user: Id<id::User>) -> Result<Option<users::State>> {
    let visible = scope::USERS;
    let sql = format!("select u.state from users u where {visible} and u.id = $4{{for_update}}");
    let row: Option<(users::State,)> = tx.row(&sql, &Scope::of(tx)?.with(&[&user]))?;
    Ok(row.map(|(state,)| state))
}

/// Makes an entry; its minutes are rounded already.
pub(super) fn insert(tx: &mut Tx<'_>, new: &NewEntry, billable: bool) -> Result<Id<id::Entry>> {
    let (account, wall) = (tx.account()?, tx.wall);
    tx.insert(
        Kind::Entry,
        "insert into entries (account_id, user_id, project_id, date, minutes, description,
           description_folded, billable, source_url, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
         returning id",
        &[
            &account,
            &new.user,
            &new.project,
            &new.date,
            &new.minutes,
            &new.description,
            &text::fold(&new.description),
            &billable,
            &new.source_url,
            &wall,
        ],
    )
}

/// Writes everything of an entry that can change.
pub(super) fn update(tx: &mut Tx<'_>, entry: &Entry) -> Result<()> {
    let account = tx.account()?;
    tx.write(
        Kind::Entry,
        "update entries set user_id = $3, project_id = $4, date = $5, minutes = $6,
           description = $7, description_folded = $8, billable = $9, source_url = $10,
           invoiced_at = $11, approved_at = $12, approved_by = $13, updated_at = $14
         where account_id = $1 and id = $2",
        &[
            &account,
            &entry.id,
            &entry.user,
            &entry.project,
            &entry.date,
            &entry.minutes,
            &entry.description,
            &text::fold(&entry.description),
            &entry.billable,
            &entry.source_url,
            &entry.invoiced_at,
            &entry.approved_at,
            &entry.approved_by,
            &entry.updated_at,
        ],
    )?;
    Ok(())
}

/// Moves all entries of a project to another, and notes the time.
pub(super) fn move_to_project(
    tx: &mut Tx<'_>,
    from: Id<id::Project>,
    into: Id<id::Project>,
) -> Result<()> {
    let (account, wall) = (tx.account()?, tx.wall);
    tx.write(
        Kind::Entry,
        "update entries set project_id = $3, updated_at = $4
         where account_id = $1 and project_id = $2",
        &[&account, &from, &into, &wall],
    )?;
    Ok(())
}

/// Leaves approved what this user approved, without the name.
pub(super) fn forget_approver(tx: &mut Tx<'_>, user: Id<id::User>) -> Result<()> {
    let (account, wall) = (tx.account()?, tx.wall);
    tx.write(
        Kind::Entry,
        "update entries set approved_by = null, updated_at = $3
         where account_id = $1 and approved_by = $2",
        &[&account, &user, &wall],
    )?;
    Ok(())
}

/// Removes an entry; its tags stay, without it.
pub(super) fn delete(tx: &mut Tx<'_>, id: Id<id::Entry>) -> Result<()> {
    attach(tx, id, &[])?;
    let account = tx.account()?;
    let sql = "delete from entries where account_id = $1 and id = $2";
    tx.write(Kind::Entry, sql, &[&account, &id])?;
    Ok(())
}

/// Each number once, for `{in $n}`.
fn numbers<T>(ids: impl IntoIterator<Item = Id<T>>) -> Value {
    let ids: std::collections::BTreeSet<i64> = ids.into_iter().map(Id::number).collect();
    Value::Ints(ids.into_iter().collect())
}

/// Pairs put together by their first half, in the order of the rows.
fn grouped<K: Eq + Hash, V>(pairs: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
