//! What an operator may set of the server; the names and defaults are in the settings table.
//!
//! Never: reading files or the environment.

use std::time::Duration;

use base::{Role, Secret};
use ipnet::IpNet;

/// Everything that the server is told at its start. Numbers in brackets: table of limits.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The origin that is printed in URLs, without a slash at its end: `public_url`.
    pub public_url: String,
    /// Whether a request without `User-Agent` is refused: `api.user_agent_required`.
    pub user_agent_required: bool,
    /// Whether credentials may come as query parameters: `api.query_tokens`.
    pub query_tokens: bool,
    /// Which web pages may read answers: `api.cors_origins`.
    pub cors_origins: Origins,
    /// How often one address may ask: `rate_limit.*` (L22).
    pub rate_limit: RateLimit,
    /// Deadlines and caps of the listener: `http.*` (L16, L18, L20).
    pub http: Http,
    /// Who may read the metrics: `metrics.*`.
    pub metrics: Metrics,
    /// The lowest role that may manage webhooks: `webhooks.required_role`; none by default.
    pub webhook_role: Option<Role>,
    /// Minutes by which new projects round up: `projects.billing_increment`.
    pub billing_increment: i64,
    /// Whether accounts show invoicing as switched on: `invoicing.enabled`.
    pub invoicing_enabled: bool,
    /// Projects of one account; unlimited by default: `projects.per_account_max`.
    pub project_limit: Option<i64>,
    /// Users of one account; unlimited by default: `users.per_account_max`.
    pub user_limit: Option<i64>,
    /// Seconds east of UTC for new users: `users.utc_offset`.
    pub utc_offset: i64,
    /// How long a stop waits for requests in flight: `shutdown_timeout` (L34).
    pub shutdown_timeout: Duration,
}

/// `api.cors_origins`: `*`, or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Every page of the web.
    Any,
    /// Only pages of these origins, such as `https://app.example.test`.
    Only(Vec<String>),
}

/// `rate_limit.*`, contract README §6.
#[derive(Clone, Debug)]
pub struct RateLimit {
    pub enabled: bool,
    /// Between two slots of one address.
    pub spacing: Duration,
    /// Requests of one address that may wait for their slot.
    pub waiting_max: u32,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether requests from this machine itself count too.
    pub covers_loopback: bool,
}

/// `http.*`.
#[derive(Clone, Debug)]
pub struct Http {
    /// From the connection to its first byte.
    pub first_byte_timeout: Duration,
    /// From the first byte of a head to its end.
    pub head_timeout: Duration,
    /// The whole of a body; it must also keep up one KiB per second.
    pub body_timeout: Duration,
    /// Between two requests, and of a client that does not read its answer.
    pub idle_timeout: Duration,
    /// Bytes of a body.
    pub body_max: usize,
    /// Connections at once.
    pub connections_max: usize,
    /// Connections of one address at once; this machine and trusted proxies do not count.
    pub per_address_max: usize,
}

/// `metrics.*`.
#[derive(Clone, Debug)]
pub struct Metrics {
    pub enabled: bool,
    /// Opens the metrics to others than this machine, as `Bearer`.
    pub token: Option<Secret<String>>,
}

impl Settings {
    /// Whether browsers reach us by TLS: decides on `Strict-Transport-Security`.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

impl Default for Settings {
    /// The defaults of the settings table.
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".into(),
            user_agent_required: true,
            query_tokens: true,
            cors_origins: Origins::Any,
            rate_limit: RateLimit::default(),
            http: Http::default(),
            metrics: Metrics {
                enabled: true,
                token: None,
            },
            webhook_role: None,
            billing_increment: 15,
            invoicing_enabled: true,
            project_limit: None,
            user_limit: None,
            utc_offset: 0,
            shutdown_timeout: Duration::from_secs(25),
        }
    }
}

impl Default for RateLimit {
    /// Two per second and five that wait; proxies on this machine are believed.
    fn default() -> Self {
        let loopback = ["127.0.0.0/8", "::1/128"];
        Self {
            enabled: true,
            spacing: Duration::from_millis(500),
            waiting_max: 5,
            trusted_proxies: loopback
                .map(|net| net.parse().expect("a literal network is well formed"))
                .into(),
            covers_loopback: false,
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            first_byte_timeout: Duration::from_secs(5),
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_mins(1),
            body_max: 1024 * 1024,
            connections_max: 10_000,
            per_address_max: 100,
        }
    }
}
