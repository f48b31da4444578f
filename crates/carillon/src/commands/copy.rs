//! `carillon copy`: moves an installation to another database, of either engine.
//!
//! Never: a copy of what a server still works on; changes after it would be lost.

use std::path::PathBuf;

use base::clock::{Clock, SystemClock};
use base::{EngineTime, WallTime};
use delivery::nodes::SEEN_WITHIN;
use serde_json::json;
use store::Location;
use store::dump::{self, Making};

use super::version::VERSION;
use super::{Terminal, node};
use crate::config::{Config, Flags};
use crate::failed::{Failed, Result};

/// From where to where.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Settings file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database that is there: sqlite:PATH, or an address of PostgreSQL
    #[arg(long, value_name = "URL")]
    from: String,
    /// The empty one; a SQLite file is made
    #[arg(long, value_name = "URL")]
    to: String,
}

/// Copies all rows and verifies their counts. A source with a server at work and a target that is
/// not empty are refused with exit code 1.
pub(crate) fn run(arguments: &Arguments, terminal: Terminal) -> Result<()> {
    let config = |database: &str| {
        let flags = Flags {
            config: arguments.config.clone(),
            database: Some(database.to_owned()),
        };
        Config::read(&flags.into())
    };
    let (from, to) = (config(&arguments.from)?, config(&arguments.to)?);
    let making = Making {
        version: VERSION,
        at: SystemClock.wall(),
    };
    let _locks = (source_lock(&from)?, node::lock(&to)?);
    refuse_served(&from.location(), making.at)?;
    let summary = dump::copy(&from.location(), &to.location(), making)?;
    let rows_count = summary.rows_count();
    let (source, target) = (from.database(), to.database());
    terminal.data(
        format_args!(
            "{target} has all {rows_count} rows of {source}, in {} tables",
            summary.tables.len()
        ),
        &json!({
            "from": source,
            "to": target,
            "rows": rows_count,
            "tables": summary.tables.len(),
            "keys": summary.keys,
        }),
    )?;
    terminal.say(format_args!(
        "Serve the new one with the same master key ({}), and the old one no more: both would send.",
        summary.keys.join(", ")
    ));
    Ok(())
}

/// A file that is not there has no lock; the copy says so.
fn source_lock(from: &Config) -> Result<Option<store::Lock>> {
    if from.file().is_some_and(|file| !file.exists()) {
        return Ok(None);
    }
    node::lock(from)
}

/// On PostgreSQL nobody has a lock, but servers give signs of life.
fn refuse_served(from: &Location, wall: WallTime) -> Result<()> {
    let Location::Postgres(_) = from else {
        return Ok(());
    };
    let found = store::look::look(from, None, &SystemClock)?;
    let now = EngineTime(found.clock.max(wall.0));
    let is_seen = |seen_at: i64| now - EngineTime(seen_at) <= SEEN_WITHIN;
    let mut seen = found.nodes.iter().filter(|(_, at, _)| is_seen(*at));
    match seen.next() {
        None => Ok(()),
        Some((name, ..)) => Err(Failed::refused(format!(
            "The server {name} works on the database. Stop every server, so that nothing is lost; \
             one that was killed counts as stopped after {} s.",
            SEEN_WITHIN.as_secs()
        ))),
    }
}
