//! Wake-ups: hints after a commit that there is work. Losing one costs time, never a payload.
//!
//! Never: carrying what was changed; whoever wakes looks into the database.

use std::sync::Arc;

use tokio::sync::{Notify, broadcast};

/// What became due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// A lane or a receiver: the engine shall look.
    Engine,
    /// The lane of this webhook moved: whoever waits for it shall look.
    Lane(i64),
}

/// Where wake-ups arrive; cheap to clone.
#[derive(Clone, Debug)]
pub struct Wakes {
    engine: Arc<Notify>,
    lanes: broadcast::Sender<i64>,
}

impl Wakes {
    pub(crate) fn new() -> Self {
        Self {
            engine: Arc::default(),
            lanes: broadcast::channel(LANES_MAX).0,
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

    /// Passes a wake-up on.
    pub fn send(&self, wake: Wake) {
        match wake {
            Wake::Engine => self.engine.notify_one(),
            // No listener is no fault: nobody waits for this lane.
            Wake::Lane(webhook) => drop(self.lanes.send(webhook)),
        }
    }
}

/// Wake-ups of lanes that a slow listener can have outstanding.
const LANES_MAX: usize = 1_024;
