//! The one place where delivery waits: for commits, for sendings that end, for time.
//!
//! It owns the clock's waiting, the courier's futures and the engine. A turn runs on a blocking
//! thread, since it is a transaction.
//! Words: *runner*.
//! Never: deciding what is due; the engine does.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, EngineTime, Result};
use store::Db;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::address::Target;
use crate::attempt::{Attempt, Ended};
use crate::broadcasts::{Round, RoundEnded};
use crate::courier::{Courier, Gate, Outgoing};
use crate::engine::{Engine, Finished, Sending, Turn};
use crate::outcome::{Exchange, Outcome, Timings};
use crate::settings::Settings;
use crate::{retention, signature};

/// A turn at least this often: sees what another process wrote beside this server (F5).
const SAFETY_TURN: Duration = Duration::from_secs(1);
/// How often old rows are looked for.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// How often the disk and the total of waiting payloads are looked at.
const WATCH_EVERY: Duration = Duration::from_secs(1);

/// What the runner works with.
pub struct Runner {
    pub db: Db,
    pub settings: Arc<Settings>,
    pub courier: Courier,
    pub engine: Engine,
    /// Free bytes below which changes are refused (limit L31).
    pub disk_free_min: u64,
    /// How long sendings under way are waited for at the end (limit L34).
    pub stop_timeout: Duration,
}

impl Runner {
    /// Works until `stop` says so, then lets what is under way end and settles it.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut sendings: JoinSet<Finished> = JoinSet::new();
        let mut chores: JoinSet<()> = JoinSet::new();
        chores.spawn(watch_over(
            self.db.clone(),
            Arc::clone(&self.settings),
            self.disk_free_min,
        ));
        chores.spawn(sweep_often(self.db.clone(), Arc::clone(&self.settings)));
        let mut finished = Vec::new();
        while !*stop.borrow() {
            let (engine, turn) = take_turn(self.engine, std::mem::take(&mut finished)).await;
            self.engine = engine;
            for sending in turn.start {
                self.start(&mut sendings, sending);
            }
            let pause = pause_until(&self.db, turn.wake_at);
            tokio::select! {
                () = wait(pause) => {}
                () = self.db.wakes().engine() => {}
                Some(ended) = sendings.join_next() => finished.extend(ended),
                changed = stop.changed() => {
                    if changed.is_err() {
                        break;
                    }
                }
            }
            while let Some(ended) = sendings.try_join_next() {
                finished.extend(ended);
            }
        }
        self.end(sendings, finished).await;
    }

    /// No new attempts; what is under way may end within limit L34, then it is interrupted.
    async fn end(mut self, mut sendings: JoinSet<Finished>, mut finished: Vec<Finished>) {
        self.engine.stop();
        let all_ended = async {
            while let Some(ended) = sendings.join_next().await {
                finished.extend(ended);
            }
        };
        tokio::select! {
            () = all_ended => {}
            () = wait(self.stop_timeout) => {}
        }
        sendings.shutdown().await;
        take_turn(self.engine, finished).await;
        persist_engine_time(&self.db).await;
    }

    fn start(&self, sendings: &mut JoinSet<Finished>, sending: Sending) {
        let (courier, db) = (self.courier.clone(), self.db.clone());
        let settings = Arc::clone(&self.settings);
        match sending {
            Sending::Attempt(attempt) => {
                let delay = db.engine_now() - attempt.started_at;
                metrics::histogram!("carillon_delivery_delay_seconds").record(delay.as_secs_f64());
                sendings.spawn(async move { send_attempt(&db, &courier, attempt).await });
            }
            Sending::Round(round) => {
                sendings.spawn(async move { send_round(&db, &courier, &settings, *round).await });
            }
        }
    }
}

async fn take_turn(mut engine: Engine, finished: Vec<Finished>) -> (Engine, Turn) {
    let turn = tokio::task::spawn_blocking(move || {
        let turn = engine.turn(finished);
        (engine, turn)
    });
    turn.await
        .expect("a turn catches the panics of its transaction")
}

fn pause_until(db: &Db, wake_at: Option<EngineTime>) -> Duration {
    wake_at.map_or(SAFETY_TURN, |at| (at - db.engine_now()).min(SAFETY_TURN))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the runner is where delivery waits"
)]
async fn wait(pause: Duration) {
    tokio::time::sleep(pause).await;
}

/// Lets a write through while the lease lasts and no stop has come.
struct Lease {
    db: Db,
    webhook: i64,
    begun: EngineTime,
    until: EngineTime,
}

impl Gate for Lease {
    fn pass(&self, write: &mut dyn FnMut()) -> bool {
        self.db.engine_now() < self.until
            && self
                .db
                .wakes()
                .write_unless_stopped(self.webhook, self.begun, write)
    }
}

/// Lets the writes of a round through until another round may start: a node that was frozen
/// does not send stale messages into it (promise I6). A disabled receiver stops none: a round
/// that started may send what it took.
struct RoundTime {
    db: Db,
    until: EngineTime,
}

impl Gate for RoundTime {
    fn pass(&self, write: &mut dyn FnMut()) -> bool {
        let is_in_time = self.db.engine_now() < self.until;
        if is_in_time {
            write();
        }
        is_in_time
    }
}

async fn send_attempt(db: &Db, courier: &Courier, attempt: Box<Attempt>) -> Finished {
    let gate = Lease {
        db: db.clone(),
        webhook: attempt.webhook,
        begun: attempt.started_at,
        until: attempt.lease_until,
    };
    let exchange = match Target::parse(&attempt.payload_uri) {
        Ok(target) => {
            let outgoing = Outgoing {
                target,
                headers: attempt.headers.clone(),
                body: attempt.body.clone(),
                keep: Some(attempt.webhook),
                whole: None,
            };
            courier.send(outgoing, Arc::new(gate)).await
        }
        Err(sentence) => unsendable(sentence),
    };
    log_failure(&attempt, &exchange);
    Finished::Attempt(Box::new(Ended {
        attempt: *attempt,
        exchange,
    }))
}

fn log_failure(attempt: &Attempt, exchange: &Exchange) {
    if exchange.outcome != Outcome::Accepted {
        tracing::warn!(
            event = "webhook_failing",
            webhook = attempt.webhook,
            sequence = attempt.seq,
            attempt = attempt.number,
            outcome = exchange.outcome.word(),
            status = exchange.status,
        );
    }
}

/// An address that was saved and cannot be parsed any more: a failure like any other.
fn unsendable(sentence: String) -> Exchange {
    Exchange {
        outcome: Outcome::Unresolved,
        status: None,
        error: Some(sentence),
        address: None,
        tls_version: None,
        timings: Timings::default(),
        answer: None,
        retry_after: None,
        was_reused: false,
        exempt: false,
    }
}

/// Sends the messages of a round one after the other, each once.
async fn send_round(db: &Db, courier: &Courier, settings: &Settings, round: Round) -> Finished {
    let (mut sent_count, mut accepted) = (0, true);
    let clock: &dyn Clock = db.environment().clock.as_ref();
    let lag = db.engine_now() - round.started_at;
    metrics::histogram!("carillon_broadcast_round_lag_seconds").record(lag.as_secs_f64());
    let target = Target::parse(&round.payload_uri);
    for message in &round.messages {
        let Ok(target) = &target else { break };
        let sent_at = clock.wall();
        let receiver = (round.receiver, round.name.as_str());
        let body = signature::message_body(receiver, message, sent_at);
        let id = db.environment().chance.payload_id();
        let headers =
            signature::message_headers(&message.subject, id, sent_at, &round.secret, &body);
        let outgoing = Outgoing {
            target: target.clone(),
            headers,
            body,
            keep: None,
            whole: Some(settings.broadcast_timeout),
        };
        let gate = RoundTime {
            db: db.clone(),
            until: round.writes_until(settings),
        };
        let exchange = courier.send(outgoing, Arc::new(gate)).await;
        accepted = exchange.outcome == Outcome::Accepted;
        sent_count += 1;
        let outcome = exchange.outcome.word();
        tracing::debug!(event = "broadcast_sent", receiver = %round.receiver, outcome);
    }
    Finished::Round(RoundEnded {
        receiver: round.receiver,
        until: round.until,
        sent_count,
        accepted,
    })
}

/// Looks at the disk and at the total of waiting payloads for ever, and writes engine time down.
/// The runner does it; a server without an engine must.
pub async fn watch_over(db: Db, settings: Arc<Settings>, disk_free_min: u64) {
    let mut persisted = db.engine_now();
    loop {
        let (looking, limits) = (db.clone(), Arc::clone(&settings));
        let refusal =
            tokio::task::spawn_blocking(move || refusal(&looking, &limits, disk_free_min));
        match refusal.await {
            Ok(Ok(sentence)) => db.refuse_changes(sentence),
            Ok(Err(error)) => tracing::warn!(event = "watch_failed", %error),
            Err(error) => tracing::error!(event = "watch_failed", %error),
        }
        db.wakes()
            .forget_stops_before(db.engine_now() - settings.lease.duration);
        if db.engine_now() - persisted >= base::limits::ENGINE_TIME_PERSISTED_EVERY {
            persisted = db.engine_now();
            persist_engine_time(&db).await;
        }
        wait(WATCH_EVERY).await;
    }
}

/// On a thread that may wait for the database.
async fn persist_engine_time(db: &Db) {
    let db = db.clone();
    let done = tokio::task::spawn_blocking(move || db.persist_engine_time()).await;
    if !matches!(done, Ok(Ok(()))) {
        tracing::warn!(event = "engine_time_not_persisted");
    }
}

/// The sentence with which changes are refused at this moment, if they are.
fn refusal(db: &Db, settings: &Settings, disk_free_min: u64) -> Result<Option<String>> {
    let free = db.path().and_then(store::disk::free_bytes);
    if let Some(free) = free.filter(|free| *free < disk_free_min) {
        return Ok(Some(format!(
            "The disk has {} MiB left; changes are taken again from {} MiB on (disk.free_min). \
             Nothing was changed.",
            free >> 20,
            disk_free_min >> 20
        )));
    }
    let waiting = retention::waiting_total(db)?;
    if waiting >= settings.waiting_total_max {
        return Ok(Some(format!(
            "{waiting} payloads wait for their receivers, as many as may \
             (webhooks.waiting_total_max). Nothing was changed."
        )));
    }
    Ok(None)
}

async fn sweep_often(db: Db, settings: Arc<Settings>) {
    loop {
        let (sweeping, settings) = (db.clone(), Arc::clone(&settings));
        let swept =
            tokio::task::spawn_blocking(move || retention::sweep(&sweeping, &settings)).await;
        match swept {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => wait(SWEEP_EVERY).await,
            Ok(Err(_)) | Err(_) => {
                tracing::warn!(event = "retention_failed");
                wait(SWEEP_EVERY).await;
            }
        }
    }
}
