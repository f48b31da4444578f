//! What a commit tells the process: wake-ups, and stops.
//!
//! Words: *wake-up* = a hint that there is work: losing one costs time, never a payload.
//! *Stop* = from its commit on, nothing begun before may go out to this webhook (I8).
//! Never: carrying what was changed; whoever wakes looks into the database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::EngineTime;
use tokio::sync::{Notify, broadcast};

/// What a commit tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// A lane or a receiver became due: the engine shall look.
    Engine,
    /// The lane of this webhook moved: whoever waits for it shall look.
    Lane(i64),
    /// What was begun for this webhook up to this moment may no longer go out.
    Stop(i64, EngineTime),
}

/// Where wake-ups and stops arrive; cheap to clone.
#[derive(Clone, Debug)]
pub struct Wakes {
    engine: Arc<Notify>,
    lanes: broadcast::Sender<i64>,
    stops: Arc<Mutex<BTreeMap<i64, EngineTime>>>,
}

impl Wakes {
    pub(crate) fn new() -> Self {
        Self {
            engine: Arc::default(),
            lanes: broadcast::channel(LANES_MAX).0,
            stops: Arc::default(),
        }
    }

    /// Waits until the engine has work; returns at once if that was said since the last time.
    pub async fn engine(&self) {
        self.engine.notified().await;
    }

    /// The webhooks whose lanes move from now on; a slow listener loses the oldest.
    pub fn lanes(&self) -> broadcast::Receiver<i64> {
        self.lanes.subscribe()
    }

    /// Passes a wake-up or a stop on.
    pub fn send(&self, wake: Wake) {
        match wake {
            Wake::Engine => self.engine.notify_one(),
            // No listener is no fault: nobody waits for this lane.
            Wake::Lane(webhook) => drop(self.lanes.send(webhook)),
            Wake::Stop(webhook, at) => {
                self.stops().insert(webhook, at);
            }
        }
    }

    /// Writes to a webhook's receiver unless what was begun at `begun` has been stopped. A stop
    /// that comes meanwhile waits for the end of the write; so it is never answered in between.
    pub fn write_unless_stopped(
        &self,
        webhook: i64,
        begun: EngineTime,
        write: impl FnOnce(),
    ) -> bool {
        let stops = self.stops();
        let is_stopped = stops.get(&webhook).is_some_and(|stop| begun <= *stop);
        if !is_stopped {
            write();
        }
        !is_stopped
    }

    /// Forgets stops older than this: nothing begun before them is under way any more.
    pub fn forget_stops_before(&self, moment: EngineTime) {
        self.stops().retain(|_, stop| *stop >= moment);
    }

    fn stops(&self) -> std::sync::MutexGuard<'_, BTreeMap<i64, EngineTime>> {
        self.stops.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wake-ups of lanes that a slow listener can have outstanding.
const LANES_MAX: usize = 1_024;
