//! The wish to stop, as a value that is passed to everything that runs.
//!
//! Never: stopping anything itself.

use tokio::sync::watch;

/// Tells everyone who holds a [`Shutdown`] to stop; dropping it tells so too.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Becomes true once and stays so.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

/// A pair: one end wishes, the other is passed around.
pub fn shutdown() -> (Stopper, Shutdown) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Shutdown(receiver))
}

impl Stopper {
    /// Wishes it; doing so again changes nothing.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Shutdown {
    /// Whether it was wished.
    pub fn is_begun(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Returns when it is wished. Safe to drop and call again.
    pub async fn begun(&mut self) {
        // An error means that the other end is gone, which is a wish too.
        let _gone = self.0.wait_for(|wished| *wished).await;
    }
}
