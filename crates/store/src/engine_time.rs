//! Engine time: a clock that only grows, over restarts too.
//!
//! It starts at the machine's time, never below the highest value that was written down, and then
//! follows the monotonic clock that counts suspend.
//! Never: the wall, except once at the start.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{Clock, EngineTime};

/// The growing clock of one process.
#[derive(Clone)]
pub struct EngineClock {
    clock: Arc<dyn Clock>,
    origin: EngineTime,
    started: Duration,
    latest: Arc<Mutex<EngineTime>>,
}

impl EngineClock {
    pub(crate) fn start(clock: Arc<dyn Clock>, persisted: EngineTime) -> Self {
        let origin = EngineTime(clock.wall().0).max(persisted);
        let started = clock.monotonic();
        Self {
            clock,
            origin,
            started,
            latest: Arc::new(Mutex::new(origin)),
        }
    }

    /// Engine time now.
    pub fn now(&self) -> EngineTime {
        self.origin + self.clock.monotonic().saturating_sub(self.started)
    }

    /// Engine time of a new transaction: later than that of each before it.
    pub(crate) fn next(&self) -> EngineTime {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        *latest = self.now().max(EngineTime(latest.0 + 1));
        *latest
    }
}
