//! Where a database is, and a plain connection to it: for work on a database as a whole.
//!
//! Words: *location* = the file of SQLite, or the address of PostgreSQL.
//! Never: running as a server; no writer, no pool, no wake-ups.

use std::path::PathBuf;

use base::{Error, Result};
use rusqlite::{Connection, OpenFlags};

use crate::link::Link;
use crate::migrate::{self, MIGRATIONS};
use crate::postgres::connect::{self, Options};
use crate::postgres::session::Session;
use crate::sqlite::{self, failure};

/// Where a database is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file.
    Sqlite(PathBuf),
    /// A primary, and how to reach it.
    Postgres(Box<Options>),
}

impl Location {
    /// The engine's name.
    pub fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// The titles of the migrations that the database still needs, without running them: all of
    /// them for a file that does not exist. `Malformed` if a newer release has been here.
    ///
    /// It blocks, and must not be called from an async task.
    pub fn pending(&self) -> Result<Vec<String>> {
        if let Self::Sqlite(path) = self
            && !path.exists()
        {
            // Looking at a file that does not exist would make it; an empty database needs the same.
            let nothing = Connection::open_in_memory().map_err(|cause| failure(&cause))?;
            return migrate::titles(&nothing);
        }
        self.connect(Access::Read)?.pending()
    }

    /// Connects without migrating. `Unavailable` if there is no such file or server, `Malformed`
    /// for a server that is too old or a replica.
    pub(crate) fn connect(&self, access: Access) -> Result<Plain> {
        match (self, access) {
            (Self::Sqlite(path), Access::Read) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let opened = Connection::open_with_flags(path, flags);
                let connection = opened.map_err(|cause| {
                    Error::Unavailable(format!(
                        "The database {} cannot be opened: {cause}.",
                        path.display()
                    ))
                })?;
                let busy = connection.busy_timeout(base::limits::BUSY_TIME);
                busy.map_err(|cause| failure(&cause))?;
                Ok(Plain::Sqlite(connection))
            }
            (Self::Sqlite(path), Access::Write) => Ok(Plain::Sqlite(sqlite::open_writer(path)?)),
            (Self::Postgres(options), _) => {
                let session = options.session()?;
                connect::check_server(&session)?;
                Ok(Plain::Postgres(Box::new(session)))
            }
        }
    }
}

/// What a plain connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// A connection of one thread.
pub(crate) enum Plain {
    Sqlite(Connection),
    Postgres(Box<Session>),
}

impl Plain {
    /// The connection as statements of the common SQL take it.
    pub(crate) fn link(&self) -> Link<'_> {
        match self {
            Self::Sqlite(connection) => Link::Sqlite(connection),
            Self::Postgres(session) => Link::Postgres(session),
        }
    }

    /// Runs statements without parameters, in each engine's own words.
    pub(crate) fn batch(&self, sqlite: &str, postgres: &str) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection
                .execute_batch(sqlite)
                .map_err(|cause| failure(&cause)),
            Self::Postgres(session) => session.batch(postgres),
        }
    }

    /// The titles of the migrations that are still needed.
    pub(crate) fn pending(&self) -> Result<Vec<String>> {
        match self {
            Self::Sqlite(connection) => migrate::titles(connection),
            Self::Postgres(session) => crate::postgres::migrate::titles(session),
        }
    }

    /// Brings the schema up to date.
    pub(crate) fn migrate(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => migrate::run(connection),
            Self::Postgres(session) => crate::postgres::migrate::run(session),
        }
    }

    /// Refuses a schema that is not this release's.
    pub(crate) fn check_schema(&self) -> Result<()> {
        let pending = self.pending()?;
        if pending.len() == MIGRATIONS.len() {
            let sentence = "The database is empty. Name the right one with --database.";
            return Err(Error::Malformed(sentence.into()));
        }
        if pending.is_empty() {
            return Ok(());
        }
        Err(Error::Malformed(format!(
            "The database still needs {}. Run `carillon migrate` first.",
            pending.join(", ")
        )))
    }
}
