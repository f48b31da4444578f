//! Whether the licence of a crate is one that we may use; `deny.toml` says the same.
//!
//! Never: guessing; an expression that is not understood is refused.

/// Licences by their SPDX names.
const ALLOWED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Unicode-3.0",
    "Zlib",
    "MPL-2.0",
    "CC0-1.0",
    // Data, not code: the certificates of webpki-roots.
    "CDLA-Permissive-2.0",
];

/// Reads an SPDX expression such as `(MIT OR Apache-2.0) AND Unicode-3.0`; `/` is an old `OR`.
pub(crate) fn is_allowed(expression: &str) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    either(&mut words) == Some(true) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

/// `AND` binds stronger than `OR`; `None` where the expression breaks off.
fn either(words: &mut Words<'_>) -> Option<bool> {
    let mut is_allowed = both(words)?;
    while words.next_if_eq(&"OR").is_some() {
        is_allowed |= both(words)?;
    }
    Some(is_allowed)
}

fn both(words: &mut Words<'_>) -> Option<bool> {
    let mut is_allowed = one(words)?;
    while words.next_if_eq(&"AND").is_some() {
        is_allowed &= one(words)?;
    }
    Some(is_allowed)
}

/// A name, with an exception that only allows more, or an expression in brackets.
fn one(words: &mut Words<'_>) -> Option<bool> {
    let name = words.next()?;
    if name == "(" {
        let inside = either(words)?;
        return (words.next()? == ")").then_some(inside);
    }
    if words.next_if_eq(&"WITH").is_some() {
        words.next()?;
    }
    Some(ALLOWED.contains(&name))
}
