//! One delivery: read, verify, count, pass on, tell, answer.
//!
//! Never: a 2xx answer for a delivery that was not understood.

use std::convert::Infallible;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base::clock::{Clock, SystemClock};
use base::limits::PAYLOAD_BODY_BYTES_MAX;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::forward::{self, Forwarded};
use super::{Plan, Source};
use crate::commands::terminal::{harmless, time_of_day};
use crate::verification::{self, Headers, Mismatch};

/// The header with a payload's place in its webhook's history.
const SEQUENCE: &str = "x-carillon-sequence";

/// Characters of a stranger's word in a line.
const WORD_CHARS_MAX: usize = 80;

/// A delivery as it came in.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) headers: Headers,
    pub(super) body: Bytes,
    /// The event's type or the broadcast's last event.
    pub(super) name: String,
    /// What a broadcast is about.
    subject: Option<String>,
    /// Not sent with broadcasts.
    pub(super) sequence: Option<u64>,
}

/// What a look at the signature and the sequence says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// Signed by who knows the secret, and next in order.
    Ok,
    /// The same or an older payload again: may be dropped.
    Again,
    /// So many payloads in between were skipped.
    After { skipped: u64 },
    /// Not to be trusted.
    Wrong(Mismatch),
}

impl Checked {
    fn words(&self) -> String {
        match self {
            Self::Ok => "signature ok".into(),
            Self::Again => "signature ok, seen before".into(),
            Self::After { skipped } => format!("signature ok, {skipped} skipped before it"),
            Self::Wrong(mismatch) => format!("signature WRONG: {}", mismatch.sentence()),
        }
    }
}

/// Takes one request and answers it.
pub(super) async fn answer(
    plan: &Plan,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path();
    let source = plan.sources.iter().find(|source| source.path == path);
    let status = match source {
        None => StatusCode::NOT_FOUND,
        Some(_) if request.method() != Method::POST => StatusCode::METHOD_NOT_ALLOWED,
        Some(source) => match read(request).await {
            Some(arrival) => take(plan, source, arrival).await,
            None => StatusCode::BAD_REQUEST,
        },
    };
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    Ok(response)
}

async fn read(request: Request<Incoming>) -> Option<Arrival> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, PAYLOAD_BODY_BYTES_MAX)
        .collect()
        .await
        .ok()?
        .to_bytes();
    let text = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    let headers = Headers(head.headers.iter().filter_map(text).collect());
    let object: Value = serde_json::from_slice(&body).ok()?;
    let name = object["type"].as_str().or(object["last_event"].as_str())?;
    Some(Arrival {
        name: harmless(name, WORD_CHARS_MAX),
        subject: object["subject"]["url"]
            .as_str()
            .map(|url| harmless(url, WORD_CHARS_MAX)),
        sequence: headers.find(SEQUENCE).and_then(|text| text.parse().ok()),
        headers,
        body,
    })
}

async fn take(plan: &Plan, source: &Source, arrival: Arrival) -> StatusCode {
    let began = SystemClock.monotonic();
    let mut secret = source.secret.clone();
    // Whoever made the source and dropped its secret is on the way out.
    let Ok(secret) = secret
        .wait_for(Option::is_some)
        .await
        .map(|known| known.clone())
    else {
        return StatusCode::SERVICE_UNAVAILABLE;
    };
    let key = verification::key_of(&secret.unwrap_or_default());
    let checked = check(source, &key, &arrival);
    let forwarded = match (&checked, &plan.forward) {
        (Checked::Wrong(_), _) | (_, None) => None,
        (_, Some(target)) => Some(forward::forward(target, &arrival).await),
    };
    let status = match (&checked, &forwarded) {
        (Checked::Wrong(_), _) => StatusCode::UNAUTHORIZED,
        (_, None) => StatusCode::OK,
        (_, Some(forwarded)) => forwarded.status(),
    };
    if status.is_success() {
        source
            .last_sequence
            .fetch_max(arrival.sequence.unwrap_or(0), Ordering::Relaxed);
    }
    let took = SystemClock.monotonic().saturating_sub(began);
    tell(
        plan,
        source,
        &arrival,
        &Told {
            checked,
            forwarded,
            status,
            took,
        },
    );
    status
}

fn check(source: &Source, key: &[u8], arrival: &Arrival) -> Checked {
    if let Err(mismatch) = verification::check(key, &arrival.headers, &arrival.body) {
        return Checked::Wrong(mismatch);
    }
    let last = source.last_sequence.load(Ordering::Relaxed);
    match arrival.sequence {
        Some(sequence) if sequence <= last => Checked::Again,
        Some(sequence) if last > 0 && sequence > last + 1 => Checked::After {
            skipped: sequence - last - 1,
        },
        Some(_) | None => Checked::Ok,
    }
}

/// What is told of a delivery beside what it says itself.
struct Told {
    checked: Checked,
    forwarded: Option<Forwarded>,
    status: StatusCode,
    took: Duration,
}

fn tell(plan: &Plan, source: &Source, arrival: &Arrival, told: &Told) {
    let saved = plan
        .save
        .as_deref()
        .map(|directory| save(directory, arrival));
    if let Some(Err(cause)) = saved {
        plan.terminal
            .say(format_args!("The delivery could not be saved: {cause}."));
    }
    let (line, object) = (
        line(plan, source, arrival, told),
        object(source, arrival, told),
    );
    // A closed output ends the telling, never the receiving.
    plan.terminal.data(line, &object).ok();
}

fn line(plan: &Plan, source: &Source, arrival: &Arrival, told: &Told) -> String {
    let widths = plan.sources.iter().map(|it| it.label.chars().count());
    let label = match widths.max().unwrap_or(0) {
        0 => String::new(),
        width => format!("{:<width$}  ", source.label),
    };
    let what = match (arrival.sequence, &arrival.subject) {
        (Some(sequence), _) => format!("#{sequence} {:<15}", arrival.name),
        (None, Some(url)) => format!("{:<15} {url}", arrival.name),
        (None, None) => format!("{:<15}", arrival.name),
    };
    let status = told.status.as_u16();
    let answer = match (&told.forwarded, &plan.forward) {
        (Some(forwarded), Some(target)) => format!("→ {}", forwarded.words(target)),
        _ => format!("→ {status}"),
    };
    let retried = arrival.sequence.is_some() && !told.status.is_success();
    let then = if retried { "   will be sent again" } else { "" };
    let ms = told.took.as_millis();
    format!(
        "{}  {label}{what}  {} {answer} {ms:>3} ms{then}",
        time_of_day(),
        told.checked.words()
    )
}

fn object(source: &Source, arrival: &Arrival, told: &Told) -> Value {
    json!({
        "at": SystemClock.wall(),
        "source": source.label,
        "type": arrival.name,
        "sequence": arrival.sequence,
        "signature_ok": !matches!(told.checked, Checked::Wrong(_)),
        "check": told.checked.words(),
        "status": told.status.as_u16(),
        "total_ms": u64::try_from(told.took.as_millis()).unwrap_or(u64::MAX),
        "body": serde_json::from_slice::<Value>(&arrival.body).unwrap_or(Value::Null),
    })
}

/// Keeps the exact bytes of a delivery, and its headers beside them.
fn save(directory: &Path, arrival: &Arrival) -> std::io::Result<()> {
    let moment = SystemClock.wall().0;
    let sequence = arrival
        .sequence
        .map(|number| format!("-{number}"))
        .unwrap_or_default();
    let word: String = arrival
        .name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "._".contains(*c))
        .collect();
    let stem = format!("{moment}{sequence}-{word}");
    let lines = arrival
        .headers
        .0
        .iter()
        .map(|(name, value)| [name, ": ", value, "\n"].concat());
    std::fs::write(
        directory.join(format!("{stem}.headers")),
        lines.collect::<String>(),
    )?;
    std::fs::write(directory.join(format!("{stem}.json")), &arrival.body)
}

#[cfg(test)]
mod tests {
    use base::secret::sign;
    use tokio::sync::watch;

    use super::*;

    fn arrival(sequence: u64, secret: &str) -> Arrival {
        let body = Bytes::from_static(b"{}");
        let signature = sign(secret.as_bytes(), &[&body]).map(|byte| format!("{byte:02x}"));
        Arrival {
            headers: Headers(vec![("x-noko-signature".into(), signature.concat())]),
            body,
            name: "entry.created".into(),
            subject: None,
            sequence: Some(sequence),
        }
    }

    #[test]
    fn a_sequence_that_was_processed_is_seen_before_and_a_gap_is_counted() {
        let source = Source {
            label: String::new(),
            path: "/",
            secret: watch::channel(None).1,
            last_sequence: 4.into(),
        };
        for (sequence, secret, expected) in [
            (5, "s", Checked::Ok),
            (4, "s", Checked::Again),
            (8, "s", Checked::After { skipped: 3 }),
            (
                5,
                "x",
                Checked::Wrong(Mismatch::Different(verification::PLAIN)),
            ),
        ] {
            assert_eq!(check(&source, b"s", &arrival(sequence, secret)), expected);
        }
    }
}
