//! The known word that is nearest to a mistyped one.
//!
//! Never: correcting by itself.

/// The nearest of the words, if it is near enough to have been meant.
pub(crate) fn nearest<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, near) = words.map(|known| (distance(word, known), known)).min()?;
    (distance <= word.chars().count() / 3 + 1).then_some(near)
}

/// How many characters must be changed, added or removed to make one word of the other
/// (Levenshtein, one row at a time).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<_> = right.chars().collect();
    let mut row: Vec<_> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let changed = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_anything_else_finds_none() {
        let words = || ["listen", "webhooks.retry.initial", "webhooks.retry.factor"].into_iter();
        assert_eq!(nearest("lisen", words()), Some("listen"));
        assert_eq!(
            nearest("webhooks.retry.inital", words()),
            Some("webhooks.retry.initial")
        );
        assert_eq!(nearest("colour", words()), None);
    }

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (left, right, expected) in [("", "", 0), ("", "ab", 2), ("kitten", "sitting", 3)] {
            assert_eq!(distance(left, right), expected);
        }
    }
}
