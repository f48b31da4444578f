//! Migrations, and the check that the master key is the database's.
//!
//! Numbered files, forward only, each in one transaction.
//! Never: going back.

use base::{Error, Result, Secret};
use rusqlite::{Connection, OptionalExtension};

use crate::dialect;
use crate::environment::Environment;
use crate::sqlite::failure;

/// Title and text of each migration, in order.
pub(crate) const MIGRATIONS: &[(&str, &str)] = &[
    ("accounts", include_str!("../migrations/0001_accounts.sql")),
    ("time", include_str!("../migrations/0002_time.sql")),
    ("delivery", include_str!("../migrations/0003_delivery.sql")),
    (
        "installation",
        include_str!("../migrations/0004_installation.sql"),
    ),
    ("sessions", include_str!("../migrations/0005_sessions.sql")),
];

/// Brings the schema up to date. `Malformed` if a newer release has been here.
pub fn run(connection: &mut Connection) -> Result<()> {
    let pending = pending(connection)?;
    for (number, (title, text)) in pending {
        let apply = |connection: &mut Connection| -> rusqlite::Result<()> {
            let tx = connection.transaction()?;
            tx.execute_batch(&dialect::sqlite(text))?;
            tx.pragma_update(None, "user_version", number)?;
            tx.commit()
        };
        apply(connection).map_err(|cause| {
            Error::Unavailable(format!(
                "Migration {} failed: {cause}.",
                named(number, title)
            ))
        })?;
    }
    Ok(())
}

/// The titles of the migrations that a database still needs.
pub(crate) fn titles(connection: &Connection) -> Result<Vec<String>> {
    let pending = pending(connection)?.into_iter();
    Ok(pending
        .map(|(number, (title, _))| named(number, title))
        .collect())
}

/// How a migration is called: `0003_delivery`.
pub(crate) fn named(number: i64, title: &str) -> String {
    format!("{number:04}_{title}")
}

type Migration = (i64, (&'static str, &'static str));

fn pending(connection: &Connection) -> Result<Vec<Migration>> {
    let version: i64 = connection
        .query_row("pragma user_version", [], |row| row.get(0))
        .map_err(|cause| failure(&cause))?;
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    if done > MIGRATIONS.len() {
        return Err(newer(version));
    }
    Ok((1..).zip(MIGRATIONS.iter().copied()).skip(done).collect())
}

pub(crate) const CONSTANT: &str = "carillon";
pub(crate) const PLACE: &str = "keys.check";

/// Seals a constant under the key of a new database; refuses a key that cannot open it later.
pub(crate) fn check_key(connection: &Connection, environment: &Environment) -> Result<()> {
    let key = &environment.master_key;
    let count: i64 = connection
        .query_row("select count(*) from keys", [], |row| row.get(0))
        .map_err(|cause| failure(&cause))?;
    if count == 0 {
        let constant = Secret::new(CONSTANT.to_owned());
        let check = key.seal(&constant, PLACE, environment.chance.as_ref());
        let inserted = connection.execute(
            "insert into keys (id, sealed_check) values (?1, ?2)",
            (key.id(), check),
        );
        return inserted.map(drop).map_err(|cause| failure(&cause));
    }
    let check: Option<Vec<u8>> = connection
        .query_row(
            "select sealed_check from keys where id = ?1",
            [key.id()],
            |row| row.get(0),
        )
        .optional()
        .map_err(|cause| failure(&cause))?;
    let opened = check.and_then(|check| key.open(&check, PLACE).ok());
    if opened.is_none_or(|constant| constant.reveal() != CONSTANT) {
        return Err(wrong_key());
    }
    Ok(())
}

/// The refusal of a database that a newer release has worked on.
pub(crate) fn newer(version: i64) -> Error {
    Error::Malformed(format!(
        "The database has migration {version:04}, this release knows up to {:04}. Use the release \
         that made it, or a newer one.",
        MIGRATIONS.len()
    ))
}

/// The refusal of a key that did not seal this database's secrets.
pub(crate) fn wrong_key() -> Error {
    Error::Malformed(
        "The master key is not the one that sealed this database's secrets. Give the right file \
         with master_key_file."
            .into(),
    )
}
