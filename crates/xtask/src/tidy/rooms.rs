//! The walls between the rooms of a slice, and the registry that lists the slices.
//!
//! Words: *slice* = the folder of a resource; *room* = a file of it, or a folder of that name.
//! Never: knowing one resource from another.

use std::collections::BTreeSet;

use crate::tidy::functions::{functions, words};
use crate::tidy::source::{Literal, Source};
use crate::tidy::statements::is_statement;
use crate::tidy::{Complaint, Text};

const SLICES: &str = "crates/server/src/resources/";
/// Rooms, and code that must not stand in them.
const WALLS: &[(&str, &[&str])] = &[
    (
        "rules",
        &[
            "store::",
            "axum",
            "hyper",
            "crate::http",
            "Clock",
            "clock::",
            "Tx",
        ],
    ),
    ("table", &["axum", "hyper", "crate::http"]),
    ("actions", &["axum", "hyper", "crate::http"]),
];
/// Lines above a statement outside of a function in which its reason may stand.
const NEAR_LINES: usize = 5;

/// Complains about what a room must not use, and about selects that anyone could see.
pub(crate) fn check(source: &Source) -> Vec<Complaint> {
    let Some(room) = room(&source.path) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let walls = WALLS
        .iter()
        .filter(|(name, _)| *name == room)
        .flat_map(|(_, walls)| *walls);
    for wall in walls {
        let lines = source
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| holds(&line.code, wall));
        found.extend(lines.map(|(number, _)| {
            Complaint::at(
                &source.path,
                number,
                format!("{room} does not know `{wall}`"),
            )
        }));
    }
    for literal in source
        .literals
        .iter()
        .filter(|literal| is_statement(&literal.text))
    {
        if room != "table" && room != "tests" {
            found.push(Complaint::at(
                &source.path,
                literal.line,
                "SQL stands in table.rs",
            ));
        }
        if room == "table" && !is_scoped(source, literal) {
            let sentence = "a select names visible_to(actor), or says `// unscoped: reason`";
            found.push(Complaint::at(&source.path, literal.line, sentence));
        }
    }
    found
}

/// `timers/rules.rs` and `timers/rules/pause.rs` are in the room `rules`.
fn room(path: &str) -> Option<&str> {
    let (_, inside) = path.strip_prefix(SLICES)?.split_once('/')?;
    let name = inside.split('/').next()?;
    Some(name.strip_suffix(".rs").unwrap_or(name))
}

fn holds(code: &str, wall: &str) -> bool {
    let is_word = wall.chars().all(char::is_alphanumeric);
    if is_word {
        words(code).any(|word| word == wall)
    } else {
        code.contains(wall)
    }
}

/// A select is bound to who may see it by the function around it, or by the lines above it.
fn is_scoped(source: &Source, literal: &Literal) -> bool {
    if !literal.text.trim_start().starts_with("select") {
        return true;
    }
    let around = functions(source)
        .into_iter()
        .rfind(|function| function.first <= literal.line && literal.line <= function.last);
    let (first, last) = match around {
        Some(function) => (function.first, function.last),
        None => (literal.line.saturating_sub(NEAR_LINES), literal.line),
    };
    let is_named = |text: &str| text.contains("visible") || text.contains("// unscoped: ");
    source.lines[first..=last]
        .iter()
        .any(|line| is_named(&line.raw))
        || is_named(&literal.text)
}

/// Complains about a folder that is not in the list `RESOURCES`, and the other way round.
pub(crate) fn registry(texts: &[Text]) -> Vec<Complaint> {
    let path = format!("{SLICES}mod.rs");
    let Some(text) = texts.iter().find(|text| text.path == path) else {
        return vec![Complaint::at(
            &path,
            0,
            "the registry of resources is missing",
        )];
    };
    let slices = texts
        .iter()
        .filter_map(|text| text.path.strip_prefix(SLICES)?.split_once('/'));
    let folders: BTreeSet<&str> = slices.map(|(folder, _)| folder).collect();
    let source = Source::read(&path, &text.text);
    let code: String = source.lines.iter().map(|line| line.code.as_str()).collect();
    let listed = listed(&code);
    let missing = folders.symmetric_difference(&listed).map(|name| {
        let sentence = format!("`{name}` has a folder or a line in RESOURCES, but not both");
        Complaint::at(&path, 0, sentence)
    });
    missing.collect()
}

/// The modules in `RESOURCES: … = …[timers::RESOURCE, …]`.
fn listed(code: &str) -> BTreeSet<&str> {
    let list = code
        .split_once("RESOURCES:")
        .and_then(|(_, list)| list.split_once('='));
    let list = list
        .and_then(|(_, list)| list.split_once(';'))
        .map_or("", |(list, _)| list);
    let names = list
        .split("::RESOURCE")
        .filter_map(|part| words(part).last());
    let count = list.matches("::RESOURCE").count();
    names.take(count).collect()
}
