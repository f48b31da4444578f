//! What must be explained: every file says what it never does, every public item what it is.
//!
//! Never: judging a sentence; whether a comment is good is for readers.

use crate::tidy::Complaint;
use crate::tidy::source::{Line, Source};

/// Begins of an item whose meaning a name alone cannot give.
const ITEMS: &[&str] = &[
    "fn", "const fn", "async fn", "struct", "enum", "trait", "type", "mod", "macro",
];
/// Words for work that was left; such work is an issue.
const LEFT: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];

/// Complains about files, items and comments.
pub(crate) fn check(source: &Source) -> Vec<Complaint> {
    let mut found = header(source);
    for (number, line) in source.lines.iter().enumerate() {
        if LEFT.iter().any(|word| line.comment.contains(word)) {
            found.push(Complaint::at(
                &source.path,
                number,
                "unfinished work is an issue, not a comment",
            ));
        }
        if is_public_item(line) && !source.is_tests() && !is_documented(&source.lines[..number]) {
            found.push(Complaint::at(
                &source.path,
                number,
                "a public item has a docstring",
            ));
        }
    }
    found
}

fn header(source: &Source) -> Vec<Complaint> {
    let mut found = Vec::new();
    let begins = |line: &Line, with: &str| line.raw.starts_with(with);
    if !source
        .lines
        .first()
        .is_some_and(|line| begins(line, "//! "))
    {
        found.push(Complaint::at(
            &source.path,
            0,
            "a file begins with `//!` and what it is",
        ));
    }
    let has_never = source.lines.iter().any(|line| begins(line, "//! Never: "));
    if !has_never && !source.is_tests() {
        found.push(Complaint::at(
            &source.path,
            0,
            "a file says `//! Never:` and what it must not do",
        ));
    }
    found
}

/// `pub mod name;` is left out: the module's own file explains it.
fn is_public_item(line: &Line) -> bool {
    let Some(item) = line.code.trim_start().strip_prefix("pub ") else {
        return false;
    };
    let is_file = item.starts_with("mod ") && item.trim_end().ends_with(';');
    let is_item = |kind: &&str| {
        item.strip_prefix(*kind)
            .is_some_and(|rest| rest.starts_with(' '))
    };
    !is_file && ITEMS.iter().any(is_item)
}

/// Whether a docstring stands above, with nothing but attributes between.
fn is_documented(above: &[Line]) -> bool {
    let mut is_in_attribute = false;
    for line in above.iter().rev() {
        let text = line.raw.trim();
        if text.starts_with("///") {
            return true;
        }
        let begins = text.starts_with("#[");
        if !begins && !is_in_attribute && !text.ends_with(']') {
            return false;
        }
        is_in_attribute = !begins;
    }
    false
}
