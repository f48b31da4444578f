//! From a request to its answer: the checks, in their order, and then the handler.
//!
//! ```text
//! rate limit 429 → route 404/405 → User-Agent 400 → body 413 → credentials 401 → policy 403
//!   → JSON 400 → handler
//! ```
//!
//! Never: knowing what a route does; deciding on credentials.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use base::{Actor, Error, Kind, Reason, Result};
use bytes::Bytes;
use futures_util::FutureExt;
use hyper::body::Body as Incoming;
use hyper::header::{HeaderMap, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode, header};

use super::answer::{Answer, Body, Handled, Wanted};
use super::call::{self, Call, Words};
use super::client::Client;
use super::credentials::{self, QueryTokens};
use super::headers::Cached;
use super::query::Query;
use super::rate_limit::Verdict;
use super::route::{Area, BodyUse, Policy, Route};
use super::table::Path;
use super::{body, error, form, headers, json, refused, site, wait};
use crate::App;

/// What is known of a request before any check.
pub(super) struct Head {
    pub(super) method: Method,
    /// Without a slash at its end.
    pub(super) path: String,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
    pub(super) client: Client,
}

impl App {
    /// Answers one request of a peer; every outcome is an answer, a panic of a handler too.
    pub async fn handle<B>(&self, peer: IpAddr, request: Request<B>) -> Response<Body>
    where
        B: Incoming<Data = Bytes> + Unpin + Send,
    {
        let started = self.clock.monotonic();
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        let head = Head {
            path: path.strip_suffix('/').unwrap_or(path).to_owned(),
            query: Query::parse(parts.uri.query().unwrap_or_default()),
            client: Client::of(
                peer,
                &parts.headers,
                &self.settings.rate_limit.trusted_proxies,
            ),
            method: parts.method,
            headers: parts.headers,
        };
        let wanted = if head.method == Method::HEAD {
            Wanted::Head
        } else {
            Wanted::All
        };
        let method = known_method(&head.method);
        let found = self.table.find(&head.path).map(|(path, _)| path);
        let standing = Standing::of(&head, found.map(Path::area));
        let template = found.map(|path| path.template.clone());

        let answer = self.respond(head, body).await.unwrap_or_else(|error| {
            if standing.is_page {
                refused::answer(self, &error)
            } else {
                error::answer(&error)
            }
        });

        let mut response = answer.into_response(wanted);
        standing.add_to(response.headers_mut(), self);
        let duration = self.clock.monotonic().saturating_sub(started);
        count(template, method, response.status(), duration);
        response
    }

    async fn respond<B>(&self, head: Head, body: B) -> Handled
    where
        B: Incoming<Data = Bytes> + Unpin + Send,
    {
        if is_limited(&head.path) {
            self.wait_for_slot(head.client).await?;
        }
        let (path, words) = self
            .table
            .find(&head.path)
            .ok_or(Error::NotFound(Kind::Account))?;
        if head.method == Method::OPTIONS && path.area() == Area::Api {
            return Ok(preflight(&path.allowed()));
        }
        let Some(route) = path.route(&head.method) else {
            return Ok(error::wrong_method(&path.allowed()));
        };
        if needs_user_agent(route.area) && self.settings.user_agent_required {
            check_user_agent(&head.headers)?;
        }
        if route.area == Area::Page {
            return site::run(self, route, (head, words), body).await;
        }
        let bytes = match route.body {
            BodyUse::Ignored => Bytes::new(),
            BodyUse::Json | BodyUse::Raw | BodyUse::Form => {
                body::take(body, &self.settings.http).await?
            }
        };
        let actor = self.actor(route, &head).await?;
        route.policy.check(actor, &self.settings)?;
        let call = self.call(route, head, words, (actor, bytes))?;
        run(route, call).await
    }

    async fn wait_for_slot(&self, client: Client) -> Result<()> {
        let limit = &self.settings.rate_limit;
        if !limit.enabled || (client.is_local && !limit.covers_loopback) {
            return Ok(());
        }
        match self
            .rate_limit
            .admit(client.address, self.clock.monotonic(), limit)
        {
            Verdict::After(duration) => wait::for_slot(duration).await,
            Verdict::Refused => {
                metrics::counter!("carillon_http_rate_limited_total").increment(1);
                return Err(Error::Limited);
            }
        }
        Ok(())
    }

    async fn actor(&self, route: &Route, head: &Head) -> Result<Actor> {
        if route.policy == Policy::Public {
            return Ok(Actor::System(Reason::TokenLookUp));
        }
        let tokens = if self.settings.query_tokens {
            QueryTokens::Count
        } else {
            QueryTokens::AreIgnored
        };
        let presented = credentials::read(&head.headers, &head.query, tokens)?;
        (self.authenticate)(self.clone(), presented).await
    }

    pub(super) fn call(
        &self,
        route: &Route,
        head: Head,
        words: Words,
        of: (Actor, Bytes),
    ) -> Result<Call> {
        let (actor, bytes) = of;
        let body = match route.body {
            BodyUse::Raw => call::Body {
                raw: bytes,
                ..call::Body::default()
            },
            BodyUse::Json => call::Body {
                json: json::parse(&bytes)?,
                ..call::Body::default()
            },
            BodyUse::Form => call::Body {
                json: form::parse(&bytes),
                ..call::Body::default()
            },
            BodyUse::Ignored => call::Body::default(),
        };
        Ok(Call {
            app: self.clone(),
            actor,
            method: route.method.clone(),
            path: head.path,
            words,
            query: head.query,
            headers: head.headers,
            client: head.client,
            visitor: None,
            body,
        })
    }
}

/// Runs the handler; its panic is a fault of ours and not the end of the connection.
pub(super) async fn run(route: &Route, call: Call) -> Handled {
    // The handler owns all it works on; a panic leaves nothing half done behind.
    let ended = AssertUnwindSafe(async { route.run(call).await })
        .catch_unwind()
        .await;
    ended.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied().map(ToOwned::to_owned);
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
        let said = said.unwrap_or_else(|| "without words".to_owned());
        Err(Error::internal(format!("{route:?} panicked: {said}")))
    })
}

/// The limit covers `/v2` and `/oauth`, whatever is there (contract README §6).
fn is_limited(path: &str) -> bool {
    is_below(path, "/v2") || is_below(path, "/oauth")
}

fn is_below(path: &str, top: &str) -> bool {
    path.strip_prefix(top)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Programs name themselves; people's browsers do anyway, and operators' tools need not.
fn needs_user_agent(area: Area) -> bool {
    match area {
        Area::Api | Area::OAuth => true,
        Area::Site | Area::Page => false,
    }
}

fn check_user_agent(headers: &HeaderMap) -> Result<()> {
    let named = headers
        .get(USER_AGENT)
        .is_some_and(|value| !value.as_bytes().trim_ascii().is_empty());
    if named {
        return Ok(());
    }
    let sentence = "The User-Agent header is missing. Send one that names your application.";
    Err(Error::Malformed(sentence.to_owned()))
}

fn preflight(allowed: &str) -> Answer {
    let mut answer = Answer::of(StatusCode::NO_CONTENT);
    answer.headers.extend(headers::preflight());
    answer
        .with_header(header::ALLOW, allowed)
        .expect("methods are plain words")
}

/// What is needed to dress the answer after the request itself is gone.
struct Standing {
    is_api: bool,
    /// Whether a browser shows the answer to a person.
    is_page: bool,
    cached: Cached,
    asked: HeaderMap,
}

impl Standing {
    fn of(head: &Head, area: Option<Area>) -> Self {
        let mut asked = HeaderMap::new();
        if let Some(origin) = head.headers.get(header::ORIGIN) {
            asked.insert(header::ORIGIN, origin.clone());
        }
        let in_address = credentials::are_in(&head.query);
        let cached = if in_address {
            Cached::Nowhere
        } else {
            Cached::Privately
        };
        Self {
            is_api: is_below(&head.path, "/v2"),
            is_page: match area {
                Some(area) => area == Area::Page,
                None => !is_limited(&head.path) && wants_page(&head.headers),
            },
            cached,
            asked,
        }
    }

    fn add_to(&self, headers: &mut HeaderMap, app: &App) {
        if self.is_api {
            headers::add(headers, &app.settings, self.cached);
            headers::add_cors(headers, &self.asked, &app.settings.cors_origins);
        }
        if self.is_page {
            headers::add_for_page(headers, &app.settings);
        }
    }
}

/// Whether the client is a browser that goes somewhere.
fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT);
    accepted.is_some_and(|value| value.to_str().is_ok_and(|text| text.contains("text/html")))
}

/// A label of few values: a client may send any word as a method.
fn known_method(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];
    known
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("other")
}

fn count(template: Option<String>, method: &'static str, status: StatusCode, duration: Duration) {
    let route = template.unwrap_or_else(|| "unknown".to_owned());
    let status = status.as_u16().to_string();
    tracing::debug!(route, method, status, ?duration, "request answered");
    let labels = [
        ("route", route),
        ("method", method.to_owned()),
        ("status", status),
    ];
    metrics::counter!("carillon_http_requests_total", &labels).increment(1);
    metrics::histogram!("carillon_http_request_duration_seconds", &labels)
        .record(duration.as_secs_f64());
}
