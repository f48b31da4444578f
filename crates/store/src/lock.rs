//! The lock file of servers: commands open the database beside one, a second server does not.
//!
//! Never: protecting the data; the database does that itself.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base::{Error, Result};

/// The proof that this is the only server on a SQLite file; given up when dropped.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// Takes the lock file beside the database. `Unavailable` with a sentence if another server
    /// has it.
    pub fn take(database: &Path) -> Result<Self> {
        let path = with_ending(database, ".lock");
        // Not cut: what the server that has it wrote down stays.
        let mut opening = OpenOptions::new();
        let opening = opening.write(true).create(true).truncate(false);
        let file = opening.open(&path).map_err(|cause| {
            Error::Unavailable(format!(
                "The lock file {} cannot be made: {cause}.",
                path.display()
            ))
        })?;
        file.try_lock().map_err(|_| {
            Error::Unavailable(format!(
                "Another Carillon server runs on {}. Stop it, or give this one another database.",
                database.display()
            ))
        })?;
        Ok(Self(file))
    }

    /// Writes down under which origin this server is reached, for commands and later ones.
    pub fn note_origin(&self, origin: &str) -> Result<()> {
        let mut file = &self.0;
        let line = format!("{origin}\n");
        let written = file
            .set_len(0)
            .and_then(|()| file.write_all(line.as_bytes()));
        written.map_err(Error::internal)
    }
}

/// The origin under which the database was served last; none if it never was.
pub fn noted_origin(database: &Path) -> Option<String> {
    let text = std::fs::read_to_string(with_ending(database, ".lock")).ok()?;
    let origin = text.strip_suffix('\n')?;
    (!origin.is_empty()).then(|| origin.to_owned())
}

/// The path with something added to its name: `carillon.db` → `carillon.db.key`.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
