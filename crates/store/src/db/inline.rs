//! Databases in memory whose work all runs on the caller's thread: for tests.
//!
//! Never: in the product; durability.

use std::sync::Mutex;

use base::{Error, Result};
use rusqlite::{Connection, MAIN_DB};

use super::{Db, Driver, Inner, lock};
use crate::environment::Environment;
use crate::migrate;
use crate::sqlite::{failure, keep_statements, start_clock};
use crate::wake::Wakes;
use crate::writer::Writer;

impl Db {
    /// An empty database with the newest schema. Errors as `open`.
    pub fn inline(environment: Environment) -> Result<Self> {
        let connection = Connection::open_in_memory().map_err(|cause| failure(&cause))?;
        Self::inline_on(connection, environment)
    }

    /// A database with what `image` gave: a template, or what a restarted server finds.
    /// `Malformed` if the master key is another.
    pub fn inline_from(image: &[u8], environment: Environment) -> Result<Self> {
        let mut connection = Connection::open_in_memory().map_err(|cause| failure(&cause))?;
        connection
            .deserialize_read_exact(MAIN_DB, image, image.len(), false)
            .map_err(|cause| failure(&cause))?;
        Self::inline_on(connection, environment)
    }

    /// The bytes of all that is committed; `Internal` for a database on a file.
    pub fn image(&self) -> Result<Vec<u8>> {
        match &self.0.driver {
            Driver::Inline(writer) => {
                let mut writer = lock(writer);
                let image = writer.connection.serialize(MAIN_DB);
                Ok(image.map_err(|cause| failure(&cause))?.to_vec())
            }
            Driver::Threaded { .. } | Driver::Pooled(_) => {
                Err(Error::internal("a file is its own image"))
            }
        }
    }

    /// The columns of a statement's answer, as SQLite prepares it. `Internal` if it cannot.
    pub fn columns(&self, sql: &str) -> Result<Vec<String>> {
        self.prepared(sql, |statement| {
            Ok(statement.column_names().map(Into::into).collect())
        })
    }

    /// SQLite's plan for a statement, line by line. `Internal` if it cannot be prepared.
    pub fn plan(&self, sql: &str) -> Result<Vec<String>> {
        self.prepared(&format!("explain query plan {sql}"), |statement| {
            let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
            let lines = statement.query_map(rusqlite::params_from_iter(nulls), |row| row.get(3))?;
            lines.collect()
        })
    }

    fn prepared<T>(
        &self,
        sql: &str,
        look: impl Fn(&mut rusqlite::Statement<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let Driver::Inline(writer) = &self.0.driver else {
            return Err(Error::internal("only a database in memory is looked into"));
        };
        let writer = lock(writer);
        let found = writer.connection.prepare(&crate::dialect::sqlite(sql));
        let found = found.and_then(|mut statement| look(&mut statement));
        found.map_err(|cause| Error::internal(format!("{cause}: {sql}")))
    }

    fn inline_on(mut connection: Connection, environment: Environment) -> Result<Self> {
        keep_statements(&connection).map_err(|cause| failure(&cause))?;
        connection
            .execute_batch("pragma foreign_keys = on")
            .map_err(|cause| failure(&cause))?;
        migrate::run(&mut connection)?;
        migrate::check_key(&connection, &environment)?;
        let engine_clock = start_clock(&connection, &environment)?;
        let wakes = Wakes::new();
        let writer = Writer {
            connection,
            environment: environment.clone(),
            engine_clock: engine_clock.clone(),
            wakes: wakes.clone(),
        };
        Ok(Self(std::sync::Arc::new(Inner {
            environment,
            engine_clock,
            wakes,
            driver: Driver::Inline(Box::new(Mutex::new(writer))),
            path: None,
            refusal: Mutex::default(),
            _alive: std::sync::Arc::default(),
        })))
    }
}
