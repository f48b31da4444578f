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
