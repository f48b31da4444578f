//! What switches a webhook on and off, and what asks whether its receiver is there.
//!
//! After the answer to `disable` and `delete` no first byte of an earlier attempt goes out
//! (promise I8): the stop reaches this node's gate before the answer leaves.
//! Never: ending a connection; what was begun may end.

use base::{Error, Id, Kind, Result, id, limits};
use store::{Recorded, Silence, Tx, Wake};

use super::create::queue_ping;
use super::edit::note;
use super::{Webhook, load};
use crate::lanes::{self, State, Trigger};
use crate::{catalogue, creators};

/// Switches a webhook off; its queue is kept, and nothing joins it meanwhile.
pub fn disable(tx: &mut Tx<'_>, webhook: Id<id::Webhook>) -> Result<Recorded<()>> {
    let found = load(tx, webhook)?;
    let mut lane = load_lane(tx, webhook)?;
    if matches!(found.state, State::Disabled | State::Stopped) {
        // A retry may wait, and an attempt may be under way since before it stopped.
        if lane.trigger == Trigger::Manual {
            lane.shut(found.state, tx.now);
            lanes::update(tx, &lane)?;
        }
        tx.wake(Wake::Stop(webhook.number(), tx.now));
        return Ok(tx.silent(Silence::Integration, ()));
    }
    lane.shut(State::Disabled, tx.now);
    lanes::update(tx, &lane)?;
    set_condition(tx, webhook)?;
    note(tx, webhook, "disabled", ("", ""))?;
    tx.wake(Wake::Stop(webhook.number(), tx.now));
    tx.wake(Wake::Lane(webhook.number()));
    Ok(tx.silent(Silence::Integration, ()))
}

/// Switches a webhook on: the kept queue goes on at once, with a fresh window. While its creator
/// is deactivated it waits in silence for the activation.
pub fn enable(tx: &mut Tx<'_>, webhook: Id<id::Webhook>) -> Result<Recorded<()>> {
    let found = load(tx, webhook)?;
    if matches!(found.state, State::Enabled | State::Silent) {
        return Ok(tx.silent(Silence::Unchanged, ()));
    }
    // In this order: a deactivation that this waits for is seen.
    let mut lane = load_lane(tx, webhook)?;
    let is_silent = creators::is_silent(tx, found.creator)?;
    lane.state = if is_silent {
        State::Silent
    } else {
        State::Enabled
    };
    lane.open_window();
    lane.failing = false;
    lane.plan_due(tx.now);
    lanes::update(tx, &lane)?;
    set_condition(tx, webhook)?;
    note(tx, webhook, "enabled", ("", ""))?;
    tx.wake(Wake::Engine);
    Ok(tx.silent(Silence::Integration, ()))
}

fn set_condition(tx: &mut Tx<'_>, webhook: Id<id::Webhook>) -> Result<()> {
    let (by, wall) = (crate::history::by(tx), tx.wall);
    tx.write(
        Kind::Webhook,
        "update webhooks set stopped_reason = null, changed_by = $2, condition_since = $3
         where id = $1",
        &[&webhook, &by, &wall],
    )?;
    Ok(())
}

pub(crate) fn load_lane(tx: &Tx<'_>, webhook: Id<id::Webhook>) -> Result<lanes::Lane> {
    lanes::load(tx, webhook.number())?.ok_or(Error::NotFound(Kind::Webhook))
}

/// Queues a ping. `disabled` on `base` while the webhook is off, its creator deactivated, or 100
/// pings wait already (limit L29).
pub fn ping(tx: &mut Tx<'_>, webhook: Id<id::Webhook>) -> Result<Recorded<()>> {
    let found = load(tx, webhook)?;
    require_enabled(&found)?;
    let waiting = tx.number(
        "select count(*) from payloads p where p.webhook_id = $1 and p.type = $2
           and p.seq >= (select head from lanes where webhook_id = $1)",
        &[&webhook, &catalogue::PING],
    )?;
    if waiting >= limits::WAITING_PINGS_MAX {
        return Err(refused(&format!(
            "{waiting} pings wait already. Look at the webhook's status to see why they wait."
        )));
    }
    queue_ping(tx, webhook, &found.name)?;
    Ok(tx.silent(Silence::Integration, ()))
}

/// `disabled` on `base` unless the webhook is on and its creator active.
pub(crate) fn require_enabled(webhook: &Webhook) -> Result<()> {
    match webhook.state {
        State::Enabled => Ok(()),
        State::Silent => Err(refused(
            "The webhook's creator is deactivated. Activate the user first.",
        )),
        State::Disabled | State::Stopped => {
            Err(refused("The webhook is disabled. Enable it first."))
        }
    }
}

/// `disabled` on `base` while the webhook's creator is deactivated, whatever its own state.
pub(crate) fn require_active_creator(tx: &Tx<'_>, webhook: &Webhook) -> Result<()> {
    require_active(tx, webhook.creator)
}

/// `disabled` on `base` while this user is deactivated.
pub(crate) fn require_active(tx: &Tx<'_>, creator: Id<id::User>) -> Result<()> {
    if creators::is_silent(tx, creator)? {
        Err(refused(
            "The webhook's creator is deactivated. Activate the user first.",
        ))
    } else {
        Ok(())
    }
}

fn refused(sentence: &str) -> Error {
    Error::conflict(Kind::Webhook, "disabled", sentence)
}

/// Deletes a webhook: lane, subscriptions and secret at once, its log in turns of retention.
pub fn delete(tx: &mut Tx<'_>, webhook: Id<id::Webhook>) -> Result<Recorded<()>> {
    load(tx, webhook)?;
    for sql in [
        "delete from subscriptions where webhook_id = $1",
        "delete from lanes where webhook_id = $1",
        "delete from webhooks where id = $1",
    ] {
        tx.write(Kind::Webhook, sql, &[&webhook])?;
    }
    tx.wake(Wake::Stop(webhook.number(), tx.now));
    tx.wake(Wake::Lane(webhook.number()));
    Ok(tx.silent(Silence::Integration, ()))
}
