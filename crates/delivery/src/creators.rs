//! What becomes of webhooks and receivers when their creator is deactivated, comes back or goes.
//!
//! Contract: webhooks.md §5, rule 4; broadcasts.md §5.
//! Never: the user's own state; that is the users' slice's.

use base::{Id, Kind, Result, id};
use store::{Reader, Recorded, Silence, Tx, Wake};

use crate::lanes::{self, State, Trigger};
use crate::{receivers, webhooks};

/// Whether the creator is deactivated or suspended.
pub(crate) fn is_silent(reader: &Reader<'_>, user: Id<id::User>) -> Result<bool> {
    let sql = "select count(*) from users where id = $1 and state in ('disabled', 'suspended')";
    Ok(reader.number(sql, &[&user])? > 0)
}

/// The lanes of a user, all locked and then read: what enables or disables one of them has ended
/// or waits, so no state changes behind this.
fn lanes_of(tx: &Tx<'_>, user: Id<id::User>) -> Result<Vec<lanes::Lane>> {
    let owned: Vec<(i64,)> = tx.rows(
        "select webhook_id from lanes where owner_id = $1 order by webhook_id{for_update}",
        &[&user],
    )?;
    let mut found = Vec::new();
    for (webhook,) in owned {
        found.extend(lanes::load(tx, webhook)?);
    }
    Ok(found)
}

/// The same for receivers.
fn lock_receivers(tx: &Tx<'_>, user: Id<id::User>) -> Result<()> {
    let sql = "select id from broadcast_receivers where creator_id = $1 order by id{for_update}";
    let _: Vec<(i64,)> = tx.rows(sql, &[&user])?;
    Ok(())
}

/// Silences what is enabled: queues are kept, marks dropped. The user's row is locked before.
pub fn silence(tx: &mut Tx<'_>, user: Id<id::User>) -> Result<Recorded<()>> {
    for mut lane in lanes_of(tx, user)? {
        let state = lane.state;
        if state == State::Enabled {
            lane.shut(State::Silent, tx.now);
            lanes::update(tx, &lane)?;
            set_condition(tx, lane.webhook)?;
            tx.wake(Wake::Lane(lane.webhook));
        } else if lane.trigger == Trigger::Manual {
            // What is off already was asked for a retry.
            lane.shut(state, tx.now);
            lanes::update(tx, &lane)?;
        }
        tx.wake(Wake::Stop(lane.webhook, tx.now));
    }
    lock_receivers(tx, user)?;
    tx.write(
        Kind::BroadcastReceiver,
        "update broadcast_receivers set state = 'silent', round_at = null, ping_at = null
         where creator_id = $1 and state = 'enabled'",
        &[&user],
    )?;
    tx.write(
        Kind::Delivery,
        "delete from marks
         where receiver_id in (select id from broadcast_receivers where creator_id = $1)",
        &[&user],
    )?;
    Ok(tx.silent(Silence::Integration, ()))
}

/// Lets what fell silent go on, as enabling would; what was disabled or stopped stays so.
pub fn resume(tx: &mut Tx<'_>, user: Id<id::User>) -> Result<Recorded<()>> {
    let lanes = lanes_of(tx, user)?;
    for mut lane in lanes.into_iter().filter(|it| it.state == State::Silent) {
        lane.state = State::Enabled;
        lane.open_window();
        lane.failing = false;
        lane.plan_due(tx.now);
        lanes::update(tx, &lane)?;
        set_condition(tx, lane.webhook)?;
    }
    lock_receivers(tx, user)?;
    tx.write(
        Kind::BroadcastReceiver,
        "update broadcast_receivers set state = 'enabled'
         where creator_id = $1 and state = 'silent'",
        &[&user],
    )?;
    tx.wake(Wake::Engine);
    Ok(tx.silent(Silence::Integration, ()))
}

/// Deletes the webhooks and receivers of a user who is being deleted.
pub fn remove(tx: &mut Tx<'_>, user: Id<id::User>) -> Result<Recorded<()>> {
    let mut done = tx.silent(Silence::Integration, ());
    for lane in lanes_of(tx, user)? {
        done = done.and(webhooks::delete(tx, Id::new(lane.webhook))?);
    }
    let sql = "select id from broadcast_receivers where creator_id = $1 order by id{for_update}";
    let owned: Vec<(Id<id::BroadcastReceiver>,)> = tx.rows(sql, &[&user])?;
    for (receiver,) in owned {
        done = done.and(receivers::delete(tx, receiver)?);
    }
    Ok(done)
}

fn set_condition(tx: &mut Tx<'_>, webhook: i64) -> Result<()> {
    let wall = tx.wall;
    let sql = "update webhooks set condition_since = $2 where id = $1";
    tx.write(Kind::Webhook, sql, &[&webhook, &wall])?;
    Ok(())
}
