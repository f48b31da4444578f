//! On which engine the stories run: SQLite, or PostgreSQL in a database of the story's own.
//!
//! `cargo xtask ci` runs them on both. The cluster is the one that it started: never a server that
//! happens to be running. A story's database is a copy of a template, so that migrations run once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base::Secret;
use store::postgres::{Options, testing};

/// The address of the tests' cluster, without a database: set by `cargo xtask ci`.
pub(crate) fn cluster() -> Option<&'static str> {
    static CLUSTER: OnceLock<Option<String>> = OnceLock::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "the tests' runner speaks by the environment"
    )]
    let read = || std::env::var("CARILLON_TEST_POSTGRES").ok();
    CLUSTER.get_or_init(read).as_deref()
}

/// A database of a story's own; removed when dropped.
pub(crate) struct Database {
    pub(crate) options: Options,
    cluster: Options,
    name: String,
}

impl Database {
    /// A fresh one, if the stories run on PostgreSQL.
    pub(crate) fn fresh() -> Option<Self> {
        Some(Self::on(cluster()?))
    }

    /// A fresh one on this cluster, with the newest schema.
    fn on(address: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let cluster = options(address, "postgres");
        let template = TEMPLATE.get_or_init(|| {
            let name = format!("template_{}", std::process::id());
            testing::create_template(&cluster, &options(address, &name), &name)
                .expect("a template");
            name
        });
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("story_{}_{number}", std::process::id());
        testing::create_database(&cluster, &name, template).expect("a fresh database");
        Self {
            options: options(address, &name),
            cluster,
            name,
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The cluster goes with everything in it; until then this saves its disk.
        drop(testing::drop_database(&self.cluster, &self.name));
    }
}

/// How a database of this cluster is reached.
pub(crate) fn options(cluster: &str, database: &str) -> Options {
    Options {
        url: Secret::new(format!("{cluster}&dbname={database}")),
        password: None,
        root_certificates: None,
        connect_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(5),
        lock_timeout: Duration::from_secs(2),
        idle_timeout: Duration::from_secs(10),
        pool_size: 4,
    }
}
