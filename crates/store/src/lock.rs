//! The lock file of servers: commands open the database beside one, a second server does not.
//!
//! Never: protecting the data; the database does that itself.

use std::fs::File;
use std::path::{Path, PathBuf};

use base::{Error, Result};

/// The proof that this is the only server on a SQLite file; given up when dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for its effect")] File);

impl Lock {
    /// Takes the lock file beside the database. `Unavailable` with a sentence if another server
    /// has it.
    pub fn take(database: &Path) -> Result<Self> {
        let path = with_ending(database, ".lock");
        let file = File::create(&path).map_err(|cause| {
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
}

/// The path with something added to its name: `carillon.db` → `carillon.db.key`.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
