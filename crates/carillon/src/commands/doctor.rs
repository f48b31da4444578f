//! `carillon doctor`: looks at everything that a server needs, each with its remedy.
//!
//! Words: *finding* = what was seen of one part.
//! Never: changing anything, or calling a receiver.

mod database;
mod machine;

use serde_json::{Value, json};

use super::Terminal;
use crate::config::{Config, ServerFlags};
use crate::failed::{Code, Failed, Result};

/// Of which installation.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    flags: ServerFlags,
}

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Fine,
    /// It works, and may stop working.
    Doubtful,
    Wrong,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Doubtful => "warning",
            Self::Wrong => "wrong",
        }
    }
}

/// What was seen of one part.
#[derive(Debug)]
struct Finding {
    part: &'static str,
    state: State,
    sentence: String,
    remedy: Option<String>,
}

impl Finding {
    fn fine(part: &'static str, sentence: impl Into<String>) -> Self {
        Self {
            part,
            state: State::Fine,
            sentence: sentence.into(),
            remedy: None,
        }
    }

    fn doubtful(
        part: &'static str,
        sentence: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            state: State::Doubtful,
            remedy: Some(remedy.into()),
            ..Self::fine(part, sentence)
        }
    }

    fn wrong(part: &'static str, sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            state: State::Wrong,
            remedy: Some(remedy.into()),
            ..Self::fine(part, sentence)
        }
    }

    fn line(&self) -> String {
        let Self {
            part,
            state,
            sentence,
            remedy,
        } = self;
        let remedy = remedy.iter().map(|it| format!("\n{:23}→ {it}", ""));
        let remedy: String = remedy.collect();
        format!("{:<9}{part:<13} {sentence}{remedy}", state.word())
    }

    fn object(&self) -> Value {
        json!({
            "part": self.part,
            "state": self.state.word(),
            "finding": self.sentence,
            "remedy": self.remedy,
        })
    }
}

/// Looks and tells; exit code 6 if something is wrong.
pub(crate) fn run(arguments: &Arguments, terminal: Terminal) -> Result<()> {
    let config = Config::read(&arguments.flags)?;
    let mut findings = database::look(&config);
    findings.extend(machine::look(&config)?);
    let lines: Vec<_> = findings.iter().map(Finding::line).collect();
    let objects: Vec<_> = findings.iter().map(Finding::object).collect();
    let is_wrong = findings.iter().any(|it| it.state == State::Wrong);
    terminal.data(
        lines.join("\n"),
        &json!({ "healthy": !is_wrong, "findings": objects }),
    )?;
    if is_wrong {
        return Err(Failed::told(Code::Mismatch));
    }
    Ok(())
}
