//! What can be done to timers: load, let a rule decide, save, record.
//!
//! Never: HTTP.

use base::id::{Id, Project, User};
use base::{Kind, Result};
use store::{Announcement, Record, Recorded, Silence, Tx};

use super::rules::{self, LogWish, Wish};
use super::{State, Timer, shape, table};
use crate::resources::changes::Change;
use crate::resources::{entries, projects, users};

/// Changes the description of the actor's timer; makes a pending one if there is none.
///
/// `NotFound` without the project, `archived_project` if it is archived.
pub fn edit(tx: &mut Tx<'_>, project: Id<Project>, wish: Wish) -> Result<Recorded<Timer>> {
    lock_timers(tx)?;
    let project = projects::load(tx, project)?;
    project.require_enabled(Kind::Timer)?;
    let mut timers = table::load_with_running(tx, project.id)?;
    if let Some(timer) = take(&mut timers, project.id) {
        return settle(tx, rules::describe(timer, wish.description));
    }
    let timer = insert(tx, project.id, wish.description.as_deref())?;
    Ok(announce(tx, &timer).with(timer))
}

/// Starts the actor's timer, making it if there is none; the one that runs elsewhere is paused
/// first.
///
/// `NotFound` without the project, `archived_project` if it is archived.
pub fn start(tx: &mut Tx<'_>, project: Id<Project>, wish: Wish) -> Result<Recorded<Timer>> {
    lock_timers(tx)?;
    let project = projects::load(tx, project)?;
    project.require_enabled(Kind::Timer)?;
    let mut timers = table::load_with_running(tx, project.id)?;
    let timer = match take(&mut timers, project.id) {
        Some(timer) => timer,
        None => insert(tx, project.id, wish.description.as_deref())?,
    };
    let mut paused = tx.silent(Silence::Unchanged, ());
    for running in timers {
        paused = paused.and(settle(tx, rules::pause(running, tx.now)?)?);
    }
    let today = table::peek_today(tx)?;
    let started = settle(tx, rules::start(timer, wish, today, tx.now))?;
    Ok(started.and(paused))
}

/// Lets changes that make or start a timer of the actor come one after the other: rows that are
/// not there yet cannot be locked themselves.
fn lock_timers(tx: &mut Tx<'_>) -> Result<()> {
    let user = tx.user()?;
    users::actions::lock(tx, user).map(drop)
}

/// Pauses the actor's timer. `NotFound` if there is none that has run.
pub fn pause(tx: &mut Tx<'_>, project: Id<Project>) -> Result<Recorded<Timer>> {
    let timer = table::load_of_actor(tx, project)?;
    settle(tx, rules::pause(timer, tx.now)?)
}

/// Adds seconds to the actor's timer, or takes them away. `NotFound` if there is none that has
/// run.
pub fn add(tx: &mut Tx<'_>, project: Id<Project>, seconds: i64) -> Result<Recorded<Timer>> {
    let timer = table::load_of_actor(tx, project)?;
    settle(tx, rules::add(timer, seconds, tx.now)?)
}

/// Makes an entry of the actor's timer and ends the timer.
///
/// `NotFound` if there is none that has run, `archived_project`, and what an entry is refused
/// with: `cannot_create_tags`.
pub fn log(tx: &mut Tx<'_>, project: Id<Project>, wish: LogWish) -> Result<Recorded<()>> {
    let project = projects::load(tx, project)?;
    let timer = table::load_of_actor(tx, project.id)?;
    let (timer, logged) = rules::log(timer, wish, tx.now)?;
    project.require_enabled(Kind::Timer)?;
    let entry = entries::actions::create(
        tx,
        entries::NewEntry {
            user: timer.user,
            project: Some(project.id),
            date: logged.date,
            minutes: logged.minutes,
            description: logged.description,
            source_url: None,
        },
    )?;
    table::delete(tx, timer.id)?;
    Ok(announce(tx, &timer).and(entry))
}

/// Drops the actor's timer without an entry. `NotFound` if there is none.
pub fn discard(tx: &mut Tx<'_>, project: Id<Project>) -> Result<Recorded<()>> {
    let timer = table::load_of_actor(tx, project)?;
    remove(tx, vec![timer])
}

/// Pauses everybody's running timer on a project that is being archived.
pub fn pause_all_of_project(tx: &mut Tx<'_>, project: Id<Project>) -> Result<Recorded<()>> {
    let mut done = tx.silent(Silence::Unchanged, ());
    for timer in table::load_of_project(tx, project)? {
        if let State::Running { .. } = timer.state {
            done = done.and(settle(tx, rules::pause(timer, tx.now)?)?);
        }
    }
    Ok(done)
}

/// Takes everybody's timer along to the project into which theirs is merged. Whoever has one there
/// gets the seconds added to it. Contract: timers.md, Other rules; broadcasts.md §7.
pub fn move_to_project(
    tx: &mut Tx<'_>,
    from: Id<Project>,
    into: Id<Project>,
) -> Result<Recorded<()>> {
    let timers = table::load_of_projects(tx, &[from, into])?;
    let (leaving, mut staying): (Vec<_>, Vec<_>) =
        timers.into_iter().partition(|timer| timer.project == from);
    let mut done = tx.silent(Silence::Unchanged, ());
    for timer in leaving {
        let moved = rules::stop(timer.clone(), tx.now);
        table::delete(tx, timer.id)?;
        done = done.and(announce(tx, &moved));
        let at = staying.iter().position(|other| other.user == timer.user);
        let timer = if let Some(at) = at {
            let timer = rules::join(staying.remove(at), &timer, tx.now);
            table::update(tx, &timer)?;
            timer
        } else {
            table::insert_at(tx, into, timer)?
        };
        done = done.and(announce(tx, &timer));
    }
    Ok(done)
}

/// Drops everybody's timer on a project that is being deleted.
pub fn discard_all_of_project(tx: &mut Tx<'_>, project: Id<Project>) -> Result<Recorded<()>> {
    let timers = table::load_of_project(tx, project)?;
    remove(tx, timers)
}

/// Drops all timers of a user who is being deactivated, suspended or deleted.
pub fn discard_all_of_user(tx: &mut Tx<'_>, user: Id<User>) -> Result<Recorded<()>> {
    let timers = table::load_of_user(tx, user)?;
    remove(tx, timers)
}

/// Saves and announces what a rule decided.
fn settle(tx: &mut Tx<'_>, change: Change<Timer>) -> Result<Recorded<Timer>> {
    match change {
        Change::None(timer) => Ok(tx.silent(Silence::Unchanged, timer)),
        Change::Made(timer) => {
            table::update(tx, &timer)?;
            Ok(announce(tx, &timer).with(timer))
        }
    }
}

fn remove(tx: &mut Tx<'_>, timers: Vec<Timer>) -> Result<Recorded<()>> {
    let mut done = tx.silent(Silence::Unchanged, ());
    for timer in timers {
        let timer = rules::stop(timer, tx.now);
        table::delete(tx, timer.id)?;
        done = done.and(announce(tx, &timer));
    }
    Ok(done)
}

/// A pending timer that is not announced yet: its date is today.
fn insert(tx: &mut Tx<'_>, project: Id<Project>, description: Option<&str>) -> Result<Timer> {
    let today = table::peek_today(tx)?;
    table::insert(tx, project, today, description.unwrap_or_default())
}

/// The timer of this project, taken out of the list.
fn take(timers: &mut Vec<Timer>, project: Id<Project>) -> Option<Timer> {
    let place = timers.iter().position(|timer| timer.project == project)?;
    Some(timers.remove(place))
}

/// Tells the receivers of the timer's user what became of it (broadcasts.md §5, §7).
fn announce(tx: &mut Tx<'_>, timer: &Timer) -> Recorded<()> {
    let url = shape::url(timer.project, tx.api());
    tx.record(Record::Announcement(Announcement {
        kind: Kind::Timer,
        subject: "timer",
        key: timer.id.number(),
        last_event: timer.state.last_event(),
        url,
        user: timer.user,
    }))
}
