//! Words that may stand in few places or none.
//!
//! Never: judging names; the glossary in ARCHITECTURE.md is for readers.

use crate::tidy::functions::words;
use crate::tidy::source::Source;
use crate::tidy::{Complaint, PRODUCT};

/// Code that stands nowhere, with the reason.
const NOWHERE: &[(&str, &str)] = &[
    ("todo!", "unfinished work is an issue, not a panic"),
    ("unimplemented!", "unfinished work is an issue, not a panic"),
    ("dbg!", "what is worth knowing is logged"),
    ("#[ignore", "a test that does not run proves nothing"),
];
/// The only places that wait.
const WAITING: &[&str] = &[
    "crates/delivery/src/runner",
    "crates/server/src/http/wait",
    "crates/carillon/src/commands/",
];
/// The service with whose protocol ours is compatible; its owner's trademark.
const TRADEMARK: &str = concat!("No", "ko");
/// How far before the name "compatible with" may stand.
const COMPATIBLE_CHARS_MAX: usize = 40;

/// Complains about code that stands in the wrong place.
pub(crate) fn code(source: &Source) -> Vec<Complaint> {
    let mut found = Vec::new();
    let may_wait =
        source.package() == "zoo" || WAITING.iter().any(|place| source.path.starts_with(place));
    for (number, line) in source.lines.iter().enumerate() {
        let mut complain =
            |sentence: &str| found.push(Complaint::at(&source.path, number, sentence));
        for (word, reason) in NOWHERE {
            if line.code.contains(word) {
                complain(&format!("`{word}` stands nowhere: {reason}"));
            }
        }
        if !may_wait && (calls(&line.code, "sleep") || calls(&line.code, "sleep_until")) {
            complain("waiting has a place: delivery/runner, server/http/wait, carillon/commands");
        }
        if PRODUCT.contains(&source.package()) && words(&line.code).any(|word| word == "unsafe") {
            complain("the product has no unsafe code");
        }
    }
    found
}

fn calls(code: &str, function: &str) -> bool {
    words(code).any(|word| word == function) && code.contains(&format!("{function}("))
}

/// Complains where the trademark is neither the protocol's nor in "compatible with".
pub(crate) fn names(path: &str, text: &str) -> Vec<Complaint> {
    let is_refused =
        |(place, _): &(usize, &str)| !is_protocol(text, *place) && !is_comparison(&text[..*place]);
    let places = text.match_indices(TRADEMARK).filter(is_refused);
    let line = |place: usize| text[..place].matches('\n').count();
    places
        .map(|(place, name)| {
            let sentence =
                format!("{name} stands only where the protocol has it and in \"compatible with\"");
            Complaint::at(path, line(place), sentence)
        })
        .collect()
}

/// `X-…`, `…-Webhooks`, `…Token` and the like are names of headers and user agents.
fn is_protocol(text: &str, place: usize) -> bool {
    let after = &text[place + TRADEMARK.len()..];
    text[..place].ends_with("X-") || after.starts_with('-') || after.starts_with("Token")
}

/// The words may be broken over two lines, and those may begin with a comment's marks.
fn is_comparison(before: &str) -> bool {
    let start = before
        .char_indices()
        .rev()
        .nth(COMPATIBLE_CHARS_MAX)
        .map_or(0, |(at, _)| at);
    let near: Vec<&str> = words(&before[start..]).collect();
    near.windows(2).any(|pair| pair == ["compatible", "with"])
}
