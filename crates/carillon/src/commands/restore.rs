//! `carillon restore`: fills an empty database from a backup, all of it or nothing.
//!
//! Never: starting to send; the restored installation is paused until `serve --resume`.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use base::clock::{Clock, SystemClock};
use serde_json::json;
use store::dump::{self, Begin, Summary};
use store::lock::with_ending;

use super::{Terminal, key, node};
use crate::config::{Config, Flags};
use crate::failed::{Code, Failed, Result};

/// What to read, and where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    flags: Flags,
    /// The file that `carillon backup` wrote
    file: PathBuf,
}

/// Restores it. A database with something in it, or another key, is refused with exit code 1.
pub(crate) fn run(arguments: Arguments, terminal: Terminal) -> Result<()> {
    let config = Config::read(&arguments.flags.into())?;
    let path = &arguments.file;
    let known = dump::look(&mut open(path)?)?;
    let has_key = check_key(&config, &known)?;
    let summary = fill(&config, path)?;
    let rows_count = summary.rows_count();
    let shown = config.database();
    terminal.data(
        format_args!("{shown} has {rows_count} rows, as of {}", summary.made_at),
        &json!({
            "database": shown,
            "rows": rows_count,
            "tables": summary.tables.len(),
            "made_at": summary.made_at,
            "keys": summary.keys,
        }),
    )?;
    if !has_key {
        terminal.say(format_args!(
            "The master key {} is not here yet. Put its file back before you serve.",
            summary.keys.join(", ")
        ));
    }
    terminal.say(
        "The installation is paused: `carillon serve` says what it would send again, `carillon \
         serve --resume` sends.",
    );
    Ok(())
}

fn open(path: &Path) -> Result<BufReader<File>> {
    let shown = path.display();
    let opened = File::open(path).map(BufReader::new);
    opened.map_err(|cause| Failed::new(Code::NotFound, format!("{shown} cannot be read: {cause}.")))
}

/// Whether the key is here already; another one is refused before anything is done.
fn check_key(config: &Config, known: &Summary) -> Result<bool> {
    let Some(path) = config.master_key_file().filter(|path| path.exists()) else {
        return Ok(false);
    };
    let id = key::read(&path)?.id().to_owned();
    if known.keys.contains(&id) {
        return Ok(true);
    }
    Err(Failed::refused(format!(
        "The master key {} is {id}, but the secrets of the backup were sealed with {}. Put that \
         file there, or name it with master_key_file.",
        path.display(),
        known.keys.join(", ")
    )))
}

fn fill(config: &Config, path: &Path) -> Result<Summary> {
    let _lock = node::lock(config)?;
    let made = config.file().filter(|file| !file.exists());
    let begin = Begin::Paused(SystemClock.wall());
    let filled = dump::restore(&config.location(), &mut open(path)?, begin);
    if let Some(file) = made.filter(|_| filled.is_err()) {
        // A file without its key would be refused later; there was none before.
        for ending in ["-wal", "-shm", ""] {
            std::fs::remove_file(with_ending(file, ending)).ok();
        }
    }
    Ok(filled?)
}
