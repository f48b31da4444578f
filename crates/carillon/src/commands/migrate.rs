//! `carillon migrate`: brings the schema of the database up to date.
//!
//! Never: going back to an older schema.

use std::path::Path;

use serde_json::json;

use super::{Terminal, installation};
use crate::config::{Config, Flags};
use crate::failed::Result;

/// Which database, and whether to change it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    flags: Flags,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// Runs the migrations that the database still needs, or names them.
pub(crate) fn run(arguments: Arguments, terminal: Terminal) -> Result<()> {
    let config = Config::read(&arguments.flags.into())?;
    let path = config.database();
    // Looking at a file that does not exist would make it; an empty database needs the same.
    let looked_at = if path.exists() {
        path
    } else {
        Path::new(":memory:")
    };
    let pending = store::migrate::pending_at(looked_at)?;
    if arguments.dry_run {
        return terminal.data(listed("needs", &pending), &json!({ "pending": pending }));
    }
    installation::open(&config, &installation::told(&config))?;
    terminal.data(listed("has now", &pending), &json!({ "applied": pending }))
}

fn listed(verb: &str, migrations: &[String]) -> String {
    if migrations.is_empty() {
        return "The schema is up to date.".into();
    }
    let lines: Vec<_> = migrations
        .iter()
        .map(|title| format!("{verb} {title}"))
        .collect();
    lines.join("\n")
}
