//! SQLite: one file, one writer, a small pool of readers.
//!
//! Never: a second writer in this process; a weaker sync.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base::{EngineTime, Error, Result, limits};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::Semaphore;

use crate::engine_time::EngineClock;
use crate::environment::Environment;

/// Read-only connections, made as they are needed.
pub(crate) struct Readers {
    idle: Mutex<Vec<Connection>>,
    /// One for each that may be in use.
    pub(crate) permits: Arc<Semaphore>,
    path: PathBuf,
}

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            idle: Mutex::default(),
            permits: Arc::new(Semaphore::new(READERS_MAX)),
            path: path.to_owned(),
        }
    }

    pub(crate) fn take(&self) -> Result<Connection> {
        if let Some(connection) = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
        {
            return Ok(connection);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&self.path, flags);
        let connection = opened.map_err(|cause| failure(&cause))?;
        keep_statements(&connection).map_err(|cause| failure(&cause))?;
        connection
            .busy_timeout(limits::BUSY_TIME)
            .map_err(|cause| failure(&cause))?;
        Ok(connection)
    }

    pub(crate) fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < READERS_MAX {
            idle.push(connection);
        }
    }
}

/// Read-only connections at once.
const READERS_MAX: usize = 4;
/// Prepared statements that a connection keeps.
const STATEMENTS_KEPT: usize = 512;

/// Keeps prepared statements and their plans. Without the second line SQLite prepares a statement
/// anew whenever another value is bound to it: measured as half of an engine turn's time.
pub(crate) fn keep_statements(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

pub(crate) fn open_writer(path: &Path) -> Result<Connection> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(path)?;
        keep_statements(&connection)?;
        connection.busy_timeout(limits::BUSY_TIME)?;
        // `auto_vacuum` has an effect only before the first table.
        connection.execute_batch(
            "pragma auto_vacuum = incremental;
             pragma journal_mode = wal;
             pragma synchronous = full;
             pragma fullfsync = on;
             pragma checkpoint_fullfsync = on;
             pragma foreign_keys = on;",
        )?;
        Ok(connection)
    };
    open().map_err(|cause| {
        Error::Unavailable(format!(
            "The database {} cannot be opened: {cause}.",
            path.display()
        ))
    })
}

pub(crate) fn start_clock(
    connection: &Connection,
    environment: &Environment,
) -> Result<EngineClock> {
    let persisted = connection
        .query_row("select value from engine_time", [], |row| row.get(0))
        .map_err(|cause| failure(&cause))?;
    let at = EngineTime(environment.clock.wall().0).max(EngineTime(persisted));
    Ok(EngineClock::start(Arc::clone(&environment.clock), at))
}

/// Makes a new file's name survive a power loss.
pub(crate) fn sync_folder(path: &Path) {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let synced = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
    if let Err(cause) = synced {
        tracing::warn!(event = "folder_not_synced", %cause);
    }
}

/// What a failed statement means to the caller.
pub(crate) fn failure(cause: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, ReadOnly, SystemIoFailure,
    };
    match cause.sqlite_error_code() {
        Some(DatabaseBusy | DatabaseLocked) => Error::Unavailable(
            "The database is in use by another process. Nothing was changed; try again.".into(),
        ),
        Some(DiskFull) => Error::Unavailable(
            "The disk is full. Nothing was changed; free some room and try again.".into(),
        ),
        Some(ReadOnly | SystemIoFailure | CannotOpen) => Error::Unavailable(
            "The database cannot be written. Nothing was changed; look at the server's log.".into(),
        ),
        _ => Error::internal(cause),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, StatementStatus};

    #[test]
    fn a_statement_is_not_prepared_anew_for_each_value() {
        let connection = Connection::open_in_memory().expect("a database");
        super::keep_statements(&connection).expect("it can be set");
        let table = "create table lanes (owner_id, failing, due_at);
             create index lanes_due on lanes (failing, due_at) where due_at is not null";
        connection.execute_batch(table).expect("a table");
        let sql = "select due_at from lanes where failing = ?1 and due_at <= ?2
               and not (owner_id in (select value from json_each(?3))) order by due_at limit ?4";
        let mut statement = connection.prepare(sql).expect("a statement");
        for bound in 0..5 {
            let found = statement.exists((0, bound, "[]", 64));
            assert!(!found.expect("it runs"));
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
