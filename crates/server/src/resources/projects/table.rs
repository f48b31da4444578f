//! Every statement on projects.
//!
//! Never: deciding; writing another resource's table.

use std::collections::BTreeMap;

use base::id::{self, Id};
use base::{Error, Kind, Result, text};
use store::{Reader, Row, Select, ToValue, Tx};

use super::{Filter, Project, Seen, Totals};
use crate::resources::scope::{self, Scope};
use crate::resources::users;

const COLUMNS: &str = "p.id, p.name, p.description, p.billing_increment, p.enabled, p.billable,
  p.color, p.budgeted_minutes, p.created_at, p.updated_at";

/// The project as it is now; `NotFound` if the actor does not see it.
pub(crate) fn peek(reader: &Reader<'_>, id: Id<id::Project>) -> Result<Project> {
    one(reader, id, "")
}

/// The project, locked until the end; `NotFound` if the actor does not see it.
pub(crate) fn load(tx: &Tx<'_>, id: Id<id::Project>) -> Result<Project> {
    one(tx, id, "{for_update}")
}

fn one(reader: &Reader<'_>, id: Id<id::Project>, lock: &str) -> Result<Project> {
    let scope = Scope::of(reader)?;
    let sql = format!(
        "select {COLUMNS} from projects p where {visible} and p.id = $4{lock}",
        visible = scope::PROJECTS,
    );
    reader
        .row(&sql, &scope.with(&[&id]))?
        .ok_or(Error::NotFound(Kind::Project))
}

/// Those of these projects that the actor sees, locked until the end, ids ascending.
pub(super) fn load_many(tx: &Tx<'_>, ids: &[Id<id::Project>]) -> Result<Vec<Project>> {
    let scope = Scope::of(tx)?;
    let sql = format!(
        "select {COLUMNS} from projects p where {visible} and p.id {{in $4}}
         order by p.id{{for_update}}",
        visible = scope::PROJECTS,
    );
    tx.rows(&sql, &scope.with(&[&ids.to_vec()]))
}

/// The visible project of this name, archived or not, in any case of letters.
pub(super) fn load_named(tx: &Tx<'_>, name: &str) -> Result<Option<Project>> {
    let scope = Scope::of(tx)?;
    let sql = format!(
        "select {COLUMNS} from projects p where {visible} and p.name_folded = $4{{for_update}}",
        visible = scope::PROJECTS,
    );
    tx.row(&sql, &scope.with(&[&text::fold(name)]))
}

/// One page of projects, latest activity first, and how many there are in all.
pub(super) fn peek_page(
    reader: &Reader<'_>,
    filter: &Filter,
    page: (i64, i64),
) -> Result<(Vec<Project>, i64)> {
    if filter.foreign {
        return Ok((Vec::new(), 0));
    }
    let mut select = matching(&Scope::of(reader)?, filter);
    let total = reader.count(&select)?;
    let (limit, offset) = page;
    select.push(BY_ACTIVITY).page(limit, offset);
    Ok((reader.select(&select)?, total))
}

/// The later of the last change and the newest entry (contract README §4).
pub(super) const BY_ACTIVITY: &str = "order by (
    select max(moments.at) from (
      select p.updated_at as at
      union all
      select max(e.created_at) from entries e where e.project_id = p.id
    ) as moments
  ) desc, p.id desc";

/// All visible projects that a filter admits, in no order yet.
pub(super) fn matching(scope: &Scope, filter: &Filter) -> Select {
    let sql = format!(
        "select {COLUMNS} from projects p where {visible}",
        visible = scope::PROJECTS,
    );
    let mut select = Select::new(sql, &scope.with(&[]));
    let name = filter.name.as_deref().map(text::fold);
    select
        .and_some("{contains p.name_folded, $?}", name.as_ref())
        .and_some("p.enabled = $?", filter.enabled.as_ref())
        .and_some("p.billable = $?", filter.billable.as_ref());
    if !filter.billing_increments.is_empty() {
        select.and("p.billing_increment {in $?}", &filter.billing_increments);
    }
    select
}

/// These projects with their totals and participants, in the same order. Two statements, however
/// many projects there are.
pub(super) fn with_totals(reader: &Reader<'_>, projects: Vec<Project>) -> Result<Vec<Seen>> {
    let ids: Vec<Id<id::Project>> = projects.iter().map(|project| project.id).collect();
    let mut totals = totals(reader, &ids)?;
    let mut seen = |project: Project| Seen {
        totals: totals.remove(&project.id).unwrap_or_default(),
        project,
    };
    Ok(projects.into_iter().map(&mut seen).collect())
}

/// One project with its totals and participants.
pub(super) fn with_own_totals(reader: &Reader<'_>, project: Project) -> Result<Seen> {
    let totals = totals(reader, &[project.id])?.into_values().next();
    Ok(Seen {
        totals: totals.unwrap_or_default(),
        project,
    })
}

fn totals(
    reader: &Reader<'_>,
    ids: &[Id<id::Project>],
) -> Result<BTreeMap<Id<id::Project>, Totals>> {
    // unscoped: totals are of all entries, whoever asks (projects.md, Derived values). Without
    // the account the index `entries_totals` has it all; the ids are of visible projects.
    let sums: Vec<Row> = reader.rows(
        "select e.project_id, count(*) as entries, sum(e.minutes) as minutes,
           sum(case e.billable when 1 then e.minutes else 0 end) as billable_minutes,
           sum(case when e.billable = 1 and e.invoiced_at is not null then e.minutes else 0 end)
             as invoiced_minutes
         from entries e
         where e.project_id {in $1}
         group by e.project_id",
        &[&ids.to_vec()],
    )?;
    let mut totals = BTreeMap::new();
    for row in sums {
        let total = Totals {
            minutes: row.get("minutes")?,
            billable_minutes: row.get("billable_minutes")?,
            invoiced_minutes: row.get("invoiced_minutes")?,
            entries: row.get("entries")?,
            participants: Vec::new(),
        };
        totals.insert(row.get("project_id")?, total);
    }
    for row in participants(reader, ids)? {
        if let Some(total) = totals.get_mut(&row.get("project_id")?) {
            total.participants.push(users::Summary::read(&row)?);
        }
    }
    Ok(totals)
}

fn participants(reader: &Reader<'_>, ids: &[Id<id::Project>]) -> Result<Vec<Row>> {
    // unscoped: participants are all users with an entry (projects.md, Derived values)
    let sql = format!(
        "select e.project_id, {user}
         from (select distinct project_id, user_id from entries where project_id {{in $1}}) as e
         join users u on u.id = e.user_id
         order by e.project_id, u.id",
        user = users::SUMMARY_COLUMNS,
    );
    reader.rows(&sql, &[&ids.to_vec()])
}

/// How many projects the account has, archived ones included.
pub(super) fn peek_count(reader: &Reader<'_>) -> Result<i64> {
    // unscoped: the limit counts all projects of the account
    let sql = "select count(*) from projects where account_id = $1";
    reader.number(sql, &[&reader.account()?])
}

/// Whether another project of the account has this name, in any case of letters.
pub(super) fn is_taken(
    reader: &Reader<'_>,
    name: &str,
    besides: Option<Id<id::Project>>,
) -> Result<bool> {
    // unscoped: names are unique among all projects of the account
    let sql = "select count(*) from projects
               where account_id = $1 and name_folded = $2 and id <> coalesce($3, 0)";
    let values: [&dyn ToValue; 3] = [&reader.account()?, &text::fold(name), &besides];
    Ok(reader.number(sql, &values)? > 0)
}

/// Makes a project; the id that it is given with is ignored. A name that is taken meanwhile
/// collides with `projects_by_name`.
pub(super) fn insert(tx: &mut Tx<'_>, project: &Project) -> Result<Id<id::Project>> {
    let values: [&dyn ToValue; 11] = [
        &tx.account()?,
        &project.name,
        &text::fold(&project.name),
        &project.description,
        &project.billing_increment,
        &project.enabled,
        &project.billable,
        &project.color,
        &project.budgeted_minutes,
        &project.created_at,
        &project.updated_at,
    ];
    tx.insert(
        Kind::Project,
        "insert into projects (account_id, name, name_folded, description, billing_increment,
           enabled, billable, color, budgeted_minutes, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         returning id",
        &values,
    )
}

/// Saves what a rule decided.
pub(super) fn update(tx: &mut Tx<'_>, project: &Project) -> Result<()> {
    let values: [&dyn ToValue; 11] = [
        &tx.account()?,
        &project.id,
        &project.name,
        &text::fold(&project.name),
        &project.description,
        &project.billing_increment,
        &project.enabled,
        &project.billable,
        &project.color,
        &project.budgeted_minutes,
        &project.updated_at,
    ];
    tx.write(
        Kind::Project,
        "update projects
         set name = $3, name_folded = $4, description = $5, billing_increment = $6, enabled = $7,
           billable = $8, color = $9, budgeted_minutes = $10, updated_at = $11
         where account_id = $1 and id = $2",
        &values,
    )?;
    Ok(())
}

/// The users to whom a project was given, by id.
pub(super) fn load_members(tx: &Tx<'_>, project: Id<id::Project>) -> Result<Vec<Id<id::User>>> {
    // unscoped: of a project that the actor has just loaded
    let sql = "select user_id from project_access
               where account_id = $1 and project_id = $2 order by user_id";
    let rows: Vec<(Id<id::User>,)> = tx.rows(sql, &[&tx.account()?, &project])?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Removes a project without entries and timers, and who was given it.
pub(super) fn delete(tx: &mut Tx<'_>, project: Id<id::Project>) -> Result<()> {
    let account = tx.account()?;
    let sql = "delete from project_access where account_id = $1 and project_id = $2";
    tx.write(Kind::ProjectAccess, sql, &[&account, &project])?;
    let sql = "delete from projects where account_id = $1 and id = $2";
    tx.write(Kind::Project, sql, &[&account, &project])?;
    Ok(())
}
