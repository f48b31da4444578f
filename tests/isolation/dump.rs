//! What the database holds, as text: to see that nothing was written.
//!
//! Never: changing anything.

use std::collections::BTreeMap;

use base::{Actor, Reason};
use store::Reader;

use crate::world::World;

/// Tables that live by themselves, whatever is asked.
const LIVELY: [&str; 3] = ["engine_time", "nodes", "keys"];

/// How an engine tells of its tables.
struct Engine {
    tables: &'static str,
    columns: &'static str,
    value: &'static str,
}

const SQLITE: Engine = Engine {
    tables: "select name from sqlite_schema where type = 'table' order by 1",
    columns: "select name from pragma_table_info('TABLE')",
    value: "quote(\"COLUMN\")",
};

const POSTGRES: Engine = Engine {
    tables: "select cast(table_name as text) from information_schema.tables
        where table_schema = current_schema() order by 1",
    columns: "select cast(column_name as text) from information_schema.columns
        where table_schema = current_schema() and table_name = 'TABLE' order by ordinal_position",
    value: "coalesce(quote_literal(cast(\"COLUMN\" as text)), 'NULL')",
};

/// All rows, by table.
pub(super) type Dump = BTreeMap<String, Vec<String>>;

/// Everything that is stored.
pub(super) fn whole(world: &World) -> Dump {
    taken(world, |_, _| Some(String::new()), |_| true)
}

/// Everything that is stored of one account.
pub(super) fn of_account(world: &World, account: i64) -> Dump {
    let bound = move |table: &str, columns: &[String]| match table {
        "accounts" => Some(format!("where id = {account}")),
        _ if columns.iter().any(|it| it == "account_id") => {
            Some(format!("where account_id = {account}"))
        }
        _ => None,
    };
    taken(world, bound, |_| true)
}

/// What resources store, without moments and chance: two worlds with the same past are equal.
pub(super) fn repeatable(world: &World) -> Dump {
    const KEPT: [&str; 10] = [
        "accounts",
        "users",
        "projects",
        "project_access",
        "timers",
        "entries",
        "tags",
        "entry_tags",
        "webhooks",
        "broadcast_receivers",
    ];
    const DRAWN: [&str; 9] = [
        "sealed_secret",
        "key_id",
        "collected",
        "running_since",
        "condition_since",
        "last_round_wall",
        "messages_sent",
        "round_until",
        "node",
    ];
    let bound = |table: &str, _: &[String]| KEPT.contains(&table).then(String::new);
    taken(world, bound, |column| {
        !column.ends_with("_at") && !DRAWN.contains(&column)
    })
}

/// Where two dumps differ, for people.
pub(super) fn difference(before: &Dump, after: &Dump) -> Vec<String> {
    let mut found = Vec::new();
    for (table, rows) in after {
        let old = before.get(table).cloned().unwrap_or_default();
        found.extend(
            rows.iter()
                .filter(|row| !old.contains(row))
                .map(|it| format!("+ {table} {it}")),
        );
        found.extend(
            old.iter()
                .filter(|row| !rows.contains(row))
                .map(|it| format!("- {table} {it}")),
        );
    }
    found
}

fn taken(
    world: &World,
    bound: impl Fn(&str, &[String]) -> Option<String>,
    is_kept: impl Fn(&str) -> bool,
) -> Dump {
    let engine = match world.db.path() {
        Some(_) => SQLITE,
        None => POSTGRES,
    };
    let read = |reader: &mut Reader<'_>| {
        let mut dump = Dump::new();
        for table in texts(reader, engine.tables)? {
            let columns = texts(reader, &engine.columns.replace("TABLE", &table))?;
            let Some(bound) = bound(&table, &columns).filter(|_| !LIVELY.contains(&&*table)) else {
                continue;
            };
            let kept = columns.iter().filter(|it| is_kept(it));
            let shown: Vec<_> = kept
                .map(|it| format!("'{it}=' || {}", engine.value.replace("COLUMN", it)))
                .collect();
            let rows = format!(
                "select {} from {table} {bound} order by 1",
                shown.join(" || ' ' || ")
            );
            dump.insert(table, texts(reader, &rows)?);
        }
        Ok(dump)
    };
    // Reading on this thread may block it, which the tests' runtime wants to know of.
    tokio::task::block_in_place(|| world.db.read_now(Actor::System(Reason::StartUp), read))
        .expect("the database can be read")
}

fn texts(reader: &Reader<'_>, sql: &str) -> base::Result<Vec<String>> {
    let rows: Vec<(String,)> = reader.rows(sql, &[])?;
    Ok(rows.into_iter().map(|(text,)| text).collect())
}
