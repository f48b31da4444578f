//! The queue state of one webhook: row in `lanes`, and the steps it can take.
//!
//! Words: *lane*, *head*, *window*, *step*, *lease*, *epoch* (ARCHITECTURE.md, Words).
//!
//! ```text
//!            enqueue          claim            settled: accepted
//!   idle ─────────────► due ─────────► started ─────────────────► next one started, or idle
//!                        ▲                │ failed
//!                        └── planned ◄────┘──► stopped (72 h, or a full queue)
//! ```
//! `due_at` is the earliest moment at which anyone may touch the lane; none: nobody need look.
//! Never: sending; deciding who gets an event.

use std::time::Duration;

use base::{EngineTime, Error, Kind, Result};
use store::{FromRow, Reader, Row, ToValue, Tx};

use crate::schedule;
use crate::settings::Settings;

/// What a lane is open for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Takes events and sends them.
    Enabled,
    /// Switched off by a user.
    Disabled,
    /// Switched off by the server: 72 hours without success, or a full queue.
    Stopped,
    /// Its creator is deactivated.
    Silent,
}

impl State {
    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Stopped => "stopped",
            Self::Silent => "silent",
        }
    }

    /// Reads the word in the table.
    pub fn parse(word: &str) -> Result<Self> {
        [Self::Enabled, Self::Disabled, Self::Stopped, Self::Silent]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or_else(|| Error::internal(format!("a lane cannot be {word}")))
    }

    /// The two states that the API knows: a silent webhook is enabled.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Enabled | Self::Silent => "enabled",
            Self::Disabled | Self::Stopped => "disabled",
        }
    }
}

/// Who asked for an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The queue's turn, or the plan after a failure.
    Schedule,
    /// A person's retry: no step of the schedule.
    Manual,
}

impl Trigger {
    /// The word in tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Manual => "manual",
        }
    }
}

/// A row of `lanes`.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    pub webhook: i64,
    pub account: i64,
    pub owner: i64,
    pub host: String,
    pub state: State,
    pub due_at: Option<EngineTime>,
    /// The next scheduled attempt of a failing head.
    pub planned_at: Option<EngineTime>,
    /// Lowest payload neither delivered nor skipped; `next_seq` if there is none.
    pub head: i64,
    pub next_seq: i64,
    /// Scheduled failures of the head in its window.
    pub step: i64,
    /// All attempts of the head.
    pub attempts: i64,
    /// Whether the last attempt failed: such lanes get at most half of every cap.
    pub failing: bool,
    pub window_from: Option<EngineTime>,
    pub trigger: Trigger,
    /// The payload that was handed to a node and is not settled.
    pub started_seq: Option<i64>,
    pub started_at: Option<EngineTime>,
    pub lease_until: Option<EngineTime>,
    pub node: Option<String>,
    pub epoch: i64,
    /// Whether the head was already tried anew because a kept connection had been closed.
    pub was_reused: bool,
}

const COLUMNS: &str = "webhook_id, account_id, owner_id, host, state, due_at, planned_at, head,
  next_seq, step, attempts, failing, window_from, trigger, started_seq, started_at, lease_until,
  node, epoch, was_reused";

impl FromRow for Lane {
    fn from_row(row: &Row) -> Result<Self> {
        let is_manual = row.get::<String>("trigger")? == Trigger::Manual.word();
        Ok(Self {
            webhook: row.get("webhook_id")?,
            account: row.get("account_id")?,
            owner: row.get("owner_id")?,
            host: row.get("host")?,
            state: State::parse(&row.get::<String>("state")?)?,
            due_at: row.get("due_at")?,
            planned_at: row.get("planned_at")?,
            head: row.get("head")?,
            next_seq: row.get("next_seq")?,
            step: row.get("step")?,
            attempts: row.get("attempts")?,
            failing: row.get("failing")?,
            window_from: row.get("window_from")?,
            trigger: if is_manual {
                Trigger::Manual
            } else {
                Trigger::Schedule
            },
            started_seq: row.get("started_seq")?,
            started_at: row.get("started_at")?,
            lease_until: row.get("lease_until")?,
            node: row.get("node")?,
            epoch: row.get("epoch")?,
            was_reused: row.get("was_reused")?,
        })
    }
}

impl Lane {
    /// Payloads neither delivered nor skipped.
    pub fn waiting_count(&self) -> i64 {
        self.next_seq - self.head
    }

    /// Whether an attempt was handed out and is not settled.
    pub fn is_in_flight(&self) -> bool {
        self.started_seq.is_some()
    }

    /// Whether a claim may hand out the head: a disabled or stopped lane only by hand.
    pub fn may_start(&self) -> bool {
        let is_open = match self.state {
            State::Enabled => true,
            State::Disabled | State::Stopped => self.trigger == Trigger::Manual,
            State::Silent => false,
        };
        is_open && self.waiting_count() > 0
    }

    /// Hands the head to a node for one attempt, under a lease.
    pub fn start(&mut self, now: EngineTime, node: &str, lease: &crate::settings::Lease) {
        let until = now + lease.duration;
        self.started_seq = Some(self.head);
        self.started_at = Some(now);
        self.lease_until = Some(until);
        self.node = Some(node.to_owned());
        self.due_at = Some(until + lease.grace);
        if self.state == State::Enabled {
            self.window_from = self.window_from.or(Some(now));
        }
    }

    /// Gives up the lease; the lane is due again when its state and its plan say so.
    pub fn rest(&mut self, now: EngineTime) {
        self.started_seq = None;
        self.started_at = None;
        self.lease_until = None;
        self.node = None;
        self.trigger = Trigger::Schedule;
        self.plan_due(now);
    }

    /// Sets `due_at` of a lane that nobody holds.
    pub fn plan_due(&mut self, now: EngineTime) {
        if self.is_in_flight() {
            return;
        }
        let has_work = self.state == State::Enabled && self.waiting_count() > 0;
        self.due_at = has_work.then(|| self.planned_at.unwrap_or(now));
    }

    /// Closes the lane: nothing is handed out any more, a retry that was asked for before neither.
    /// What is in flight keeps its lease, so that its outcome is recorded.
    pub fn shut(&mut self, state: State, now: EngineTime) {
        self.state = state;
        self.trigger = Trigger::Schedule;
        self.plan_due(now);
    }

    /// Moves the head on after a success or a skip: the next payload has a window of its own.
    pub fn advance(&mut self) {
        assert!(
            self.head < self.next_seq,
            "a lane only moves over what was queued"
        );
        self.head += 1;
        self.trigger = Trigger::Schedule;
        self.attempts = 0;
        self.was_reused = false;
        self.failing = false;
        self.open_window();
    }

    /// A fresh window: after enabling, activation, and with each new head.
    pub fn open_window(&mut self) {
        self.step = 0;
        self.window_from = None;
        self.planned_at = None;
    }

    /// Plans what follows a scheduled failure; `true` if the webhook gives up.
    pub fn plan_after_failure(
        &mut self,
        settings: &Settings,
        now: EngineTime,
        retry_after: Option<Duration>,
        chance: f64,
    ) -> bool {
        self.step += 1;
        let started_at = self.started_at.unwrap_or(now);
        let failure = schedule::Failure {
            window_from: self.window_from.unwrap_or(started_at),
            started_at,
            now,
            step: self.step,
            retry_after,
        };
        match schedule::after_failure(&settings.retry, failure, chance) {
            schedule::Next::At(at) => self.planned_at = Some(at),
            schedule::Next::GiveUp => {
                self.planned_at = None;
                return true;
            }
        }
        false
    }
}

/// Loads a lane and locks it.
pub(crate) fn load(tx: &Tx<'_>, webhook: i64) -> Result<Option<Lane>> {
    let sql = format!("select {COLUMNS} from lanes where webhook_id = $1{{for_update}}");
    tx.row(&sql, &[&webhook])
}

/// The lanes with an attempt that is not settled, locked: of one node, or all.
pub(crate) fn load_started(tx: &Tx<'_>, node: Option<&str>) -> Result<Vec<Lane>> {
    let of_node = node.map_or("", |_| " and node = $1");
    let sql = format!(
        "select {COLUMNS} from lanes where started_seq is not null{of_node}
         order by webhook_id{{for_update}}"
    );
    let params: Vec<&dyn ToValue> = node.iter().map(|node| node as &dyn ToValue).collect();
    tx.rows(&sql, &params)
}

/// Looks at a lane without a lock.
pub(crate) fn peek(reader: &Reader<'_>, webhook: i64) -> Result<Option<Lane>> {
    reader.row(
        &format!("select {COLUMNS} from lanes where webhook_id = $1"),
        &[&webhook],
    )
}

/// The lanes of one class that are due, the longest waiting first, but for held owners and hosts.
/// A lane that another transaction works on is passed over: that one wakes the engine when it has
/// left something to do, and a turn never waits for it.
pub(crate) fn load_due(
    tx: &Tx<'_>,
    failing: bool,
    held: (&Vec<i64>, &Vec<String>),
    limit: i64,
) -> Result<Vec<Lane>> {
    let sql = format!(
        "select {COLUMNS} from lanes
         where failing = $1 and due_at <= $2
           and not (owner_id {{in $3}}) and not (host {{in $4}})
         order by due_at limit $5{{for_update_skip_locked}}"
    );
    tx.rows(&sql, &[&failing, &tx.now, held.0, held.1, &limit])
}

/// The next moment after now at which a lane is due.
pub(crate) fn next_due(reader: &Reader<'_>) -> Result<Option<EngineTime>> {
    let sql = "select min(due_at) from (
        select min(due_at) as due_at from lanes where failing = 0 and due_at > $1
        union all
        select min(due_at) from lanes where failing = 1 and due_at > $1) as classes";
    let row: Option<(Option<EngineTime>,)> = reader.row(sql, &[&reader.now])?;
    Ok(row.and_then(|(due,)| due))
}

/// Writes a lane back.
pub(crate) fn update(tx: &mut Tx<'_>, lane: &Lane) -> Result<()> {
    tx.write(
        Kind::Delivery,
        "update lanes set state = $2, due_at = $3, planned_at = $4, head = $5, next_seq = $6,
           step = $7, attempts = $8, failing = $9, window_from = $10, trigger = $11,
           started_seq = $12, started_at = $13, lease_until = $14, node = $15, epoch = $16,
           was_reused = $17, host = $18
         where webhook_id = $1",
        &[
            &lane.webhook,
            &lane.state.word(),
            &lane.due_at,
            &lane.planned_at,
            &lane.head,
            &lane.next_seq,
            &lane.step,
            &lane.attempts,
            &lane.failing,
            &lane.window_from,
            &lane.trigger.word(),
            &lane.started_seq,
            &lane.started_at,
            &lane.lease_until,
            &lane.node,
            &lane.epoch,
            &lane.was_reused,
            &lane.host,
        ],
    )?;
    Ok(())
}
