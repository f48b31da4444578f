//! Whether requests should be sent here: what `/readyz` says of each part.
//!
//! Words: *stage* = how far the process is in its life.
//! Never: paths or addresses; the answer is public.

use std::pin::Pin;

use base::{Actor, Reason, Result};
use server::operating::{Check, Readiness};
use store::Db;
use tokio::sync::watch;

use super::Work;

/// How far the process is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not everything runs yet.
    Starting,
    /// All parts run.
    Working,
    /// It was told to stop.
    Stopping,
}

/// Looks at each part.
pub(super) struct Ready {
    db: Db,
    stage: watch::Receiver<Stage>,
    work: Work,
    disk_free_min: u64,
}

impl Ready {
    pub(super) fn new(
        db: Db,
        stage: watch::Receiver<Stage>,
        work: Work,
        disk_free_min: u64,
    ) -> Self {
        Self {
            db,
            stage,
            work,
            disk_free_min,
        }
    }

    async fn database(&self) -> Result<(), String> {
        let look = |reader: &mut store::Reader<'_>| reader.number("select count(*) from keys", &[]);
        let found = self.db.read(Actor::System(Reason::Health), look).await;
        found.map(drop).map_err(|_| "does not answer".to_owned())
    }

    async fn migrations(&self) -> Result<(), String> {
        // Looking at a file that is gone would make it again, empty.
        if self.db.path().is_some_and(|path| !path.exists()) {
            return Err("the database file is gone".to_owned());
        }
        let db = self.db.clone();
        match tokio::task::spawn_blocking(move || db.has_its_schema()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("the schema is older than this release".to_owned()),
            Ok(Err(_)) | Err(_) => Err("the schema cannot be used by this release".to_owned()),
        }
    }

    fn disk(&self) -> Result<(), String> {
        let free = self.db.path().and_then(store::disk::free_bytes);
        if free.is_some_and(|free| free < self.disk_free_min) {
            return Err("low".to_owned());
        }
        match self.db.refusal() {
            Some(_) => Err("changes are refused".to_owned()),
            None => Ok(()),
        }
    }

    fn engine(&self) -> Result<(), String> {
        match *self.stage.borrow() {
            Stage::Starting => Err("starting".to_owned()),
            Stage::Stopping => Err("stopping".to_owned()),
            Stage::Working => Ok(()),
        }
    }
}

impl Readiness for Ready {
    fn check(&self) -> Pin<Box<dyn Future<Output = Vec<Check>> + Send + '_>> {
        Box::pin(async {
            let part = |part, state| Check { part, state };
            let mut checks = vec![
                part("database", self.database().await),
                part("migrations", self.migrations().await),
                part("disk", self.disk()),
            ];
            // Without an engine its stage is the process's, and that is told all the same.
            let engine = self.engine();
            if self.work != Work::Api || engine.is_err() {
                checks.push(part("engine", engine));
            }
            checks
        })
    }
}
