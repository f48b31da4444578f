//! Rounds: what was collected for a receiver is taken, then sent once.
//!
//! Words: *round* = one sending of a receiver's marks; *message* = one POST of it.
//! The marks are deleted in the transaction that takes them, before the first byte goes out: a
//! crash loses the unsent messages of a round and never repeats one (promise I6).
//! Never: a retry; a record of outcomes (contract broadcasts.md §6).

use std::collections::{BTreeMap, BTreeSet};

use base::{EngineTime, Id, Kind, Result, Secret, id};
use store::{FromRow, Reader, Row, Tx};

use crate::settings::Settings;
use crate::signature::Message;

/// Messages to one receiver, sent one after the other.
#[derive(Clone, Debug)]
pub struct Round {
    pub receiver: Id<id::BroadcastReceiver>,
    pub name: String,
    pub payload_uri: String,
    pub secret: Secret<String>,
    pub started_at: EngineTime,
    /// The token of the round; none for a ping, which stands beside rounds.
    pub until: Option<EngineTime>,
    pub messages: Vec<Message>,
}

impl Round {
    /// No byte of a message may be written after this moment: the next round may start later, on
    /// another node too. A round that is not held up ends before.
    pub fn writes_until(&self, settings: &Settings) -> EngineTime {
        let count = u32::try_from(self.messages.len()).unwrap_or(u32::MAX);
        self.started_at + settings.broadcast_timeout * count
    }
}

/// How a round ended, as far as anybody wants to know.
#[derive(Clone, Debug)]
pub struct RoundEnded {
    pub receiver: Id<id::BroadcastReceiver>,
    pub until: Option<EngineTime>,
    /// Messages that went out, whatever became of them.
    pub sent_count: i64,
    /// Whether the last message was accepted: a hint for fairness.
    pub accepted: bool,
}

/// The rounds under way on this node, and whose last message failed (limit L10).
#[derive(Clone, Debug)]
pub(crate) struct Load {
    cap: usize,
    under_way: BTreeMap<i64, usize>,
    failed: BTreeSet<i64>,
}

impl Load {
    pub(crate) fn new(cap: usize) -> Self {
        Self {
            cap,
            under_way: BTreeMap::new(),
            failed: BTreeSet::new(),
        }
    }

    pub(crate) fn under_way_count(&self) -> usize {
        self.under_way.values().sum()
    }

    /// Receivers that fail use at most a quarter of the places.
    fn has_room_for(&self, receiver: i64) -> bool {
        let failing = self
            .under_way
            .iter()
            .filter(|(id, _)| self.failed.contains(id));
        let failing: usize = failing.map(|(_, count)| count).sum();
        self.under_way_count() < self.cap
            && (!self.failed.contains(&receiver) || failing < (self.cap / 4).max(1))
    }

    fn begin(&mut self, receiver: i64) {
        *self.under_way.entry(receiver).or_default() += 1;
    }

    pub(crate) fn end(&mut self, ended: &RoundEnded) {
        let receiver = ended.receiver.number();
        if let Some(count) = self.under_way.get_mut(&receiver) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(&receiver);
            }
        }
        if ended.accepted {
            self.failed.remove(&receiver);
        } else {
            self.failed.insert(receiver);
        }
    }

    /// Receivers for which there is no place now.
    fn full_for(&self) -> Vec<i64> {
        self.failed
            .iter()
            .copied()
            .filter(|receiver| !self.has_room_for(*receiver))
            .collect()
    }
}

struct Due {
    id: i64,
    account: i64,
    name: String,
    payload_uri: String,
    sealed_secret: Vec<u8>,
}

impl FromRow for Due {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            account: row.get("account_id")?,
            name: row.get("name")?,
            payload_uri: row.get("payload_uri")?,
            sealed_secret: row.get("sealed_secret")?,
        })
    }
}

const COLUMNS: &str = "id, account_id, name, payload_uri, sealed_secret";

/// What a turn took.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) rounds: Vec<Round>,
    /// Whether more may be due than one turn looks at.
    pub(crate) has_more: bool,
}

/// Takes the pings and rounds that are due, the longest waiting first, as far as there is room.
/// A receiver that another transaction works on is passed over, as lanes are.
pub(crate) fn take_due(
    tx: &mut Tx<'_>,
    settings: &Settings,
    node: &str,
    load: &mut Load,
) -> Result<Taken> {
    let mut rounds = Vec::new();
    if load.under_way_count() >= load.cap {
        return Ok(Taken::default());
    }
    let full = load.full_for();
    let pinged: Vec<Due> = tx.rows(
        &format!(
            "select {COLUMNS} from broadcast_receivers
             where ping_at <= $1 and not (id {{in $2}}) order by ping_at limit $3
             {{for_update_skip_locked}}"
        ),
        &[&tx.now, &full, &ROUNDS_MAX],
    )?;
    for due in pinged {
        if !load.has_room_for(due.id) {
            continue;
        }
        let sql = "update broadcast_receivers set ping_at = null where id = $1";
        tx.write(Kind::Delivery, sql, &[&due.id])?;
        let Some(secret) = secret_of(tx, &due) else {
            continue;
        };
        let ping = ping_message(tx, due.id);
        load.begin(due.id);
        rounds.push(round(tx, due, secret, vec![ping], None));
    }
    // A round of a failing receiver may take the last place, so the room is asked for each.
    let collected: Vec<Due> = tx.rows(
        &format!(
            "select {COLUMNS} from broadcast_receivers
             where round_at <= $1 and (round_until is null or round_until <= $1)
               and not (id {{in $2}}) order by round_at limit $3
             {{for_update_skip_locked}}"
        ),
        &[&tx.now, &full, &ROUNDS_MAX],
    )?;
    for due in collected {
        if load.has_room_for(due.id) {
            let (receiver, taken) = (due.id, take_round(tx, settings, node, due)?);
            if let Some(taken) = taken {
                load.begin(receiver);
                rounds.push(taken);
            }
        }
    }
    let has_more = i64::try_from(rounds.len()).unwrap_or(i64::MAX) >= ROUNDS_MAX;
    Ok(Taken { rounds, has_more })
}

/// Rounds that one turn takes: a bound, so that a turn stays short.
const ROUNDS_MAX: i64 = 64;

fn take_round(tx: &mut Tx<'_>, settings: &Settings, node: &str, due: Due) -> Result<Option<Round>> {
    let mut messages: Vec<Message> = tx.write_returning(
        Kind::Delivery,
        "delete from marks where receiver_id = $1 and account_id = $2
         returning last_event, subject, url, changed_at",
        &[&due.id, &due.account],
    )?;
    messages.sort_by_key(|message| message.changed_at);
    let whole = settings.broadcast_timeout * u32::try_from(messages.len()).unwrap_or(u32::MAX);
    let until = tx.now + whole + settings.lease.grace;
    let (now, wall) = (tx.now, tx.wall);
    tx.write(
        Kind::Delivery,
        "update broadcast_receivers set round_at = null, last_round_at = $2, last_round_wall = $3,
           round_until = $4, node = $5
         where id = $1",
        &[&due.id, &now, &wall, &until, &node],
    )?;
    metrics::counter!("carillon_broadcast_rounds_total").increment(1);
    let secret = secret_of(tx, &due);
    Ok(secret.map(|secret| round(tx, due, secret, messages, Some(until))))
}

impl FromRow for Message {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            last_event: row.get("last_event")?,
            subject: row.get("subject")?,
            url: row.get("url")?,
            changed_at: row.get("changed_at")?,
        })
    }
}

fn ping_message(tx: &Tx<'_>, receiver: i64) -> Message {
    Message {
        last_event: "broadcast_receiver.ping".to_owned(),
        subject: "broadcast_receiver".to_owned(),
        url: format!("{}/broadcast_receivers/{receiver}", tx.api()),
        changed_at: tx.now,
    }
}

/// The secret of a receiver; none if it is damaged. Then its messages cannot be signed and are
/// dropped: one receiver does not hold up the turn of all.
fn secret_of(tx: &Tx<'_>, due: &Due) -> Option<Secret<String>> {
    let place = secret_place(due.id);
    let opened = tx.master_key().open(&due.sealed_secret, &place);
    opened
        .inspect_err(|error| {
            tracing::error!(event = "receiver_secret_damaged", receiver = due.id, %error);
        })
        .ok()
}

fn round(
    tx: &Tx<'_>,
    due: Due,
    secret: Secret<String>,
    messages: Vec<Message>,
    until: Option<EngineTime>,
) -> Round {
    Round {
        receiver: Id::new(due.id),
        name: due.name,
        payload_uri: due.payload_uri,
        secret,
        started_at: tx.now,
        until,
        messages,
    }
}

/// Where a receiver's secret is sealed to.
pub(crate) fn secret_place(receiver: i64) -> String {
    format!("broadcast_receivers.sealed_secret:{receiver}")
}

/// Ends a round, so that the next may start; a round that another node took over is not ours.
pub(crate) fn settle(tx: &mut Tx<'_>, node: &str, ended: &RoundEnded) -> Result<()> {
    let receiver = ended.receiver;
    let sent = ended.sent_count;
    let sql = "update broadcast_receivers set messages_sent = messages_sent + $2 where id = $1";
    tx.write(Kind::Delivery, sql, &[&receiver, &sent])?;
    if let Some(until) = ended.until {
        tx.write(
            Kind::Delivery,
            "update broadcast_receivers set round_until = null, node = null
             where id = $1 and round_until = $2 and node = $3",
            &[&receiver, &until, &node],
        )?;
    }
    metrics::counter!("carillon_broadcast_messages_total").increment(sent.unsigned_abs());
    Ok(())
}

/// The next moment after now at which a round is due. A round that is due and waits for the one
/// before it is taken when that one ends, or when its time is over.
pub(crate) fn next_due(reader: &Reader<'_>) -> Result<Option<EngineTime>> {
    let sql = "select min(due_at) from (
        select min(round_at) as due_at from broadcast_receivers where round_at > $1
        union all
        select min(ping_at) from broadcast_receivers where ping_at > $1
        union all
        select min(round_until) from broadcast_receivers
        where round_at <= $1 and round_until > $1) as rounds";
    let row: Option<(Option<EngineTime>,)> = reader.row(sql, &[&reader.now])?;
    Ok(row.and_then(|(due,)| due))
}
