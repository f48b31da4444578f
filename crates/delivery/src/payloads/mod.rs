//! The delivery log: payloads of a webhook, their attempts, and what a person can do to them.
//!
//! Never: HTTP; sending; a payload of a webhook that the actor may not see.

mod actions;

use base::{Error, Id, Kind, PayloadId, Result, View, WallTime, id};
use store::{FromRow, Reader, Row, Select};

use crate::address::Target;
use crate::lanes::{self, Lane, State};
use crate::settle::shown_at;
use crate::signature::Headers;
use crate::{Settings, attempt, webhooks};

pub use actions::{Skip, Skipped, redeliver, retry, skip, skip_when_settled};

/// A payload as the log shows it.
#[derive(Clone, Debug)]
pub struct Payload {
    pub id: PayloadId,
    pub sequence: i64,
    pub event: String,
    /// `queued`, `failing`, `delivered`, `skipped`.
    pub state: String,
    pub is_in_flight: bool,
    pub created_at: WallTime,
    pub queued_at: WallTime,
    pub first_attempt_at: Option<WallTime>,
    pub last_attempt_at: Option<WallTime>,
    pub next_attempt_at: Option<WallTime>,
    pub gives_up_at: Option<WallTime>,
    pub delivered_at: Option<WallTime>,
    pub attempts_count: i64,
    pub last_outcome: Option<String>,
    pub last_status: Option<i64>,
    pub blocked_by: Option<PayloadId>,
    pub skipped_at: Option<WallTime>,
    pub skipped_by: Option<Id<id::User>>,
    pub skip_reason: Option<String>,
    pub redelivery_of: Option<PayloadId>,
    pub subject: Option<(i64, Option<String>)>,
    pub body_bytes: i64,
    pub webhook: Id<id::Webhook>,
    pub webhook_name: String,
    pub(crate) view: View,
}

/// An attempt as the log shows it; `timings` and `answer` are JSON texts.
#[derive(Clone, Debug)]
pub struct LoggedAttempt {
    pub number: i64,
    pub trigger: String,
    pub started_at: WallTime,
    pub outcome: String,
    pub error: Option<String>,
    pub payload_uri: String,
    pub address: Option<String>,
    pub tls_version: Option<String>,
    pub timings: String,
    /// All headers in the order in which they went out, rebuilt.
    pub headers: Headers,
    pub answer: Option<String>,
    pub retry_after_s: Option<i64>,
    pub retry_at: Option<WallTime>,
}

/// A payload with its body and attempts.
#[derive(Clone, Debug)]
pub struct Detail {
    pub payload: Payload,
    /// Exactly the bytes that are signed and sent.
    pub body: bytes::Bytes,
    /// Oldest first.
    pub attempts: Vec<LoggedAttempt>,
}

const COLUMNS: &str =
    "p.id, p.webhook_id, p.seq, p.type, p.state, p.view, p.created_at, p.queued_at,
  p.first_attempt_at, p.last_attempt_at, p.delivered_at, p.attempts_count, p.last_outcome,
  p.last_status, p.skipped_at, p.skipped_by, p.skip_reason, p.redelivery_of, p.webhook_name,
  w.name as name_now, e.subject_id, e.subject_url,
  length(cast(case when p.view = 'limited' then e.changes_limited else e.changes end as {bytes}))
    + length(cast(case when p.view = 'limited' then e.object_limited else e.object end as {bytes}))
    as text_bytes";

const FROM: &str = "from payloads p join webhooks w on w.id = p.webhook_id
  left join events e on e.id = p.event_id";

impl FromRow for Payload {
    fn from_row(row: &Row) -> Result<Self> {
        let subject: Option<i64> = row.get("subject_id")?;
        let url: Option<String> = row.get("subject_url")?;
        let is_limited = row.get::<String>("view")? == "limited";
        Ok(Self {
            id: row.get("id")?,
            sequence: row.get("seq")?,
            event: row.get("type")?,
            state: row.get("state")?,
            is_in_flight: false,
            created_at: row.get("created_at")?,
            queued_at: row.get("queued_at")?,
            first_attempt_at: row.get("first_attempt_at")?,
            last_attempt_at: row.get("last_attempt_at")?,
            next_attempt_at: None,
            gives_up_at: None,
            delivered_at: row.get("delivered_at")?,
            attempts_count: row.get("attempts_count")?,
            last_outcome: row.get("last_outcome")?,
            last_status: row.get("last_status")?,
            blocked_by: None,
            skipped_at: row.get("skipped_at")?,
            skipped_by: row.get("skipped_by")?,
            skip_reason: row.get("skip_reason")?,
            redelivery_of: row.get("redelivery_of")?,
            subject: subject.map(|subject| (subject, url)),
            body_bytes: body_bytes(row)?,
            webhook: row.get("webhook_id")?,
            webhook_name: row.get("name_now")?,
            view: if is_limited {
                View::Limited
            } else {
                View::Full
            },
        })
    }
}

/// The size of the body, from the sizes of its parts.
fn body_bytes(row: &Row) -> Result<i64> {
    let webhook = (row.get("webhook_id")?, row.get::<String>("webhook_name")?);
    let (id, at) = (row.get("id")?, row.get("created_at")?);
    let kind: String = row.get("type")?;
    let texts: Option<i64> = row.get("text_bytes")?;
    let webhook = (webhook.0, webhook.1.as_str());
    let frame = if texts.is_none() {
        crate::signature::ping_body(id, webhook, at)
    } else {
        crate::signature::event_body(id, webhook, (&kind, at), ("", ""))
    };
    Ok(i64::try_from(frame.len())
        .unwrap_or(i64::MAX)
        .saturating_add(texts.unwrap_or(0)))
}

/// What a delivery log is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub states: Option<Vec<String>>,
    pub events: Option<Vec<String>>,
    pub from: Option<WallTime>,
    pub to: Option<WallTime>,
    /// Only sequences below this.
    pub before: Option<i64>,
}

/// A page of a webhook's log, newest first, and how many payloads match in all.
pub fn list(
    reader: &Reader<'_>,
    settings: &Settings,
    webhook: Id<id::Webhook>,
    filter: &Filter,
    (limit, offset): (i64, i64),
) -> Result<(Vec<Payload>, i64)> {
    webhooks::peek(reader, webhook)?;
    let mut select = Select::new(
        format!("select {COLUMNS} {FROM} where p.webhook_id = $1"),
        &[&webhook],
    );
    select.and_some("p.state {in $?}", filter.states.as_ref());
    select.and_some("p.type {in $?}", filter.events.as_ref());
    select.and_some("p.created_at >= $?", filter.from.as_ref());
    select.and_some("p.created_at <= $?", filter.to.as_ref());
    select.and_some("p.seq < $?", filter.before.as_ref());
    let total = reader.count(&select)?;
    select.push("order by p.seq desc").page(limit, offset);
    let mut payloads: Vec<Payload> = reader.select(&select)?;
    dress(reader, settings, webhook, &mut payloads)?;
    Ok((payloads, total))
}

/// Adds what the lane knows: what is in flight, what comes next, what blocks.
fn dress(
    reader: &Reader<'_>,
    settings: &Settings,
    webhook: Id<id::Webhook>,
    payloads: &mut [Payload],
) -> Result<()> {
    let Some(lane) = lanes::peek(reader, webhook.number())? else {
        return Ok(());
    };
    let head: Option<(PayloadId, String)> = reader.row(
        "select id, state from payloads where webhook_id = $1 and seq = $2",
        &[&webhook, &lane.head],
    )?;
    let blocking = head
        .filter(|(_, state)| state == "failing")
        .map(|(id, _)| id);
    for payload in payloads {
        payload.is_in_flight = lane.started_seq == Some(payload.sequence);
        if payload.sequence > lane.head && payload.state == "queued" {
            payload.blocked_by = blocking;
        }
        if payload.sequence == lane.head && lane.state == State::Enabled {
            dress_head(reader, settings, &lane, payload);
        }
    }
    Ok(())
}

fn dress_head(reader: &Reader<'_>, settings: &Settings, lane: &Lane, head: &mut Payload) {
    if !lane.is_in_flight() {
        let next = lane.planned_at.or(lane.due_at);
        head.next_attempt_at = next.map(|at| shown_at(reader, at.max(reader.now)));
    }
    if head.state == "failing" {
        let end = lane
            .window_from
            .map(|from| from + settings.retry.give_up_after);
        head.gives_up_at = end.map(|at| shown_at(reader, at));
    }
}

/// The head of a lane, if anything waits.
pub(crate) fn peek_head(
    reader: &Reader<'_>,
    settings: &Settings,
    lane: &Lane,
) -> Result<Option<Payload>> {
    let sql = format!("select {COLUMNS} {FROM} where p.webhook_id = $1 and p.seq = $2");
    let mut found: Vec<Payload> = reader.rows(&sql, &[&lane.webhook, &lane.head])?;
    dress(reader, settings, Id::new(lane.webhook), &mut found)?;
    Ok(found.pop())
}

/// Looks at one payload of a webhook; `NotFound` for another's, and for an invisible webhook.
pub fn peek(
    reader: &Reader<'_>,
    settings: &Settings,
    webhook: Id<id::Webhook>,
    payload: PayloadId,
) -> Result<Payload> {
    webhooks::peek(reader, webhook)?;
    let sql = format!("select {COLUMNS} {FROM} where p.webhook_id = $1 and p.id = $2");
    let mut found: Vec<Payload> = reader.rows(&sql, &[&webhook, &payload])?;
    dress(reader, settings, webhook, &mut found)?;
    found.pop().ok_or(Error::NotFound(Kind::WebhookPayload))
}

/// A payload with body and attempts; `NotFound` also if its stored view is wider than the
/// reader's present role.
pub fn detail(
    reader: &Reader<'_>,
    settings: &Settings,
    webhook: Id<id::Webhook>,
    payload: PayloadId,
) -> Result<Detail> {
    let payload = peek(reader, settings, webhook, payload)?;
    if is_wider(reader, &payload, reader.role().view())? {
        return Err(Error::NotFound(Kind::WebhookPayload));
    }
    let body = attempt::peek_body(reader, webhook.number(), payload.sequence)?;
    let sent = Sent {
        body_bytes: body.len(),
        is_kept: settings.keep_alive.is_on(),
    };
    let attempts = attempts(reader, &payload, sent)?;
    Ok(Detail {
        payload,
        body,
        attempts,
    })
}

/// Whether a payload was stored in a wider view than this one.
fn is_wider(reader: &Reader<'_>, payload: &Payload, view: View) -> Result<bool> {
    if payload.view == View::Limited || view == View::Full {
        return Ok(false);
    }
    let sql = "select count(*) from payloads p join events e on e.id = p.event_id
         where p.webhook_id = $1 and p.seq = $2 and e.object_limited is not null";
    Ok(reader.number(sql, &[&payload.webhook, &payload.sequence])? > 0)
}

fn attempts(reader: &Reader<'_>, payload: &Payload, sent: Sent) -> Result<Vec<LoggedAttempt>> {
    let rows: Vec<Row> = reader.rows(
        "select number, trigger, started_at, outcome, error, payload_uri, address, tls_version,
           timings, signature, answer, retry_after_s, retry_at
         from attempts where webhook_id = $1 and seq = $2 order by number",
        &[&payload.webhook, &payload.sequence],
    )?;
    rows.iter().map(|row| logged(row, payload, sent)).collect()
}

/// What the courier's own headers are made of.
#[derive(Clone, Copy)]
struct Sent {
    body_bytes: usize,
    is_kept: bool,
}

impl Sent {
    /// Completes headers to the list that went out, in its order (docs/webhooks.md).
    fn complete(self, payload_uri: &str, headers: Headers) -> Headers {
        let host = Target::parse(payload_uri)
            .map(|target| target.host_header().to_owned())
            .unwrap_or_default();
        let mut all = vec![("host", host)];
        for header in headers {
            let is_content_type = header.0 == "content-type";
            all.push(header);
            if is_content_type {
                all.push(("content-length", self.body_bytes.to_string()));
            }
        }
        all.push(("accept-encoding", "identity".to_owned()));
        if !self.is_kept {
            all.push(("connection", "close".to_owned()));
        }
        all
    }
}

fn logged(row: &Row, payload: &Payload, sent: Sent) -> Result<LoggedAttempt> {
    let signatures: Option<String> = row.get("signature")?;
    let signatures = signatures.unwrap_or_default();
    let (hexadecimal, standard) = signatures.split_once(' ').unwrap_or_default();
    let started_at = row.get("started_at")?;
    let payload_uri: String = row.get("payload_uri")?;
    let delivery = crate::signature::Delivery {
        id: payload.id,
        event: &payload.event,
        sequence: payload.sequence,
        redelivery_of: payload.redelivery_of,
        at: started_at,
    };
    // Without a signature it is not known whether anything was sent.
    let headers = if hexadecimal.is_empty() {
        Headers::new()
    } else {
        let kept = (hexadecimal.to_owned(), standard.to_owned());
        let headers = crate::signature::headers_with(&delivery, kept.0, kept.1);
        sent.complete(&payload_uri, headers)
    };
    Ok(LoggedAttempt {
        number: row.get("number")?,
        trigger: row.get("trigger")?,
        started_at,
        outcome: row.get("outcome")?,
        error: row.get("error")?,
        headers,
        payload_uri,
        address: row.get("address")?,
        tls_version: row.get("tls_version")?,
        timings: row.get("timings")?,
        answer: row.get("answer")?,
        retry_after_s: row.get("retry_after_s")?,
        retry_at: row.get("retry_at")?,
    })
}
