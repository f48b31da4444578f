//! Reading a dump into an empty database: all of it, verified, or nothing.
//!
//! Never: a database that has something in it.

use std::io::BufRead;

use base::{Error, Result};
use serde_json::Value as Json;

use super::lines::{Reader, broken};
use super::{Begin, LEFT_OUT, REPLACED, Summary, values};
use crate::location::{Access, Location, Plain};
use crate::migrate::{self, MIGRATIONS};
use crate::row::Value;
use crate::schema::{Table, tables};

/// Rows of one statement.
const BATCH_ROWS_MAX: usize = 64;
/// Bytes of one statement's values, about.
const BATCH_BYTES_MAX: usize = 1024 * 1024;

/// Fills an empty database, which is made if it is a file that does not exist.
///
/// `Malformed` if the file is no whole backup of this release's schema, or the database is not
/// empty: then nothing has changed. It blocks, and must not be called from an async task.
pub fn restore(location: &Location, input: &mut dyn BufRead, begin: Begin) -> Result<Summary> {
    let mut lines = Reader::new(input);
    let mut summary = head(&mut lines)?;
    let mut plain = location.connect(Access::Write)?;
    refuse_filled(&plain, plain.pending()?.len())?;
    plain.migrate()?;
    // The lock keeps others out: every row of a person's hangs on an account.
    plain.batch(
        "begin immediate",
        "begin; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
         lock table accounts in access exclusive mode",
    )?;
    let done = fill(&plain, &mut lines, &mut summary).and_then(|()| match begin {
        Begin::Working => Ok(()),
        Begin::Paused(at) => pause(&plain, at),
    });
    match done {
        Ok(()) => plain.batch("commit", "commit")?,
        Err(error) => {
            // The error that counts is the first; what is not committed is gone either way.
            drop(plain.batch("rollback", "rollback"));
            return Err(error);
        }
    }
    Ok(summary)
}

/// What the first line of a dump says, without restoring it.
pub fn look(input: &mut dyn BufRead) -> Result<Summary> {
    head(&mut Reader::new(input))
}

fn head(lines: &mut Reader<'_>) -> Result<Summary> {
    let no_backup = || Error::Malformed("The file is no backup of Carillon.".into());
    let (head, _) = lines.next().map_err(|_| no_backup())?;
    if head["carillon_backup"] != 1 {
        return Err(no_backup());
    }
    let migration = head["migration"].as_i64().ok_or_else(no_backup)?;
    match usize::try_from(migration) {
        Ok(number) if number == MIGRATIONS.len() => {}
        Ok(number) if number > MIGRATIONS.len() => return Err(migrate::newer(migration)),
        _ => {
            return Err(Error::Malformed(format!(
                "The backup has migration {migration:04}, this release needs {:04}. Restore it \
                 with release {}, then migrate.",
                MIGRATIONS.len(),
                head["version"].as_str().unwrap_or("that made it")
            )));
        }
    }
    let keys = head["keys"].as_array().into_iter().flatten();
    Ok(Summary {
        tables: Vec::new(),
        keys: keys.filter_map(Json::as_str).map(str::to_owned).collect(),
        made_at: head["made_at"].as_str().unwrap_or_default().to_owned(),
    })
}

fn refuse_filled(plain: &Plain, pending_count: usize) -> Result<()> {
    let done = MIGRATIONS.len() - pending_count;
    for table in tables(done) {
        let is_own = REPLACED.contains(&table.name) || table.name == LEFT_OUT;
        if !is_own && count(plain, table.name, " limit 1")? > 0 {
            return Err(Error::Malformed(format!(
                "The database is not empty: {} has rows. Nothing was changed; name an empty one \
                 with --database, or --to.",
                table.name
            )));
        }
    }
    Ok(())
}

/// How many rows a table has, at most as many as the limit says.
fn count(plain: &Plain, table: &str, limit: &str) -> Result<u64> {
    let sql = format!("select count(*) from (select 1 from {table}{limit}) as found");
    let rows = plain.link().rows(&sql, &[])?;
    let count: i64 = rows.first().map_or(Ok(0), |row| row.at(0))?;
    Ok(count.unsigned_abs())
}

fn fill(plain: &Plain, lines: &mut Reader<'_>, summary: &mut Summary) -> Result<()> {
    refuse_filled(plain, 0)?;
    for table in tables(MIGRATIONS.len()) {
        if table.name == LEFT_OUT {
            continue;
        }
        if REPLACED.contains(&table.name) {
            let sql = format!("delete from {}", table.name);
            plain.link().execute(&sql, &[])?;
        }
        let rows_count = fill_table(plain, table, lines)?;
        if count(plain, table.name, "")? != rows_count {
            let sentence = format!("{} did not take every row", table.name);
            return Err(Error::Internal(sentence.into()));
        }
        summary.tables.push((table.name.to_owned(), rows_count));
    }
    let (end, digest) = lines.next()?;
    if end["sha256"].as_str() != Some(&digest) {
        return Err(broken("its digest does not match"));
    }
    if end["rows_in_all"].as_u64() != Some(summary.rows_count()) {
        return Err(broken("rows are missing"));
    }
    Ok(())
}

fn fill_table(plain: &Plain, table: Table, lines: &mut Reader<'_>) -> Result<u64> {
    let (head, _) = lines.next()?;
    if head["table"].as_str() != Some(table.name) {
        return Err(broken(&format!("the table {} is missing", table.name)));
    }
    let columns = columns(&head)?;
    let mut batch = Batch {
        plain,
        table: table.name,
        columns_count: columns.len(),
        columns: columns.join(", "),
        values: Vec::new(),
        bytes: 0,
    };
    let mut count = 0;
    loop {
        match lines.next()?.0 {
            Json::Array(row) => {
                count += 1;
                batch.take(&row)?;
            }
            Json::Object(end) if end.get("rows").and_then(Json::as_u64) == Some(count) => break,
            _ => return Err(broken(&format!("rows of {} are missing", table.name))),
        }
    }
    batch.write()?;
    if table.has_numbers {
        continue_after(plain, table.name, head["last_id"].as_i64().unwrap_or(0))?;
    }
    Ok(count)
}

/// The names of the columns, which go into a statement: nothing but names.
fn columns(head: &Json) -> Result<Vec<&str>> {
    let is_name = |text: &&str| {
        let is_of_name =
            |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit();
        !text.is_empty() && text.bytes().all(is_of_name)
    };
    let columns = head["columns"].as_array().into_iter().flatten();
    columns
        .map(|name| name.as_str().filter(is_name))
        .map(|name| name.ok_or_else(|| broken("a column has no name")))
        .collect()
}

/// Rows that are written together.
struct Batch<'p> {
    plain: &'p Plain,
    table: &'static str,
    columns: String,
    columns_count: usize,
    values: Vec<Value>,
    bytes: usize,
}

impl Batch<'_> {
    fn take(&mut self, row: &[Json]) -> Result<()> {
        if row.len() != self.columns_count || row.is_empty() {
            return Err(broken("a row has another number of columns"));
        }
        for value in row {
            let value = values::from_json(value)?;
            self.bytes += values::size(&value);
            self.values.push(value);
        }
        let rows_count = self.values.len() / self.columns_count;
        if rows_count >= BATCH_ROWS_MAX || self.bytes >= BATCH_BYTES_MAX {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        if self.values.is_empty() {
            return Ok(());
        }
        let row = |from: usize| {
            let places = (1..=self.columns_count).map(|column| format!("${}", from + column));
            format!("({})", places.collect::<Vec<_>>().join(", "))
        };
        let rows: Vec<_> = (0..self.values.len())
            .step_by(self.columns_count)
            .map(row)
            .collect();
        // PostgreSQL numbers rows by itself unless it is told not to.
        let overriding = match self.plain {
            Plain::Sqlite(_) => "",
            Plain::Postgres(_) => "overriding system value",
        };
        let sql = format!(
            "insert into {} ({}) {overriding} values {}",
            self.table,
            self.columns,
            rows.join(", ")
        );
        self.plain.link().execute(&sql, &self.values)?;
        self.values.clear();
        self.bytes = 0;
        Ok(())
    }
}

/// Lets the table go on counting after the highest number that it has given or holds.
fn continue_after(plain: &Plain, table: &str, last_id: i64) -> Result<()> {
    let rows = plain
        .link()
        .rows(&format!("select max(id) from {table}"), &[])?;
    let highest: Option<i64> = rows.first().map_or(Ok(None), |row| row.at(0))?;
    let last = highest.unwrap_or(0).max(last_id);
    if last < 1 {
        return Ok(());
    }
    let params = [Value::Text(table.to_owned()), Value::Int(last)];
    match plain {
        Plain::Sqlite(_) => {
            let known = "delete from sqlite_sequence where name = $1";
            plain.link().execute(known, &params[..1])?;
            let sql = "insert into sqlite_sequence (name, seq) values ($1, $2)";
            plain.link().execute(sql, &params).map(drop)
        }
        Plain::Postgres(_) => {
            let sql = "select setval(pg_get_serial_sequence($1, 'id'), $2)";
            plain.link().rows(sql, &params).map(drop)
        }
    }
}

fn pause(plain: &Plain, at: base::WallTime) -> Result<()> {
    let sql = "update installation set paused_at = $1";
    plain.link().execute(sql, &[Value::Int(at.0)]).map(drop)
}
