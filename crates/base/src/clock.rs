//! The only file that reads a clock.
//!
//! Never: waiting; deciding what is due.

use std::time::Duration;

use crate::time::WallTime;

/// Where the time comes from: the machine, or a test.
pub trait Clock: Send + Sync + 'static {
    /// The clock on the wall, UTC; it may jump.
    fn wall(&self) -> WallTime;

    /// Time since an arbitrary start; never goes back, counts suspend.
    fn monotonic(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the file that may read the clock"
    )]
    fn wall(&self) -> WallTime {
        let now = std::time::SystemTime::now();
        let since = now
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        WallTime(crate::time::micros(since))
    }

    fn monotonic(&self) -> Duration {
        #[cfg(target_os = "linux")]
        let id = rustix::time::ClockId::Boottime;
        #[cfg(not(target_os = "linux"))]
        let id = rustix::time::ClockId::Monotonic;
        let now = rustix::time::clock_gettime(id);
        Duration::new(
            u64::try_from(now.tv_sec).unwrap_or(0),
            u32::try_from(now.tv_nsec).unwrap_or(0),
        )
    }
}

/// A clock that stands still until a test moves it.
#[cfg(feature = "testing")]
#[derive(Debug)]
pub struct ManualClock(std::sync::Mutex<(WallTime, Duration)>);

#[cfg(feature = "testing")]
impl ManualClock {
    /// Stands at this moment of wall time.
    pub fn at(wall: WallTime) -> Self {
        Self(std::sync::Mutex::new((wall, Duration::from_secs(1))))
    }

    /// Moves both clocks forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.lock();
        *now = (now.0 + by, now.1 + by);
    }

    /// Moves the wall alone, as an operator or a leap would; negative goes back.
    pub fn jump_wall(&self, micros: i64) {
        let mut now = self.lock();
        now.0 = WallTime(now.0.0.saturating_add(micros));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (WallTime, Duration)> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

#[cfg(feature = "testing")]
impl Clock for ManualClock {
    fn wall(&self) -> WallTime {
        self.lock().0
    }

    fn monotonic(&self) -> Duration {
        self.lock().1
    }
}
