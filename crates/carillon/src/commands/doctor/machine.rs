//! What concerns the machine: disk, file descriptors, proxies in front, names and the network.
//!
//! Never: calling a receiver; only names are looked up.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use base::clock::SystemClock;
use base::limits::DESCRIPTORS_RESERVED;
use delivery::courier::Courier;
use rustix::process::{Resource, getrlimit};
use url::{Host, Url};

use super::Finding;
use crate::commands::{block_on, installation};
use crate::config::Config;
use crate::failed::Result;

/// Looks at all of it.
pub(super) fn look(config: &Config) -> Result<Vec<Finding>> {
    let origin = config.public_url(config.listen());
    let origin = Url::parse(&origin).ok();
    Ok(vec![
        disk(config),
        descriptors(config),
        proxies(config, origin.as_ref()),
        network(config, origin.as_ref())?,
    ])
}

fn disk(config: &Config) -> Finding {
    let Some(file) = config.file() else {
        return Finding::fine("disk", "The data is on the database's machine.");
    };
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let least = config.count::<u64>("disk.free_min");
    let Some(free) = store::disk::free_bytes(folder) else {
        let sentence = format!("{} cannot be looked at.", folder.display());
        return Finding::wrong("disk", sentence, "Make the folder, for the server's user.");
    };
    let sentence = format!("{} MiB are free.", free >> 20);
    let remedy = format!(
        "Free some room: below {} MiB changes are refused (disk.free_min).",
        least >> 20
    );
    if free < least {
        Finding::wrong("disk", sentence, remedy)
    } else if free / 2 < least {
        Finding::doubtful("disk", sentence, remedy)
    } else {
        Finding::fine("disk", sentence)
    }
}

fn descriptors(config: &Config) -> Finding {
    let needed = config.count::<u64>("http.connections_max")
        + config.count::<u64>("webhooks.attempts_max")
        + config.count::<u64>("broadcasts.attempts_max")
        + DESCRIPTORS_RESERVED;
    match getrlimit(Resource::Nofile).current {
        Some(most) if most < needed => Finding::doubtful(
            "descriptors",
            format!("{most} may be open, {needed} could be needed."),
            format!(
                "Raise the limit of open files to {needed} (`ulimit -n`, LimitNOFILE), or lower \
                 http.connections_max."
            ),
        ),
        Some(most) => Finding::fine("descriptors", format!("{most} may be open.")),
        None => Finding::fine("descriptors", "Any number may be open."),
    }
}

/// Behind a proxy every request comes from its address, unless the proxy is trusted.
fn proxies(config: &Config, origin: Option<&Url>) -> Finding {
    let trusted = config.networks("rate_limit.trusted_proxies");
    let is_https = origin.is_some_and(|url| url.scheme() == "https");
    let is_only_here = trusted
        .iter()
        .all(|network| network.addr().is_loopback() && network.network().is_loopback());
    if is_https && trusted.is_empty() {
        return Finding::doubtful(
            "proxies",
            "public_url is https, so a proxy is in front, and none is trusted: all clients share \
             one rate limit.",
            "Name the proxy's network in rate_limit.trusted_proxies.",
        );
    }
    if is_https && is_only_here && !config.listen().ip().is_loopback() {
        return Finding::doubtful(
            "proxies",
            "Only a proxy on this machine is trusted, and the server listens to others too.",
            "If the proxy is on another machine, name its network in rate_limit.trusted_proxies.",
        );
    }
    let names: Vec<_> = trusted.iter().map(ToString::to_string).collect();
    Finding::fine("proxies", format!("Trusted: {}", names.join(", ")))
}

/// Looks up our own name, as a receiver's would be.
fn network(config: &Config, origin: Option<&Url>) -> Result<Finding> {
    let Some(Host::Domain(host)) = origin.and_then(Url::host) else {
        let sentence = "public_url has no name that could be looked up.";
        return Ok(Finding::fine("network", sentence));
    };
    let host = host.to_owned();
    let settings = installation::told(config);
    let found = block_on(async {
        let courier = Courier::new(Arc::clone(&settings), Arc::new(SystemClock))?;
        Ok(courier.look_up(&host).await)
    })?;
    Ok(match found {
        Ok(addresses) => {
            let addresses: Vec<_> = addresses.iter().map(IpAddr::to_string).collect();
            let sentence = format!("{host} leads to {}.", addresses.join(", "));
            Finding::fine("network", sentence)
        }
        Err(sentence) => Finding::wrong(
            "network",
            sentence,
            "Check /etc/resolv.conf and whether this machine reaches its name servers: receivers \
             are looked up the same way.",
        ),
    })
}
