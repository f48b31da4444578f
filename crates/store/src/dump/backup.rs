//! Writing a dump: one read transaction over every table, beside running servers.
//!
//! Never: changing anything.

use std::io::Write;

use base::Result;
use serde_json::{Value as Json, json};

use super::lines::Writer;
use super::{LEFT_OUT, Making, Summary, values};
use crate::location::{Access, Location, Plain};
use crate::look;
use crate::migrate::MIGRATIONS;
use crate::row::Value;
use crate::schema::{Table, tables};

/// Writes the database as it is at one moment.
///
/// `Malformed` if its schema is not this release's; `Unavailable` if it cannot be reached or the
/// file not written. It blocks, and must not be called from an async task.
pub fn backup(location: &Location, making: Making<'_>, out: &mut dyn Write) -> Result<Summary> {
    let plain = location.connect(Access::Read)?;
    plain.check_schema()?;
    // One moment for all tables. Reading them takes longer than a statement may otherwise.
    plain.batch(
        "begin",
        "begin isolation level repeatable read read only; set local statement_timeout = 0;
         set local idle_in_transaction_session_timeout = 0",
    )?;
    let keys = look::keys(&plain)?;
    let mut lines = Writer::new(out);
    let made_at = making.at.to_string();
    lines.put(&json!({
        "carillon_backup": 1,
        "version": making.version,
        "migration": MIGRATIONS.len(),
        "made_at": made_at,
        "engine": location.engine(),
        "keys": keys,
    }))?;
    let mut summary = Summary {
        keys,
        made_at,
        ..Summary::default()
    };
    for table in tables(MIGRATIONS.len()) {
        if table.name != LEFT_OUT {
            let count = write(&plain, table, &mut lines)?;
            summary.tables.push((table.name.to_owned(), count));
        }
    }
    let digest = lines.digest();
    lines.put(&json!({ "rows_in_all": summary.rows_count(), "sha256": digest }))?;
    lines.flush()?;
    plain.batch("commit", "commit")?;
    Ok(summary)
}

fn write(plain: &Plain, table: Table, lines: &mut Writer<'_>) -> Result<u64> {
    let last_id = table.has_numbers.then(|| last_id(plain, table.name));
    let last_id = last_id.transpose()?;
    let head =
        |columns: &[String]| json!({ "table": table.name, "columns": columns, "last_id": last_id });
    let mut count = 0;
    let sql = format!("select * from {}", table.name);
    plain.link().each(&sql, &mut |row| {
        if count == 0 {
            lines.put(&head(row.columns()))?;
        }
        count += 1;
        let values = row.values().iter().map(values::to_json);
        lines.put(&Json::Array(values.collect::<Result<_>>()?))
    })?;
    if count == 0 {
        lines.put(&head(&[]))?;
    }
    lines.put(&json!({ "rows": count }))?;
    Ok(count)
}

/// The highest number that a table has ever given; of PostgreSQL it may be that of a later moment.
fn last_id(plain: &Plain, table: &str) -> Result<i64> {
    let sql = match plain {
        Plain::Sqlite(_) => "select seq from sqlite_sequence where name = $1",
        Plain::Postgres(_) => {
            "select coalesce(last_value, 0) from pg_sequences
             where format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence($1, 'id')"
        }
    };
    let rows = plain.link().rows(sql, &[Value::Text(table.to_owned())])?;
    rows.first().map_or(Ok(0), |row| row.at(0))
}
