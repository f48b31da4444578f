//! How text is compared: Unicode lower case after NFC (contract README §4).
//!
//! Never: changing what a person typed; folded text is only for comparing.

use unicode_normalization::UnicodeNormalization;

/// The form in which names are searched, ordered and kept unique.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().flat_map(char::to_lowercase).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_and_composition_do_not_matter() {
        for (left, right) in [
            ("ATLAS", "atlas"),
            ("Ä", "a\u{308}"),
            ("ÉTÉ", "été"),
            ("", ""),
        ] {
            assert_eq!(fold(left), fold(right));
        }
        assert_ne!(fold("a"), fold("ä"));
    }
}
