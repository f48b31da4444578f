//! The connection that a closure works on, whichever engine it is.
//!
//! Never: deciding anything by the engine; what differs is a word of the dialect.

use std::sync::Arc;

use base::Result;
use rusqlite::Connection;

use crate::dialect;
use crate::postgres::session::Session;
use crate::row::{Row, Value};
use crate::sqlite::failure;

/// One of the two engines.
#[derive(Clone, Copy)]
pub(crate) enum Link<'c> {
    Sqlite(&'c Connection),
    Postgres(&'c Session),
}

impl Link<'_> {
    /// All rows of a statement.
    pub(crate) fn rows(self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        #[cfg(feature = "testing")]
        crate::statements::note(sql);
        match self {
            Self::Sqlite(connection) => {
                sqlite_rows(connection, sql, params).map_err(|cause| failure(&cause))
            }
            Self::Postgres(session) => session.rows(sql, params),
        }
    }

    /// Gives each row of a statement to `take`, without holding them all.
    pub(crate) fn each(self, sql: &str, take: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        match self {
            Self::Sqlite(connection) => sqlite_each(connection, sql, take),
            Self::Postgres(session) => session.each(sql, take),
        }
    }

    /// Runs a statement and tells how many rows it changed.
    pub(crate) fn execute(self, sql: &str, params: &[Value]) -> Result<usize> {
        #[cfg(feature = "testing")]
        crate::statements::note(sql);
        match self {
            Self::Sqlite(connection) => {
                let statement = connection.prepare_cached(&dialect::sqlite(sql));
                statement
                    .and_then(|mut it| it.execute(rusqlite::params_from_iter(params)))
                    .map_err(|cause| failure(&cause))
            }
            Self::Postgres(session) => session.execute(sql, params),
        }
    }
}

fn sqlite_rows(connection: &Connection, sql: &str, params: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(&dialect::sqlite(sql))?;
    let columns: Arc<[String]> = statement.column_names().map(Into::into).collect();
    let mut rows = statement.query(rusqlite::params_from_iter(params))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Row::read(&columns, row)?);
    }
    Ok(found)
}

fn sqlite_each(
    connection: &Connection,
    sql: &str,
    take: &mut dyn FnMut(Row) -> Result<()>,
) -> Result<()> {
    let failed = |cause| failure(&cause);
    let mut statement = connection.prepare(&dialect::sqlite(sql)).map_err(failed)?;
    let columns: Arc<[String]> = statement.column_names().map(Into::into).collect();
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        take(Row::read(&columns, row).map_err(failed)?)?;
    }
    Ok(())
}
