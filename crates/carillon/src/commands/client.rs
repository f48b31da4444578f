//! A small HTTP client: for the API, and for a program on this machine.
//!
//! Words: *exchange* = one request and its answer, on a connection of its own.
//! Never: https; strangers' addresses, which are the courier's affair.

use std::time::Duration;

use base::secret::Secret;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use url::Url;

use super::version::VERSION;
use crate::failed::{Code, Failed, Result};

/// The header of personal tokens (contract authentication.md §1).
const TOKEN: &str = "x-nokotoken";

/// How long an exchange may take.
const EXCHANGE_TIME: Duration = Duration::from_secs(30);

/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// An http address that was checked when it was read.
#[derive(Clone, Debug)]
pub(crate) struct Target(Url);

impl Target {
    /// Reads an absolute http URL; anything else is wrong usage.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let url = Url::parse(text).ok().filter(Url::has_host);
        let url = url.ok_or_else(|| {
            Failed::usage(format!(
                "\"{text}\" is not a URL: write it as http://127.0.0.1:8080."
            ))
        })?;
        match url.scheme() {
            "http" => Ok(Self(url)),
            "https" => Err(Failed::usage(format!(
                "This command speaks http only, not {url}: run it on the server's machine and \
                 give the address that the server listens on."
            ))),
            other => Err(Failed::usage(format!("{other}:// is not http://."))),
        }
    }

    /// The path with its query, for requests and for showing.
    pub(crate) fn path(&self) -> &str {
        &self.0[url::Position::BeforePath..url::Position::AfterQuery]
    }

    /// Host and port, as the `Host` header has them.
    pub(crate) fn authority(&self) -> &str {
        &self.0[url::Position::BeforeHost..url::Position::AfterPort]
    }

    /// Scheme, host and port, without a slash at the end.
    pub(crate) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

/// Sends one request; `Err` says in a few words why there is no answer.
#[expect(
    clippy::disallowed_methods,
    reason = "commands may wait; the deadline is named"
)]
pub(crate) async fn exchange(
    target: &Target,
    request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, String> {
    tokio::time::timeout(EXCHANGE_TIME, exchange_now(target, request))
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {} s", EXCHANGE_TIME.as_secs())))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the address is the one that our own user gave"
)]
async fn exchange_now(
    target: &Target,
    request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, String> {
    let host = target
        .0
        .host_str()
        .unwrap_or_default()
        .trim_matches(['[', ']']);
    let port = target.0.port_or_known_default().unwrap_or(80);
    let stream = TcpStream::connect((host, port))
        .await
        .map_err(|cause| cause.to_string())?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|cause| cause.to_string())?;
    let answered = async {
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX)
            .collect()
            .await?
            .to_bytes();
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Response::from_parts(head, body))
    };
    let mut connection = std::pin::pin!(connection);
    let mut answered = std::pin::pin!(answered);
    let mut is_open = true;
    std::future::poll_fn(|context| {
        is_open = is_open && connection.as_mut().poll(context).is_pending();
        answered.as_mut().poll(context)
    })
    .await
    .map_err(|cause| cause.to_string())
}

/// The API of a server, with a token.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    server: Target,
    token: Secret<String>,
}

impl Client {
    /// The API at this origin; a path such as `/v2` at its end may be there or not.
    pub(crate) fn new(server: Target, token: Secret<String>) -> Self {
        Self { server, token }
    }

    /// Scheme, host and port of the server.
    pub(crate) fn origin(&self) -> String {
        self.server.origin()
    }

    /// `GET` of a path below `/v2`.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.send(Method::GET, path, None).await
    }

    /// `POST` of an object.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// `PUT` of an object.
    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// `DELETE` of a path below `/v2`.
    pub(crate) async fn delete(&self, path: &str) -> Result<()> {
        self.send(Method::DELETE, path, None).await.map(|_| ())
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("/v2{path}"))
            .header(HOST, self.server.authority())
            .header(USER_AGENT, format!("carillon/{VERSION}"))
            .header(TOKEN, self.token.reveal())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| Failed::new(Code::Credentials, "The token cannot be sent as a header."))?;
        let answer = exchange(&self.server, request).await.map_err(|cause| {
            let origin = self.origin();
            Failed::new(
                Code::Unreachable,
                format!("The server at {origin} is away: {cause}."),
            )
        })?;
        read(answer.status(), answer.body())
    }
}

/// The object of an answer; an error answer becomes the failure with its exit code.
fn read(status: StatusCode, body: &[u8]) -> Result<Value> {
    if status.is_success() {
        return Ok(serde_json::from_slice(body).unwrap_or(Value::Null));
    }
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let message = body["message"].as_str().unwrap_or("no reason given");
    let items = body["errors"].as_array().into_iter().flatten().map(|item| {
        let word = |name: &str| item[name].as_str().unwrap_or("?");
        format!(
            "\n  {}: {}",
            word("field"),
            item["message"].as_str().unwrap_or(word("code"))
        )
    });
    let items: String = items.collect();
    Err(match status {
        StatusCode::UNAUTHORIZED => Failed::new(
            Code::Credentials,
            "The server refused the token. Set CARILLON_TOKEN to a valid one; `carillon tokens \
             create` makes one on the server's machine.",
        ),
        StatusCode::NOT_FOUND => Failed::new(Code::NotFound, "Not found, or not yours."),
        StatusCode::TOO_MANY_REQUESTS => Failed::refused("Too many requests: try again later."),
        _ => Failed::refused(format!(
            "The server answered {}: {message}{items}",
            status.as_u16()
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_urls_are_targets() {
        let target = Target::parse("http://localhost:4242/hooks?a=1").expect("an http URL");
        assert_eq!(target.path(), "/hooks?a=1");
        assert_eq!(target.authority(), "localhost:4242");
        assert_eq!(target.origin(), "http://localhost:4242");
        for bad in [
            "localhost:4242",
            "https://time.example.test",
            "file:///etc",
            "",
            "http://",
        ] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_error_answer_is_told_with_its_items() {
        let body = br#"{"message":"Validation Failed","errors":[{"field":"name","code":"missing_field"}]}"#;
        let failed = read(StatusCode::BAD_REQUEST, body).expect_err("400");
        assert_eq!(
            failed.text(),
            "The server answered 400: Validation Failed\n  name: missing_field"
        );
    }
}
