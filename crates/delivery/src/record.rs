//! From the records of a transaction to payloads in queues and marks on receivers.
//!
//! Words: *mark* = what last happened to a subject, not yet sent (row in `marks`).
//! The order is fixed so that no two transactions wait for each other: lanes by id, receivers by
//! id, then events, payloads, marks.
//! Never: writing another crate's table.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base::{Error, Id, Kind, Result, View, id, limits};
use sha2::{Digest, Sha256};
use store::{Announcement, Event, FromRow, Record, Row, Tx, Wake};

use crate::settings::Settings;
use crate::visible::{Creator, LeftOut};
use crate::{catalogue, queue, visible};

/// Takes the records of a transaction: the hook of `Db`.
///
/// `TooLarge` if an event's body would exceed what is ever sent (limit L9).
pub fn record(tx: &mut Tx<'_>, settings: &Settings, records: &[Record]) -> Result<()> {
    let (mut events, mut announcements) = (Vec::new(), Vec::new());
    for record in records {
        match record {
            Record::Event(event) => events.push(event),
            Record::Announcement(announcement) => announcements.push(announcement),
        }
    }
    let plan = plan(tx, &events)?;
    let open = queue::open_for(tx, settings, &plan.counts)?;
    let told = mark_receivers(tx, settings, &announcements)?;
    for (event, matches) in events.iter().zip(&plan.matches) {
        insert_payloads(tx, event, matches, &open)?;
        let category = catalogue::category(event.name).to_owned();
        metrics::counter!("carillon_events_recorded_total", "category" => category).increment(1);
    }
    for (order, (receiver, announcement)) in told.into_iter().enumerate() {
        upsert_mark(
            tx,
            receiver,
            announcement,
            Duration::from_micros(order as u64),
        )?;
    }
    Ok(())
}

/// A webhook that an event goes to.
struct Match {
    webhook: i64,
    webhook_name: String,
    /// The specific or the general name, as subscribed.
    sent_as: &'static str,
    view: View,
    /// Keys that are left out of `changes`.
    left_out: LeftOut,
}

/// Which webhooks get which events, and how many each.
#[derive(Default)]
struct Plan {
    matches: Vec<Vec<Match>>,
    counts: BTreeMap<i64, i64>,
}

fn plan(tx: &Tx<'_>, events: &[&Event]) -> Result<Plan> {
    let mut plan = Plan::default();
    for event in events {
        let matches = matches_of(tx, event)?;
        for found in &matches {
            *plan.counts.entry(found.webhook).or_default() += 1;
        }
        plan.matches.push(matches);
    }
    Ok(plan)
}

/// A subscription with what its creator is.
struct Subscriber {
    webhook: i64,
    webhook_name: String,
    subscribed: String,
    creator: Creator,
}

impl FromRow for Subscriber {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            webhook: row.get("webhook_id")?,
            webhook_name: row.get("webhook_name")?,
            subscribed: row.get("subscribed")?,
            creator: Creator {
                id: row.get("creator_id")?,
                role: row.get("role")?,
            },
        })
    }
}

/// At most one payload per change and webhook: the specific name wins over the general one.
fn matches_of(tx: &Tx<'_>, event: &Event) -> Result<Vec<Match>> {
    let general = catalogue::general(event.name);
    let mut names = vec![event.name.to_owned(), catalogue::WILDCARD.to_owned()];
    names.extend(general.map(str::to_owned));
    let subscribers: Vec<Subscriber> = tx.rows(
        "select s.webhook_id, s.name as subscribed, w.name as webhook_name, w.creator_id, u.role
         from subscriptions s
         join webhooks w on w.id = s.webhook_id
         join users u on u.id = w.creator_id
         where s.account_id = $1 and s.name {in $2}
         order by s.webhook_id",
        &[&tx.account()?, &names],
    )?;
    let mut matches: BTreeMap<i64, Match> = BTreeMap::new();
    for subscriber in subscribers {
        let is_general = Some(subscriber.subscribed.as_str()) == general;
        if is_general && matches.contains_key(&subscriber.webhook) {
            continue;
        }
        let (creator, view) = (subscriber.creator, subscriber.creator.role.view());
        if !visible::is_visible(tx, event, creator)? {
            continue;
        }
        let left_out = visible::left_out(tx, event, creator)?;
        let shown = visible::without(event, &left_out)?;
        if !visible::has_visible_change(&shown, event, view) {
            continue;
        }
        let sent_as = if is_general {
            general.unwrap_or(event.name)
        } else {
            event.name
        };
        let sent_as = static_name(sent_as)?;
        let Subscriber {
            webhook,
            webhook_name,
            ..
        } = subscriber;
        matches.insert(
            webhook,
            Match {
                webhook,
                webhook_name,
                sent_as,
                view,
                left_out,
            },
        );
    }
    Ok(matches.into_values().collect())
}

fn static_name(name: &str) -> Result<&'static str> {
    let known = catalogue::EVENTS.into_iter().find(|known| *known == name);
    known.ok_or_else(|| Error::internal(format!("{name} is not in the catalogue")))
}

/// A fingerprint of the texts that a body is made of; read at each attempt (F6).
pub(crate) fn checksum(changes: &str, object: &str) -> Vec<u8> {
    let mut digest = Sha256::new();
    digest.update(changes);
    digest.update([0]);
    digest.update(object);
    digest.finalize()[..16].to_vec()
}

/// The event, and a payload for each match. Whoever may not see all of its changes gets payloads
/// of an event of their own.
fn insert_payloads(
    tx: &mut Tx<'_>,
    event: &Event,
    matches: &[Match],
    open: &BTreeMap<i64, queue::Places>,
) -> Result<()> {
    let mut groups = BTreeMap::from([(LeftOut::new(), Vec::new())]);
    for found in matches {
        let group: &mut Vec<&Match> = groups.entry(found.left_out.clone()).or_default();
        group.push(found);
    }
    for (left_out, group) in groups {
        let shown = visible::without(event, &left_out)?;
        let event_id = insert_event(tx, &shown)?;
        for found in group {
            let Some(places) = open.get(&found.webhook) else {
                continue;
            };
            let is_limited = found.view == View::Limited && event.limited.is_some();
            let payload = queue::NewPayload {
                webhook: found.webhook,
                webhook_name: &found.webhook_name,
                event: Some(event_id),
                kind: found.sent_as,
                view: if is_limited { "limited" } else { "full" },
                created_at: tx.wall,
                redelivery_of: None,
            };
            queue::insert_payload(tx, places.take(), &payload)?;
        }
    }
    Ok(())
}

fn insert_event(tx: &mut Tx<'_>, event: &Event) -> Result<Id<id::Event>> {
    let size = event.full.changes.len() + event.full.object.len();
    if size > limits::PAYLOAD_BODY_BYTES_MAX {
        return Err(Error::TooLarge(format!(
            "The event of this change would have {size} bytes; at most {} are sent. Nothing was \
             changed; make the change smaller.",
            limits::PAYLOAD_BODY_BYTES_MAX
        )));
    }
    let (account, wall) = (tx.account()?, tx.wall);
    let limited = event.limited.as_ref();
    tx.insert(
        Kind::Delivery,
        "insert into events (account_id, type, created_at, subject_id, subject_url, changes,
           changes_limited, object, object_limited, checksum, checksum_limited)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        &[
            &account,
            &event.name,
            &wall,
            &event.subject,
            &event.url,
            &event.full.changes,
            &limited.map(|limited| limited.changes.clone()),
            &event.full.object,
            &limited.map(|limited| limited.object.clone()),
            &checksum(&event.full.changes, &event.full.object),
            &limited.map(|limited| checksum(&limited.changes, &limited.object)),
        ],
    )
}

/// Sets the round of each receiver that follows one of the subjects. The receivers are locked first,
/// in the order of their ids, so this stands before or after a round or a disable, never in
/// between. A round that began while this waited for it counts: rounds are an interval apart.
fn mark_receivers<'a>(
    tx: &mut Tx<'_>,
    settings: &Settings,
    announcements: &[&'a Announcement],
) -> Result<Vec<(i64, &'a Announcement)>> {
    if announcements.is_empty() {
        return Ok(Vec::new());
    }
    let users: BTreeSet<i64> = announcements.iter().map(|it| it.user.number()).collect();
    let users: Vec<i64> = users.into_iter().collect();
    let locked: Vec<(i64,)> = tx.rows(
        "select id from broadcast_receivers
         where account_id = $1 and creator_id {in $2} and state = 'enabled' and subjects <> ''
         order by id{for_update}",
        &[&tx.account()?, &users],
    )?;
    let locked: Vec<i64> = locked.into_iter().map(|(id,)| id).collect();
    let interval = base::time::micros(settings.broadcast_interval);
    let now = tx.now;
    let followers: Vec<(i64, i64, String)> = tx.write_returning(
        Kind::Delivery,
        "update broadcast_receivers set round_at = coalesce(round_at,
           case when last_round_at > $2 then last_round_at + $3 else $2 + $3 end)
         where id {in $1}
         returning id, creator_id, subjects",
        &[&locked, &now, &interval],
    )?;
    let mut told = Vec::new();
    for announcement in announcements {
        for (receiver, creator, subjects) in &followers {
            let follows = subjects
                .split(',')
                .any(|it| it == "*" || it == announcement.subject);
            if follows && *creator == announcement.user.number() {
                told.push((*receiver, *announcement));
            }
        }
    }
    Ok(told)
}

/// The latest wins. `order` tells the changes of one transaction apart: messages go out in the
/// order of their latest change (contract broadcasts.md §6).
fn upsert_mark(
    tx: &mut Tx<'_>,
    receiver: i64,
    announcement: &Announcement,
    order: Duration,
) -> Result<()> {
    let (account, now, wall) = (tx.account()?, tx.now + order, tx.wall);
    tx.write(
        Kind::Delivery,
        "insert into marks (account_id, receiver_id, subject, subject_key, url, last_event,
           changed_at, changed_wall, changes_count)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 1)
         on conflict (receiver_id, subject, subject_key) do update set
           url = excluded.url, last_event = excluded.last_event,
           changed_at = excluded.changed_at, changed_wall = excluded.changed_wall,
           changes_count = marks.changes_count + 1",
        &[
            &account,
            &receiver,
            &announcement.subject,
            &announcement.key,
            &announcement.url,
            &announcement.last_event,
            &now,
            &wall,
        ],
    )?;
    tx.write(
        Kind::Delivery,
        "update broadcast_receivers set changes_collected = changes_collected + 1 where id = $1",
        &[&receiver],
    )?;
    metrics::counter!("carillon_broadcast_changes_total").increment(1);
    tx.wake(Wake::Engine);
    Ok(())
}
