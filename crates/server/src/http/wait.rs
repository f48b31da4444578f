//! The one place where the server waits for time to pass; each wait has a limit's name.
//!
//! Never: waiting for the database or for a stranger's server.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// How long accepting rests after the system had no descriptor to give.
const REST_AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Waits until a request's slot has come (L22).
#[expect(
    clippy::disallowed_methods,
    reason = "this file is where the server waits"
)]
pub(super) async fn for_slot(duration: Duration) {
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}

/// Rests after a failed accept, so that a lack of descriptors is not made worse by trying.
#[expect(
    clippy::disallowed_methods,
    reason = "this file is where the server waits"
)]
pub(super) async fn after_failed_accept() {
    tokio::time::sleep(REST_AFTER_FAILED_ACCEPT).await;
}

/// Waits for `work` at most this long; `None` when the time is over (L16 bodies, L34).
#[expect(
    clippy::disallowed_methods,
    reason = "this file is where the server waits"
)]
pub(super) async fn at_most<F: Future>(duration: Duration, work: F) -> Option<F::Output> {
    tokio::time::timeout(duration, work).await.ok()
}

/// Runs out after this long: the patience of a request that waits for an attempt to end, which
/// takes L1 + L2 + L3 + 2 s at most.
#[expect(
    clippy::disallowed_methods,
    reason = "this file is where the server waits"
)]
pub(crate) async fn patience(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// A moment by which something must have happened; it can be moved.
#[derive(Debug)]
pub(super) struct Deadline {
    sleep: Pin<Box<Sleep>>,
}

impl Deadline {
    /// This far from now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this file is where the server waits"
    )]
    pub(super) fn after(duration: Duration) -> Self {
        Self {
            sleep: Box::pin(tokio::time::sleep(duration)),
        }
    }

    /// Moves it to this far from now.
    pub(super) fn move_to(&mut self, duration: Duration) {
        self.sleep.as_mut().reset(Instant::now() + duration);
    }

    /// Moves it this much further.
    pub(super) fn extend(&mut self, by: Duration) {
        let moved = self.sleep.deadline() + by;
        self.sleep.as_mut().reset(moved);
    }

    /// Waits for `work` until then; `None` when it is over.
    pub(super) async fn guard<F: Future>(&mut self, work: F) -> Option<F::Output> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.sleep.as_mut() => None,
        }
    }

    /// Ready when it is over.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.sleep.as_mut().poll(cx)
    }
}
