//! Shows that a default build has nothing in it that is only for tests.
//!
//! Never: building; cargo's own resolution is asked.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::shell::{cargo, output};

/// Features between our crates that no release may have.
const FOR_TESTS: &[&str] = &["testing", "planted"];

/// Reads the features of `cargo build --release`; `Err` names those that should not be there.
pub(crate) fn check(root: &Path) -> Result<()> {
    let arguments = "tree --offline --package carillon --edges normal,build,features --prefix none";
    let found = unwanted(&output(&mut cargo(root, arguments))?);
    ensure!(
        found.is_empty(),
        "a default build enables {}",
        found.join(", ")
    );
    Ok(())
}

/// The features for tests in the text of `cargo tree`, which has lines like `base feature "std"`.
fn unwanted(tree: &str) -> Vec<String> {
    let ours = ["base ", "store ", "delivery ", "server ", "carillon "];
    let lines = tree
        .lines()
        .filter(|line| ours.iter().any(|name| line.starts_with(name)));
    let is_for_tests = |line: &&str| {
        FOR_TESTS
            .iter()
            .any(|name| line.contains(&format!("feature \"{name}\"")))
    };
    lines.filter(is_for_tests).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::unwanted;

    #[test]
    fn only_our_features_for_tests_are_unwanted() {
        for (tree, found) in [
            ("base v0.1.0\nbase feature \"default\"", 0),
            ("base feature \"testing\"", 1),
            (
                "server feature \"planted\"\nstore feature \"testing\" (*)",
                2,
            ),
            ("hyper feature \"testing\"", 0),
        ] {
            assert_eq!(unwanted(tree).len(), found, "{tree}");
        }
    }
}
