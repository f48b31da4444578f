//! What no SQL of ours may say: time and chance are arguments, and nothing happens by itself.
//!
//! Words: *statement* = a literal that is SQL.
//! Never: judging how a statement is written; that every engine takes it is tested in `store`.

use crate::tidy::functions::words;
use crate::tidy::source::Source;
use crate::tidy::{Complaint, PRODUCT};

/// Text with which a statement would act by itself.
const REFUSED: &[&str] = &[
    "now()",
    "random()",
    "randomblob(",
    "current_timestamp",
    "current_date",
    "create trigger",
    "create procedure",
    "create function",
];

/// Complains about statements in the product's code.
pub(crate) fn check(source: &Source) -> Vec<Complaint> {
    if !PRODUCT.contains(&source.package()) {
        return Vec::new();
    }
    let statements = source
        .literals
        .iter()
        .filter(|literal| is_statement(&literal.text));
    let refused = statements.filter_map(|statement| {
        let word = refused(&statement.text)?;
        Some(Complaint::at(&source.path, statement.line, sentence(word)))
    });
    refused.collect()
}

/// Complains about a migration; its comments may say what they like.
pub(crate) fn migration(path: &str, text: &str) -> Vec<Complaint> {
    let code = text
        .lines()
        .map(|line| line.split("--").next().unwrap_or_default());
    let refused = code
        .enumerate()
        .filter_map(|(number, code)| Some((number, refused(code)?)));
    refused
        .map(|(number, word)| Complaint::at(path, number, sentence(word)))
        .collect()
}

/// Whether a literal is SQL, by how it begins.
pub(crate) fn is_statement(literal: &str) -> bool {
    let text = literal.trim_start_matches(['\\', '\n', ' ']);
    let has = |word: &str| words(text).any(|found| found == word);
    let begins = |word: &str| {
        text.strip_prefix(word)
            .is_some_and(|rest| rest.starts_with([' ', '\n']))
    };
    begins("select")
        || begins("insert into")
        || begins("delete from")
        || begins("update") && has("set")
        || begins("with") && has("as") && has("select")
}

fn refused(code: &str) -> Option<&'static str> {
    REFUSED
        .iter()
        .copied()
        .find(|refused| code.contains(refused))
}

fn sentence(word: &str) -> String {
    format!("SQL does not say `{word}`: time and chance are arguments, and code is in Rust")
}
