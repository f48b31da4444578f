//! One exchange from name lookup to the end of the answer, deadline by deadline.
//!
//! Never: trying again; that is the engine's.

use std::sync::Arc;
use std::time::Duration;

use base::limits;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response as Head, StatusCode, Uri};
use tokio::time::Instant;

use super::gate::{Gate, Transport};
use super::wire::{Fault, Wire};
use super::{Failure, Inner, Outgoing, answer, connect, tls};
use crate::address::{self, Class};
use crate::outcome::{Exchange, Outcome, Response};

/// An exchange under way.
pub(super) struct Attempt<'a> {
    pub(super) courier: &'a Inner,
    pub(super) request: &'a Outgoing,
    pub(super) gate: Arc<dyn Gate>,
    /// When everything must be over, if that comes before the parts' own limits (L35).
    pub(super) end: Option<Instant>,
    pub(super) exchange: Exchange,
}

impl Attempt<'_> {
    /// Runs to its end; what came of it is in `exchange`, but for a failure.
    pub(super) async fn run(&mut self) -> Result<(), Failure> {
        if let Some(mut wire) = self.kept_wire() {
            self.note(&wire);
            match self.ask(&mut wire).await {
                Ok(head) => return self.finish(wire, head).await,
                // Closed meanwhile: a new connection is resolved and checked anew.
                Err(Fault::Unwritten) => self.exchange = Exchange::begun(),
                Err(fault) => {
                    self.exchange.was_reused = matches!(fault, Fault::Silent);
                    return Err(failure(&fault));
                }
            }
        }
        let mut wire = self.open().await?;
        self.note(&wire);
        match self.ask(&mut wire).await {
            Ok(head) => self.finish(wire, head).await,
            Err(fault) => Err(failure(&fault)),
        }
    }

    fn note(&mut self, wire: &Wire) {
        let networks = &self.courier.settings.allow_networks;
        self.exchange.exempt = address::is_listed(wire.address.ip(), networks);
        self.exchange.address = Some(wire.address);
        self.exchange.tls_version = wire.tls_version;
    }

    fn kept_wire(&self) -> Option<Wire> {
        let wire = self
            .courier
            .kept
            .take(self.lane()?, self.request.target.origin())?;
        let networks = &self.courier.settings.allow_networks;
        address::is_allowed(wire.address.ip(), networks)
            .is_ok()
            .then_some(wire)
    }

    /// The lane for which the connection is kept, if it is.
    fn lane(&self) -> Option<i64> {
        self.request.keep.filter(|_| self.courier.kept.is_on())
    }

    /// Resolves, classifies, connects, and shakes hands if the target is https.
    async fn open(&mut self) -> Result<Wire, Failure> {
        let target = &self.request.target;
        let settings = &self.courier.settings;
        let begun = self.now();
        let addresses = self
            .courier
            .addresses(target, self.until(settings.dns_timeout))
            .await?;
        if target.literal_ip().is_none() {
            self.exchange.timings.dns = Some(self.since(begun));
        }

        let begun = self.now();
        let end = self.until(settings.connect_timeout);
        let (stream, address) = connect::connect(&addresses, target.port(), end).await?;
        self.exchange.address = Some(address);
        self.exchange.timings.connect = Some(self.since(begun));

        let (transport, tls_version): (Box<dyn Transport>, _) = if target.is_https() {
            let begun = self.now();
            let stream = tls::shake_hands(&self.courier.connector, target, stream, end).await?;
            self.exchange.timings.tls = Some(self.since(begun));
            let version = tls::version(&stream);
            (Box::new(stream), version)
        } else {
            (Box::new(stream), None)
        };
        Wire::open(transport, address, tls_version)
            .await
            .map_err(|_| failure(&Fault::Unwritten))
    }

    async fn ask(&mut self, wire: &mut Wire) -> Result<Head<Incoming>, Fault> {
        let request = self.build();
        let begun = self.now();
        let end = self.until(self.courier.settings.answer_timeout);
        let head = wire.ask(request, Arc::clone(&self.gate), end).await?;
        self.exchange.timings.first_byte = Some(self.since(begun));
        Ok(head)
    }

    /// Judges the head, then reads the body, which changes nothing any more.
    async fn finish(&mut self, mut wire: Wire, head: Head<Incoming>) -> Result<(), Failure> {
        let (head, incoming) = head.into_parts();
        let outcome = answer::outcome(head.status);
        let wall = self.courier.clock.wall();
        self.exchange.outcome = outcome;
        self.exchange.status = Some(head.status.as_u16());
        self.exchange.error = answer::sentence(outcome, head.status);
        self.exchange.retry_after = answer::retry_after(head.status, &head.headers, wall);
        let end = self.until(limits::ANSWER_BODY_TIME);
        let body = if head.status == StatusCode::SWITCHING_PROTOCOLS {
            answer::Body::default()
        } else {
            wire.read(incoming, end).await
        };
        let lane = self.lane().filter(|_| body.is_whole());
        let (text, body_bytes, body_truncated) = body.show();
        self.exchange.answer = Some(Response {
            status: head.status.as_u16(),
            headers: answer::headers(&head.headers),
            body: text,
            body_bytes,
            body_truncated,
        });
        if let Some(lane) = lane
            && wire.is_ready_again(end).await
        {
            self.courier
                .kept
                .put(lane, self.request.target.origin(), wire);
        }
        Ok(())
    }

    /// The request with its headers in the order of extensions.md §3.
    fn build(&self) -> Request<Full<Bytes>> {
        let Outgoing {
            target,
            headers,
            body,
            ..
        } = self.request;
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = Uri::from(target.path_and_query().clone());
        let map = request.headers_mut();
        append(map, header::HOST.as_str(), target.host_header());
        let (first, rest) = headers.split_at(usize::from(is_content_type(headers.first())));
        for (name, value) in first {
            append(map, name, value);
        }
        map.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        for (name, value) in rest {
            append(map, name, value);
        }
        map.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        if self.lane().is_none() {
            map.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        request
    }

    fn now(&self) -> Duration {
        self.courier.clock.monotonic()
    }

    fn since(&self, begun: Duration) -> Duration {
        self.now().saturating_sub(begun)
    }

    fn until(&self, limit: Duration) -> Instant {
        let end = super::after(limit);
        self.end.map_or(end, |whole| whole.min(end))
    }
}

impl Inner {
    /// The addresses of a target, all of which may be called; else the refusal (T5, T6).
    pub(super) async fn addresses(
        &self,
        target: &crate::address::Target,
        end: Instant,
    ) -> Result<Vec<std::net::IpAddr>, Failure> {
        let networks = &self.settings.allow_networks;
        if let Some(ip) = target.literal_ip() {
            address::check_literal(target, networks)
                .map_err(|sentence| Failure::new(Outcome::ForbiddenAddress, sentence))?;
            return Ok(vec![ip]);
        }
        let host = target.host();
        let addresses = self.names.resolve(host, end).await?;
        let refused: Option<Class> = addresses
            .iter()
            .find_map(|ip| address::is_allowed(*ip, networks).err());
        match refused {
            None => Ok(addresses),
            Some(class) => Err(Failure::new(
                Outcome::ForbiddenAddress,
                class.refusal(&format!("{host} leads to")),
            )),
        }
    }
}

fn is_content_type(header: Option<&(&'static str, String)>) -> bool {
    header.is_some_and(|(name, _)| name.eq_ignore_ascii_case(header::CONTENT_TYPE.as_str()))
}

/// Appends a header whose bytes HTTP allows; `Outgoing::check` has refused all others (T13).
fn append(map: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (
        HeaderName::from_bytes(name.as_bytes()),
        HeaderValue::from_str(value),
    ) {
        map.append(name, value);
    }
}

/// Outcome and sentences of a request that got no head.
fn failure(fault: &Fault) -> Failure {
    let (outcome, what) = match fault {
        Fault::Shut => (
            Outcome::Interrupted,
            "Stopped before the first byte was written.",
        ),
        Fault::Unwritten => (
            Outcome::Unreachable,
            "The receiver closed the connection before the request.",
        ),
        Fault::Late => (Outcome::TimedOut, "The receiver did not answer in time."),
        Fault::Storm => (
            Outcome::BadAnswer,
            "The receiver sent too many 1xx answers.",
        ),
        Fault::Silent => (
            Outcome::BadAnswer,
            "The receiver closed the connection without an answer.",
        ),
        Fault::Broken(error) if error.is_parse_too_large() => (
            Outcome::BadAnswer,
            "The head of the answer has more than 64 headers or 16 KiB.",
        ),
        Fault::Broken(error) if error.is_parse() => (
            Outcome::BadAnswer,
            "What the receiver sent is not HTTP/1.1.",
        ),
        Fault::Broken(_) => (
            Outcome::BadAnswer,
            "The receiver closed the connection within the head of its answer.",
        ),
    };
    let remedy = if matches!(fault, Fault::Shut) {
        "It is sent later."
    } else {
        outcome.remedy()
    };
    Failure::new(outcome, format!("{what} {remedy}"))
}
