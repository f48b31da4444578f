//! Connections that wait for the next request of the same lane to the same target (L12).
//!
//! Never: lending a wire to another lane; a wire that nobody looks after.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use super::wire::Wire;
use super::{after, within};
use crate::settings::KeepAlive;

/// Idle wires, at most one per lane; each is polled, so a close by the receiver is seen.
pub(super) struct Kept {
    limits: KeepAlive,
    wires_max: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    lanes: BTreeMap<i64, Idle>,
    tasks: JoinSet<()>,
}

struct Idle {
    origin: String,
    slot: Slot,
    task: AbortHandle,
}

/// Whoever takes the wire out owns it.
type Slot = Arc<Mutex<Option<Wire>>>;

impl Kept {
    /// Keeps at most `wires_max` wires.
    pub(super) fn new(limits: KeepAlive, wires_max: usize) -> Self {
        Self {
            limits,
            wires_max,
            inner: Mutex::default(),
        }
    }

    /// Whether anything is kept at all.
    pub(super) fn is_on(&self) -> bool {
        !self.limits.idle.is_zero() && !self.limits.total.is_zero() && self.wires_max > 0
    }

    /// The lane's wire, if it leads to this origin and is still open; another one is closed.
    pub(super) fn take(&self, lane: i64, origin: &str) -> Option<Wire> {
        let idle = self.lock().lanes.remove(&lane)?;
        idle.task.abort();
        let wire = lock(&idle.slot).take()?;
        (idle.origin == origin).then_some(wire)
    }

    /// Keeps a wire for the lane until it is idle too long, too old, or closed by the receiver.
    pub(super) fn put(&self, lane: i64, origin: &str, wire: Wire) {
        let age = Instant::now() - wire.opened_at;
        let left = self.limits.idle.min(self.limits.total.saturating_sub(age));
        if left.is_zero() {
            return;
        }
        let end = after(left);
        let mut inner = self.lock();
        while inner.tasks.try_join_next().is_some() {}
        if inner.lanes.len() >= self.wires_max {
            inner.lanes.retain(|_, idle| lock(&idle.slot).is_some());
        }
        if inner.lanes.len() >= self.wires_max {
            return;
        }
        let slot = Arc::new(Mutex::new(Some(wire)));
        let task = inner.tasks.spawn(look_after(Arc::clone(&slot), end));
        let idle = Idle {
            origin: origin.to_owned(),
            slot,
            task,
        };
        if let Some(former) = inner.lanes.insert(lane, idle) {
            former.task.abort();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many wires are open and idle.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.lock()
            .lanes
            .values()
            .filter(|idle| lock(&idle.slot).is_some())
            .count()
    }
}

/// Polls an idle wire until it is taken, ends by itself, or its time is over; then closes it.
async fn look_after(slot: Slot, end: Instant) {
    let over = poll_fn(|cx| match lock(&slot).as_mut() {
        Some(wire) => wire.poll_idle(cx),
        None => Poll::Ready(()),
    });
    let _ = within(end, over).await;
    drop(lock(&slot).take());
}

fn lock(slot: &Slot) -> MutexGuard<'_, Option<Wire>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
