//! Engine time: a clock that only grows, over restarts too.
//!
//! It starts at the database's time (SQLite: the machine's), never below the highest value that was written down, and then
//! follows the monotonic clock that counts suspend.
//! Never: the wall, except once at the start.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{Clock, EngineTime};

/// The growing clock of one process.
#[derive(Clone)]
pub struct EngineClock {
    clock: Arc<dyn Clock>,
    origin: Arc<AtomicI64>,
    started: Duration,
    latest: Arc<Mutex<EngineTime>>,
}

/// How far one correction moves the clock at most.
const CORRECTION_MAX: Duration = Duration::from_millis(50);

impl EngineClock {
    pub(crate) fn start(clock: Arc<dyn Clock>, at: EngineTime) -> Self {
        let started = clock.monotonic();
        Self {
            clock,
            origin: Arc::new(AtomicI64::new(at.0)),
            started,
            latest: Arc::new(Mutex::new(at)),
        }
    }

    /// Engine time now.
    pub fn now(&self) -> EngineTime {
        let origin = EngineTime(self.origin.load(Ordering::Relaxed));
        origin + self.clock.monotonic().saturating_sub(self.started)
    }

    /// Moves towards the time of the database's clock; transactions never see it go back.
    pub(crate) fn follow(&self, database: EngineTime) {
        let most = base::time::micros(CORRECTION_MAX);
        let step = (database.0 - self.now().0).clamp(-most, most);
        self.origin.fetch_add(step, Ordering::Relaxed);
    }

    /// Engine time of a new transaction: later than that of each before it.
    pub(crate) fn next(&self) -> EngineTime {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        *latest = self.now().max(EngineTime(latest.0 + 1));
        *latest
    }
}
