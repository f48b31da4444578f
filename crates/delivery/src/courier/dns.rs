//! Name lookup with the system's configuration and hosts file, within L1.
//!
//! Never: deciding who may be called; keeping a thread busy.

use std::net::IpAddr;
use std::time::Duration;

use base::{Error, Result, limits};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use tokio::time::Instant;

use super::{Failure, within};
use crate::outcome::Outcome;

/// How long a lookup, failed or not, may be remembered (F13).
const CACHED_AT_MOST: Duration = Duration::from_secs(30);

/// The resolver; one per process, its answers are remembered for at most 30 s.
pub(super) struct Names {
    resolver: TokioResolver,
}

impl Names {
    /// Reads the system's configuration; a machine without one can still call addresses and the
    /// names of its hosts file.
    pub(super) fn open(timeout: Duration) -> Result<Self> {
        let nowhere = || {
            let config = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        let mut builder = TokioResolver::builder_tokio().unwrap_or_else(|problem| {
            tracing::warn!(%problem, "no name server is known: only addresses can be called");
            nowhere()
        });
        let options = builder.options_mut();
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        // Both families and one repetition fit into L1, so that a server which swallows the
        // question for one of them does not hide the answer for the other.
        options.timeout = timeout / 3;
        options.attempts = 1;
        options.positive_max_ttl = Some(CACHED_AT_MOST);
        options.negative_max_ttl = Some(CACHED_AT_MOST);
        Ok(Self {
            resolver: builder.build().map_err(Error::internal)?,
        })
    }

    /// The addresses of a name, at most 16 (L1), IPv4 first; never an empty list.
    pub(super) async fn resolve(&self, host: &str, end: Instant) -> Result<Vec<IpAddr>, Failure> {
        let failure = |what: &str| {
            Failure::new(
                Outcome::Unresolved,
                format!("{host} {what}. Check the host name."),
            )
        };
        let lookup = within(end, self.resolver.lookup_ip(host))
            .await
            .ok_or_else(|| failure("was not found in time"))?
            .map_err(|problem| {
                failure(if problem.is_no_records_found() {
                    "does not exist or has no address"
                } else {
                    "could not be looked up"
                })
            })?;
        let mut addresses: Vec<IpAddr> = lookup.iter().take(limits::DNS_ADDRESSES_MAX).collect();
        if addresses.is_empty() {
            return Err(failure("has no address"));
        }
        addresses.sort_by_key(IpAddr::is_ipv6);
        Ok(addresses)
    }
}
