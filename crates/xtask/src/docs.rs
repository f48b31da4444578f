//! Pages that are generated from the program, so that they cannot differ from it.
//!
//! Never: text of its own; each page is what a command of the product prints.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::shell::{cargo, output, say, succeed};

/// A page, and the arguments with which the product prints it.
const PAGES: &[(&str, &[&str])] = &[("docs/settings.md", &["config", "--markdown"])];

/// Writes every generated page.
pub(crate) fn write(root: &Path) -> Result<()> {
    for (page, arguments) in PAGES {
        fs::write(root.join(page), print(root, arguments)?).with_context(|| (*page).to_owned())?;
        say(&format!("{page} is written"));
    }
    Ok(())
}

/// Compares every generated page with what the product prints now.
pub(crate) fn check(root: &Path) -> Result<()> {
    for (page, arguments) in PAGES {
        let written = fs::read_to_string(root.join(page)).with_context(|| (*page).to_owned())?;
        let printed = print(root, arguments)?;
        ensure!(
            written == printed,
            "{page} is out of date. Run `cargo xtask docs` to write it."
        );
    }
    Ok(())
}

/// The whole workspace is built as the tests build it: they use the same binary.
fn print(root: &Path, arguments: &[&str]) -> Result<String> {
    succeed(&mut cargo(root, "build --quiet --workspace --all-targets"))?;
    let mut metadata = cargo(root, "metadata --offline --no-deps --format-version 1");
    let metadata: serde_json::Value = serde_json::from_str(&output(&mut metadata)?)?;
    let target = metadata["target_directory"]
        .as_str()
        .context("cargo names its target folder")?;
    let mut carillon = std::process::Command::new(Path::new(target).join("debug/carillon"));
    output(carillon.current_dir(root).args(arguments))
}
