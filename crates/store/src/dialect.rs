//! The words in which the engines differ, each with its reason.
//!
//! | Word | SQLite | PostgreSQL | Why they differ |
//! |---|---|---|---|
//! | `$1` | `?1` | `$1` | SQLite would read a name, which cannot be repeated out of order |
//! | `{in $1}` | `in (select value from json_each(?1))` | `= any($1)` | SQLite has no arrays |
//! | `{contains a, b}` | `instr(a, b) > 0` | `strpos(a, b) > 0` | another name |
//! | `{for_update}` | nothing | ` for update` | SQLite has one writer: a row stays as it was read |
//! | `{for_update_skip_locked}` | nothing | ` for update skip locked` | nodes claim beside one another without waiting |
//! | `{id}` | `integer primary key autoincrement` | `bigint … identity` | never a number twice |
//! | `{int}` `{bytes}` | `integer` `blob` | `bigint` `bytea` | names of types |
//! | `{text_c}` | `text` | `text collate "C"` | ordered by code point |
//! | `{strict}` | `strict` | nothing | SQLite checks types only where it is told to |
//!
//! Never: a statement of its own.

/// The clock of PostgreSQL in microseconds: engine time follows it there, so that nodes agree.
pub(crate) const CLOCK: &str =
    "select cast(extract(epoch from clock_timestamp()) * 1000000 as {int})";

/// The text as SQLite takes it.
pub fn sqlite(sql: &str) -> String {
    rewrite(sql, "?", sqlite_word)
}

/// The text as PostgreSQL takes it.
pub fn postgres(sql: &str) -> String {
    rewrite(sql, "$", postgres_word)
}

fn rewrite(sql: &str, place: &str, expand: fn(&str) -> String) -> String {
    let mut text = String::with_capacity(sql.len() + 32);
    let mut rest = sql;
    while let Some(at) = rest.find(['$', '{']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let word = rest
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'));
        if let Some((word, after)) = word {
            text.push_str(&expand(word).replace('$', place));
            rest = after;
        } else {
            text.push_str(if rest.starts_with('$') { place } else { "{" });
            rest = &rest[1..];
        }
    }
    text.push_str(rest);
    text
}

fn sqlite_word(word: &str) -> String {
    if let Some(list) = word.strip_prefix("in ") {
        return format!("in (select value from json_each({list}))");
    }
    if let Some(pair) = word.strip_prefix("contains ") {
        return format!("instr({pair}) > 0");
    }
    match word {
        "for_update" | "for_update_skip_locked" => "",
        "id" => "integer primary key autoincrement",
        "int" => "integer",
        "bytes" => "blob",
        "text_c" => "text",
        "strict" => "strict",
        unknown => panic!("the dialect has no word {{{unknown}}}"),
    }
    .to_owned()
}

fn postgres_word(word: &str) -> String {
    if let Some(list) = word.strip_prefix("in ") {
        return format!("= any({list})");
    }
    if let Some(pair) = word.strip_prefix("contains ") {
        return format!("strpos({pair}) > 0");
    }
    match word {
        "for_update" => " for update",
        "for_update_skip_locked" => " for update skip locked",
        "id" => "bigint generated always as identity primary key",
        "int" => "bigint",
        "bytes" => "bytea",
        "text_c" => "text collate \"C\"",
        "strict" => "",
        unknown => panic!("the dialect has no word {{{unknown}}}"),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::sqlite;

    #[test]
    fn words_become_what_sqlite_understands() {
        for (common, own) in [
            ("select $2, $1, $2", "select ?2, ?1, ?2"),
            ("id {in $1}", "id in (select value from json_each(?1))"),
            ("{contains a.b, $3}", "instr(a.b, ?3) > 0"),
            ("select 1{for_update}", "select 1"),
        ] {
            assert_eq!(sqlite(common), own);
        }
    }
}
