//! The only file that draws random numbers.
//!
//! Never: deciding what a random number is for.

use crate::id::PayloadId;

/// Where randomness comes from: the machine, or a seed.
pub trait Chance: Send + Sync + 'static {
    /// Fills the buffer with random bytes; panics if the system has none to give.
    fn fill(&self, buffer: &mut [u8]);

    /// A fresh payload id.
    fn payload_id(&self) -> PayloadId {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        PayloadId::from_random(bytes)
    }

    /// An evenly spread number from 0 up to but without 1.
    fn fraction(&self) -> f64 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    #[expect(clippy::disallowed_methods, reason = "this is the file that may draw")]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("a system without randomness cannot make secrets");
    }
}

/// A reproducible stream for tests.
#[cfg(feature = "testing")]
#[derive(Debug)]
pub struct SeededChance(std::sync::Mutex<rand_chacha::ChaCha8Rng>);

#[cfg(feature = "testing")]
impl SeededChance {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        use rand_chacha::rand_core::SeedableRng;
        Self(std::sync::Mutex::new(
            rand_chacha::ChaCha8Rng::seed_from_u64(seed),
        ))
    }
}

#[cfg(feature = "testing")]
impl Chance for SeededChance {
    fn fill(&self, buffer: &mut [u8]) {
        use rand_chacha::rand_core::Rng;
        self.0
            .lock()
            .expect("no holder of this lock panics")
            .fill_bytes(buffer);
    }
}
