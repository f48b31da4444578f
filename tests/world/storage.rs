//! On which engine the stories run: SQLite, or PostgreSQL in a database of the story's own.
//!
//! `cargo xtask ci` runs them on both. The cluster is the one that it started: never a server that
//! happens to be running.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base::Secret;
use store::postgres::Options;

/// The address of the tests' cluster, without a database: set by `cargo xtask ci`.
fn cluster() -> Option<&'static str> {
    static CLUSTER: OnceLock<Option<String>> = OnceLock::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "the tests' runner speaks by the environment"
    )]
    let read = || std::env::var("CARILLON_TEST_POSTGRES").ok();
    CLUSTER.get_or_init(read).as_deref()
}

fn options(database: &str) -> Option<Options> {
    Some(Options {
        url: Secret::new(format!("{}&dbname={database}", cluster()?)),
        password: None,
        root_certificates: None,
        connect_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(5),
        lock_timeout: Duration::from_secs(2),
        idle_timeout: Duration::from_secs(10),
        pool_size: 4,
    })
}

/// A fresh database, if the stories run on PostgreSQL.
pub(super) fn postgres() -> Option<Options> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("story_{}_{number}", std::process::id());
    store::postgres::create_database(&options("postgres")?, &name).expect("a fresh database");
    options(&name)
}
