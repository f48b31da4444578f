//! The words in which the engines differ, each with its reason.
//!
//! | Word | SQLite | Why it differs |
//! |---|---|---|
//! | `$1` | `?1` | SQLite would read `$1` as a name, and a name cannot be repeated out of order |
//! | `{in $1}` | `in (select value from json_each(?1))` | SQLite has no arrays |
//! | `{contains a, b}` | `instr(a, b) > 0` | the function has another name elsewhere |
//! | `{for_update}` | nothing | SQLite has one writer, so a row that is read stays as it is |
//! | `{id}` | `integer primary key autoincrement` | numbers are never given twice |
//! | `{int}` `{bytes}` `{text_c}` | `integer` `blob` `text` | names of types; `_c` orders by code point |
//! | `{strict}` | `strict` | SQLite checks types only where it is told to |
//!
//! Never: a statement of its own.

/// The text as SQLite takes it.
pub fn sqlite(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() + 32);
    let mut rest = sql;
    while let Some(at) = rest.find(['$', '{']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let word = rest
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'));
        if let Some((word, after)) = word {
            text.push_str(&sqlite_word(word));
            rest = after;
        } else {
            text.push(if rest.starts_with('$') { '?' } else { '{' });
            rest = &rest[1..];
        }
    }
    text.push_str(rest);
    text
}

fn sqlite_word(word: &str) -> String {
    let argument = |prefix| {
        word.strip_prefix(prefix)
            .map(|rest: &str| rest.replace('$', "?"))
    };
    if let Some(list) = argument("in ") {
        return format!("in (select value from json_each({list}))");
    }
    if let Some(pair) = argument("contains ") {
        return format!("instr({pair}) > 0");
    }
    match word {
        "for_update" => String::new(),
        "id" => "integer primary key autoincrement".into(),
        "int" => "integer".into(),
        "bytes" => "blob".into(),
        "text_c" => "text".into(),
        "strict" => "strict".into(),
        unknown => panic!("the dialect has no word {{{unknown}}}"),
    }
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
