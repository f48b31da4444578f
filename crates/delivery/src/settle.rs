//! What follows from an attempt's end, in one transaction with its line in the log.
//!
//! A success hands out the next payload of the lane in the same commit (promise I3). A node that
//! lost its lease changes nothing: the epoch no longer fits (fencing).
//! Never: believing a node about anything but its own attempt.

use std::time::Duration;

use base::{EngineTime, Kind, Result, WallTime};
use store::{Tx, Wake};

use crate::attempt::{self, Ended};
use crate::lanes::{self, Lane, State, Trigger};
use crate::outcome::{Exchange, Outcome};
use crate::settings::Settings;
use crate::{creators, history, queue};

/// How a settled lane goes on.
pub(crate) enum Settled {
    /// The node lost its lease, or the webhook is gone: nothing was written.
    Fenced,
    /// The lane rests until it is due.
    Resting,
    /// The lane may hand out its head at once, under the same lease.
    Ready(Box<Lane>),
}

/// Writes an ended attempt down and moves its lane.
pub(crate) fn settle(tx: &mut Tx<'_>, settings: &Settings, ended: &Ended) -> Result<Settled> {
    let attempt = &ended.attempt;
    let lane = lanes::load(tx, attempt.webhook)?;
    // The number tells whether this very attempt was settled already: a turn is taken again when
    // nobody knows whether its commit went through (F7).
    let is_ours = |lane: &Lane| {
        lane.epoch == attempt.epoch
            && lane.started_seq == Some(attempt.seq)
            && lane.attempts + 1 == attempt.number
    };
    let Some(mut lane) = lane.filter(is_ours) else {
        metrics::counter!("carillon_lease_lost_total").increment(1);
        return Ok(Settled::Fenced);
    };
    lane.attempts = attempt.number;
    if ended.exchange.outcome == Outcome::Accepted {
        succeed(tx, &mut lane, ended)?;
    } else {
        fail(tx, settings, &mut lane, ended)?;
    }
    count(tx, ended)?;
    tx.wake(Wake::Lane(lane.webhook));
    if lane.state == State::Enabled && lane.waiting_count() > 0 && lane.planned_at.is_none() {
        return Ok(Settled::Ready(Box::new(lane)));
    }
    lane.rest(tx.now);
    lanes::update(tx, &lane)?;
    Ok(Settled::Resting)
}

fn succeed(tx: &mut Tx<'_>, lane: &mut Lane, ended: &Ended) -> Result<()> {
    lane.advance();
    attempt::log(tx, ended, None)?;
    if ended.attempt.trigger == Trigger::Manual && lane.state == State::Stopped {
        let owner = base::Id::new(lane.owner);
        lane.state = if creators::is_silent(tx, owner)? {
            State::Silent
        } else {
            State::Enabled
        };
        note_enabled(tx, lane)?;
    }
    lane.trigger = Trigger::Schedule;
    Ok(())
}

/// A webhook that stopped is enabled by a manual retry that succeeds (contract webhooks.md §1).
fn note_enabled(tx: &mut Tx<'_>, lane: &Lane) -> Result<()> {
    let wall = tx.wall;
    tx.write(
        Kind::Delivery,
        "update webhooks set stopped_reason = null, changed_by = null, condition_since = $2
         where id = $1",
        &[&lane.webhook, &wall],
    )?;
    let entry = history::Entry {
        by: None,
        what: "enabled",
        before: None,
        after: Some("retry"),
    };
    history::insert(tx, (lane.account, lane.webhook), &entry)
}

/// The pause before an attempt that this server could not make (F14).
const PAUSE_WHEN_SHORT: Duration = Duration::from_secs(1);

fn fail(tx: &mut Tx<'_>, settings: &Settings, lane: &mut Lane, ended: &Ended) -> Result<()> {
    let exchange = &ended.exchange;
    let is_first_reuse = exchange.was_reused && !lane.was_reused;
    lane.was_reused |= exchange.was_reused;
    let mut gives_up = false;
    if exchange.outcome == Outcome::Interrupted && exchange.error.is_some() {
        // This server is out of something, such as file descriptors: no fault of the receiver's.
        // A manual attempt moves no plan.
        let plan = lane.planned_at.filter(|at| *at > tx.now);
        lane.planned_at = plan.or(Some(tx.now + PAUSE_WHEN_SHORT));
    } else if exchange.outcome == Outcome::Interrupted || is_first_reuse {
        // No step of the schedule: once more at once, if the lane is still open.
    } else {
        lane.failing = true;
        if ended.attempt.trigger == Trigger::Schedule && lane.state == State::Enabled {
            let chance = tx.chance().fraction();
            let now = tx.now;
            gives_up = lane.plan_after_failure(settings, now, exchange.retry_after, chance);
        } else if lane.planned_at.is_none() {
            lane.planned_at = (lane.state == State::Enabled).then_some(tx.now);
        }
    }
    if gives_up {
        lane.state = State::Stopped;
        queue::note_stop(tx, lane, "gave_up")?;
    }
    lane.trigger = Trigger::Schedule;
    let retry_at = lane.planned_at.map(|at| shown_at(tx, at));
    attempt::log(tx, ended, retry_at)
}

/// Writes down the attempt of a lane whose node is gone: nobody knows whether it arrived, and it
/// is no step of the schedule (extensions.md §4, `interrupted`).
pub(crate) fn interrupt(tx: &mut Tx<'_>, lane: &mut Lane) -> Result<()> {
    if lane.started_seq != Some(lane.head) {
        return Ok(());
    }
    let mut attempt = attempt::unprepared(tx, lane);
    let sql = "select payload_uri from webhooks where id = $1";
    let uri: Option<(String,)> = tx.row(sql, &[&lane.webhook])?;
    attempt.payload_uri = uri.map(|(uri,)| uri).unwrap_or_default();
    attempt.started_wall = shown_at(tx, lane.started_at.unwrap_or(tx.now));
    lane.attempts = attempt.number;
    let what = "The server stopped meanwhile.";
    let error = Some(format!("{what} {}", Outcome::Interrupted.remedy()));
    let exchange = Exchange {
        error,
        ..Exchange::begun()
    };
    let ended = Ended { attempt, exchange };
    attempt::log(tx, &ended, None)?;
    count(tx, &ended)
}

/// A moment of engine time as the wall will show it.
pub(crate) fn shown_at(reader: &store::Reader<'_>, at: EngineTime) -> WallTime {
    WallTime(reader.wall.0.saturating_add(at.0 - reader.now.0)).whole_seconds()
}

/// Adds the attempt to the webhook's hour and to the metrics.
fn count(tx: &mut Tx<'_>, ended: &Ended) -> Result<()> {
    let attempt = &ended.attempt;
    let outcome = ended.exchange.outcome;
    let delivered = i64::from(outcome == Outcome::Accepted);
    let hour = tx.wall.unix_seconds().div_euclid(3_600) * 3_600;
    tx.write(
        Kind::Delivery,
        "insert into webhook_hours (account_id, webhook_id, hour, delivered, failed)
         values ($1, $2, $3, $4, $5)
         on conflict (webhook_id, hour) do update set
           delivered = webhook_hours.delivered + excluded.delivered,
           failed = webhook_hours.failed + excluded.failed",
        &[
            &attempt.account,
            &attempt.webhook,
            &hour,
            &delivered,
            &(1 - delivered),
        ],
    )?;
    metrics::counter!("carillon_attempts_total", "outcome" => outcome.word()).increment(1);
    if delivered == 1 {
        metrics::counter!("carillon_payloads_delivered_total").increment(1);
    }
    if let Some(total) = ended.exchange.timings.total {
        metrics::histogram!("carillon_attempt_duration_seconds", "outcome" => outcome.word())
            .record(total.as_secs_f64());
    }
    Ok(())
}
