//! How payloads join the queues of their webhooks.
//!
//! Sequence numbers come from the lane's row under its lock, in the event's transaction: so their
//! order is the order of commits.
//! Never: deciding who gets an event; sending.

use std::cell::Cell;
use std::collections::BTreeMap;

use base::{Id, Kind, PayloadId, Result, WallTime, id};
use store::{Tx, Wake};

use crate::history;
use crate::lanes::{self, Lane, State};
use crate::settings::Settings;

/// The sequence numbers that a transaction was given in one lane, handed out in order.
#[derive(Debug)]
pub(crate) struct Places(Cell<i64>);

impl Places {
    pub(crate) fn take(&self) -> i64 {
        self.0.replace(self.0.get() + 1)
    }
}

/// Takes places in the lanes that are open, locked in the order of their ids. A lane that would
/// hold more than limit L29 allows stops instead. What is not in the answer gets nothing.
pub(crate) fn open_for(
    tx: &mut Tx<'_>,
    settings: &Settings,
    counts: &BTreeMap<i64, i64>,
) -> Result<BTreeMap<i64, Places>> {
    let webhooks: Vec<i64> = counts.keys().copied().collect();
    if webhooks.is_empty() {
        return Ok(BTreeMap::new());
    }
    let open: Vec<(i64, i64, i64)> = tx.rows(
        "select webhook_id, head, next_seq from lanes
         where webhook_id {in $1} and state = 'enabled' order by webhook_id{for_update}",
        &[&webhooks],
    )?;
    let mut places = BTreeMap::new();
    let mut widths: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (webhook, head, next_seq) in open {
        let count = counts[&webhook];
        if next_seq - head + count > settings.waiting_max {
            stop(tx, webhook, "backlog_full")?;
            continue;
        }
        places.insert(webhook, Places(Cell::new(next_seq)));
        widths.entry(count).or_default().push(webhook);
    }
    for (count, webhooks) in widths {
        let now = tx.now;
        tx.write(
            Kind::Delivery,
            "update lanes set next_seq = next_seq + $2, due_at = coalesce(due_at, $3)
             where webhook_id {in $1}",
            &[&webhooks, &count, &now],
        )?;
    }
    tx.wake(Wake::Engine);
    Ok(places)
}

/// Stops a lane for a reason that its status shows; an attempt under way may end.
pub(crate) fn stop(tx: &mut Tx<'_>, webhook: i64, reason: &'static str) -> Result<()> {
    let Some(mut lane) = lanes::load(tx, webhook)? else {
        return Ok(());
    };
    lane.shut(State::Stopped, tx.now);
    lanes::update(tx, &lane)?;
    note_stop(tx, &lane, reason)
}

/// Writes down that a lane stopped.
pub(crate) fn note_stop(tx: &mut Tx<'_>, lane: &Lane, reason: &'static str) -> Result<()> {
    let wall = tx.wall;
    tx.write(
        Kind::Delivery,
        "update webhooks set stopped_reason = $2, changed_by = null, condition_since = $3
         where id = $1",
        &[&lane.webhook, &reason, &wall],
    )?;
    let entry = history::Entry {
        by: None,
        what: "stopped",
        before: None,
        after: Some(reason),
    };
    history::insert(tx, (lane.account, lane.webhook), &entry)
}

/// A payload that joins a queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewPayload<'p> {
    pub(crate) webhook: i64,
    pub(crate) webhook_name: &'p str,
    /// None for a ping.
    pub(crate) event: Option<Id<id::Event>>,
    pub(crate) kind: &'p str,
    pub(crate) view: &'p str,
    /// Time of the event.
    pub(crate) created_at: WallTime,
    pub(crate) redelivery_of: Option<PayloadId>,
}

/// Puts a payload at its place.
pub(crate) fn insert_payload(
    tx: &mut Tx<'_>,
    place: i64,
    new: &NewPayload<'_>,
) -> Result<PayloadId> {
    let id = tx.chance().payload_id();
    let (account, wall) = (tx.account()?, tx.wall);
    tx.write(
        Kind::Delivery,
        "insert into payloads (account_id, webhook_id, seq, id, event_id, type, view, webhook_name,
           state, created_at, queued_at, attempts_count, redelivery_of)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', $9, $10, 0, $11)",
        &[
            &account,
            &new.webhook,
            &place,
            &id,
            &new.event,
            &new.kind,
            &new.view,
            &new.webhook_name,
            &new.created_at,
            &wall,
            &new.redelivery_of,
        ],
    )?;
    metrics::counter!("carillon_payloads_queued_total").increment(1);
    Ok(id)
}
