//! What an operator may set of delivery; the names and defaults are in the settings table.
//!
//! Never: reading files or the environment.

use std::time::Duration;

use base::limits;
use ipnet::IpNet;

/// Everything that delivery is told at its start. Numbers in brackets: table of limits.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The origin that is printed in URLs, without a slash at its end: `public_url`.
    pub public_url: String,
    /// The schedule of retries (L13).
    pub retry: Retry,
    /// Name lookup (L1).
    pub dns_timeout: Duration,
    /// TCP and TLS (L2).
    pub connect_timeout: Duration,
    /// From the start of the write to the answer's head (L3).
    pub answer_timeout: Duration,
    /// Networks that may be called although they are not public.
    pub allow_networks: Vec<IpNet>,
    /// How long a connection to a receiver is kept idle, and in all (L12).
    pub keep_alive: KeepAlive,
    /// Attempts at once (L10) and per second (L11).
    pub caps: Caps,
    /// Leases of lanes (L15).
    pub lease: Lease,
    /// From a first change to its round (L35).
    pub broadcast_interval: Duration,
    /// The whole of one message (L35).
    pub broadcast_timeout: Duration,
    /// How long delivered and skipped payloads, and events, are kept (L30).
    pub retention_payloads: Duration,
    /// How long events are kept that no payload refers to (L30).
    pub retention_events: Duration,
    /// Waiting payloads of one webhook (L29).
    pub waiting_max: i64,
    /// Waiting payloads in all (L29).
    pub waiting_total_max: i64,
    /// Webhooks of one account (L24).
    pub webhooks_per_account_max: i64,
    /// Broadcast receivers of one account (L24).
    pub receivers_per_account_max: i64,
}

/// `webhooks.retry.*`: wait `initial × factor^(n−1)`, at most `max_interval`, ± `jitter`.
#[derive(Clone, Debug)]
pub struct Retry {
    pub initial: Duration,
    pub factor: f64,
    pub max_interval: Duration,
    /// A share of the wait, from 0 to 1.
    pub jitter: f64,
    pub give_up_after: Duration,
}

/// `delivery.keep_alive.*`.
#[derive(Clone, Debug)]
pub struct KeepAlive {
    pub idle: Duration,
    pub total: Duration,
}

/// How much is sent at once.
#[derive(Clone, Debug)]
pub struct Caps {
    pub attempts_max: usize,
    pub per_owner_max: usize,
    pub per_host_max: usize,
    /// Attempts begun per second and host.
    pub per_host_rate: u32,
    /// Rounds at once.
    pub broadcasts_max: usize,
}

/// `delivery.lease.*`.
#[derive(Clone, Debug)]
pub struct Lease {
    pub duration: Duration,
    pub renewal: Duration,
    pub grace: Duration,
}

impl KeepAlive {
    /// Whether connections are kept at all.
    pub(crate) fn is_on(&self) -> bool {
        !self.idle.is_zero() && !self.total.is_zero()
    }
}

impl Settings {
    /// The longest that one attempt can take: L1 + L2 + L3 + 2 s.
    pub fn whole_attempt(&self) -> Duration {
        self.dns_timeout + self.connect_timeout + self.answer_timeout + limits::ATTEMPT_SLACK
    }

    /// Checks how the settings relate; `Err` names both sides and the remedy.
    pub fn check(&self) -> Result<(), String> {
        let whole = self.whole_attempt();
        if self.lease.duration < self.lease.renewal * 2 + whole {
            return Err(format!(
                "delivery.lease.duration ({:?}) less twice delivery.lease.renewal ({:?}) must cover \
                 a whole attempt ({whole:?}: delivery.dns_timeout + delivery.connect_timeout + \
                 webhooks.answer_timeout + 2 s). Raise the lease or lower the timeouts.",
                self.lease.duration, self.lease.renewal
            ));
        }
        if self.lease.grace < whole {
            return Err(format!(
                "delivery.lease.grace ({:?}) must cover a whole attempt ({whole:?}). Raise it or \
                 lower the timeouts.",
                self.lease.grace
            ));
        }
        Ok(())
    }
}

impl Default for Settings {
    /// The defaults of the settings table.
    fn default() -> Self {
        let day = Duration::from_hours(24);
        Self {
            public_url: "http://127.0.0.1:8080".into(),
            retry: Retry {
                initial: Duration::from_secs(5),
                factor: 2.0,
                max_interval: Duration::from_hours(1),
                jitter: 0.2,
                give_up_after: Duration::from_hours(72),
            },
            dns_timeout: Duration::from_secs(3),
            connect_timeout: Duration::from_secs(5),
            answer_timeout: Duration::from_secs(10),
            allow_networks: Vec::new(),
            keep_alive: KeepAlive {
                idle: Duration::from_secs(4),
                total: Duration::from_mins(1),
            },
            caps: Caps {
                attempts_max: 512,
                per_owner_max: 64,
                per_host_max: 8,
                per_host_rate: 50,
                broadcasts_max: 64,
            },
            lease: Lease {
                duration: Duration::from_secs(30),
                renewal: Duration::from_secs(5),
                grace: Duration::from_secs(20),
            },
            broadcast_interval: Duration::from_secs(5),
            broadcast_timeout: Duration::from_secs(5),
            retention_payloads: day * 30,
            retention_events: day * 30,
            waiting_max: 1_000_000,
            waiting_total_max: 10_000_000,
            webhooks_per_account_max: 100_000,
            receivers_per_account_max: 10_000,
        }
    }
}
