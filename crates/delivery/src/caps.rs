//! How much is sent at once, so that nobody's receiver starves another's: limits L10, L11, L32.
//!
//! Lanes whose last attempt failed get at most half of every cap. Counts are per node and in
//! memory: they are what is under way, and nothing is under way after a restart.
//! Never: the database; ordering lanes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base::{EngineTime, limits};

use crate::settings::Caps;

/// What keeps a due lane waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBy {
    /// The cap of its owner.
    Owner,
    /// The cap or the rate of its receiver's host.
    Host,
    /// The cap of all.
    All,
}

/// The owners and hosts whose due lanes wait for a place, as of the last turn.
#[derive(Clone, Debug, Default)]
pub struct Held {
    pub(crate) owners: Vec<i64>,
    pub(crate) hosts: Vec<String>,
}

impl Held {
    /// Which cap keeps a due lane of this owner and host waiting.
    pub fn by(&self, owner: i64, host: &str) -> Option<HeldBy> {
        if self.owners.contains(&owner) {
            return Some(HeldBy::Owner);
        }
        self.hosts
            .iter()
            .any(|held| held == host)
            .then_some(HeldBy::Host)
    }
}

/// Something that takes a place: an attempt under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) owner: i64,
    pub(crate) host: String,
    pub(crate) failing: bool,
    pub(crate) body_bytes: usize,
}

/// How many are under way, in all and of those that fail.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    all: usize,
    failing: usize,
}

impl Count {
    fn has_room(self, cap: usize, failing: bool) -> bool {
        self.all < cap && (!failing || self.failing < (cap / 2).max(1))
    }

    fn change(&mut self, failing: bool, by: impl Fn(usize) -> usize) {
        self.all = by(self.all);
        if failing {
            self.failing = by(self.failing);
        }
    }
}

/// The places taken on this node.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    caps: Caps,
    total: Count,
    owners: BTreeMap<i64, Count>,
    hosts: BTreeMap<String, Count>,
    /// When the next attempt on a host may begin, in steps of the rate.
    rates: BTreeMap<String, EngineTime>,
    /// Hosts in allowed networks: no caps of their own.
    exempt: BTreeSet<String>,
    body_bytes: usize,
}

impl Load {
    pub(crate) fn new(caps: Caps) -> Self {
        Self {
            caps,
            total: Count::default(),
            owners: BTreeMap::new(),
            hosts: BTreeMap::new(),
            rates: BTreeMap::new(),
            exempt: BTreeSet::new(),
            body_bytes: 0,
        }
    }

    /// Notes that a host lies in an allowed network.
    pub(crate) fn exempt(&mut self, host: &str) {
        if self.exempt.insert(host.to_owned()) {
            self.rates.remove(host);
        }
    }

    /// What keeps a lane of this class waiting, if anything.
    pub(crate) fn held_by(
        &self,
        owner: i64,
        host: &str,
        failing: bool,
        now: EngineTime,
    ) -> Option<HeldBy> {
        let count = |counts: Option<&Count>| counts.copied().unwrap_or_default();
        if !self.has_room(failing) {
            return Some(HeldBy::All);
        }
        if !count(self.owners.get(&owner)).has_room(self.caps.per_owner_max, failing) {
            return Some(HeldBy::Owner);
        }
        let is_open = self.exempt.contains(host)
            || (count(self.hosts.get(host)).has_room(self.caps.per_host_max, failing)
                && self.rates.get(host).is_none_or(|next| *next <= now));
        (!is_open).then_some(HeldBy::Host)
    }

    /// The owners and hosts that have no place for this class now.
    pub(crate) fn full(&self, failing: bool, now: EngineTime) -> Held {
        let owners = self.owners.iter();
        let owners = owners.filter(|(_, it)| !it.has_room(self.caps.per_owner_max, failing));
        let hosts = self.hosts.iter();
        let hosts = hosts.filter(|(_, it)| !it.has_room(self.caps.per_host_max, failing));
        let too_fast = self.rates.iter().filter(|(_, next)| **next > now);
        let hosts = hosts.map(|(host, _)| host);
        let hosts = hosts.chain(too_fast.map(|(host, _)| host));
        Held {
            owners: owners.map(|(owner, _)| *owner).collect(),
            hosts: hosts
                .filter(|host| !self.exempt.contains(*host))
                .cloned()
                .collect(),
        }
    }

    /// Whether anything of this class may start at all.
    pub(crate) fn has_room(&self, failing: bool) -> bool {
        self.total.has_room(self.caps.attempts_max, failing)
            && self.body_bytes < limits::BYTES_IN_FLIGHT_MAX
    }

    /// Takes a place for an attempt that begins now.
    pub(crate) fn take(&mut self, place: &Place, now: EngineTime) {
        self.change(place, |count| count + 1);
        self.body_bytes += place.body_bytes;
        if !self.exempt.contains(&place.host) {
            let step = Duration::from_secs(1) / self.caps.per_host_rate.max(1);
            // Up to one second's attempts may begin together.
            let earliest = now - Duration::from_secs(1) + step;
            let next = self.rates.entry(place.host.clone()).or_insert(earliest);
            *next = (*next).max(earliest) + step;
        }
    }

    /// Gives a place back.
    pub(crate) fn give_back(&mut self, place: &Place) {
        self.change(place, |count| count.saturating_sub(1));
        self.body_bytes = self.body_bytes.saturating_sub(place.body_bytes);
    }

    /// Forgets rates that hold nobody back; the next moment at which a held host is free.
    pub(crate) fn next_free(&mut self, now: EngineTime) -> Option<EngineTime> {
        self.rates
            .retain(|_, next| *next + Duration::from_secs(1) > now);
        self.rates
            .values()
            .filter(|next| **next > now)
            .min()
            .copied()
    }

    /// Attempts under way.
    pub(crate) fn in_flight_count(&self) -> usize {
        self.total.all
    }

    fn change(&mut self, place: &Place, by: impl Fn(usize) -> usize + Copy) {
        self.total.change(place.failing, by);
        let owner = self.owners.entry(place.owner).or_default();
        owner.change(place.failing, by);
        if owner.all == 0 {
            self.owners.remove(&place.owner);
        }
        let host = self.hosts.entry(place.host.clone()).or_default();
        host.change(place.failing, by);
        if host.all == 0 {
            self.hosts.remove(&place.host);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    fn place(owner: i64, host: &str, failing: bool) -> Place {
        Place {
            owner,
            host: host.into(),
            failing,
            body_bytes: 100,
        }
    }

    #[test]
    fn failing_lanes_get_at_most_half_of_a_cap() {
        let mut load = Load::new(Settings::default().caps);
        let now = EngineTime(10_000_000);
        for taken in 0..8 {
            let failing = taken < 4;
            assert_eq!(load.held_by(1, "h", failing, now), None, "{taken}");
            load.take(&place(1, "h", failing), now);
            if taken == 3 {
                assert_eq!(load.held_by(1, "h", true, now), Some(HeldBy::Host));
            }
        }
        assert_eq!(load.held_by(1, "h", false, now), Some(HeldBy::Host));
        assert_eq!(load.held_by(1, "other", false, now), None);
        load.give_back(&place(1, "h", true));
        assert_eq!(load.held_by(1, "h", false, now), None);
    }

    #[test]
    fn an_owner_gets_at_most_64_and_a_host_50_a_second() {
        let mut load = Load::new(Settings::default().caps);
        let now = EngineTime(10_000_000);
        for number in 0..64 {
            load.take(&place(1, &format!("h{number}"), false), now);
        }
        assert_eq!(load.held_by(1, "next", false, now), Some(HeldBy::Owner));
        assert_eq!(load.held_by(2, "next", false, now), None);
        for _ in 0..50 {
            assert_eq!(load.held_by(2, "fast", false, now), None);
            load.take(&place(2, "fast", false), now);
            load.give_back(&place(2, "fast", false));
        }
        assert_eq!(load.held_by(2, "fast", false, now), Some(HeldBy::Host));
        let free = load.next_free(now).expect("the host is free again soon");
        assert_eq!(load.held_by(2, "fast", false, free), None);
    }

    #[test]
    fn hosts_in_allowed_networks_have_no_caps_of_their_own() {
        let mut load = Load::new(Settings::default().caps);
        let now = EngineTime(10_000_000);
        load.exempt("127.0.0.1:9");
        for _ in 0..60 {
            load.take(&place(1, "127.0.0.1:9", false), now);
        }
        assert_eq!(load.held_by(1, "127.0.0.1:9", false, now), None);
    }
}
