//! From values to what each crate is told at its start, and how settings must relate.
//!
//! Never: reading files or the environment.

use delivery::settings::{Caps, KeepAlive, Lease, Retry};
use server::settings::{Http, Metrics, RateLimit};

use super::Config;
use super::value::{Value, Written};

impl Config {
    /// What delivery is told, with the origin that URLs are printed with.
    pub(crate) fn delivery(&self, public_url: String) -> delivery::Settings {
        delivery::Settings {
            public_url,
            retry: Retry {
                initial: self.duration("webhooks.retry.initial"),
                factor: self.number("webhooks.retry.factor"),
                max_interval: self.duration("webhooks.retry.max_interval"),
                jitter: self.number("webhooks.retry.jitter"),
                give_up_after: self.duration("webhooks.retry.give_up_after"),
            },
            dns_timeout: self.duration("delivery.dns_timeout"),
            connect_timeout: self.duration("delivery.connect_timeout"),
            answer_timeout: self.duration("webhooks.answer_timeout"),
            allow_networks: self.networks("delivery.allow_networks"),
            keep_alive: KeepAlive {
                idle: self.duration("delivery.keep_alive.idle"),
                total: self.duration("delivery.keep_alive.total"),
            },
            caps: Caps {
                attempts_max: self.count("webhooks.attempts_max"),
                per_owner_max: self.count("webhooks.per_owner_max"),
                per_host_max: self.count("webhooks.per_host_max"),
                per_host_rate: self.count("webhooks.per_host_rate"),
                broadcasts_max: self.count("broadcasts.attempts_max"),
            },
            lease: Lease {
                duration: self.duration("delivery.lease.duration"),
                renewal: self.duration("delivery.lease.renewal"),
                grace: self.duration("delivery.lease.grace"),
            },
            broadcast_interval: self.duration("broadcasts.interval"),
            broadcast_timeout: self.duration("broadcasts.timeout"),
            retention_payloads: self.duration("retention.payloads"),
            retention_events: self.duration("retention.events"),
            waiting_max: self.count("webhooks.waiting_max"),
            waiting_total_max: self.count("webhooks.waiting_total_max"),
            webhooks_per_account_max: self.count("webhooks.per_account_max"),
            receivers_per_account_max: self.count("broadcasts.per_account_max"),
        }
    }

    /// What the server is told, with the origin that URLs are printed with.
    pub(crate) fn server(&self, public_url: String) -> server::Settings {
        server::Settings {
            public_url,
            user_agent_required: self.boolean("api.user_agent_required"),
            query_tokens: self.boolean("api.query_tokens"),
            cors_origins: self.origins("api.cors_origins"),
            rate_limit: RateLimit {
                enabled: self.boolean("rate_limit.enabled"),
                spacing: self.duration("rate_limit.spacing"),
                waiting_max: self.count("rate_limit.waiting_max"),
                trusted_proxies: self.networks("rate_limit.trusted_proxies"),
                covers_loopback: self.boolean("rate_limit.covers_loopback"),
            },
            http: Http {
                first_byte_timeout: self.duration("http.first_byte_timeout"),
                head_timeout: self.duration("http.head_timeout"),
                body_timeout: self.duration("http.body_timeout"),
                idle_timeout: self.duration("http.idle_timeout"),
                body_max: self.count("http.body_max"),
                connections_max: self.count("http.connections_max"),
                per_address_max: self.count("http.per_address_max"),
            },
            metrics: Metrics {
                enabled: self.boolean("metrics.enabled"),
                token: self.secret("metrics.token"),
            },
            webhook_role: self.role("webhooks.required_role"),
            billing_increment: self.count("projects.billing_increment"),
            invoicing_enabled: self.boolean("invoicing.enabled"),
            project_limit: self.cap("projects.per_account_max"),
            user_limit: self.cap("users.per_account_max"),
            utc_offset: self.offset("users.utc_offset"),
            shutdown_timeout: self.duration("shutdown_timeout"),
        }
    }

    /// Checks how settings relate; each problem names both and the remedy.
    pub(super) fn relations(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let listen = self.listen();
        if listen.ip().is_unspecified() && *self.value("public_url") == Value::Unset {
            problems.push(format!(
                "listen is {listen}, every address of this machine, so public_url must be set: the \
                 one URL under which the server is reached (--public-url https://time.example.test)."
            ));
        }
        problems.extend(self.delivery(String::new()).check().err());
        for (low, high) in [
            ("webhooks.retry.initial", "webhooks.retry.max_interval"),
            ("delivery.keep_alive.idle", "delivery.keep_alive.total"),
        ] {
            let (least, most) = (self.duration(low), self.duration(high));
            if least > most {
                problems.push(format!(
                    "{low} ({}) is more than {high} ({}). Lower the first or raise the second.",
                    Written(least),
                    Written(most)
                ));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::tests::given;

    #[test]
    fn the_defaults_are_those_of_delivery() {
        let config = given("", &[]).expect("the defaults hold together");
        let built = config.delivery("http://127.0.0.1:8080".into());
        assert_eq!(
            format!("{built:?}"),
            format!("{:?}", delivery::Settings::default())
        );
    }

    #[test]
    fn the_defaults_are_those_of_the_server() {
        let config = given("", &[]).expect("the defaults hold together");
        let built = config.server("http://127.0.0.1:8080".into());
        assert_eq!(
            format!("{built:?}"),
            format!("{:?}", server::Settings::default())
        );
    }

    #[test]
    fn the_key_lies_beside_the_database_unless_told_otherwise() {
        let config = given("database = 'sqlite:data/time.db'", &[]).expect("valid");
        let beside = config.master_key_file();
        assert_eq!(beside.as_deref(), Some(Path::new("data/time.db.key")));
        let config = given("master_key_file = '/etc/key'", &[]).expect("valid");
        let named = config.master_key_file();
        assert_eq!(named.as_deref(), Some(Path::new("/etc/key")));
        let config = given("database = 'postgres://db/time'", &[]).expect("valid");
        assert_eq!(config.master_key_file(), None);
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused_with_both_names() {
        for (file, names) in [
            ("listen = '0.0.0.0:8080'", ["listen", "public_url"]),
            ("listen = '[::]:80'", ["listen", "public_url"]),
            (
                "delivery.lease.duration = '10s'",
                ["delivery.lease.duration", "delivery.lease.renewal"],
            ),
            (
                "webhooks.answer_timeout = '1m'",
                ["delivery.lease.duration", "webhooks.answer_timeout"],
            ),
            (
                "webhooks.retry.initial = '2h'",
                ["webhooks.retry.initial", "webhooks.retry.max_interval"],
            ),
        ] {
            let failed = given(file, &[]).expect_err(file).text();
            for name in names {
                assert!(failed.contains(name), "{failed}");
            }
        }
    }
}
