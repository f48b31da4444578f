//! What a tag may be called, and how hashtags are found and rewritten in a description.
//!
//! Words: hashtag (a tag as it stands in a text: `#`, its name, and `*` if it is unbillable).
//! Never: storage, HTTP; changing any other character of a text.

use std::ops::Range;

use base::{Error, Result, Role, limits, text};
use unicode_normalization::char::is_combining_mark;

/// A tag as somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashtag {
    /// Without `#` and `*`, in the spelling of the text.
    pub name: String,
    /// False with a `*` behind the name.
    pub billable: bool,
}

/// What makes two hashtags the same tag: the folded name and the billable flag.
pub type Identity = (String, bool);

impl Hashtag {
    /// Reads a name given as input: a `#` before it is dropped, a `*` behind it means unbillable.
    /// `None` if its characters or its length make no tag. Contract: tags.md.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        let written = format!("#{}", name.strip_prefix('#').unwrap_or(name));
        let (range, hashtag) = next(&written)?;
        (range == (0..written.len())).then_some(hashtag)
    }

    /// What is compared when tags are compared.
    pub fn identity(&self) -> Identity {
        (text::fold(&self.name), self.billable)
    }

    /// `#name`, or `#name*` when it is unbillable.
    pub fn formatted(&self) -> String {
        let star = if self.billable { "" } else { "*" };
        format!("#{}{star}", self.name)
    }
}

/// The hashtags of a description in order of appearance, each once, in the spelling of its first
/// appearance. Contract: entries.md, Tags in descriptions.
pub fn hashtags(description: &str) -> Vec<Hashtag> {
    let mut found: Vec<Hashtag> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (_, hashtag) in places(description) {
        if seen.insert(hashtag.identity()) {
            found.push(hashtag);
        }
    }
    found
}

/// The description with each hashtag of the tag `old` written as `new`, or as plain text where
/// there is no new one; every other character stays.
///
/// A space is added in one case: the star of `#old*more` was also what ended the name.
/// Contract: tags.md.
pub fn rewrite(description: &str, old: &Identity, new: Option<&Hashtag>) -> String {
    let mut text = String::with_capacity(description.len());
    let mut copied = 0;
    for (range, hashtag) in places(description) {
        if hashtag.identity() != *old {
            continue;
        }
        text.push_str(&description[copied..range.start]);
        match new {
            Some(new) => text.push_str(&new.formatted()),
            None => text.push_str(&hashtag.name),
        }
        copied = range.end;
        let loses_its_end = !hashtag.billable && new.is_some_and(|new| new.billable);
        if loses_its_end && runs_on(&description[copied..]) {
            text.push(' ');
        }
    }
    text.push_str(&description[copied..]);
    text
}

/// Whether somebody may make new tags, also by hashtag. Contract: authentication.md §5.
pub(super) fn may_create(role: Role) -> bool {
    role.is_at_least(Role::Coworker)
}

/// Refuses those who may not edit, merge or delete tags. Contract: authentication.md §5.
pub(super) fn check_keeper(role: Role) -> Result<()> {
    if role.is_at_least(Role::Leader) {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "A {} may not change tags; it takes a leader at least.",
        role.word()
    )))
}

/// Whether a text would become part of a hashtag in front of it.
fn runs_on(rest: &str) -> bool {
    rest.starts_with('*') || name_length(rest) > 0
}

/// All hashtags of a text with the bytes they take.
fn places(description: &str) -> impl Iterator<Item = (Range<usize>, Hashtag)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + description[from..].find('#')?;
            from = at + 1;
            let before = description[..at].chars().next_back();
            if !before.is_none_or(|before| before.is_whitespace() || before == '(') {
                continue;
            }
            if let Some((range, hashtag)) = next(&description[at..]) {
                from = at + range.end;
                return Some((at..from, hashtag));
            }
        }
    })
}

/// The hashtag with which a text begins.
fn next(text: &str) -> Option<(Range<usize>, Hashtag)> {
    let rest = text.strip_prefix('#')?;
    let (name, after) = rest.split_at(name_length(rest));
    // A mark belongs to the letter before it: an `e` with an accent may be two characters.
    let begins = name
        .chars()
        .next()
        .filter(|first| !is_combining_mark(*first));
    let fits = begins.is_some() && name.chars().count() <= limits::NAME_CHARS_MAX;
    let billable = !after.starts_with('*');
    let end = 1 + name.len() + usize::from(!billable);
    let name = name.to_owned();
    fits.then_some((0..end, Hashtag { name, billable }))
}

/// The bytes of the name with which a text begins, without the points that end a sentence.
fn name_length(text: &str) -> usize {
    let end = text
        .find(|letter| !is_of_name(letter))
        .unwrap_or(text.len());
    text[..end].trim_end_matches(['.', '&', '/', '-']).len()
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric()
        || matches!(letter, '_' | '-' | '&' | '/' | '.' | '+')
        || is_combining_mark(letter)
}
