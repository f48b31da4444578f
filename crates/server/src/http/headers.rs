//! What every answer of the API says in its head: caching, framing, other origins.
//!
//! Never: headers of one kind of answer.

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::settings::{Origins, Settings};

const PRIVATE: HeaderValue = HeaderValue::from_static("private, max-age=0, must-revalidate");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("SAMEORIGIN");
/// One year, as browsers' preload lists ask for.
const TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What a page may do: only with what is ours.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);

const ALLOWED_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE");
const ALLOWED_HEADERS: HeaderValue =
    HeaderValue::from_static("X-NokoToken, X-FreckleToken, Authorization, Content-Type, Accept");
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static("Link, Location, Retry-After");
/// Ten minutes: as long as the strictest browser honours.
const PREFLIGHT_SECONDS: HeaderValue = HeaderValue::from_static("600");

/// Whether a cache may keep an answer for the one who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cached {
    /// After asking again each time.
    Privately,
    /// Never: the address holds a token.
    Nowhere,
}

/// Adds the headers that every answer below `/v2` has (contract README §3).
pub(super) fn add(headers: &mut HeaderMap, settings: &Settings, cached: Cached) {
    let caching = match cached {
        Cached::Privately => PRIVATE,
        Cached::Nowhere => NO_STORE,
    };
    headers.insert(header::CACHE_CONTROL, caching);
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(header::X_FRAME_OPTIONS, SAME_ORIGIN);
    if settings.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT);
    }
}

/// Adds the headers that every page has: nothing foreign runs, loads, frames or is posted to.
pub(super) fn add_for_page(headers: &mut HeaderMap, settings: &Settings) {
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if settings.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT);
    }
}

/// Lets a page of another origin read the answer, if the settings say so.
pub(super) fn add_cors(headers: &mut HeaderMap, asked: &HeaderMap, origins: &Origins) {
    let Some(origin) = asked.get(header::ORIGIN) else {
        return;
    };
    let allowed = match origins {
        Origins::Any => HeaderValue::from_static("*"),
        Origins::Only(list)
            if list
                .iter()
                .any(|known| known.as_bytes() == origin.as_bytes()) =>
        {
            origin.clone()
        }
        Origins::Only(_) => return,
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
}

/// What a browser wants to know before it asks.
pub(super) fn preflight() -> [(HeaderName, HeaderValue); 3] {
    [
        (header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS),
    ]
}
