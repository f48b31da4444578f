//! One connection to PostgreSQL: statements cached by their text, and what went wrong.
//!
//! Words: *session*; *collision* = a serialization failure, a deadlock, or a duplicate key: the
//! same change may succeed when it runs again.
//! Never: deciding to run anything again; that is the pool's.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use base::{Error, Result};
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::ToSql;
use postgres::{Client, Statement};

use super::value;
use crate::dialect;
use crate::row::{Row, Value};

/// A connection and its prepared statements.
pub(crate) struct Session {
    client: RefCell<Client>,
    statements: RefCell<HashMap<String, Statement>>,
    has_collided: Cell<bool>,
}

/// Statements that a connection keeps; beyond that it begins anew.
const STATEMENTS_KEPT: usize = 1_024;

impl Session {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client: RefCell::new(client),
            statements: RefCell::default(),
            has_collided: Cell::new(false),
        }
    }

    /// All rows of a statement.
    pub(crate) fn rows(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let statement = self.prepare(sql)?;
        let params = borrowed(params);
        let found = self.client.borrow_mut().query(&statement, &params);
        let found = found.map_err(|cause| self.failure(&cause))?;
        let columns = names(&statement);
        let rows = found.iter().map(|row| value::row(&columns, row));
        rows.collect::<std::result::Result<_, _>>()
            .map_err(|cause| self.failure(&cause))
    }

    /// Gives each row of a statement to `take`, as they arrive.
    pub(crate) fn each(&self, sql: &str, take: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let statement = self.prepare(sql)?;
        let columns = names(&statement);
        let mut client = self.client.borrow_mut();
        let nothing = std::iter::empty::<&(dyn ToSql + Sync)>();
        let mut rows = client
            .query_raw(&statement, nothing)
            .map_err(|cause| self.failure(&cause))?;
        while let Some(row) = rows.next().map_err(|cause| self.failure(&cause))? {
            take(value::row(&columns, &row).map_err(|cause| self.failure(&cause))?)?;
        }
        Ok(())
    }

    /// Runs a statement and tells how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, params: &[Value]) -> Result<usize> {
        let statement = self.prepare(sql)?;
        let changed = self
            .client
            .borrow_mut()
            .execute(&statement, &borrowed(params));
        let changed = changed.map_err(|cause| self.failure(&cause))?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// Runs statements without parameters.
    pub(crate) fn batch(&self, sql: &str) -> Result<()> {
        let done = self.client.borrow_mut().batch_execute(sql);
        done.map_err(|cause| self.failure(&cause))
    }

    /// The first number of a plain query.
    pub(super) fn number(&self, sql: &str) -> Result<i64> {
        let rows = self.rows(sql, &[])?;
        rows.first().map_or(Ok(0), |row| row.at(0))
    }

    /// The first text of a plain query, if there is one.
    pub(super) fn text(&self, sql: &str, params: &[Value]) -> Result<Option<String>> {
        let rows = self.rows(sql, params)?;
        rows.first().map_or(Ok(None), |row| row.at(0))
    }

    /// Whether a statement met a collision since the last time that this was asked.
    pub(super) fn take_collision(&self) -> bool {
        self.has_collided.take()
    }

    /// Whether the connection is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.client.borrow().is_closed()
    }

    /// Prepares a statement or finds it: for tests, which look at its columns.
    pub(crate) fn prepare(&self, sql: &str) -> Result<Statement> {
        if let Some(known) = self.statements.borrow().get(sql) {
            return Ok(known.clone());
        }
        let prepared = self.client.borrow_mut().prepare(&dialect::postgres(sql));
        let prepared = prepared.map_err(|cause| self.failure(&cause))?;
        let mut statements = self.statements.borrow_mut();
        if statements.len() >= STATEMENTS_KEPT {
            statements.clear();
        }
        statements.insert(sql.to_owned(), prepared.clone());
        Ok(prepared)
    }

    fn failure(&self, cause: &postgres::Error) -> Error {
        let state = cause.code();
        let collisions = [
            &SqlState::T_R_SERIALIZATION_FAILURE,
            &SqlState::T_R_DEADLOCK_DETECTED,
            &SqlState::UNIQUE_VIOLATION,
        ];
        if state.is_some_and(|state| collisions.contains(&state)) {
            self.has_collided.set(true);
        }
        failure(cause)
    }
}

fn names(statement: &Statement) -> Arc<[String]> {
    let columns = statement.columns().iter();
    columns.map(|column| column.name().to_owned()).collect()
}

fn borrowed(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

/// What a failed statement means to the caller.
pub(super) fn failure(cause: &postgres::Error) -> Error {
    let Some(state) = cause.code() else {
        tracing::warn!(event = "database_away", %cause);
        return Error::Unavailable(
            "The database cannot be reached. Nothing was changed; try again.".into(),
        );
    };
    let is_transient = [
        &SqlState::QUERY_CANCELED,
        &SqlState::LOCK_NOT_AVAILABLE,
        &SqlState::ADMIN_SHUTDOWN,
        &SqlState::CRASH_SHUTDOWN,
        &SqlState::CANNOT_CONNECT_NOW,
        &SqlState::TOO_MANY_CONNECTIONS,
        &SqlState::DISK_FULL,
        &SqlState::OUT_OF_MEMORY,
        &SqlState::READ_ONLY_SQL_TRANSACTION,
        &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ]
    .contains(&state);
    if is_transient {
        tracing::warn!(event = "database_refuses", %cause);
        let sentence = "The database is too busy or not ready. Nothing was changed; try again.";
        return Error::Unavailable(sentence.into());
    }
    Error::internal(
        cause
            .as_db_error()
            .map_or_else(|| cause.to_string(), ToString::to_string),
    )
}
