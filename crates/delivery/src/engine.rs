//! The delivery engine: a synchronous state machine that takes bounded turns.
//!
//! A turn is one transaction: it settles what ended, takes the rounds and lanes that are due, and
//! says what to send and when it wants to run next. Clock, waiting and network lie outside, in
//! the runner; the simulation plays the runner.
//! Words: *turn*, *sending*, *node*.
//! Never: a task, a wait, a socket.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{Actor, EngineTime, Reason, Result};
use store::{Db, Silence, Tx};

use crate::attempt::{self, Attempt, Ended};
use crate::broadcasts::{self, Round, RoundEnded};
use crate::caps::{Held, HeldBy, Load, Place};
use crate::lanes::{self, Lane};
use crate::nodes;
use crate::outcome::{Exchange, Outcome};
use crate::settings::Settings;
use crate::settle::{self, Settled};

/// What the runner is told to send.
#[derive(Clone, Debug)]
pub enum Sending {
    Attempt(Box<Attempt>),
    Round(Box<Round>),
}

/// What the runner tells of a sending that ended.
#[derive(Clone, Debug)]
pub enum Finished {
    Attempt(Box<Ended>),
    Round(RoundEnded),
}

impl Finished {
    /// Lanes by id, then receivers by id.
    fn place(&self) -> (u8, i64) {
        match self {
            Self::Attempt(ended) => (0, ended.attempt.webhook),
            Self::Round(ended) => (1, ended.receiver.number()),
        }
    }
}

/// What a turn asks for.
#[derive(Debug, Default)]
pub struct Turn {
    /// To be sent now.
    pub start: Vec<Sending>,
    /// When the next turn is due, unless something wakes the runner before.
    pub wake_at: Option<EngineTime>,
}

/// Whether the engine takes new work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Working,
    Stopping,
}

/// One node's engine.
pub struct Engine {
    db: Db,
    settings: Arc<Settings>,
    node: String,
    mode: Mode,
    load: Load,
    places: BTreeMap<(i64, i64, i64), Place>,
    rounds: broadcasts::Load,
    unsettled: Vec<Finished>,
    held: Arc<Mutex<Held>>,
}

const ACTOR: Actor = Actor::System(Reason::Engine);
/// Lanes that one turn claims: a bound, so that a turn stays short.
const CLAIMS_MAX: usize = 256;
/// The pause after a turn that could not commit.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(200);

impl Engine {
    /// An engine that works under this name.
    pub fn new(db: Db, settings: Arc<Settings>, node: impl Into<String>) -> Self {
        Self {
            load: Load::new(settings.caps.clone()),
            rounds: broadcasts::Load::new(settings.caps.broadcasts_max),
            db,
            settings,
            node: node.into(),
            mode: Mode::Working,
            places: BTreeMap::new(),
            unsettled: Vec::new(),
            held: Arc::default(),
        }
    }

    /// Takes over every lease at once. Only a server that is proved to be alone may do so: the
    /// lock file of SQLite is that proof (architecture, Delivery).
    pub fn take_over(&self) -> Result<()> {
        self.db.write_now(ACTOR, |tx| {
            let taken = nodes::take_back(tx, None)?;
            metrics::counter!("carillon_lease_takeovers_total").increment(taken as u64);
            Ok(tx.silent(Silence::Engine, ()))
        })
    }

    /// What keeps due lanes waiting: a hint for the status of a webhook.
    pub fn held(&self) -> Arc<Mutex<Held>> {
        Arc::clone(&self.held)
    }

    /// From now on turns only settle.
    pub fn stop(&mut self) {
        self.mode = Mode::Stopping;
    }

    /// Sendings that were handed to the runner and have not been settled.
    pub fn in_flight_count(&self) -> usize {
        self.load.in_flight_count() + self.rounds.under_way_count()
    }

    /// Takes a turn. What could not be committed is kept and settled by a later turn; nothing is
    /// sent then.
    pub fn turn(&mut self, finished: Vec<Finished>) -> Turn {
        for ended in &finished {
            self.release(ended);
        }
        self.unsettled.extend(finished);
        // Rows are locked in this order everywhere, so that no two transactions wait for each
        // other (architecture, Records).
        self.unsettled.sort_by_key(Finished::place);
        let step = Step {
            settings: Arc::clone(&self.settings),
            node: self.node.clone(),
            mode: self.mode,
            load: self.load.clone(),
            rounds: self.rounds.clone(),
            finished: self.unsettled.clone(),
        };
        let clock = Arc::clone(&self.db.environment().clock);
        let begun = clock.monotonic();
        let taken = self.db.write_now(ACTOR, move |tx| step.run(tx));
        let spent = clock.monotonic().saturating_sub(begun);
        metrics::histogram!("carillon_engine_turn_duration_seconds").record(spent.as_secs_f64());
        match taken {
            Ok(done) => self.adopt(done),
            Err(error) => {
                tracing::warn!(event = "turn_failed", %error);
                let wake_at = Some(self.db.engine_now() + PAUSE_AFTER_FAILURE);
                Turn {
                    start: Vec::new(),
                    wake_at,
                }
            }
        }
    }

    fn release(&mut self, finished: &Finished) {
        match finished {
            Finished::Attempt(ended) => {
                let attempt = &ended.attempt;
                let key = (attempt.webhook, attempt.epoch, attempt.seq);
                if let Some(place) = self.places.remove(&key) {
                    self.load.give_back(&place);
                }
                if ended.exchange.exempt {
                    self.load.exempt(&attempt.host);
                }
            }
            Finished::Round(ended) => self.rounds.end(ended),
        }
    }

    fn adopt(&mut self, done: Done) -> Turn {
        self.unsettled = done.damaged;
        self.load = done.load;
        self.rounds = done.rounds;
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = done.held;
        let has_damaged = !self.unsettled.is_empty();
        for sending in &done.start {
            if let Sending::Attempt(attempt) = sending {
                let key = (attempt.webhook, attempt.epoch, attempt.seq);
                self.places.insert(key, place(attempt));
            }
        }
        let in_flight = u32::try_from(self.load.in_flight_count()).unwrap_or(u32::MAX);
        metrics::gauge!("carillon_attempts_in_flight").set(f64::from(in_flight));
        let now = self.db.engine_now();
        let free_at = self.load.next_free(now);
        let wake_at = if has_damaged {
            Some(now)
        } else {
            earliest(done.wake_at, free_at)
        };
        Turn {
            start: done.start,
            wake_at,
        }
    }
}

fn place(attempt: &Attempt) -> Place {
    Place {
        owner: attempt.owner,
        host: attempt.host.clone(),
        failing: attempt.failing,
        body_bytes: attempt.body.len(),
    }
}

fn earliest(left: Option<EngineTime>, right: Option<EngineTime>) -> Option<EngineTime> {
    left.into_iter().chain(right).min()
}

/// The transaction of one turn: what goes in.
struct Step {
    settings: Arc<Settings>,
    node: String,
    mode: Mode,
    load: Load,
    rounds: broadcasts::Load,
    finished: Vec<Finished>,
}

/// The transaction of one turn: what comes out.
struct Done {
    start: Vec<Sending>,
    damaged: Vec<Finished>,
    load: Load,
    rounds: broadcasts::Load,
    held: Held,
    /// Whether this turn left something that it could have taken.
    has_more: bool,
    wake_at: Option<EngineTime>,
}

impl Step {
    fn run(&self, tx: &mut Tx<'_>) -> Result<store::Recorded<Done>> {
        let mut done = Done {
            start: Vec::new(),
            damaged: Vec::new(),
            load: self.load.clone(),
            rounds: self.rounds.clone(),
            held: Held::default(),
            has_more: false,
            wake_at: None,
        };
        for finished in &self.finished {
            match finished {
                Finished::Attempt(ended) => {
                    if let Settled::Ready(lane) = settle::settle(tx, &self.settings, ended)? {
                        self.go_on(tx, *lane, &mut done)?;
                    }
                }
                Finished::Round(ended) => broadcasts::settle(tx, &self.node, ended)?,
            }
        }
        if self.mode == Mode::Working {
            let taken = broadcasts::take_due(tx, &self.settings, &self.node, &mut done.rounds)?;
            done.has_more = taken.has_more;
            done.start.extend(
                taken
                    .rounds
                    .into_iter()
                    .map(|round| Sending::Round(Box::new(round))),
            );
            for failing in [false, true] {
                self.claim(tx, failing, &mut done)?;
            }
            done.wake_at = next_wake(tx, &done)?;
        }
        Ok(tx.silent(Silence::Engine, done))
    }

    /// A lane that was settled well and has more goes on under its lease, if its caps allow.
    fn go_on(&self, tx: &mut Tx<'_>, mut lane: Lane, done: &mut Done) -> Result<()> {
        let held = done
            .load
            .held_by(lane.owner, &lane.host, lane.failing, tx.now);
        if self.mode == Mode::Stopping || held.is_some() {
            lane.rest(tx.now);
            return lanes::update(tx, &lane);
        }
        self.hand_out(tx, lane, done)
    }

    /// Leases the lanes of one class that are due.
    fn claim(&self, tx: &mut Tx<'_>, failing: bool, done: &mut Done) -> Result<()> {
        // Only what is taken counts: each look either takes a lane or learns of a full owner or
        // host, so that many lanes of full hosts do not hide one of a free host.
        let mut held = done.load.full(failing, tx.now);
        let mut taken_count = 0;
        while done.load.has_room(failing) {
            if taken_count >= CLAIMS_MAX {
                done.has_more = true;
                break;
            }
            let due = lanes::load_due(tx, failing, (&held.owners, &held.hosts), BATCH)?;
            if due.is_empty() {
                break;
            }
            for lane in due {
                let (owner, host) = (lane.owner, lane.host.clone());
                match done.load.held_by(owner, &host, failing, tx.now) {
                    Some(HeldBy::All) => break,
                    Some(HeldBy::Owner) => held.owners.push(owner),
                    Some(HeldBy::Host) => held.hosts.push(host),
                    None => {
                        self.take(tx, lane, done)?;
                        taken_count += 1;
                    }
                }
            }
        }
        done.held.owners.extend(held.owners);
        done.held.hosts.extend(held.hosts);
        Ok(())
    }

    fn take(&self, tx: &mut Tx<'_>, mut lane: Lane, done: &mut Done) -> Result<()> {
        if lane.is_in_flight() {
            // Its node did not settle within lease and grace: it is taken for dead.
            metrics::counter!("carillon_lease_takeovers_total").increment(1);
            settle::interrupt(tx, &mut lane)?;
        }
        lane.epoch += 1;
        if lane.may_start() {
            return self.hand_out(tx, lane, done);
        }
        lane.rest(tx.now);
        lanes::update(tx, &lane)
    }

    fn hand_out(&self, tx: &mut Tx<'_>, mut lane: Lane, done: &mut Done) -> Result<()> {
        lane.start(tx.now, &self.node, &self.settings.lease);
        lanes::update(tx, &lane)?;
        match attempt::prepare(tx, &lane) {
            Ok(attempt) => {
                done.load.take(&place(&attempt), tx.now);
                done.start.push(Sending::Attempt(Box::new(attempt)));
                Ok(())
            }
            Err(error) => {
                tracing::error!(event = "payload_damaged", webhook = lane.webhook, %error);
                let ended = damaged(tx, &lane);
                done.damaged.push(Finished::Attempt(Box::new(ended)));
                Ok(())
            }
        }
    }
}

/// When the next turn is due. What is due and not taken waits for a place, and a place comes back
/// with a sending's end; only a turn that took all it may has more to take at once.
fn next_wake(tx: &Tx<'_>, done: &Done) -> Result<Option<EngineTime>> {
    if done.has_more {
        return Ok(Some(tx.now));
    }
    Ok(earliest(lanes::next_due(tx)?, broadcasts::next_due(tx)?))
}

/// Due lanes that are looked at together.
const BATCH: i64 = 64;

/// A payload that cannot be sent as it was stored fails like any other, and is never sent wrong.
fn damaged(tx: &Tx<'_>, lane: &Lane) -> Ended {
    let error = "The stored body is damaged, so it is not sent. Restore a backup, or skip it.";
    Ended {
        attempt: attempt::unprepared(tx, lane),
        exchange: Exchange {
            outcome: Outcome::Unreachable,
            status: None,
            error: Some(error.to_owned()),
            address: None,
            tls_version: None,
            timings: crate::outcome::Timings::default(),
            answer: None,
            retry_after: None,
            was_reused: false,
            exempt: false,
        },
    }
}
