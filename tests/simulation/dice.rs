//! All choices of a run: one stream from one seed.
//!
//! Never: another source of chance.

use std::time::Duration;

use base::Chance;
use base::chance::SeededChance;

/// A stream of choices.
pub(super) struct Dice(SeededChance);

impl Dice {
    /// The stream of this seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(SeededChance::new(seed))
    }

    /// A number from 0 up to but without `count`.
    pub(super) fn below(&self, count: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % count.max(1)
    }

    /// True once in so many times.
    pub(super) fn one_in(&self, count: u64) -> bool {
        self.below(count) == 0
    }

    /// One of these, if there is any.
    pub(super) fn pick<'t, T>(&self, from: &'t [T]) -> Option<&'t T> {
        let count = u64::try_from(from.len()).expect("a list is short");
        from.get(usize::try_from(self.below(count)).expect("an index fits"))
    }

    /// A time up to this.
    pub(super) fn up_to(&self, longest: Duration) -> Duration {
        let micros = u64::try_from(longest.as_micros()).expect("days fit");
        Duration::from_micros(self.below(micros + 1))
    }
}
