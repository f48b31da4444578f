//! What the demo keeps beside its database: the secrets that the server shows only once.
//!
//! Never: anything of an installation that is not the demo's.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use store::lock::with_ending;

use crate::config::Config;
use crate::failed::{Failed, Result};

/// The file, in the demo's directory.
const FILE: &str = "secrets.json";

/// Secrets of the demo's objects; empty if not known.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct Kept {
    #[serde(skip)]
    path: PathBuf,
    pub(super) token: String,
    #[serde(default)]
    pub(super) password: String,
    pub(super) webhook_secret: String,
    pub(super) receiver_secret: String,
}

impl Kept {
    /// Reads the file; nothing is known if there is none or it is no such file: new secrets are
    /// made then.
    pub(super) fn read(directory: &Path) -> Self {
        let path = directory.join(FILE);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let kept: Self = serde_json::from_str(&text).unwrap_or_default();
        Self { path, ..kept }
    }

    /// Writes the file, for its owner alone; whoever reads it sees all or the old one.
    pub(super) fn write(&self) -> Result<()> {
        let shown = self.path.display();
        let refuse = |cause| Failed::doing(format_args!("{shown} cannot be written"), cause);
        let text = serde_json::to_string_pretty(self)
            .map_err(|cause| Failed::doing(format_args!("{shown} cannot be written"), cause))?;
        let unfinished = with_ending(&self.path, ".new");
        forget_file(&unfinished)?;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&unfinished)
            .and_then(|mut file| writeln!(file, "{text}"))
            .and_then(|()| std::fs::rename(&unfinished, &self.path))
            .map_err(refuse)
    }
}

/// Removes the database with its key and our file. The lock must be held; it stays.
pub(super) fn forget(config: &Config) -> Result<()> {
    let database = config.file().expect("the data of a demo is in a file");
    for ending in ["-wal", "-shm", "", ".key"] {
        forget_file(&with_ending(database, ending))?;
    }
    forget_file(&database.with_file_name(FILE))
}

fn forget_file(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(Failed::doing(
            format_args!("{} cannot be removed", path.display()),
            cause,
        )),
        Ok(()) | Err(_) => Ok(()),
    }
}
