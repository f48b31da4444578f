//! Timers: one per user and project, at most one of a user's running. Contract: timers.md.
//!
//! ```text
//!            edit            start             pause
//! (none) ───────────► pending ────► running ◄─────────► paused
//!    └───────────────── start ────────►│      start        │
//!                                      └───────┬───────────┘
//!                                              │ log: an entry is made
//!        pending, running, paused ── discard ──┴──► stopped: the row is gone
//! ```
//!
//! A pending timer has never run: lists, pause, add and log do as if it were absent.
//!
//! Words: *elapsed*, the time that a timer shows: what was collected, and the run that goes on.
//! Never: webhook events; of timers only broadcast receivers hear.

use std::time::Duration;

use base::id::{self, Id};
use base::{Date, EngineTime};

use super::{projects, users};
use crate::http::Resource;

pub mod actions;
mod api;
mod pages;
pub mod rules;
pub mod shape;
mod table;
#[cfg(test)]
mod tests;

/// The registry line.
pub const RESOURCE: Resource = Resource {
    name: "timers",
    routes: api::routes,
    pages: pages::routes,
};

/// A user's timer on one project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    pub id: Id<id::Timer>,
    pub user: Id<id::User>,
    pub project: Id<id::Project>,
    pub state: State,
    /// Time of the runs that are over.
    pub collected: Duration,
    /// The entry date that logging will use.
    pub date: Date,
    /// Hashtags in it take effect when it is logged.
    pub description: String,
}

/// Where a timer is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Made by an edit, never run.
    Pending,
    /// Counting.
    Running {
        /// Start of the run that goes on.
        since: EngineTime,
    },
    /// Has run, not counting.
    Paused,
    /// Logged or discarded: it has no row any more, only its announcement says so.
    Stopped,
}

impl State {
    /// The word of the contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running { .. } => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
        }
    }

    /// Start of the run that goes on, if one does.
    pub fn since(self) -> Option<EngineTime> {
        match self {
            Self::Running { since } => Some(since),
            Self::Pending | Self::Paused | Self::Stopped => None,
        }
    }

    /// What receivers are told about a timer that is in this state now (broadcasts.md §7).
    pub fn last_event(self) -> &'static str {
        match self {
            Self::Pending => "timer.pending",
            Self::Running { .. } => "timer.running",
            Self::Paused => "timer.paused",
            Self::Stopped => "timer.stopped",
        }
    }
}

impl Timer {
    /// The time that it shows at this moment.
    pub fn elapsed(&self, now: EngineTime) -> Duration {
        match self.state {
            State::Running { since } => self.collected.saturating_add(now - since),
            State::Pending | State::Paused | State::Stopped => self.collected,
        }
    }
}

/// A timer with what its shape shows beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub timer: Timer,
    pub user: users::Summary,
    pub project: projects::Summary,
}
