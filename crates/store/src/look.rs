//! A look at a database from outside, for a check of its health: nothing is changed.
//!
//! Never: migrating, or judging what was found.

use std::time::Duration;

use base::{Clock, MasterKey, Result};

use crate::dialect;
use crate::location::{Access, Location, Plain};
use crate::migrate::{self, MIGRATIONS};
use crate::row::Value;

/// What is there.
#[derive(Clone, Debug)]
pub struct Look {
    /// The version of the database's software.
    pub version: String,
    /// How long one small statement takes.
    pub latency: Duration,
    /// PostgreSQL: its clock, in microseconds; SQLite: the highest engine time written down.
    pub clock: i64,
    /// The migrations that are still needed.
    pub pending: Vec<String>,
    /// The keys that sealed the database's secrets.
    pub keys: Vec<String>,
    /// Whether the given key is one of them; `None` without a key, or in an empty database.
    pub has_key: Option<bool>,
    /// Servers with the last sign of their life, in engine time, and their version.
    pub nodes: Vec<(String, i64, String)>,
}

/// Looks; the errors are those of a start.
///
/// It blocks, and must not be called from an async task.
pub fn look(location: &Location, key: Option<&MasterKey>, clock: &dyn Clock) -> Result<Look> {
    let plain = location.connect(Access::Read)?;
    let version = text(&plain, version_text(&plain))?;
    let begun = clock.monotonic();
    plain.link().rows("select 1", &[])?;
    let latency = clock.monotonic().saturating_sub(begun);
    let pending = plain.pending()?;
    let mut look = Look {
        version,
        latency,
        clock: 0,
        keys: Vec::new(),
        has_key: None,
        nodes: Vec::new(),
        pending,
    };
    if look.pending.len() < MIGRATIONS.len() {
        look.clock = number(&plain, clock_text(&plain))?;
        look.keys = keys(&plain)?;
        look.nodes = nodes(&plain)?;
        look.has_key = key.map(|key| has_key(&plain, key)).transpose()?;
    }
    Ok(look)
}

fn version_text(plain: &Plain) -> &'static str {
    match plain {
        Plain::Sqlite(_) => "select sqlite_version()",
        Plain::Postgres(_) => "select current_setting('server_version')",
    }
}

fn clock_text(plain: &Plain) -> &'static str {
    match plain {
        Plain::Sqlite(_) => "select value from engine_time",
        Plain::Postgres(_) => dialect::CLOCK,
    }
}

fn text(plain: &Plain, sql: &str) -> Result<String> {
    let rows = plain.link().rows(sql, &[])?;
    rows.first().map_or(Ok(String::new()), |row| row.at(0))
}

fn number(plain: &Plain, sql: &str) -> Result<i64> {
    let rows = plain.link().rows(sql, &[])?;
    rows.first().map_or(Ok(0), |row| row.at(0))
}

/// The names of the keys that sealed a database's secrets.
pub(crate) fn keys(plain: &Plain) -> Result<Vec<String>> {
    let rows = plain.link().rows("select id from keys order by id", &[])?;
    rows.iter().map(|row| row.at(0)).collect()
}

/// Whether this key sealed the database's constant.
pub(crate) fn has_key(plain: &Plain, key: &MasterKey) -> Result<bool> {
    let sql = "select sealed_check from keys where id = $1";
    let rows = plain
        .link()
        .rows(sql, &[Value::Text(key.id().to_owned())])?;
    let check: Option<Vec<u8>> = rows.first().map(|row| row.at(0)).transpose()?;
    let opened = check.and_then(|check| key.open(&check, migrate::PLACE).ok());
    Ok(opened.is_some_and(|constant| constant.reveal() == migrate::CONSTANT))
}

fn nodes(plain: &Plain) -> Result<Vec<(String, i64, String)>> {
    let sql = "select id, seen_at, version from nodes order by id";
    let rows = plain.link().rows(sql, &[])?;
    let node = |row: &crate::Row| Ok((row.at(0)?, row.at(1)?, row.at(2)?));
    rows.iter().map(node).collect()
}
