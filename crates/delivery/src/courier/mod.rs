//! Sends one request to a stranger and tells what happened.
//!
//! The way of a request: resolve → classify every address → connect to a checked one → TLS →
//! gate in the first write → head and body at once → bounded read.
//!
//! Words: *courier*, *exchange*, *gate*, *wire*.
//! Never: following redirects; proxies, cookies, decompression; trying again; the database.

mod answer;
mod attempt;
mod connect;
mod dns;
mod gate;
mod kept;
#[cfg(test)]
mod tests;
mod tls;
mod wire;

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Result};
use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use rustls::RootCertStore;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use crate::address::Target;
use crate::outcome::{Exchange, Outcome, Timings};
use crate::settings::Settings;
use attempt::Attempt;

pub use gate::Gate;

/// What goes out.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub target: Target,
    /// All headers in their order, `content-type` first, but for `host`, `content-length`,
    /// `accept-encoding` and `connection`: those are the courier's.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes that were signed.
    pub body: Bytes,
    /// The lane for which the connection is kept afterwards; none closes it (L12).
    pub keep: Option<i64>,
    /// The limit of everything, beside the limits of the parts (L35); webhooks have none.
    pub whole: Option<Duration>,
}

/// Sends requests; clones share the resolver, the roots and the kept connections.
#[derive(Clone)]
pub struct Courier {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Arc<Settings>,
    clock: Arc<dyn Clock>,
    names: dns::Names,
    connector: TlsConnector,
    kept: kept::Kept,
}

impl Courier {
    /// Reads the system's name servers and hosts file; trusts the compiled-in public roots.
    pub fn new(settings: Arc<Settings>, clock: Arc<dyn Clock>) -> Result<Self> {
        Self::trusting(tls::public_roots(), settings, clock)
    }

    fn trusting(
        roots: RootCertStore,
        settings: Arc<Settings>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let names = dns::Names::open(settings.dns_timeout)?;
        let connector = tls::connector(roots)?;
        let kept = kept::Kept::new(settings.keep_alive.clone(), settings.caps.attempts_max);
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                clock,
                names,
                connector,
                kept,
            }),
        })
    }

    /// Asks, when a target is saved, whether it may be called; at most L1.
    ///
    /// A name that does not resolve is accepted: it may do so later, and each attempt asks again.
    /// `Err` names the class and the setting, and the address only if it was given as one.
    pub async fn check(&self, target: &Target) -> Result<(), String> {
        let end = after(self.inner.settings.dns_timeout);
        match self.inner.addresses(target, end).await {
            Err(failure) if failure.outcome == Outcome::ForbiddenAddress => Err(failure.sentence),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The addresses of a name as a delivery would find them, at most L1; `Err` says why there are
    /// none.
    pub async fn look_up(&self, host: &str) -> Result<Vec<IpAddr>, String> {
        let end = after(self.inner.settings.dns_timeout);
        let found = self.inner.names.resolve(host, end).await;
        found.map_err(|failure| failure.sentence)
    }

    /// Sends a request and tells what came of it, within L1–L8.
    ///
    /// Dropping the future closes the connection. Nothing is written unless the gate lets it.
    pub async fn send(&self, request: Outgoing, gate: Arc<dyn Gate>) -> Exchange {
        let begun = self.inner.clock.monotonic();
        let end = request.whole.map(after);
        let exchange = Exchange::begun();
        let courier = &*self.inner;
        let mut attempt = Attempt {
            courier,
            request: &request,
            gate,
            end,
            exchange,
        };
        let result = match request.check() {
            Ok(()) => attempt.run().await,
            Err(failure) => Err(failure),
        };
        let mut exchange = attempt.exchange;
        exchange.timings.total = Some(self.inner.clock.monotonic().saturating_sub(begun));
        if let Err(failure) = result {
            exchange.outcome = failure.outcome;
            exchange.error = Some(failure.sentence);
        }
        if exchange.outcome == Outcome::ForbiddenAddress {
            // A log of attempts is no scanner of the operator's network (T8).
            exchange.timings = Timings::default();
        }
        exchange
    }
}

impl Outgoing {
    /// Refuses headers that HTTP cannot carry, so that they cannot become other headers (T13).
    fn check(&self) -> Result<(), Failure> {
        let is_good = |(name, value): &(&'static str, String)| {
            HeaderName::from_bytes(name.as_bytes()).is_ok() && HeaderValue::from_str(value).is_ok()
        };
        match self.headers.iter().find(|header| !is_good(header)) {
            None => Ok(()),
            Some((name, _)) => Err(Failure::new(
                Outcome::Unreachable,
                format!("The header {name} has characters that HTTP forbids. Nothing was sent."),
            )),
        }
    }
}

/// Why an exchange ended early: its outcome, and the sentences for the owner.
struct Failure {
    outcome: Outcome,
    sentence: String,
}

impl Failure {
    fn new(outcome: Outcome, sentence: impl Into<String>) -> Self {
        Self {
            outcome,
            sentence: sentence.into(),
        }
    }
}

/// The deadline of a limit that begins now; one beyond all clocks is a day, as good as never here.
fn after(limit: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(limit)
        .unwrap_or(now + Duration::from_hours(24))
}

/// Waits for the future until a deadline that a limit has set; none if it came first.
#[expect(
    clippy::disallowed_methods,
    reason = "the courier's only wait, for a limit's deadline"
)]
async fn within<F: Future>(end: Instant, future: F) -> Option<F::Output> {
    tokio::time::timeout_at(end, future).await.ok()
}
