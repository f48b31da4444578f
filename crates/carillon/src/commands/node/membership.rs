//! This process among the servers of an installation: its name, its signs of life, its leaving,
//! and its patience with an installation that is paused.
//!
//! Never: deciding what is sent; the engine does.

use std::sync::Arc;
use std::time::Duration;

use base::Chance as _;
use base::chance::SystemChance;
use delivery::nodes;
use delivery::runner::{self, Runner};
use store::Db;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::commands::version::VERSION;
use crate::failed::Result;

/// How often a paused server looks whether it was resumed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// This process as others see it.
pub(super) struct Membership {
    db: Db,
    name: String,
}

/// A name that no other process has or had: that of the machine, and chance.
pub(super) fn name() -> String {
    let host = crate::commands::machine().unwrap_or_else(|| "node".into());
    let mut drawn = [0; 4];
    SystemChance.fill(&mut drawn);
    format!("{host}-{}", hex::encode(drawn))
}

impl Membership {
    pub(super) fn new(db: Db, name: String) -> Self {
        Self { db, name }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Gives a sign of life.
    pub(super) fn sign(&self) -> Result<()> {
        Ok(nodes::sign(&self.db, &self.name, VERSION)?)
    }

    /// Gives one again and again; a database that is away is told of and asked again.
    #[expect(
        clippy::disallowed_methods,
        reason = "commands may wait; the pause is named"
    )]
    pub(super) fn sign_often(&self) -> impl Future<Output = ()> + Send + use<> {
        let (db, name) = (self.db.clone(), self.name.clone());
        async move {
            loop {
                tokio::time::sleep(nodes::SIGN_EVERY).await;
                let (db, name) = (db.clone(), name.clone());
                let signing = move || nodes::sign(&db, &name, VERSION);
                let signed = tokio::task::spawn_blocking(signing).await;
                if !matches!(signed, Ok(Ok(()))) {
                    tracing::warn!(event = "sign_of_life_failed");
                }
            }
        }
    }

    /// Hands back what is left and is seen no more; others take it at once.
    pub(super) fn leave(&self) {
        let left = tokio::task::block_in_place(|| nodes::leave(&self.db, &self.name));
        if let Err(error) = left {
            tracing::warn!(event = "leases_not_handed_back", %error);
        }
    }
}

/// Runs the engine, as soon as the installation is not paused.
pub(super) async fn send_when_resumed(runner: Runner, mut stop: watch::Receiver<bool>) {
    // The runner watches by itself when it runs.
    let mut watching = JoinSet::new();
    watching.spawn(runner::watch_over(
        runner.db.clone(),
        Arc::clone(&runner.settings),
        runner.disk_free_min,
    ));
    while is_paused(&runner.db).await {
        if *stop.borrow() || waited(&mut stop).await {
            return;
        }
    }
    watching.shutdown().await;
    runner.run(stop).await;
}

/// What cannot be asked counts as a pause: nothing could be sent either.
async fn is_paused(db: &Db) -> bool {
    let asked = db.clone();
    let since = tokio::task::spawn_blocking(move || delivery::pause::since(&asked)).await;
    !matches!(since, Ok(Ok(None)))
}

/// Waits for a while; `true` if it was told to stop.
#[expect(
    clippy::disallowed_methods,
    reason = "commands may wait; the pause is named"
)]
async fn waited(stop: &mut watch::Receiver<bool>) -> bool {
    tokio::time::timeout(LOOK_EVERY, stop.changed())
        .await
        .is_ok()
}
