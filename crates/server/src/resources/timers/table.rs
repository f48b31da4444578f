//! Every statement on timers.
//!
//! Never: deciding; writing another's table.

use std::time::Duration;

use base::id::{self, Id};
use base::{Date, EngineTime, Error, Kind, Result, text, time};
use store::{FromRow, Reader, Row, Select, ToValue, Tx};

use super::{Seen, State, Timer};
use crate::resources::scope::{self, Scope};
use crate::resources::{projects, users};

const COLUMNS: &str = "t.id, t.user_id, t.project_id, t.state, t.collected, t.running_since, \
                       t.date, t.description";

/// Which timers a list shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// Contains this text.
    pub(super) description: Option<String>,
    /// Any of these; empty: all.
    pub(super) projects: Vec<Id<id::Project>>,
    /// Of billable or of unbillable projects.
    pub(super) billable: Option<bool>,
}

impl FromRow for Timer {
    fn from_row(row: &Row) -> Result<Self> {
        let collected: i64 = row.get("collected")?;
        Ok(Self {
            id: row.get("id")?,
            user: row.get("user_id")?,
            project: row.get("project_id")?,
            state: state(row)?,
            collected: Duration::from_micros(u64::try_from(collected).unwrap_or(0)),
            date: row.get("date")?,
            description: row.get("description")?,
        })
    }
}

impl FromRow for Seen {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            timer: Timer::from_row(row)?,
            user: users::Summary::read(row)?,
            project: projects::Summary::read(row)?,
        })
    }
}

fn state(row: &Row) -> Result<State> {
    let (word, since): (String, Option<EngineTime>) =
        (row.get("state")?, row.get("running_since")?);
    match (word.as_str(), since) {
        ("pending", None) => Ok(State::Pending),
        ("running", Some(since)) => Ok(State::Running { since }),
        ("paused", None) => Ok(State::Paused),
        _ => Err(Error::internal(format!(
            "a timer is {word} since {since:?}"
        ))),
    }
}

/// The actor's timer on this project, whatever its state; `NotFound` if there is none, or the
/// project is not visible.
pub(super) fn peek_of_actor(reader: &Reader<'_>, project: Id<id::Project>) -> Result<Seen> {
    let scope = Scope::of(reader)?;
    let sql = format!("{} and t.project_id = $4", select_seen());
    let seen = reader.row(&sql, &scope.with(&[&project]))?;
    seen.ok_or(Error::NotFound(Kind::Timer))
}

/// One page of the actor's timers that have run, the running one first, then by latest change;
/// and how many there are in all. A page is its limit and offset.
pub(super) fn peek_page(
    reader: &Reader<'_>,
    filter: &Filter,
    page: (i64, i64),
) -> Result<(Vec<Seen>, i64)> {
    let mut select = matching(&Scope::of(reader)?, filter);
    let total = reader.count(&select)?;
    let (limit, offset) = page;
    select.push(RUNNING_FIRST).page(limit, offset);
    Ok((reader.select(&select)?, total))
}

pub(super) const RUNNING_FIRST: &str =
    "order by case t.state when 'running' then 0 else 1 end, t.changed_at desc, t.id desc";

/// All timers of a list, in no order yet.
pub(super) fn matching(scope: &Scope, filter: &Filter) -> Select {
    let mut select = Select::new(select_seen(), &scope.with(&[]));
    select.push("and t.state <> 'pending'");
    let description = filter.description.as_deref().map(text::fold);
    select
        .and_some("{contains t.description_folded, $?}", description.as_ref())
        .and_some("p.billable = $?", filter.billable.as_ref());
    if !filter.projects.is_empty() {
        select.and("t.project_id {in $?}", &filter.projects);
    }
    select
}

fn select_seen() -> String {
    format!(
        "select {COLUMNS}, {user}, {project}
         from timers t
         join users u on u.id = t.user_id
         join projects p on p.id = t.project_id
         where {visible}",
        user = users::SUMMARY_COLUMNS,
        project = projects::SUMMARY_COLUMNS,
        visible = scope::TIMERS,
    )
}

/// The date of the actor, by their own clock.
pub(super) fn peek_today(reader: &Reader<'_>) -> Result<Date> {
    let scope = Scope::of(reader)?;
    let sql = format!(
        "select u.utc_offset from users u where {visible} and u.id = $4",
        visible = scope::USERS,
    );
    let offset = reader.number(&sql, &scope.with(&[&reader.user()?]))?;
    Ok(reader.wall.date_at(offset))
}

/// The actor's timer on this project; `NotFound` if there is none, or the project is not visible.
pub(super) fn load_of_actor(tx: &Tx<'_>, project: Id<id::Project>) -> Result<Timer> {
    let scope = Scope::of(tx)?;
    let sql = format!(
        "select {COLUMNS} from timers t where {visible} and t.project_id = $4{{for_update}}",
        visible = scope::TIMERS,
    );
    let timer = tx.row(&sql, &scope.with(&[&project]))?;
    timer.ok_or(Error::NotFound(Kind::Timer))
}

/// The actor's timer on this project, if any, and the one that runs, if any; at most two.
///
/// Access to the project of the running one does not count: it may have been revoked, and two
/// must never run.
pub(super) fn load_with_running(tx: &Tx<'_>, project: Id<id::Project>) -> Result<Vec<Timer>> {
    let sql = format!(
        "select {COLUMNS} from timers t
         where {visible} and (t.project_id = $3 or t.state = 'running')
         order by t.id{{for_update}}",
        visible = scope::TIMERS_OF_USER,
    );
    tx.rows(&sql, &[&tx.account()?, &tx.user()?, &project])
}

/// Everybody's timers on this project, in any state.
pub(super) fn load_of_project(tx: &Tx<'_>, project: Id<id::Project>) -> Result<Vec<Timer>> {
    load_of_projects(tx, &[project])
}

/// Everybody's timers on these projects, in any state.
pub(super) fn load_of_projects(tx: &Tx<'_>, projects: &[Id<id::Project>]) -> Result<Vec<Timer>> {
    let sql = format!(
        "select {COLUMNS} from timers t where {visible} and t.project_id {{in $2}}
         order by t.id{{for_update}}",
        visible = scope::TIMERS_OF_ACCOUNT,
    );
    tx.rows(&sql, &[&tx.account()?, &projects.to_vec()])
}

/// All timers of this user, in any state.
pub(super) fn load_of_user(tx: &Tx<'_>, user: Id<id::User>) -> Result<Vec<Timer>> {
    let sql = format!(
        "select {COLUMNS} from timers t where {visible} order by t.id{{for_update}}",
        visible = scope::TIMERS_OF_USER,
    );
    tx.rows(&sql, &[&tx.account()?, &user])
}

/// Makes a pending timer of the actor, without time. A second one on the same project collides
/// with `timers_one_per_project`.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    project: Id<id::Project>,
    date: Date,
    description: &str,
) -> Result<Timer> {
    let (user, now, wall) = (tx.user()?, tx.now, tx.wall);
    let values: [&dyn ToValue; 8] = [
        &tx.account()?,
        &user,
        &project,
        &date,
        &description,
        &text::fold(description),
        &now,
        &wall,
    ];
    let id = tx.insert(
        Kind::Timer,
        "insert into timers (account_id, user_id, project_id, state, collected, date,
           description, description_folded, changed_at, created_at)
         values ($1, $2, $3, 'pending', 0, $4, $5, $6, $7, $8)
         returning id",
        &values,
    )?;
    Ok(Timer {
        id,
        user,
        project,
        state: State::Pending,
        collected: Duration::ZERO,
        date,
        description: description.to_owned(),
    })
}

/// Makes a timer like this one, which is gone, on another project; it is another timer to those
/// who follow it.
pub(super) fn insert_at(tx: &mut Tx<'_>, project: Id<id::Project>, timer: Timer) -> Result<Timer> {
    let (now, wall) = (tx.now, tx.wall);
    let values: [&dyn ToValue; 11] = [
        &tx.account()?,
        &timer.user,
        &project,
        &timer.state.word(),
        &time::micros(timer.collected),
        &timer.state.since(),
        &timer.date,
        &timer.description,
        &text::fold(&timer.description),
        &now,
        &wall,
    ];
    let id = tx.insert(
        Kind::Timer,
        "insert into timers (account_id, user_id, project_id, state, collected, running_since,
           date, description, description_folded, changed_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         returning id",
        &values,
    )?;
    Ok(Timer {
        id,
        project,
        ..timer
    })
}

/// Saves what a rule decided. Another running timer of the user collides with
/// `timers_one_running`, so that one is paused first.
pub(super) fn update(tx: &mut Tx<'_>, timer: &Timer) -> Result<()> {
    let now = tx.now;
    let values: [&dyn ToValue; 9] = [
        &tx.account()?,
        &timer.id,
        &timer.state.word(),
        &time::micros(timer.collected),
        &timer.state.since(),
        &timer.date,
        &timer.description,
        &text::fold(&timer.description),
        &now,
    ];
    tx.write(
        Kind::Timer,
        "update timers
         set state = $3, collected = $4, running_since = $5, date = $6, description = $7,
           description_folded = $8, changed_at = $9
         where account_id = $1 and id = $2",
        &values,
    )?;
    Ok(())
}

/// Takes a stopped timer away.
pub(super) fn delete(tx: &mut Tx<'_>, timer: Id<id::Timer>) -> Result<()> {
    let account = tx.account()?;
    tx.write(
        Kind::Timer,
        "delete from timers where account_id = $1 and id = $2",
        &[&account, &timer],
    )?;
    Ok(())
}
