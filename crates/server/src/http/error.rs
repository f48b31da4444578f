//! The only file that knows which status an error has (contract README §5).
//!
//! Never: showing a cause; causes go to the log, once, here.

use base::{Error, Problem};
use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, StatusCode};
use serde::Serialize;

use super::answer::Answer;

/// A wire constant: the text is not JSON.
pub(super) const NOT_JSON: &str = "JSON Parsing Error";
/// A wire constant: the JSON is not an object.
pub(super) const NOT_AN_OBJECT: &str = "Body should be JSON Hash";
/// A wire constant: some inputs have problems.
const VALIDATION_FAILED: &str = "Validation Failed";

const INTERNAL: &str = "Something went wrong here. The server's log says what.";

#[derive(Serialize)]
struct Shown<'e> {
    message: &'e str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Item<'e>>,
}

#[derive(Serialize)]
struct Item<'e> {
    resource: &'static str,
    field: &'e str,
    code: &'static str,
}

/// The answer that tells a client about an error.
pub fn answer(error: &Error) -> Answer {
    match error {
        Error::NotFound(_) => nothing_here(),
        Error::Invalid(problems) => itemised(&message_of(problems), problems),
        Error::Conflict { sentence, problems } => itemised(sentence, problems),
        Error::Malformed(sentence) => said(StatusCode::BAD_REQUEST, sentence),
        Error::Unauthenticated => {
            let answer = said(StatusCode::UNAUTHORIZED, &error.to_string());
            with(answer, header::WWW_AUTHENTICATE, "Bearer realm=\"api\"")
        }
        Error::Forbidden(sentence) => said(StatusCode::FORBIDDEN, sentence),
        Error::TooLarge(sentence) => said(StatusCode::PAYLOAD_TOO_LARGE, sentence),
        Error::Limited => {
            let answer = Answer::of(StatusCode::TOO_MANY_REQUESTS).with_bytes("".into());
            with(answer, header::RETRY_AFTER, "1")
        }
        Error::Unavailable(_) | Error::Unknown => {
            let answer = said(StatusCode::SERVICE_UNAVAILABLE, &error.to_string());
            with(answer, header::RETRY_AFTER, "5")
        }
        Error::Internal(cause) => {
            tracing::error!(%cause, "a request met a fault of ours");
            said(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL)
        }
    }
}

/// 405 for a known path, with the methods that it has.
pub(super) fn wrong_method(allowed: &str) -> Answer {
    let sentence = format!("This address takes {allowed} only.");
    let answer = said(StatusCode::METHOD_NOT_ALLOWED, &sentence);
    with(answer, header::ALLOW, allowed)
}

/// 400 for a request that is no sound HTTP; the connection ends with it.
pub(super) fn bad_framing(sentence: &str) -> Answer {
    with(
        said(StatusCode::BAD_REQUEST, sentence),
        header::CONNECTION,
        "close",
    )
}

/// 404, whose body is exactly one space.
fn nothing_here() -> Answer {
    let answer = Answer::of(StatusCode::NOT_FOUND).with_bytes(" ".into());
    with(answer, header::CONTENT_TYPE, "text/html; charset=utf-8")
}

/// The wire constant, but for a refused address: its message names the setting that would allow it
/// (contract README §5, webhooks.md §7). Other sentences are for commands.
fn message_of(problems: &[Problem]) -> String {
    let sentences: Vec<_> = problems
        .iter()
        .filter(|it| it.field == "payload_uri")
        .filter_map(|it| it.sentence.as_deref())
        .collect();
    if sentences.is_empty() {
        VALIDATION_FAILED.to_owned()
    } else {
        sentences.join(" ")
    }
}

fn itemised(message: &str, problems: &[Problem]) -> Answer {
    let errors = problems.iter().map(|problem| Item {
        resource: problem.kind.resource(),
        field: &problem.field,
        code: problem.code,
    });
    shown(
        StatusCode::BAD_REQUEST,
        &Shown {
            message,
            errors: errors.collect(),
        },
    )
}

fn said(status: StatusCode, message: &str) -> Answer {
    shown(
        status,
        &Shown {
            message,
            errors: Vec::new(),
        },
    )
}

fn shown(status: StatusCode, body: &Shown) -> Answer {
    Answer::of(status)
        .with_json(body)
        .expect("strings are always JSON")
}

fn with(mut answer: Answer, name: header::HeaderName, value: &str) -> Answer {
    let value = HeaderValue::from_str(value).expect("the value is made of plain words");
    let headers: &mut HeaderMap = &mut answer.headers;
    headers.insert(name, value);
    answer
}
