//! Patterns of event names, expanded from the catalogue.
//!
//! Never: a pattern at the server, which knows whole names only.

use delivery::catalogue::{EVENTS, WILDCARD};

use crate::config::nearest;
use crate::failed::{Failed, Result};

/// The names that the patterns stand for, each once; none given stands for `*`, everything.
///
/// `entry.*` is every name that begins with `entry.`; a pattern that fits no name is wrong usage.
pub(super) fn expand(patterns: &[String]) -> Result<Vec<&'static str>> {
    if patterns.is_empty() || patterns.iter().any(|pattern| pattern == WILDCARD) {
        return Ok(vec![WILDCARD]);
    }
    let mut names = Vec::new();
    for pattern in patterns {
        let before = names.len();
        names.extend(EVENTS.into_iter().filter(|name| fits(pattern, name)));
        if names.len() == before {
            let near = nearest(pattern, EVENTS.into_iter());
            let hint = near
                .map(|near| format!(" Did you mean {near}?"))
                .unwrap_or_default();
            return Err(Failed::usage(format!(
                "No event is called {pattern}.{hint}"
            )));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    Ok(names)
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => beginning.ends_with('.') && name.starts_with(beginning),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(patterns: &[&str]) -> Result<Vec<&'static str>> {
        expand(
            &patterns
                .iter()
                .map(|one| (*one).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn patterns_become_names_in_the_order_of_the_catalogue_each_once() {
        assert_eq!(expanded(&[]).expect("all"), ["*"]);
        assert_eq!(expanded(&["tag.*", "*"]).expect("all"), ["*"]);
        assert_eq!(
            expanded(&["entry.deleted", "team.*", "team.created"]).expect("known"),
            [
                "entry.deleted",
                "team.created",
                "team.updated",
                "team.deleted"
            ]
        );
        assert_eq!(
            expanded(&["project.deleted.*"]).expect("known"),
            ["project.deleted.merged"]
        );
    }

    #[test]
    fn a_pattern_that_fits_nothing_names_the_nearest() {
        let failed = expanded(&["entry.creatd"]).expect_err("unknown").text();
        assert_eq!(
            failed,
            "No event is called entry.creatd. Did you mean entry.created?"
        );
        for bad in ["entry*", "timer.*", ""] {
            assert!(expanded(&[bad]).is_err(), "{bad}");
        }
    }
}
