//! What we take from others: each with a reason, a licence that we may use, from the registry.
//!
//! Never: the network; cargo is asked offline.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::shell::{cargo, output};
use crate::tidy::Complaint;
use crate::tidy::licences::is_allowed;

const REASONS: &str = "docs/decisions/dependencies.md";
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// Crates of which a second version would cost noticeable time or size.
const LARGE: &[&str] = &[
    "axum",
    "hickory-proto",
    "hyper",
    "regex-automata",
    "rusqlite",
    "rustls",
    "tokio",
];

/// Complains about dependencies; `Err` if cargo or the list of reasons cannot be read.
pub(crate) fn check(root: &Path) -> Result<Vec<Complaint>> {
    let metadata = output(&mut cargo(root, "metadata --offline --format-version 1"))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo lists packages")?;
    let reasons = fs::read_to_string(root.join(REASONS)).context(REASONS)?;
    let mut found = unexplained(&direct(packages), &explained(&reasons));
    found.extend(packages.iter().filter_map(foreign));
    found.extend(packages.iter().filter_map(unlicensed));
    found.extend(duplicates(packages));
    Ok(found)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Names in the `Cargo.toml` files of the workspace, whose packages have no source.
fn direct(packages: &[Value]) -> BTreeSet<&str> {
    let ours = packages
        .iter()
        .filter(|package| package["source"].is_null());
    let dependencies = ours
        .filter_map(|package| package["dependencies"].as_array())
        .flatten();
    dependencies
        .filter(|dependency| dependency["path"].is_null())
        .map(|dependency| text(dependency, "name"))
        .collect()
}

/// Names in the first column of the table of reasons.
fn explained(reasons: &str) -> BTreeSet<&str> {
    let rows = reasons.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split_once('`'))
        .map(|(name, _)| name)
        .collect()
}

fn unexplained(direct: &BTreeSet<&str>, explained: &BTreeSet<&str>) -> Vec<Complaint> {
    let missing = direct
        .difference(explained)
        .map(|name| format!("`{name}` has no line here"));
    let stale = explained
        .difference(direct)
        .map(|name| format!("nothing uses `{name}`"));
    missing
        .chain(stale)
        .map(|sentence| Complaint::at(REASONS, 0, sentence))
        .collect()
}

fn foreign(package: &Value) -> Option<Complaint> {
    let source = package["source"].as_str()?;
    let sentence = format!(
        "{} comes from {source}, not from the registry",
        text(package, "name")
    );
    (source != REGISTRY).then(|| Complaint::at("Cargo.lock", 0, sentence))
}

fn unlicensed(package: &Value) -> Option<Complaint> {
    let licence = text(package, "license");
    let sentence = format!("{} has the licence `{licence}`", text(package, "name"));
    (!is_allowed(licence)).then(|| Complaint::at("Cargo.lock", 0, sentence))
}

fn duplicates(packages: &[Value]) -> Vec<Complaint> {
    let mut counts = BTreeMap::new();
    for package in packages {
        *counts.entry(text(package, "name")).or_insert(0) += 1;
    }
    let twice = counts
        .iter()
        .filter(|(name, count)| **count > 1 && LARGE.contains(name));
    let complain = |name: &str| {
        Complaint::at(
            "Cargo.lock",
            0,
            format!("`{name}` is there in two versions"),
        )
    };
    twice.map(|(name, _)| complain(name)).collect()
}
