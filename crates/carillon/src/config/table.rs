//! The settings table: one row per setting, and nothing of a setting anywhere else.
//!
//! Words: *setting* = what an operator may set. Names are law: others rely on them.
//! Never: reading; how a value is written is its kind's affair.

use super::kind::Kind;

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The name in files: tables by dots.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// As it would be written; empty: left out.
    pub(crate) default: &'static str,
    /// The row of the table of limits, or empty.
    pub(crate) limit: &'static str,
    /// What it means.
    pub(crate) meaning: &'static str,
}

impl Setting {
    /// The name in the environment: `CARILLON_` and the name in capitals, dots as underscores.
    pub(crate) fn environment_name(&self) -> String {
        format!(
            "CARILLON_{}",
            self.name.to_ascii_uppercase().replace(['.', '-'], "_")
        )
    }
}

/// Name, kind, default, limit; meaning.
macro_rules! settings {
    ($($name:literal, $kind:ident, $default:literal, $limit:literal, $($meaning:literal)+;)*) => {
        /// Every setting, those of one area together.
        pub(crate) const SETTINGS: &[Setting] = &[$(Setting {
            name: $name,
            kind: Kind::$kind,
            default: $default,
            limit: $limit,
            meaning: concat!($($meaning),+),
        }),*];
    };
}

settings! {
    "database", Database, "sqlite:carillon.db", "",
        "Where the data is: `sqlite:PATH`, or `postgres://USER@HOST/NAME` (PostgreSQL 14 or newer; "
        "a socket by `?host=/run/postgresql`). The password comes from `PGPASSWORD`, else from the "
        "password file (`PGPASSFILE` or `~/.pgpass`).";
    "listen", Address, "127.0.0.1:8080", "",
        "Address and port of the HTTP server. Port 0 takes a free one.";
    "public_url", Origin, "", "",
        "The origin in every URL that is printed. Left out, it is `http://` and `listen`; must "
        "be set when `listen` is `0.0.0.0` or `::`.";
    "master_key_file", Path, "", "",
        "The key that seals secrets at rest. Left out, it is the path of the SQLite file with "
        "`.key` added, and made at the first start. On PostgreSQL it must be set: make it once, "
        "every server has the same.";
    "shutdown_timeout", Duration, "25s", "L34",
        "How long a stop waits for requests and attempts that are under way.";

    "postgres.statement_timeout", Duration, "5s", "L36",
        "How long one statement may take.";
    "postgres.lock_timeout", Duration, "2s", "L36",
        "How long a statement waits for a row that somebody else holds.";
    "postgres.idle_timeout", Duration, "10s", "L36",
        "How long a transaction may be idle before PostgreSQL ends it.";
    "postgres.connect_timeout", Duration, "10s", "L36",
        "The connection to the database, and how long a lost one goes unnoticed.";
    "postgres.pool_size", Count, "16", "L36",
        "Connections of one server, beside two for wake-ups.";
    "postgres.root_certificates", Path, "", "",
        "Certificates in PEM to trust beside the public roots, for `sslmode=require`.";

    "disk.free_min", Bytes, "256MiB", "L31",
        "Writes are refused while the disk of the database has less free space.";

    "webhooks.answer_timeout", Duration, "10s", "L3",
        "From the start of an attempt's write to the head of the answer.";
    "webhooks.retry.initial", Duration, "5s", "L13",
        "The pause after the first failure of a payload.";
    "webhooks.retry.factor", Factor, "2", "L13",
        "Each further pause is so many times the one before.";
    "webhooks.retry.max_interval", Duration, "1h", "L13",
        "No pause is longer.";
    "webhooks.retry.jitter", Share, "0.2", "L13",
        "By which share of itself a pause varies up and down.";
    "webhooks.retry.give_up_after", Duration, "72h", "L13",
        "When the last attempt is made, counted from the first; if it fails, the webhook stops.";
    "webhooks.attempts_max", Count, "512", "L10",
        "Attempts at once, in all.";
    "webhooks.per_owner_max", Count, "64", "L10",
        "Attempts at once for the webhooks of one user.";
    "webhooks.per_host_max", Count, "8", "L10",
        "Attempts at once to one host. Hosts in `delivery.allow_networks` are excepted.";
    "webhooks.per_host_rate", Count, "50", "L11",
        "Attempts per second to one host. Hosts in `delivery.allow_networks` are excepted.";
    "webhooks.waiting_max", Count, "1000000", "L29",
        "With so many payloads waiting a webhook stops.";
    "webhooks.waiting_total_max", Count, "10000000", "L29",
        "With so many payloads waiting in all, changes are refused.";
    "webhooks.required_role", Role, "", "",
        "The lowest role that may manage webhooks. Left out: everybody may, for their own.";
    "webhooks.per_account_max", Count, "100000", "L24",
        "Webhooks of one account.";

    "broadcasts.interval", Duration, "5s", "L35",
        "From a first change to the message about it; changes within it make one message.";
    "broadcasts.timeout", Duration, "5s", "L35",
        "The whole of one message, from the name look-up to the answer.";
    "broadcasts.attempts_max", Count, "64", "L10",
        "Broadcast receivers that are sent to at once.";
    "broadcasts.per_account_max", Count, "10000", "L24",
        "Broadcast receivers of one account.";

    "delivery.allow_networks", Networks, "", "",
        "Networks to which payloads and messages may go although they are not public.";
    "delivery.dns_timeout", Duration, "3s", "L1",
        "The look-up of a receiver's name.";
    "delivery.connect_timeout", Duration, "5s", "L2",
        "The connection to a receiver, TLS included.";
    "delivery.keep_alive.idle", Duration, "4s", "L12",
        "How long a connection to a receiver is kept unused.";
    "delivery.keep_alive.total", Duration, "60s", "L12",
        "How long a connection to a receiver is kept in all.";
    "delivery.lease.duration", Duration, "30s", "L15",
        "How long a server may work on a webhook before it must renew its right.";
    "delivery.lease.renewal", Duration, "5s", "L15",
        "How often it renews.";
    "delivery.lease.grace", Duration, "20s", "L15",
        "How long after the end of that right another server waits.";

    "retention.payloads", Duration, "30d", "L30",
        "How long delivered and skipped payloads are kept.";
    "retention.events", Duration, "30d", "L30",
        "How long an event is kept that no payload needs any more.";

    "http.first_byte_timeout", Duration, "5s", "L16",
        "From a connection of a client to its first byte.";
    "http.head_timeout", Duration, "10s", "L16",
        "From the first byte of a request to the end of its head.";
    "http.body_timeout", Duration, "30s", "L16",
        "The whole of a request's body, which must also keep up 1 KiB per second.";
    "http.idle_timeout", Duration, "60s", "L16",
        "Between two requests of a connection.";
    "http.body_max", Bytes, "1MiB", "L18",
        "The body of a request.";
    "http.connections_max", Count, "10000", "L20",
        "Connections of clients at once, in all.";
    "http.per_address_max", Count, "100", "L20",
        "Connections at once of one address. This machine and trusted proxies are excepted.";

    "rate_limit.enabled", Boolean, "true", "L22",
        "Whether requests to the API are limited per address.";
    "rate_limit.spacing", Duration, "500ms", "L22",
        "Between two requests of one address.";
    "rate_limit.waiting_max", Count, "5", "L22",
        "Requests of one address that wait for their turn; more are refused with 429.";
    "rate_limit.covers_loopback", Boolean, "false", "L22",
        "Whether requests from this machine itself are limited too.";
    "rate_limit.trusted_proxies", Networks, "127.0.0.0/8,::1/128", "L22",
        "Proxies whose `X-Forwarded-For` is believed.";

    "api.user_agent_required", Boolean, "true", "",
        "Whether a request without `User-Agent` is refused.";
    "api.query_tokens", Boolean, "true", "",
        "Whether a token may come as a query parameter.";
    "api.cors_origins", List, "*", "",
        "Origins of the web pages that may read answers; `*` is every page.";

    "metrics.enabled", Boolean, "true", "",
        "Whether `/metrics` is there.";
    "metrics.token", Secret, "", "",
        "Opens `/metrics` to others than this machine, as Bearer.";

    "projects.per_account_max", Cap, "", "",
        "Projects of one account. Left out: no limit.";
    "projects.billing_increment", Increment, "15", "",
        "Minutes by which new projects round up.";
    "users.per_account_max", Cap, "", "",
        "Users of one account. Left out: no limit.";
    "users.utc_offset", Offset, "+00:00", "",
        "East of UTC, for new users.";
    "invoicing.enabled", Boolean, "true", "",
        "Whether accounts show invoicing as switched on.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_default_is_a_value_of_its_kind() {
        for row in SETTINGS {
            assert!(row.kind.parse(row.default).is_ok(), "{}", row.name);
        }
    }

    #[test]
    fn no_two_settings_have_the_same_name_in_the_environment() {
        let mut names: Vec<_> = SETTINGS.iter().map(Setting::environment_name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), SETTINGS.len());
        assert!(names.contains(&"CARILLON_WEBHOOKS_RETRY_INITIAL".to_owned()));
    }
}
