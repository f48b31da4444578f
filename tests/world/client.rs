//! A small HTTP client that shows answers as they came: status, headers, bytes.

use std::net::SocketAddr;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;

/// An answer of the server.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: hyper::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; panics if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    /// A header's text, or none.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The codes of the itemised errors as `field:code`.
    pub(crate) fn problems(&self) -> Vec<String> {
        let errors = self.json()["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let text = |item: &Value, key: &str| item[key].as_str().unwrap_or("?").to_owned();
        errors
            .iter()
            .map(|item| format!("{}:{}", text(item, "field"), text(item, "code")))
            .collect()
    }
}

/// Sends one request on a connection of its own; panics if no answer comes.
pub(crate) async fn send(address: SocketAddr, request: hyper::Request<Full<Bytes>>) -> Answer {
    try_send(address, request)
        .await
        .expect("the server answers")
}

/// Sends one request; none if the server is away or goes away before its answer.
pub(crate) async fn try_send(
    address: SocketAddr,
    request: hyper::Request<Full<Bytes>>,
) -> Option<Answer> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the tests' own client calls the loopback only"
    )]
    let stream = tokio::net::TcpStream::connect(address).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .ok()?;
    let exchange = async move {
        let answer = sender.send_request(request).await.ok()?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.ok()?.to_bytes().to_vec();
        Some(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        })
    };
    tokio::pin!(connection);
    tokio::pin!(exchange);
    tokio::select! {
        biased;
        answer = &mut exchange => answer,
        _ = &mut connection => exchange.await,
    }
}
