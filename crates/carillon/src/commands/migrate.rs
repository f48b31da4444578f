//! `carillon migrate`: brings the schema of the database up to date.
//!
//! Never: going back to an older schema.

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

/// Runs the migrations that the database still needs, or names them. Several may run at once: on
/// PostgreSQL one waits for the other, SQLite has one writer.
pub(crate) fn run(arguments: Arguments, terminal: Terminal) -> Result<()> {
    let config = Config::read(&arguments.flags.into())?;
    let pending = config.location().pending()?;
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
