//! Changes of what a webhook is: name, address, events, secret.
//!
//! Payloads already queued stay; they go to the new address, signed with the new secret
//! (contract webhooks.md §1).
//! Never: its state.

use base::{Id, Kind, Result, Secret, id, text};
use store::{Recorded, Silence, Tx};

use super::create::subscribe;
use super::{Webhook, distinct, draw_secret, load};
use crate::address::Target;
use crate::{attempt, history};

/// What an edit changes; none leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    pub name: Option<String>,
    pub target: Option<Target>,
}

/// Changes name and address.
pub fn edit(tx: &mut Tx<'_>, webhook: Id<id::Webhook>, edit: &Edit) -> Result<Recorded<Webhook>> {
    let before = load(tx, webhook)?;
    let name = edit.name.clone().unwrap_or_else(|| before.name.clone());
    let target = edit.target.as_ref();
    let payload_uri = target
        .map_or(before.payload_uri.as_str(), Target::as_str)
        .to_owned();
    if name == before.name && payload_uri == before.payload_uri {
        return Ok(tx.silent(Silence::Unchanged, before));
    }
    tx.write(
        Kind::Webhook,
        "update webhooks set name = $2, name_folded = $3, payload_uri = $4 where id = $1",
        &[&webhook, &name, &text::fold(&name), &payload_uri],
    )?;
    if let Some(target) = target {
        let sql = "update lanes set host = $2 where webhook_id = $1";
        tx.write(Kind::Delivery, sql, &[&webhook, &target.host_key()])?;
    }
    let told = |name: &str, uri: &str| format!("{name} → {uri}");
    let (old, new) = (
        told(&before.name, &before.payload_uri),
        told(&name, &payload_uri),
    );
    note(tx, webhook, "edited", (&old, &new))?;
    let after = load(tx, webhook)?;
    Ok(tx.silent(Silence::Integration, after))
}

/// Subscribes to further events; those subscribed already are ignored.
pub fn add_events(
    tx: &mut Tx<'_>,
    webhook: Id<id::Webhook>,
    events: &[String],
) -> Result<Recorded<Webhook>> {
    let before = load(tx, webhook)?;
    let mut wanted = before.events.clone();
    wanted.extend(events.iter().cloned());
    save_events(tx, before, &distinct(&wanted))
}

/// Ends subscriptions; the wildcard is a name like any other and is not narrowed.
pub fn remove_events(
    tx: &mut Tx<'_>,
    webhook: Id<id::Webhook>,
    events: &[String],
) -> Result<Recorded<Webhook>> {
    let before = load(tx, webhook)?;
    let kept = before.events.iter().filter(|name| !events.contains(name));
    let kept: Vec<String> = kept.cloned().collect();
    save_events(tx, before, &kept)
}

fn save_events(tx: &mut Tx<'_>, before: Webhook, events: &[String]) -> Result<Recorded<Webhook>> {
    if events == before.events.as_slice() {
        return Ok(tx.silent(Silence::Unchanged, before));
    }
    let webhook = before.id;
    let sql = "update webhooks set events = $2 where id = $1";
    tx.write(Kind::Webhook, sql, &[&webhook, &events.join(",")])?;
    tx.write(
        Kind::Webhook,
        "delete from subscriptions where webhook_id = $1",
        &[&webhook],
    )?;
    subscribe(tx, webhook, events)?;
    note(
        tx,
        webhook,
        "events",
        (&before.events.join(","), &events.join(",")),
    )?;
    let after = load(tx, webhook)?;
    Ok(tx.silent(Silence::Integration, after))
}

/// Replaces the secret; later attempts, retries of old payloads too, are signed with the new one.
pub fn reroll_secret(
    tx: &mut Tx<'_>,
    webhook: Id<id::Webhook>,
) -> Result<Recorded<Secret<String>>> {
    load(tx, webhook)?;
    let (sealed, secret) = draw_secret(tx, &attempt::secret_place(webhook.number()));
    let (key, wall) = (tx.master_key().id().to_owned(), tx.wall);
    tx.write(
        Kind::Webhook,
        "update webhooks set sealed_secret = $2, key_id = $3, secret_created_at = $4
         where id = $1",
        &[&webhook, &sealed, &key, &wall],
    )?;
    note(tx, webhook, "secret", ("", ""))?;
    Ok(tx.silent(Silence::Integration, secret))
}

/// Appends to the history in the name of the actor.
pub(super) fn note(
    tx: &mut Tx<'_>,
    webhook: Id<id::Webhook>,
    what: &'static str,
    (before, after): (&str, &str),
) -> Result<()> {
    let given = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let by = history::by(tx);
    let account = tx.account()?.number();
    let entry = history::Entry {
        by,
        what,
        before: given(before),
        after: given(after),
    };
    history::insert(tx, (account, webhook.number()), &entry)
}
