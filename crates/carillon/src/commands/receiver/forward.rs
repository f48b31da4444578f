//! Passing a delivery on to a program on this machine, whose answer counts as ours.
//!
//! Never: changing the body or the headers that were signed.

use http_body_util::Full;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use hyper::{Method, Request, StatusCode};

use super::arrival::Arrival;
use crate::commands::client::{Target, exchange};

/// What came of it.
#[derive(Debug)]
pub(super) enum Forwarded {
    /// The program's status.
    Answered(StatusCode),
    /// Why there was none, in a few words.
    Unanswered(String),
}

impl Forwarded {
    /// The status that the server is answered with.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Answered(status) => *status,
            Self::Unanswered(_) => StatusCode::BAD_GATEWAY,
        }
    }

    /// For the line: `POST /hooks 204`.
    pub(super) fn words(&self, target: &Target) -> String {
        let path = target.path();
        match self {
            Self::Answered(status) => format!("POST {path} {}", status.as_u16()),
            Self::Unanswered(cause) => format!("POST {path} no answer: {cause}"),
        }
    }
}

/// Sends the same bytes and headers to the target.
pub(super) async fn forward(target: &Target, arrival: &Arrival) -> Forwarded {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(target.path())
        .header(HOST, target.authority());
    let of_the_connection = [HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING];
    for (name, value) in &arrival.headers.0 {
        if of_the_connection.iter().all(|one| one.as_str() != name) {
            request = request.header(name, value);
        }
    }
    let request = match request.body(Full::new(arrival.body.clone())) {
        Ok(request) => request,
        Err(cause) => return Forwarded::Unanswered(cause.to_string()),
    };
    match exchange(target, request).await {
        Ok(answer) => Forwarded::Answered(answer.status()),
        Err(cause) => Forwarded::Unanswered(cause),
    }
}
