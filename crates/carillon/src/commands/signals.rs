//! The signals that end a command: Ctrl-C and SIGTERM.
//!
//! Never: cleaning up; whoever waits does.

use std::future::poll_fn;
use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};

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
        poll_fn(|context| {
            let interrupted = self.interrupt.poll_recv(context).is_ready();
            if interrupted || self.terminate.poll_recv(context).is_ready() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}
