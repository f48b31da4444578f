//! How the delivery log looks in JSON: `payload`, `payload_detail`, `attempt`.
//!
//! Never: serializing a body anew: the text is the bytes that are sent.

use base::id::{self, Id};
use base::{Error, PayloadId, Result, WallTime};
use delivery::catalogue;
use delivery::payloads::{Detail, LoggedAttempt, Payload};
use serde::Serialize;
use serde_json::value::RawValue;

use super::shape::{self, Summary};
use super::table::People;
use crate::resources::users::SimpleUser;

/// Shape `payload`, in its order of fields.
#[derive(Clone, Debug, Serialize)]
pub struct PayloadShape {
    id: PayloadId,
    sequence: i64,
    #[serde(rename = "type")]
    event: String,
    state: String,
    in_flight: bool,
    created_at: WallTime,
    queued_at: WallTime,
    first_attempt_at: Option<WallTime>,
    last_attempt_at: Option<WallTime>,
    next_attempt_at: Option<WallTime>,
    gives_up_at: Option<WallTime>,
    delivered_at: Option<WallTime>,
    attempts_count: i64,
    last_outcome: Option<String>,
    last_status: Option<i64>,
    blocked_by: Option<PayloadId>,
    skipped_at: Option<WallTime>,
    skipped_by: Option<SimpleUser>,
    skip_reason: Option<String>,
    redelivery_of: Option<PayloadId>,
    object: Option<Object>,
    body_bytes: i64,
    webhook: Summary,
    url: String,
    retry_url: String,
    skip_url: String,
    redeliver_url: String,
}

/// Shape `payload_object`: what a payload is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Object {
    #[serde(rename = "type")]
    category: String,
    id: i64,
    /// None after a deletion.
    url: Option<String>,
}

impl PayloadShape {
    /// The payload in an API at `{api}`, with the users whom it names.
    pub fn of(payload: Payload, people: &People, api: &str) -> Self {
        let id = payload.id;
        let webhook = shape::url(api, payload.webhook);
        let object = payload.subject.map(|(id, url)| Object {
            category: catalogue::category(&payload.event).to_owned(),
            id,
            url,
        });
        Self {
            id,
            sequence: payload.sequence,
            event: payload.event,
            state: payload.state,
            in_flight: payload.is_in_flight,
            created_at: payload.created_at,
            queued_at: payload.queued_at,
            first_attempt_at: payload.first_attempt_at,
            last_attempt_at: payload.last_attempt_at,
            next_attempt_at: payload.next_attempt_at,
            gives_up_at: payload.gives_up_at,
            delivered_at: payload.delivered_at,
            attempts_count: payload.attempts_count,
            last_outcome: payload.last_outcome,
            last_status: payload.last_status,
            blocked_by: payload.blocked_by,
            skipped_at: payload.skipped_at,
            skipped_by: shape::named(payload.skipped_by, people, api),
            skip_reason: payload.skip_reason,
            redelivery_of: payload.redelivery_of,
            object,
            body_bytes: payload.body_bytes,
            webhook: Summary {
                id: payload.webhook,
                name: payload.webhook_name,
            },
            url: format!("{webhook}/payloads/{id}"),
            retry_url: format!("{webhook}/retry/{id}"),
            skip_url: format!("{webhook}/skip/{id}"),
            redeliver_url: format!("{webhook}/redeliver/{id}"),
        }
    }

    /// Where the payload is.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// The users whom a payload names.
pub(super) fn people_of(payload: &Payload) -> Option<Id<id::User>> {
    payload.skipped_by
}

/// Shape `payload_detail`: the payload, its body, its attempts.
#[derive(Clone, Debug, Serialize)]
pub struct DetailShape {
    #[serde(flatten)]
    payload: PayloadShape,
    body: String,
    attempts: Vec<AttemptShape>,
}

impl DetailShape {
    /// The payload in an API at `{api}`. `Internal` if what is stored is no JSON.
    pub fn of(detail: Detail, people: &People, api: &str) -> Result<Self> {
        let body = String::from_utf8(detail.body.into()).map_err(Error::internal)?;
        let attempts = detail.attempts.into_iter();
        let shown: Result<Vec<_>> = attempts
            .map(|attempt| AttemptShape::of(attempt, body.len()))
            .collect();
        Ok(Self {
            payload: PayloadShape::of(detail.payload, people, api),
            attempts: shown?,
            body,
        })
    }
}

/// Shape `attempt`, in its order of fields.
#[derive(Clone, Debug, Serialize)]
struct AttemptShape {
    number: i64,
    trigger: String,
    started_at: WallTime,
    outcome: String,
    error: Option<String>,
    address: Option<String>,
    tls_version: Option<String>,
    /// Shape `attempt_timings`, as it was written at the attempt's end.
    timings: Box<RawValue>,
    request: Request,
    /// Shape `attempt_response`, likewise.
    response: Option<Box<RawValue>>,
    retry_after_s: Option<i64>,
    retry_at: Option<WallTime>,
}

/// Shape `attempt_request`.
#[derive(Clone, Debug, Serialize)]
struct Request {
    method: &'static str,
    url: String,
    headers: Vec<Header>,
    body_bytes: usize,
}

/// Shape `header`.
#[derive(Clone, Debug, Serialize)]
struct Header {
    name: &'static str,
    value: String,
}

impl AttemptShape {
    fn of(attempt: LoggedAttempt, body_bytes: usize) -> Result<Self> {
        let headers = attempt.headers.into_iter();
        Ok(Self {
            number: attempt.number,
            trigger: attempt.trigger,
            started_at: attempt.started_at,
            outcome: attempt.outcome,
            error: attempt.error,
            address: attempt.address,
            tls_version: attempt.tls_version,
            timings: raw(attempt.timings)?,
            request: Request {
                method: "POST",
                url: attempt.payload_uri,
                headers: headers
                    .map(|(name, value)| Header { name, value })
                    .collect(),
                body_bytes,
            },
            response: attempt.answer.map(raw).transpose()?,
            retry_after_s: attempt.retry_after_s,
            retry_at: attempt.retry_at,
        })
    }
}

fn raw(json: String) -> Result<Box<RawValue>> {
    RawValue::from_string(json).map_err(Error::internal)
}
