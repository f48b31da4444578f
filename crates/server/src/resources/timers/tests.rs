//! Rules as tables of cases, actions on a fresh database.
//!
//! Never: HTTP.

use base::{Date, time};

use super::rules::Wish;

mod actions;
mod rules;

/// The date of this text.
fn date(text: &str) -> Date {
    time::parse_date(text).expect("a date")
}

/// The wish for a description.
fn describing(description: &str) -> Wish {
    Wish {
        entry_date: None,
        description: Some(description.into()),
    }
}
