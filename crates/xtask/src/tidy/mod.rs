//! Style as a test: reads the tree for the rules that no compiler and no linter knows.
//!
//! Words: *complaint* = a place that breaks a rule, and the rule in one sentence.
//! Never: a list of exceptions; the network; changing a file.

mod comments;
mod dependencies;
mod functions;
mod licences;
mod rooms;
mod sizes;
mod source;
mod statements;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::shell::say;
use source::Source;

/// The crates that are in the product; the others are tests and tools.
const PRODUCT: &[&str] = &["base", "store", "delivery", "server", "carillon"];
/// Folders that hold text of ours.
const FOLDERS: &[&str] = &["crates", "tests", "docs"];

/// Endings of the files that are read.
const KINDS: &[&str] = &["rs", "md", "sql", "html", "css"];

/// A place that breaks a rule.
struct Complaint {
    place: String,
    sentence: String,
}

impl Complaint {
    /// At a line, by its index.
    fn at(path: &str, line: usize, sentence: impl Into<String>) -> Self {
        Self {
            place: format!("{path}:{}", line + 1),
            sentence: sentence.into(),
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.sentence)
    }
}

/// A file as it is read, by its path from the workspace's folder.
struct Text {
    path: String,
    text: String,
}

/// Reads everything and prints each complaint; `Err` counts them.
pub(crate) fn run(root: &Path) -> Result<()> {
    let texts = texts(root)?;
    let mut complaints = complaints(&texts);
    complaints.extend(dependencies::check(root)?);
    for complaint in &complaints {
        say(&complaint.to_string());
    }
    ensure!(
        complaints.is_empty(),
        "{} places break a rule of CONTRIBUTING.md",
        complaints.len()
    );
    Ok(())
}

/// Every rule that needs nothing but text.
fn complaints(texts: &[Text]) -> Vec<Complaint> {
    let mut found = Vec::new();
    for Text { path, text } in texts {
        found.extend(words::names(path, text));
        if is_kind(path, &["rs"]) {
            let source = Source::read(path, text);
            found.extend(sizes::check(&source));
            found.extend(comments::check(&source));
            found.extend(words::code(&source));
            found.extend(rooms::check(&source));
            found.extend(statements::check(&source));
        }
        if is_kind(path, &["sql"]) {
            found.extend(statements::migration(path, text));
        }
    }
    found.extend(rooms::registry(texts));
    found
}

/// The texts in the workspace's folder itself, and everything in the folders of ours.
fn texts(root: &Path) -> Result<Vec<Text>> {
    let (_, mut paths) = entries(root)?;
    let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        let (inner, files) = entries(&folder)?;
        folders.extend(inner);
        paths.extend(files);
    }
    paths.sort();
    let texts = paths.into_iter().map(|path| {
        let inside = path.strip_prefix(root)?.to_str();
        let inside = inside.context("names of files are UTF-8")?.to_owned();
        let text = is_kind(&inside, KINDS)
            .then(|| fs::read_to_string(&path))
            .transpose()?;
        Ok(text.map(|text| Text { path: inside, text }))
    });
    texts.filter_map(Result::transpose).collect()
}

/// The folders and the files in a folder.
fn entries(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    Ok(paths.into_iter().partition(|path| path.is_dir()))
}

/// Whether a file's name ends in one of these.
fn is_kind(path: &str, kinds: &[&str]) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, kind)| kinds.contains(&kind))
}
