//! The signals that end a command: Ctrl-C and SIGTERM.
//!
//! Never: cleaning up; whoever waits does.

use std::future::poll_fn;
use std::task::{Context, Poll};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::{JoinError, JoinSet};

use crate::failed::{Failed, Result};

/// Hears the signals from its making on, so none is lost before the first wait.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Begins to hear.
    pub(crate) fn open() -> Result<Self> {
        let open =
            |kind| signal(kind).map_err(|cause| Failed::doing("Signals cannot be received", cause));
        Ok(Self {
            interrupt: open(SignalKind::interrupt())?,
            terminate: open(SignalKind::terminate())?,
        })
    }

    /// Waits for the next of them.
    pub(crate) async fn next(&mut self) {
        poll_fn(|context| self.poll(context)).await;
    }

    /// Waits for the next of them, or for a task that ends before; its end is then given.
    pub(crate) async fn or_ended<T: 'static>(
        &mut self,
        tasks: &mut JoinSet<T>,
    ) -> Option<Result<T, JoinError>> {
        poll_fn(|context| match self.poll(context) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => tasks.poll_join_next(context),
        })
        .await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let interrupted = self.interrupt.poll_recv(context).is_ready();
        if interrupted || self.terminate.poll_recv(context).is_ready() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
