//! How often one address may ask: slots at a fixed distance, of which a few may be waited for.
//!
//! Words: *slot*, the moment at which a request may go on.
//! Never: waiting; reading a clock.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use super::client::network_of;
use crate::settings;

/// Addresses remembered at once: about 5 MB. A full memory refuses new addresses, so that
/// changing the address does not walk around the limit.
const ADDRESSES_MAX: usize = 65_536;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It goes on after this time; zero is at once.
    After(Duration),
    /// It takes no slot: 429.
    Refused,
}

/// The next free slot of every address that asked lately.
#[derive(Debug, Default)]
pub(crate) struct RateLimit {
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    next: HashMap<IpAddr, Duration>,
    /// Not before this moment is it worth looking again for slots that are over.
    sweep_at: Duration,
}

impl RateLimit {
    /// Gives a request of this address its slot. `now` is monotonic.
    pub(crate) fn admit(
        &self,
        address: IpAddr,
        now: Duration,
        limit: &settings::RateLimit,
    ) -> Verdict {
        let mut memory = self.lock();
        let address = network_of(address);
        if !memory.next.contains_key(&address) && !memory.has_room(now, limit.spacing) {
            return Verdict::Refused;
        }
        let next = memory.next.entry(address).or_default();
        let slot = now.max(*next);
        let wait = slot.saturating_sub(now);
        if wait > limit.spacing * limit.waiting_max {
            return Verdict::Refused;
        }
        *next = slot + limit.spacing;
        Verdict::After(wait)
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().expect("no holder of this lock panics")
    }
}

impl Memory {
    fn has_room(&mut self, now: Duration, spacing: Duration) -> bool {
        if self.next.len() >= ADDRESSES_MAX && self.sweep_at <= now {
            self.next.retain(|_, next| *next > now);
            self.sweep_at = now + spacing;
        }
        self.next.len() < ADDRESSES_MAX
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn admit(limit: &RateLimit, address: u32, now_ms: u64) -> Option<u128> {
        let address = Ipv4Addr::from_bits(address).into();
        match limit.admit(address, MS(now_ms), &settings::RateLimit::default()) {
            Verdict::After(duration) => Some(duration.as_millis()),
            Verdict::Refused => None,
        }
    }

    #[test]
    fn of_seven_requests_at_once_five_wait_and_one_is_refused() {
        let limit = RateLimit::default();
        let waits: Vec<_> = (0..7).map(|_| admit(&limit, 1, 1_000)).collect();
        let slots = [0, 500, 1_000, 1_500, 2_000, 2_500].map(Some);
        assert_eq!(waits[..6], slots);
        assert_eq!(waits[6], None);

        assert_eq!(
            admit(&limit, 2, 1_000),
            Some(0),
            "another address has its own slots"
        );
        assert_eq!(
            admit(&limit, 1, 1_499),
            None,
            "a refused request took no slot"
        );
        assert_eq!(admit(&limit, 1, 1_500), Some(2_500));
        assert_eq!(admit(&limit, 1, 9_000), Some(0));
        assert_eq!(admit(&limit, 1, 9_100), Some(400));
    }

    #[test]
    fn the_memory_is_bounded_and_does_not_let_new_addresses_through() {
        let limit = RateLimit::default();
        let most = u32::try_from(ADDRESSES_MAX).expect("a small number");
        for address in 0..most {
            assert_eq!(admit(&limit, address, 1_000), Some(0));
        }
        assert_eq!(admit(&limit, most, 1_000), None);
        assert_eq!(admit(&limit, 0, 1_000), Some(500), "known ones go on");
        assert_eq!(admit(&limit, most, 1_499), None);
        assert_eq!(
            admit(&limit, most, 1_500),
            Some(0),
            "slots that are over make room"
        );
        assert_eq!(limit.lock().next.len(), 2);
    }
}
