//! One HTTP exchange for a payload: how it is prepared, and how it is written down.
//!
//! Words: *attempt*; *settle* = write an attempt's outcome and what follows from it.
//! Never: waiting; opening a connection.

use std::time::Duration;

use base::{EngineTime, Error, Kind, PayloadId, Result, WallTime, limits};
use bytes::Bytes;
use serde::Serialize;
use store::{FromRow, Reader, Row, Tx};

use crate::lanes::{Lane, Trigger};
use crate::outcome::{Exchange, Outcome, Response, Timings};
use crate::{catalogue, record, signature};

/// An attempt that was handed out: everything the courier needs.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub account: i64,
    pub webhook: i64,
    pub owner: i64,
    pub host: String,
    pub epoch: i64,
    pub seq: i64,
    pub number: i64,
    pub trigger: Trigger,
    pub failing: bool,
    pub payload: PayloadId,
    pub event: String,
    pub payload_uri: String,
    pub started_at: EngineTime,
    pub started_wall: WallTime,
    /// No byte may be written after this moment.
    pub lease_until: EngineTime,
    pub headers: signature::Headers,
    pub body: Bytes,
}

/// An attempt that ended.
#[derive(Clone, Debug)]
pub struct Ended {
    pub attempt: Attempt,
    pub exchange: Exchange,
}

/// The head of a lane with what its body is made of.
struct Head {
    id: PayloadId,
    event: String,
    webhook_name: String,
    created_at: WallTime,
    redelivery_of: Option<PayloadId>,
    texts: Option<Texts>,
    payload_uri: String,
    sealed_secret: Vec<u8>,
}

struct Texts {
    changes: String,
    object: String,
    checksum: Vec<u8>,
}

impl FromRow for Head {
    fn from_row(row: &Row) -> Result<Self> {
        let is_limited = row.get::<String>("view")? == "limited";
        let (changes, object, checksum) = if is_limited {
            ("changes_limited", "object_limited", "checksum_limited")
        } else {
            ("changes", "object", "checksum")
        };
        let texts = match row.get::<Option<String>>(object)? {
            Some(object) => Some(Texts {
                changes: row.get(changes)?,
                object,
                checksum: row.get(checksum)?,
            }),
            None => None,
        };
        Ok(Self {
            id: row.get("id")?,
            event: row.get("type")?,
            webhook_name: row.get("webhook_name")?,
            created_at: row.get("created_at")?,
            redelivery_of: row.get("redelivery_of")?,
            texts,
            payload_uri: row.get("payload_uri")?,
            sealed_secret: row.get("sealed_secret")?,
        })
    }
}

/// Prepares the attempt for which a lane was started. `Err` if the payload cannot be sent as it
/// was stored: wrong bytes are never sent (F6).
pub(crate) fn prepare(tx: &Tx<'_>, lane: &Lane) -> Result<Attempt> {
    let seq = lane
        .started_seq
        .ok_or_else(|| Error::internal("the lane was not started"))?;
    let head = peek_head(tx, lane.webhook, seq)?;
    let head = head.ok_or_else(|| Error::internal("the head of a lane is missing"))?;
    let body = body_of(&head, lane.webhook)?;
    let place = secret_place(lane.webhook);
    let secret = tx.master_key().open(&head.sealed_secret, &place)?;
    let delivery = signature::Delivery {
        id: head.id,
        event: &head.event,
        sequence: seq,
        redelivery_of: head.redelivery_of,
        at: tx.wall,
    };
    let headers = signature::attempt_headers(&delivery, &secret, &body);
    Ok(Attempt {
        account: lane.account,
        webhook: lane.webhook,
        owner: lane.owner,
        host: lane.host.clone(),
        epoch: lane.epoch,
        seq,
        number: lane.attempts + 1,
        trigger: lane.trigger,
        failing: lane.failing,
        payload: head.id,
        event: head.event,
        payload_uri: head.payload_uri,
        started_at: lane.started_at.unwrap_or(tx.now),
        started_wall: tx.wall,
        lease_until: lane.lease_until.unwrap_or(tx.now),
        headers,
        body,
    })
}

/// What is known of a lane's attempt that ended without having been prepared here: no headers and
/// no body.
pub(crate) fn unprepared(tx: &Tx<'_>, lane: &Lane) -> Attempt {
    Attempt {
        account: lane.account,
        webhook: lane.webhook,
        owner: lane.owner,
        host: lane.host.clone(),
        epoch: lane.epoch,
        seq: lane.started_seq.unwrap_or(lane.head),
        number: lane.attempts + 1,
        trigger: lane.trigger,
        failing: lane.failing,
        payload: PayloadId::from_random([0; 16]),
        event: String::new(),
        payload_uri: String::new(),
        started_at: tx.now,
        started_wall: tx.wall,
        lease_until: tx.now,
        headers: Vec::new(),
        body: Bytes::new(),
    }
}

/// Where a webhook's secret is sealed to.
pub(crate) fn secret_place(webhook: i64) -> String {
    format!("webhooks.sealed_secret:{webhook}")
}

fn body_of(head: &Head, webhook: i64) -> Result<Bytes> {
    let webhook = (base::Id::new(webhook), head.webhook_name.as_str());
    if head.event == catalogue::PING {
        return Ok(signature::ping_body(head.id, webhook, head.created_at));
    }
    let texts = head
        .texts
        .as_ref()
        .ok_or_else(|| Error::internal("a payload has no event"))?;
    if record::checksum(&texts.changes, &texts.object) != texts.checksum {
        return Err(Error::internal("a stored body is damaged"));
    }
    let event = (head.event.as_str(), head.created_at);
    Ok(signature::event_body(
        head.id,
        webhook,
        event,
        (&texts.changes, &texts.object),
    ))
}

fn peek_head(reader: &Reader<'_>, webhook: i64, seq: i64) -> Result<Option<Head>> {
    reader.row(
        "select p.id, p.type, p.view, p.webhook_name, p.created_at, p.redelivery_of,
           e.changes, e.changes_limited, e.object, e.object_limited, e.checksum,
           e.checksum_limited, w.payload_uri, w.sealed_secret
         from payloads p
         join webhooks w on w.id = p.webhook_id
         left join events e on e.id = p.event_id
         where p.webhook_id = $1 and p.seq = $2",
        &[&webhook, &seq],
    )
}

/// The body of a payload as it is signed and sent, in its stored view.
pub(crate) fn peek_body(reader: &Reader<'_>, webhook: i64, seq: i64) -> Result<Bytes> {
    let head = peek_head(reader, webhook, seq)?;
    body_of(&head.ok_or(Error::NotFound(Kind::WebhookPayload))?, webhook)
}

/// The times of an attempt in whole milliseconds: `timings` of the delivery log.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the names of the delivery log, units last"
)]
struct TimingsMs {
    dns_ms: Option<u64>,
    connect_ms: Option<u64>,
    tls_ms: Option<u64>,
    first_byte_ms: Option<u64>,
    total_ms: Option<u64>,
}

impl From<&Timings> for TimingsMs {
    fn from(timings: &Timings) -> Self {
        let ms = |part: Option<Duration>| part.and_then(|it| u64::try_from(it.as_millis()).ok());
        Self {
            dns_ms: ms(timings.dns),
            connect_ms: ms(timings.connect),
            tls_ms: ms(timings.tls),
            first_byte_ms: ms(timings.first_byte),
            total_ms: ms(timings.total),
        }
    }
}

#[derive(Debug, Serialize)]
struct Header<'h> {
    name: &'h str,
    value: &'h str,
}

/// A receiver's answer as the delivery log shows it.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    status: u16,
    headers: Vec<Header<'a>>,
    body: &'a str,
    body_bytes: usize,
    body_truncated: bool,
}

impl<'a> From<&'a Response> for Answer<'a> {
    fn from(response: &'a Response) -> Self {
        let headers = response.headers.iter();
        Self {
            status: response.status,
            headers: headers
                .map(|(name, value)| Header { name, value })
                .collect(),
            body: &response.body,
            body_bytes: response.body_bytes,
            body_truncated: response.body_truncated,
        }
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// Writes an attempt into the delivery log and onto its payload. `retry_at`: as planned after it.
pub(crate) fn log(tx: &mut Tx<'_>, ended: &Ended, retry_at: Option<WallTime>) -> Result<()> {
    let Ended { attempt, exchange } = ended;
    let signatures: Vec<&str> = ["x-noko-signature", "webhook-signature"]
        .into_iter()
        .filter_map(|wanted| attempt.headers.iter().find(|(name, _)| *name == wanted))
        .map(|(_, value)| value.as_str())
        .collect();
    let answer = exchange
        .answer
        .as_ref()
        .map(|it| json(&Answer::from(it)))
        .transpose()?;
    let retry_after = exchange
        .retry_after
        .map(|it| it.min(limits::RETRY_AFTER_MAX).as_secs());
    tx.write(
        Kind::Delivery,
        "insert into attempts (account_id, webhook_id, seq, number, trigger, started_at, outcome,
           status, error, payload_uri, address, tls_version, timings, signature, answer,
           retry_after_s, retry_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        &[
            &attempt.account,
            &attempt.webhook,
            &attempt.seq,
            &attempt.number,
            &attempt.trigger.word(),
            &attempt.started_wall,
            &exchange.outcome.word(),
            &exchange.status,
            &exchange.error,
            &attempt.payload_uri,
            &exchange.address.map(|address| address.to_string()),
            &exchange.tls_version,
            &json(&TimingsMs::from(&exchange.timings))?,
            &signatures.join(" "),
            &answer,
            &retry_after.and_then(|seconds| i64::try_from(seconds).ok()),
            &retry_at,
        ],
    )?;
    note_on_payload(tx, ended)?;
    forget_middle(tx, attempt)
}

fn note_on_payload(tx: &mut Tx<'_>, ended: &Ended) -> Result<()> {
    let Ended { attempt, exchange } = ended;
    let is_accepted = exchange.outcome == Outcome::Accepted;
    let delivered_at = is_accepted.then_some(tx.wall);
    tx.write(
        Kind::Delivery,
        "update payloads set state = $3, attempts_count = $4,
           first_attempt_at = coalesce(first_attempt_at, $5), last_attempt_at = $5,
           last_outcome = $6, last_status = $7, delivered_at = $8, ended_at = $8
         where webhook_id = $1 and seq = $2",
        &[
            &attempt.webhook,
            &attempt.seq,
            &(if is_accepted { "delivered" } else { "failing" }),
            &attempt.number,
            &attempt.started_wall,
            &exchange.outcome.word(),
            &exchange.status,
            &delivered_at,
        ],
    )?;
    Ok(())
}

/// Of very many attempts the first 10 and the latest 190 are kept (limit L30).
fn forget_middle(tx: &mut Tx<'_>, attempt: &Attempt) -> Result<()> {
    let (first, latest) = (limits::ATTEMPTS_KEPT_FIRST, limits::ATTEMPTS_KEPT_LATEST);
    if attempt.number <= first + latest {
        return Ok(());
    }
    tx.write(
        Kind::Delivery,
        "delete from attempts where webhook_id = $1 and seq = $2 and number > $3 and number <= $4",
        &[
            &attempt.webhook,
            &attempt.seq,
            &first,
            &(attempt.number - latest),
        ],
    )?;
    Ok(())
}
