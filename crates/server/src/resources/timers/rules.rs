//! What becomes of a timer, for each thing that can be done to it. Contract: timers.md.
//!
//! Words: *wish*, what a client asked for beside the action itself.
//! Never: storage, HTTP, the clock.

use std::time::Duration;

use base::{Date, EngineTime, Error, Kind, Result, limits};

use super::{State, Timer};
use crate::resources::changes::Change;

/// What a start or an edit may ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Counts only for a timer that never ran.
    pub entry_date: Option<Date>,
    /// None: as it is.
    pub description: Option<String>,
}

/// What a log may ask for; none: what the timer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogWish {
    pub entry_date: Option<Date>,
    /// At least 0.
    pub minutes: Option<i64>,
    pub description: Option<String>,
}

/// What the entry of a logged timer says, before its minutes are rounded by the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    pub date: Date,
    pub minutes: i64,
    pub description: String,
}

/// Starts a pending or paused timer. A running one goes on; a description is applied to it too.
///
/// The date is set by the first start and stays: the wished one, or today.
pub fn start(timer: Timer, wish: Wish, today: Date, now: EngineTime) -> Change<Timer> {
    let date = match timer.state {
        State::Running { .. } => return describe(timer, wish.description),
        State::Pending => wish.entry_date.unwrap_or(today),
        State::Paused | State::Stopped => timer.date,
    };
    Change::Made(Timer {
        state: State::Running { since: now },
        date,
        description: wish.description.unwrap_or(timer.description),
        ..timer
    })
}

/// Changes the description, in any state.
pub fn describe(timer: Timer, description: Option<String>) -> Change<Timer> {
    match description {
        Some(description) if description != timer.description => Change::Made(Timer {
            description,
            ..timer
        }),
        _ => Change::None(timer),
    }
}

/// Pauses a running timer; a paused one stays as it is.
///
/// A pending timer has never run, so for this action it is absent: `NotFound`, like a stopped
/// one. Contract: timers.md, States.
pub fn pause(timer: Timer, now: EngineTime) -> Result<Change<Timer>> {
    match timer.state {
        State::Running { .. } => Ok(Change::Made(Timer {
            collected: timer.elapsed(now),
            state: State::Paused,
            ..timer
        })),
        State::Paused => Ok(Change::None(timer)),
        State::Pending | State::Stopped => Err(Error::NotFound(Kind::Timer)),
    }
}

/// Adds seconds, or takes them away down to 0; the timer runs on or stays paused.
///
/// It is a change only if the seconds that people see differ. A timer that never ran is absent:
/// `NotFound`.
pub fn add(timer: Timer, seconds: i64, now: EngineTime) -> Result<Change<Timer>> {
    let before = timer.elapsed(now);
    let by = Duration::from_secs(seconds.unsigned_abs());
    let after = if seconds < 0 {
        before.saturating_sub(by)
    } else {
        before.saturating_add(by)
    };
    let state = match timer.state {
        State::Running { .. } => State::Running { since: now },
        State::Paused => State::Paused,
        State::Pending | State::Stopped => return Err(Error::NotFound(Kind::Timer)),
    };
    if before.as_secs() == after.as_secs() {
        return Ok(Change::None(timer));
    }
    Ok(Change::Made(Timer {
        collected: after,
        state,
        ..timer
    }))
}

/// Ends a timer that has run, and says what its entry is to hold.
///
/// Elapsed time counts in whole minutes, rounded up. `NotFound` if it never ran; `Invalid` if it
/// ran longer than an entry can hold.
pub fn log(timer: Timer, wish: LogWish, now: EngineTime) -> Result<(Timer, Logged)> {
    match timer.state {
        State::Running { .. } | State::Paused => {}
        State::Pending | State::Stopped => return Err(Error::NotFound(Kind::Timer)),
    }
    let minutes = wish
        .minutes
        .unwrap_or_else(|| whole_minutes(timer.elapsed(now)));
    if !(0..=limits::ENTRY_MINUTES_MAX).contains(&minutes) {
        return Err(Error::invalid(Kind::Timer, "minutes", "invalid"));
    }
    let logged = Logged {
        date: wish.entry_date.unwrap_or(timer.date),
        minutes,
        description: wish
            .description
            .unwrap_or_else(|| timer.description.clone()),
    };
    Ok((stop(timer, now), logged))
}

/// The timer with the time of another added, whose project is merged into its own; its state
/// stays.
pub fn join(timer: Timer, other: &Timer, now: EngineTime) -> Timer {
    Timer {
        collected: timer.collected.saturating_add(other.elapsed(now)),
        ..timer
    }
}

/// Ends a timer in any state.
pub fn stop(timer: Timer, now: EngineTime) -> Timer {
    Timer {
        collected: timer.elapsed(now),
        state: State::Stopped,
        ..timer
    }
}

/// The whole seconds that people see; a minute that has begun is a minute.
fn whole_minutes(elapsed: Duration) -> i64 {
    i64::try_from(elapsed.as_secs().div_ceil(60)).unwrap_or(i64::MAX)
}
