//! How a command speaks: data to standard output, words about it to standard error.
//!
//! Never: colour and progress; output is plain lines.

use std::fmt::Display;
use std::io::Write;

use base::clock::{Clock, SystemClock};
use serde_json::Value;

use crate::failed::{Failed, Result};

/// How this run speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    json: bool,
    quiet: bool,
}

impl Terminal {
    /// `json`: data as JSON; `quiet`: no words.
    pub(crate) const fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    /// Whether data is printed as JSON.
    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// Prints data, as text or as one JSON object in one line.
    pub(crate) fn data(self, text: impl Display, json: &Value) -> Result<()> {
        if self.json { print(json) } else { print(text) }
    }

    /// Says something about the data; silent if so asked.
    pub(crate) fn say(self, words: impl Display) {
        if !self.quiet {
            complain(&words);
        }
    }

    /// Says why the command failed; with JSON also the API's error body on standard output.
    pub(crate) fn fail(self, failed: &Failed) {
        if failed.is_told() {
            return;
        }
        if self.json {
            // The exit code still tells what a closed output cannot.
            print(failed.body()).ok();
        }
        complain(&failed.text());
    }
}

/// Writes a line to standard output, at once.
pub(crate) fn print(text: impl Display) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|cause| Failed::doing("Standard output cannot be written", cause))
}

/// Writes to standard error; somebody who closed it wants to hear nothing.
fn complain(words: &dyn Display) {
    writeln!(std::io::stderr().lock(), "{words}").ok();
}

/// The time of day in UTC, as lines of a stream begin: `11:12:31Z`.
pub(crate) fn time_of_day() -> String {
    let moment = SystemClock.wall().to_string();
    moment
        .split_once('T')
        .map_or_else(String::new, |(_, time)| time.to_owned())
}

/// Text of a stranger without what could steer a terminal, at most so many characters.
pub(crate) fn harmless(text: &str, characters_max: usize) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(characters_max)
        .collect()
}
