//! What a person can do to a payload: retry, skip, redeliver.
//!
//! Contract: webhooks.md §1 for retry; skip and redeliver are ours (docs/webhooks.md).
//! Never: changing an attempt that runs; its outcome decides first.

use std::pin::pin;
use std::sync::Arc;

use base::{Actor, Error, Id, Kind, PayloadId, Result, View, id};
use store::{Db, Recorded, Silence, Tx, Wake};
use tokio::sync::broadcast;

use super::{Payload, is_wider, peek};
use crate::lanes::{self, Trigger};
use crate::webhooks::{self, load_lane, require_active_creator, require_enabled};
use crate::{Settings, history, queue};

/// Attempts the failing head now. Nothing is added while an attempt runs. `not_failing` for any
/// other payload; `disabled` while the creator is deactivated.
pub fn retry(
    tx: &mut Tx<'_>,
    settings: &Settings,
    webhook: Id<id::Webhook>,
    payload: PayloadId,
) -> Result<Recorded<()>> {
    let found = webhooks::load(tx, webhook)?;
    let mut lane = load_lane(tx, webhook)?;
    let payload = peek(tx, settings, webhook, payload)?;
    require_active_creator(tx, &found)?;
    require_failing(&payload, lane.head)?;
    if lane.is_in_flight() {
        return Ok(tx.silent(Silence::Unchanged, ()));
    }
    lane.trigger = Trigger::Manual;
    lane.due_at = Some(tx.now);
    lanes::update(tx, &lane)?;
    note(tx, webhook, "retried", &payload)?;
    tx.wake(Wake::Engine);
    Ok(tx.silent(Silence::Integration, ()))
}

fn require_failing(payload: &Payload, head: i64) -> Result<()> {
    if payload.sequence == head && payload.state == "failing" {
        return Ok(());
    }
    let sentence = match payload.state.as_str() {
        "delivered" => "The payload is delivered. Redeliver it to send it once more.",
        "skipped" => "The payload is skipped. Redeliver it to send it after all.",
        _ => "The payload has not failed: it waits for its turn.",
    };
    Err(Error::conflict(
        Kind::WebhookPayload,
        "not_failing",
        sentence,
    ))
}

fn note(tx: &mut Tx<'_>, webhook: Id<id::Webhook>, what: &'static str, of: &Payload) -> Result<()> {
    let by = history::by(tx);
    let account = tx.account()?.number();
    let id = of.id.to_string();
    let entry = history::Entry {
        by,
        what,
        before: None,
        after: Some(&id),
    };
    history::insert(tx, (account, webhook.number()), &entry)
}

/// How a skip went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// The payload is skipped.
    Done,
    /// An attempt runs: ask again when the lane is settled.
    InFlight,
}

/// Takes the failing head out of the queue; the next payload gets a window of its own.
/// `not_failing` for any other payload.
pub fn skip(
    tx: &mut Tx<'_>,
    settings: &Settings,
    webhook: Id<id::Webhook>,
    payload: PayloadId,
    reason: Option<&str>,
) -> Result<Recorded<Skipped>> {
    webhooks::load(tx, webhook)?;
    let mut lane = load_lane(tx, webhook)?;
    let payload = peek(tx, settings, webhook, payload)?;
    require_failing(&payload, lane.head)?;
    if lane.is_in_flight() {
        return Ok(tx.silent(Silence::Unchanged, Skipped::InFlight));
    }
    let (by, wall) = (history::by(tx), tx.wall);
    tx.write(
        Kind::WebhookPayload,
        "update payloads set state = 'skipped', skipped_at = $3, skipped_by = $4,
           skip_reason = $5, ended_at = $3
         where webhook_id = $1 and seq = $2",
        &[&webhook, &payload.sequence, &wall, &by, &reason],
    )?;
    lane.advance();
    lane.plan_due(tx.now);
    lanes::update(tx, &lane)?;
    note(tx, webhook, "skipped", &payload)?;
    metrics::counter!("carillon_payloads_skipped_total").increment(1);
    tx.wake(Wake::Engine);
    Ok(tx.silent(Silence::Integration, Skipped::Done))
}

/// What a person wants skipped.
#[derive(Clone, Debug)]
pub struct Skip {
    pub settings: Arc<Settings>,
    pub webhook: Id<id::Webhook>,
    pub payload: PayloadId,
    /// Shown in the log; at most 255 characters.
    pub reason: Option<String>,
}

/// Skips as soon as no attempt runs: waits for the lane to be settled, until `patience` has run
/// out, which is one whole attempt; then `Unavailable`. It never ends a change under way, so
/// that a refusal means that nothing was skipped.
pub async fn skip_when_settled(
    db: &Db,
    actor: Actor,
    wish: &Skip,
    patience: impl Future<Output = ()>,
) -> Result<()> {
    let mut moved = db.wakes().lanes();
    let mut patience = pin!(patience);
    loop {
        let Skip {
            settings,
            webhook,
            payload,
            reason,
        } = wish.clone();
        let change =
            move |tx: &mut Tx<'_>| skip(tx, &settings, webhook, payload, reason.as_deref());
        if db.write(actor, change).await? == Skipped::Done {
            return Ok(());
        }
        tokio::select! {
            biased;
            () = lane_moved(&mut moved, webhook.number()) => {}
            () = &mut patience => return Err(Error::Unavailable(
                "An attempt of the payload still runs. Nothing was skipped; try again.".into(),
            )),
        }
    }
}

/// Waits until the lane moved. A listener that was too slow looks again, like one that was told.
async fn lane_moved(moved: &mut broadcast::Receiver<i64>, webhook: i64) {
    while let Ok(lane) = moved.recv().await {
        if lane == webhook {
            return;
        }
    }
}

/// Queues the same event once more, at the tail, as a payload of its own. `not_delivered` for
/// one that still waits; `disabled` on a webhook that is off; `NotFound` if the stored view is
/// wider than the creator's present role.
pub fn redeliver(
    tx: &mut Tx<'_>,
    settings: &Settings,
    webhook: Id<id::Webhook>,
    payload: PayloadId,
) -> Result<Recorded<Payload>> {
    let found = webhooks::load(tx, webhook)?;
    let lane = load_lane(tx, webhook)?;
    let original = peek(tx, settings, webhook, payload)?;
    if !matches!(original.state.as_str(), "delivered" | "skipped") {
        let sentence = "The payload is not delivered yet. Retry it, or wait for its turn.";
        return Err(Error::conflict(
            Kind::WebhookPayload,
            "not_delivered",
            sentence,
        ));
    }
    require_enabled(&found)?;
    require_view(tx, &found, &original)?;
    let (now, number) = (tx.now, webhook.number());
    let sql = "update lanes set next_seq = next_seq + 1, due_at = coalesce(due_at, $2)
               where webhook_id = $1";
    tx.write(Kind::Delivery, sql, &[&webhook, &now])?;
    // Locked, so that retention does not take the event away meanwhile.
    let event: Option<(Option<i64>, String)> = tx.row(
        "select event_id, webhook_name from payloads
         where webhook_id = $1 and seq = $2{for_update}",
        &[&webhook, &original.sequence],
    )?;
    let (event, name) = event.ok_or(Error::NotFound(Kind::WebhookPayload))?;
    let again = queue::NewPayload {
        webhook: number,
        webhook_name: &name,
        event: event.map(Id::new),
        kind: &original.event,
        view: if original.view == View::Limited {
            "limited"
        } else {
            "full"
        },
        created_at: original.created_at,
        redelivery_of: Some(original.id),
    };
    let id = queue::insert_payload(tx, lane.next_seq, &again)?;
    note(tx, webhook, "redelivered", &original)?;
    tx.wake(Wake::Engine);
    let queued = peek(tx, settings, webhook, id)?;
    Ok(tx.silent(Silence::Integration, queued))
}

fn require_view(tx: &Tx<'_>, webhook: &webhooks::Webhook, original: &Payload) -> Result<()> {
    let role: Option<(base::Role,)> =
        tx.row("select role from users where id = $1", &[&webhook.creator])?;
    let view = role.map_or(View::Limited, |(role,)| role.view());
    if is_wider(tx, original, view)? {
        Err(Error::NotFound(Kind::WebhookPayload))
    } else {
        Ok(())
    }
}
