//! A payload's page: why it did or did not arrive.
//!
//! Never: SQL; decisions; a receiver's answer as anything but text (U14).

use std::sync::Arc;

use askama::Template;
use base::id::{self, Id};
use base::{Error, Kind, PayloadId, Result};
use delivery::outcome::Outcome;
use delivery::payloads::{self, Detail, LoggedAttempt, Payload};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::pages::object;
use super::{table, words};
use crate::http::layout::{Layout, Section};
use crate::http::shown::{Badge, Moment, Zone, count, payload_badge};
use crate::http::{Answer, Call, Handled, Policy, Route};

/// Bytes of a body that the page shows; all of it is one link away.
const SHOWN_BYTES_MAX: usize = 12 * 1024;
/// Bytes of a body that is offered as a command.
const CURL_BYTES_MAX: usize = 6 * 1024;
/// Characters of one value in the table of changes.
const VALUE_CHARS_MAX: usize = 200;

/// The routes of a payload's page.
pub(super) fn routes() -> Vec<Route> {
    let policy = Policy::WebhookRole;
    vec![
        Route::page(
            "/integrations/webhooks/{webhook_id}/payloads/{payload_id}",
            policy,
            show,
        ),
        Route::page(
            "/integrations/webhooks/{webhook_id}/payloads/{payload_id}/body",
            policy,
            body,
        ),
    ]
}

#[derive(Template)]
#[template(path = "resources/webhooks/payload.html")]
struct Show {
    page: Layout,
    payload: Payload,
    badge: Badge,
    object: String,
    queued: Moment,
    happened: Moment,
    skipped: Option<(Moment, String)>,
    next: Option<Moment>,
    stops: Option<Moment>,
    attempts: Vec<Line>,
    chosen: Option<Chosen>,
    body: String,
    body_bytes: String,
    is_cut: bool,
    is_pretty: bool,
    curl: Option<String>,
    changes: Vec<Change>,
}

/// One attempt in the list.
struct Line {
    number: i64,
    at: Moment,
    outcome: String,
    took: String,
    is_chosen: bool,
}

/// The attempt that is shown in full.
struct Chosen {
    number: i64,
    at: Moment,
    trigger: &'static str,
    outcome: String,
    remedy: &'static str,
    attempt: LoggedAttempt,
    timings: String,
    answer: Option<Received>,
}

/// One field of the object that changed.
struct Change {
    field: String,
    before: String,
    after: String,
}

/// `attempt_response` as it is stored.
#[derive(Deserialize)]
struct Received {
    status: u16,
    headers: Vec<Header>,
    body: String,
    body_bytes: usize,
    body_truncated: bool,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

/// `attempt_timings` as they are stored.
#[derive(Default, Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the names are those of the stored text"
)]
struct Timings {
    dns_ms: Option<u64>,
    connect_ms: Option<u64>,
    tls_ms: Option<u64>,
    first_byte_ms: Option<u64>,
    total_ms: Option<u64>,
}

impl Timings {
    fn of(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// "DNS 2 ms · connect 11 ms · TLS 24 ms · answer 175 ms · total 212 ms"
    fn words(&self) -> String {
        let parts = [
            ("DNS", self.dns_ms),
            ("connect", self.connect_ms),
            ("TLS", self.tls_ms),
            ("answer", self.first_byte_ms),
            ("total", self.total_ms),
        ];
        let parts = parts
            .iter()
            .filter_map(|(name, ms)| Some(format!("{name} {} ms", (*ms)?)));
        parts.collect::<Vec<_>>().join(" · ")
    }
}

/// The webhook and the payload in the path; `NotFound` if the latter is no UUID.
pub(super) fn place(call: &Call) -> Result<(Id<id::Webhook>, PayloadId)> {
    let payload = PayloadId::parse(call.text("payload_id"));
    Ok((
        call.id("webhook_id")?,
        payload.ok_or(Error::NotFound(Kind::WebhookPayload))?,
    ))
}

/// The payload in the path, and who skipped it.
pub(super) async fn detail(call: &Call) -> Result<(Detail, Option<String>)> {
    let (webhook, payload) = place(call)?;
    let settings = Arc::clone(&call.app.delivery.settings);
    let read = call.app.db.read(call.actor, move |reader| {
        let detail = payloads::detail(reader, &settings, webhook, payload)?;
        let people = table::peek_people(reader, detail.payload.skipped_by)?;
        let skipped_by = people
            .into_values()
            .next()
            .map(|person| words::name_of(&person));
        Ok((detail, skipped_by))
    });
    read.await
}

async fn show(call: Call) -> Handled {
    let (detail, skipped_by) = detail(&call).await?;
    let page = call.layout(Section::Webhooks);
    let zone = page.zone;
    let asked = call
        .query
        .first("attempt")
        .and_then(|text| text.parse::<i64>().ok());
    let is_pretty = call.query.first("body") == Some("pretty");
    let text = String::from_utf8_lossy(&detail.body).into_owned();
    let parsed: Option<Value> = serde_json::from_str(&text).ok();
    let last = detail.attempts.last().map(|attempt| attempt.number);
    let wanted = asked.filter(|number| detail.attempts.iter().any(|it| it.number == *number));
    let wanted = wanted.or(last);
    let lines = detail
        .attempts
        .iter()
        .map(|attempt| line(attempt, wanted, zone))
        .collect();
    let curl = detail.attempts.iter().find(|it| Some(it.number) == wanted);
    let curl = curl
        .filter(|_| text.len() <= CURL_BYTES_MAX)
        .map(|it| command(it, &text));
    let changes = changes(parsed.as_ref());
    let pretty = parsed
        .filter(|_| is_pretty)
        .and_then(|it| serde_json::to_string_pretty(&it).ok());
    let shown = pretty.unwrap_or_else(|| text.clone());
    let chosen = detail
        .attempts
        .into_iter()
        .find(|it| Some(it.number) == wanted);
    let payload = detail.payload;
    Answer::page(&Show {
        badge: payload_badge(&payload.state, payload.is_in_flight),
        object: object(&payload),
        queued: zone.moment(payload.queued_at),
        happened: zone.moment(payload.created_at),
        skipped: payload
            .skipped_at
            .map(|at| (zone.moment(at), skipped_by.unwrap_or_default())),
        next: payload.next_attempt_at.map(|at| zone.moment(at)),
        stops: payload.gives_up_at.map(|at| zone.moment(at)),
        attempts: lines,
        chosen: chosen.map(|attempt| chosen_of(attempt, zone)),
        is_cut: shown.len() > SHOWN_BYTES_MAX,
        body: cut(&shown, SHOWN_BYTES_MAX).to_owned(),
        body_bytes: count(payload.body_bytes),
        is_pretty,
        curl,
        changes,
        payload,
        page,
    })
}

fn line(attempt: &LoggedAttempt, wanted: Option<i64>, zone: Zone) -> Line {
    let total = Timings::of(&attempt.timings).total_ms;
    let answer = answer(attempt);
    Line {
        number: attempt.number,
        at: zone.bare(attempt.started_at),
        outcome: words::outcome(&attempt.outcome, answer.map(|it| i64::from(it.status))),
        took: total.map(|ms| format!("{ms} ms")).unwrap_or_default(),
        is_chosen: wanted == Some(attempt.number),
    }
}

fn answer(attempt: &LoggedAttempt) -> Option<Received> {
    serde_json::from_str(attempt.answer.as_deref()?).ok()
}

fn chosen_of(attempt: LoggedAttempt, zone: Zone) -> Chosen {
    let answer = answer(&attempt);
    let status = answer.as_ref().map(|it| i64::from(it.status));
    Chosen {
        number: attempt.number,
        at: zone.moment(attempt.started_at),
        trigger: if attempt.trigger == "manual" {
            "by hand"
        } else {
            "on schedule"
        },
        outcome: words::outcome(&attempt.outcome, status),
        remedy: Outcome::parse(&attempt.outcome).map_or("", Outcome::remedy),
        timings: Timings::of(&attempt.timings).words(),
        answer,
        attempt,
    }
}

/// The request as a command for a terminal.
fn command(attempt: &LoggedAttempt, body: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let mut lines = vec![format!("curl {}", quoted(&attempt.payload_uri))];
    for (name, value) in &attempt.headers {
        if !matches!(
            *name,
            "host" | "content-length" | "accept-encoding" | "connection"
        ) {
            lines.push(format!("  -H {}", quoted(&format!("{name}: {value}"))));
        }
    }
    lines.push(format!("  --data-raw {}", quoted(body)));
    lines.join(" \\\n")
}

/// The first bytes of a text, cut between characters.
fn cut(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        return text;
    }
    let end = (0..=bytes_max)
        .rev()
        .find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

fn changes(body: Option<&Value>) -> Vec<Change> {
    let changes = body
        .and_then(|body| body.get("changes"))
        .and_then(Value::as_object);
    let shown = |(field, pair): (&String, &Value)| Change {
        field: field.clone(),
        before: value(pair.get(0)),
        after: value(pair.get(1)),
    };
    changes.unwrap_or(&Map::new()).iter().map(shown).collect()
}

/// A value in a few words.
fn value(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(fields)) => {
            let known = ["name", "email", "id"]
                .iter()
                .find_map(|key| fields.get(*key));
            known.map_or_else(|| "…".to_owned(), ToString::to_string)
        }
        Some(other) => other.to_string(),
    };
    if text.chars().count() <= VALUE_CHARS_MAX {
        return text;
    }
    text.chars().take(VALUE_CHARS_MAX).chain(['…']).collect()
}

/// The whole body as text: exactly what is signed and sent.
async fn body(call: Call) -> Handled {
    let (detail, _) = detail(&call).await?;
    Answer::text("text/plain; charset=utf-8", detail.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_cut_between_characters() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("aäb", 2), "a");
    }

    #[test]
    fn changes_are_shown_in_a_few_words() {
        let body = serde_json::json!({"changes": {
            "minutes": [60, 90],
            "approved_by": [null, {"id": 3, "name": "Deniz"}],
            "description": ["x".repeat(300), ""],
        }});
        let shown = changes(Some(&body));
        assert_eq!(
            (shown[0].before.as_str(), shown[0].after.as_str()),
            ("60", "90")
        );
        assert_eq!(
            (shown[1].before.as_str(), shown[1].after.as_str()),
            ("–", "\"Deniz\"")
        );
        assert_eq!(shown[2].before.chars().count(), VALUE_CHARS_MAX + 1);
    }
}
