//! How many connections each address has open at once (L20).
//!
//! Never: counting requests; that is `rate_limit.rs`.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use super::client::{is_trusted, network_of};
use crate::App;

/// How many connections each address has open.
#[derive(Clone, Debug, Default)]
pub(super) struct Crowd(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection's place among those of its address, given back when dropped.
pub(super) struct Place {
    crowd: Crowd,
    /// Absent for those that are not counted: this machine and trusted proxies.
    address: Option<IpAddr>,
}

impl Crowd {
    /// `None` if the address has as many as it may have.
    pub(super) fn enter(&self, peer: IpAddr, app: &App) -> Option<Place> {
        let (settings, peer) = (&app.settings, peer.to_canonical());
        let is_free = peer.is_loopback() || is_trusted(peer, &settings.rate_limit.trusted_proxies);
        let address = (!is_free).then(|| network_of(peer));
        if let Some(address) = address {
            let mut crowd = self.0.lock().expect("no holder of this lock panics");
            let count = crowd.entry(address).or_default();
            if *count >= settings.http.per_address_max {
                return None;
            }
            *count += 1;
        }
        metrics::gauge!("carillon_http_connections").increment(1);
        Some(Place {
            crowd: self.clone(),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::gauge!("carillon_http_connections").decrement(1);
        let Some(address) = self.address else { return };
        let mut crowd = self.crowd.0.lock().expect("no holder of this lock panics");
        if let Some(count) = crowd.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                crowd.remove(&address);
            }
        }
    }
}
