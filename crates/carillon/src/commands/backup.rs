//! `carillon backup`: the whole database in one file, as it is at one moment.
//!
//! Never: the master key in it; overwriting a file.

use std::fs::OpenOptions;
use std::io::{BufWriter, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base::clock::{Clock, SystemClock};
use serde_json::json;
use store::dump::{self, Making, Summary};
use store::lock::with_ending;

use super::version::VERSION;
use super::{Terminal, key};
use crate::config::{Config, Flags};
use crate::failed::{Failed, Result};

/// What to write where.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    flags: Flags,
    /// The file; it must not exist yet
    file: PathBuf,
}

/// Writes it, for its owner alone and on disk before this returns. Servers may run meanwhile.
pub(crate) fn run(arguments: Arguments, terminal: Terminal) -> Result<()> {
    let config = Config::read(&arguments.flags.into())?;
    let path = arguments.file;
    let shown = path.display().to_string();
    if path.exists() {
        return Err(Failed::refused(format!(
            "{shown} exists already; a backup is never overwritten."
        )));
    }
    // It gets its name when it is complete, so that nobody keeps half a backup.
    let unfinished = with_ending(&path, &format!(".{}", std::process::id()));
    let written = write(&config, &unfinished, &path);
    std::fs::remove_file(&unfinished).ok();
    let summary = written?;
    let rows_count = summary.rows_count();
    terminal.data(
        format_args!("{shown} has {rows_count} rows of {}", config.database()),
        &json!({
            "file": shown,
            "rows": rows_count,
            "tables": summary.tables.len(),
            "made_at": summary.made_at,
            "keys": summary.keys,
        }),
    )?;
    let key = config.master_key_file();
    let key = key.map_or_else(String::new, |path| format!(" ({})", path.display()));
    terminal.say(format_args!(
        "The master key{key} is not in it. Keep a copy of that file elsewhere: without it the \
         secrets in the backup are lost."
    ));
    Ok(())
}

fn write(config: &Config, unfinished: &Path, path: &Path) -> Result<Summary> {
    let shown = path.display();
    let refuse = |cause: std::io::Error| {
        if cause.kind() == ErrorKind::AlreadyExists {
            return Failed::refused(format!("{shown} exists already."));
        }
        Failed::doing(format_args!("{shown} cannot be written"), cause)
    };
    let mut new = OpenOptions::new();
    let file = new.write(true).create_new(true).mode(0o600);
    let file = file.open(unfinished).map_err(refuse)?;
    let making = Making {
        version: VERSION,
        at: SystemClock.wall(),
    };
    let summary = dump::backup(&config.location(), making, &mut BufWriter::new(&file))?;
    file.sync_all()
        .and_then(|()| std::fs::hard_link(unfinished, path))
        .and_then(|()| key::sync_directory_of(path))
        .map_err(refuse)?;
    Ok(summary)
}
