//! How a webhook comes to be: with a secret, a lane, and a ping on its way.
//!
//! Never: checking where its address leads; that needs the network and comes before.

use base::{Error, Id, Kind, Result, Secret, id, text};
use store::{Recorded, Silence, Tx, Wake};

use super::state::require_active;
use super::{Webhook, distinct, draw_secret, load};
use crate::address::Target;
use crate::settings::Settings;
use crate::{attempt, catalogue, history, lanes, queue};

/// What a webhook is made of.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    pub name: String,
    pub target: Target,
    /// Known names, see `check_events`.
    pub events: Vec<String>,
}

/// A webhook that was just made; the secret is shown this once.
#[derive(Clone, Debug)]
pub struct Created {
    pub webhook: Webhook,
    pub secret: Secret<String>,
}

/// Makes an enabled webhook of the acting user and queues its first ping. Contract:
/// webhooks.md §1. `reached_webhook_limit` at limit L24.
pub fn create(tx: &mut Tx<'_>, settings: &Settings, new: &NewWebhook) -> Result<Recorded<Created>> {
    let (account, creator, wall) = (tx.account()?, tx.user()?, tx.wall);
    let count = tx.number(
        "select count(*) from webhooks w where w.account_id = $1",
        &[&account],
    )?;
    if count >= settings.webhooks_per_account_max {
        return Err(Error::conflict(
            Kind::Webhook,
            "reached_webhook_limit",
            format!("The account has {count} webhooks, as many as it may. Delete one first."),
        ));
    }
    let events = distinct(&new.events);
    let id: Id<id::Webhook> = tx.insert(
        Kind::Webhook,
        "insert into webhooks (account_id, creator_id, name, name_folded, payload_uri, events,
           sealed_secret, key_id, secret_created_at, condition_since, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9) returning id",
        &[
            &account,
            &creator,
            &new.name,
            &text::fold(&new.name),
            &new.target.as_str(),
            &events.join(","),
            &Vec::<u8>::new(),
            &tx.master_key().id().to_owned(),
            &wall,
        ],
    )?;
    // Asked only now: the new row waits for a deactivation that is under way.
    require_active(tx, creator)?;
    let (sealed, secret) = draw_secret(tx, &attempt::secret_place(id.number()));
    let sql = "update webhooks set sealed_secret = $2 where id = $1";
    tx.write(Kind::Webhook, sql, &[&id, &sealed])?;
    subscribe(tx, id, &events)?;
    insert_lane(tx, id, creator, &new.target)?;
    queue_ping(tx, id, &new.name)?;
    let entry = history::Entry {
        by: Some(creator),
        what: "created",
        before: None,
        after: None,
    };
    history::insert(tx, (account.number(), id.number()), &entry)?;
    let created = Created {
        webhook: load(tx, id)?,
        secret,
    };
    Ok(tx.silent(Silence::Integration, created))
}

/// Writes subscriptions, which matching reads.
pub(super) fn subscribe(
    tx: &mut Tx<'_>,
    webhook: Id<id::Webhook>,
    events: &[String],
) -> Result<()> {
    let account = tx.account()?;
    for name in events {
        tx.write(
            Kind::Webhook,
            "insert into subscriptions (account_id, name, webhook_id) values ($1, $2, $3)
             on conflict do nothing",
            &[&account, name, &webhook],
        )?;
    }
    Ok(())
}

fn insert_lane(
    tx: &mut Tx<'_>,
    webhook: Id<id::Webhook>,
    owner: Id<id::User>,
    target: &Target,
) -> Result<()> {
    let account = tx.account()?;
    tx.write(
        Kind::Delivery,
        "insert into lanes (webhook_id, account_id, owner_id, host, state, head, next_seq, step,
           attempts, failing, trigger, epoch, was_reused)
         values ($1, $2, $3, $4, 'enabled', 1, 1, 0, 0, 0, 'schedule', 0, 0)",
        &[&webhook, &account, &owner, &target.host_key()],
    )?;
    Ok(())
}

/// Puts a ping at the end of an enabled lane's queue.
pub(super) fn queue_ping(tx: &mut Tx<'_>, webhook: Id<id::Webhook>, name: &str) -> Result<()> {
    let number = webhook.number();
    let lane = lanes::load(tx, number)?.ok_or(Error::NotFound(Kind::Webhook))?;
    let (now, wall) = (tx.now, tx.wall);
    let sql = "update lanes set next_seq = next_seq + 1, due_at = coalesce(due_at, $2)
               where webhook_id = $1";
    tx.write(Kind::Delivery, sql, &[&webhook, &now])?;
    let ping = queue::NewPayload {
        webhook: number,
        webhook_name: name,
        event: None,
        kind: catalogue::PING,
        view: "full",
        created_at: wall,
        redelivery_of: None,
    };
    queue::insert_payload(tx, lane.next_seq, &ping)?;
    tx.wake(Wake::Engine);
    Ok(())
}
