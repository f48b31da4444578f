//! The tables of the schema, as the migrations make them.
//!
//! Never: asking a database; every engine has the same tables in the same order.

use crate::migrate::MIGRATIONS;

/// A table of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// Whether the database numbers its rows, so that no number comes twice.
    pub(crate) has_numbers: bool,
}

/// The tables after so many migrations, each after those that its rows refer to.
pub(crate) fn tables(migrations_count: usize) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let texts = MIGRATIONS.iter().take(migrations_count);
    for line in texts.flat_map(|(_, text)| text.lines()) {
        if let Some(name) = named(line, "create table ") {
            tables.push(Table {
                name,
                has_numbers: false,
            });
        } else if let Some(name) = named(line, "drop table ") {
            tables.retain(|table| table.name != name);
        } else if line.trim_start().starts_with("id {id}") {
            let table = tables.last_mut();
            table.expect("a column is in a table").has_numbers = true;
        }
    }
    tables
}

fn named(line: &'static str, verb: &str) -> Option<&'static str> {
    let rest = line.strip_prefix(verb)?;
    rest.split([' ', '(', ';']).next()
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn the_tables_are_those_that_the_migrations_make() {
        let mut connection = Connection::open_in_memory().expect("memory");
        crate::migrate::run(&mut connection).expect("an empty database migrates");
        let names = |sql| {
            let mut statement = connection.prepare(sql).expect("a select");
            let rows = statement.query_map([], |row| row.get::<_, String>(0));
            let rows = rows.expect("rows");
            let mut names: Vec<_> = rows.map(|name| name.expect("text")).collect();
            names.sort();
            names
        };
        let mut ours = tables(MIGRATIONS.len());
        ours.sort_by_key(|table| table.name);

        let all = "select name from sqlite_master where type = 'table'
            and name not like 'sqlite_%'";
        assert_eq!(
            names(all),
            ours.iter().map(|it| it.name).collect::<Vec<_>>()
        );
        let numbered = "select name from sqlite_master where sql like '%autoincrement%'";
        let with_numbers = ours.iter().filter(|it| it.has_numbers);
        assert_eq!(
            names(numbered),
            with_numbers.map(|it| it.name).collect::<Vec<_>>()
        );
    }
}
