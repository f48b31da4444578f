//! Migrations on PostgreSQL: one node at a time, each in one transaction.
//!
//! Never: going back.

use base::{Error, Result, Secret};

use super::session::Session;
use crate::dialect;
use crate::environment::Environment;
use crate::migrate::{CONSTANT, MIGRATIONS, PLACE, named, newer, wrong_key};
use crate::row::Value;

/// The number that nodes lock while one of them migrates.
const LOCK: i64 = 0x0063_6172_696c_6c6f;

/// Brings the schema up to date. `Malformed` if a newer release has been here.
pub(crate) fn run(session: &Session) -> Result<()> {
    session.batch(&format!("select pg_advisory_lock({LOCK})"))?;
    let done = run_locked(session);
    session.batch(&format!("select pg_advisory_unlock({LOCK})"))?;
    done
}

/// The titles of the migrations that a database still needs.
pub(crate) fn titles(session: &Session) -> Result<Vec<String>> {
    let pending = pending(session)?.into_iter();
    Ok(pending
        .map(|(number, title, _)| named(number, title))
        .collect())
}

/// Number, title and text of the migrations that are still needed.
fn pending(session: &Session) -> Result<Vec<(i64, &'static str, &'static str)>> {
    let exists = "select count(*) from pg_tables
         where schemaname = current_schema() and tablename = 'schema_version'";
    let version = match session.number(exists)? {
        0 => 0,
        _ => session.number("select value from schema_version")?,
    };
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    if done > MIGRATIONS.len() {
        return Err(newer(version));
    }
    let numbered = (1..).zip(MIGRATIONS.iter());
    Ok(numbered
        .skip(done)
        .map(|(number, (title, text))| (number, *title, *text))
        .collect())
}

fn run_locked(session: &Session) -> Result<()> {
    for (number, title, text) in pending(session)? {
        let table = "create table if not exists schema_version (value bigint not null)";
        let note = if number == 1 {
            "insert into schema_version (value) values (1)".to_owned()
        } else {
            format!("update schema_version set value = {number}")
        };
        let sql = format!(
            "begin; {table}; {}; {note}; commit",
            dialect::postgres(text)
        );
        session.batch(&sql).map_err(|error| {
            drop(session.batch("rollback"));
            Error::Unavailable(format!(
                "Migration {} failed: {error}.",
                named(number, title)
            ))
        })?;
    }
    Ok(())
}

/// Seals a constant under the key of a new database; refuses a key that cannot open it later.
pub(crate) fn check_key(session: &Session, environment: &Environment) -> Result<()> {
    let key = &environment.master_key;
    let constant = Secret::new(CONSTANT.to_owned());
    let check = key.seal(&constant, PLACE, environment.chance.as_ref());
    session.execute(
        "insert into keys (id, sealed_check)
         select $1, $2 where not exists (select 1 from keys)",
        &[Value::Text(key.id().to_owned()), Value::Bytes(check)],
    )?;
    let sql = "select sealed_check from keys where id = $1";
    let rows = session.rows(sql, &[Value::Text(key.id().to_owned())])?;
    let check: Option<Vec<u8>> = rows.first().map(|row| row.at(0)).transpose()?;
    let opened = check.and_then(|check| key.open(&check, PLACE).ok());
    if opened.is_none_or(|constant| constant.reveal() != CONSTANT) {
        return Err(wrong_key());
    }
    Ok(())
}
