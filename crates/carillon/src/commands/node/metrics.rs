//! Metrics in Prometheus text format: what the crates count, and what is looked up when asked.
//!
//! Never: an id, a host, a URL or a name in a label.

use std::sync::Arc;
use std::time::Duration;

use base::clock::{Clock, SystemClock};
use base::{Result as BaseResult, WallTime};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use store::Db;

use super::process;
use crate::commands::version::VERSION;
use crate::failed::{Failed, Result};

/// Bounds of the histograms, which are all of seconds or of rows.
const BUCKETS: [f64; 15] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 300.0,
];

/// How often samples are put into their buckets although nobody asks.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// The recorder of this process.
pub(super) struct Metrics {
    handle: PrometheusHandle,
    db: Db,
    started_at: WallTime,
}

impl Metrics {
    /// Begins to record. A second call in a process is refused.
    pub(super) fn install(db: Db) -> Result<Self> {
        let refuse = |cause| Failed::doing("Metrics cannot be recorded", cause);
        let builder = PrometheusBuilder::new().set_buckets(&BUCKETS);
        let handle = builder
            .and_then(PrometheusBuilder::install_recorder)
            .map_err(refuse)?;
        let storage = if db.is_shared() { "postgres" } else { "sqlite" };
        metrics::gauge!("carillon_build_info", "version" => VERSION, "storage" => storage).set(1.0);
        Ok(Self {
            handle,
            db,
            started_at: SystemClock.wall(),
        })
    }

    /// Prints everything. Reads the database on a thread that may block.
    pub(super) fn printer(self: &Arc<Self>) -> Arc<dyn Fn() -> String + Send + Sync> {
        let metrics = Arc::clone(self);
        Arc::new(move || tokio::task::block_in_place(|| metrics.print()))
    }

    /// Puts samples into their buckets for ever; else they would pile up while nobody asks.
    #[expect(
        clippy::disallowed_methods,
        reason = "commands may wait; the pause is named"
    )]
    pub(super) fn keep_up(&self) -> impl Future<Output = ()> + Send + use<> {
        let handle = self.handle.clone();
        async move {
            loop {
                tokio::time::sleep(UPKEEP_EVERY).await;
                handle.run_upkeep();
            }
        }
    }

    fn print(&self) -> String {
        if let Err(error) = self.look() {
            tracing::warn!(event = "metrics_incomplete", %error);
        }
        let mut text = self.handle.render();
        text.push_str(&process::metrics(self.started_at));
        text
    }

    /// Sets the gauges that nobody counts.
    fn look(&self) -> BaseResult<()> {
        if let Some(path) = self.db.path() {
            let wal = store::lock::with_ending(path, "-wal");
            let files = [path, wal.as_path()].into_iter();
            let bytes = files.filter_map(|file| Some(std::fs::metadata(file).ok()?.len()));
            metrics::gauge!("carillon_db_bytes").set(float(bytes.sum()));
            if let Some(free) = store::disk::free_bytes(path) {
                metrics::gauge!("carillon_disk_free_bytes").set(float(free));
            }
        }
        let totals = delivery::totals::totals(&self.db)?;
        for (condition, count) in totals.webhooks {
            metrics::gauge!("carillon_webhooks", "condition" => condition)
                .set(float(count.unsigned_abs()));
        }
        let waiting = totals.waiting_count.unsigned_abs();
        metrics::gauge!("carillon_payloads_waiting").set(float(waiting));
        metrics::gauge!("carillon_oldest_waiting_seconds").set(totals.oldest_waiting.as_secs_f64());
        Ok(())
    }
}

/// Gauges are floating; whole numbers are exact up to 2⁵³.
#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge may be off by a part in 2⁵³"
)]
pub(super) fn float(number: u64) -> f64 {
    number as f64
}
