//! How a command ends when it does not do what was asked: an exit code and a sentence.
//!
//! Never: printing; `main` does.

use std::fmt::Display;
use std::process::ExitCode;

use base::Error;
use base::error::Problem;
use serde_json::{Value, json};

/// What a command answers with.
pub(crate) type Result<T, E = Failed> = std::result::Result<T, E>;

/// The exit codes other than 0; scripts rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Refused or failed.
    Refused = 1,
    /// Wrong usage or invalid configuration; nothing was done.
    Usage = 2,
    /// Server or database not reachable.
    Unreachable = 3,
    /// Not found, or not yours.
    NotFound = 4,
    /// Credentials missing or refused.
    Credentials = 5,
    /// `verify`: no match; `doctor`: something is wrong.
    Mismatch = 6,
}

/// Why a command did not do what was asked, with the remedy.
#[derive(Debug)]
pub(crate) struct Failed {
    code: Code,
    sentence: String,
    problems: Vec<Problem>,
}

impl Failed {
    /// A failure of this kind with its sentence.
    pub(crate) fn new(code: Code, sentence: impl Into<String>) -> Self {
        Self {
            code,
            sentence: sentence.into(),
            problems: Vec::new(),
        }
    }

    /// A failure whose words the command has printed as its data.
    pub(crate) fn told(code: Code) -> Self {
        Self::new(code, String::new())
    }

    /// Whether there is nothing more to say.
    pub(crate) fn is_told(&self) -> bool {
        self.sentence.is_empty()
    }

    /// Refused or failed: exit code 1.
    pub(crate) fn refused(sentence: impl Into<String>) -> Self {
        Self::new(Code::Refused, sentence)
    }

    /// Wrong usage or invalid configuration: exit code 2.
    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self::new(Code::Usage, sentence)
    }

    /// Something that was done to `what`, such as a file, and failed: exit code 1.
    pub(crate) fn doing(what: impl Display, cause: impl Display) -> Self {
        Self::refused(format!("{what}: {cause}."))
    }

    /// The kind of failure.
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// The number that the process ends with.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code as u8)
    }

    /// What to print for people: the sentence, and a line for each problem that it leaves out.
    pub(crate) fn text(&self) -> String {
        let is_left_out =
            |problem: &&Problem| problem.sentence.is_none() && problem.field != "base";
        let lines = self.problems.iter().filter(is_left_out);
        let lines = lines.map(|problem| format!("\n  {}: {}", problem.field, problem.code));
        std::iter::once(self.sentence.clone())
            .chain(lines)
            .collect()
    }

    /// The error body of the API (contract README §5).
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({ "message": self.sentence });
        if !self.problems.is_empty() {
            let item = |problem: &Problem| {
                json!({
                    "resource": problem.kind.resource(),
                    "field": problem.field,
                    "code": problem.code,
                })
            };
            body["errors"] = self.problems.iter().map(item).collect();
        }
        body
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let sentence = match &error {
            Error::NotFound(kind) => {
                format!("There is no such {}.", kind.resource().to_lowercase())
            }
            Error::Invalid(problems) => sentence_of(problems),
            other => other.to_string(),
        };
        let code = match &error {
            Error::NotFound(_) => Code::NotFound,
            Error::Unauthenticated => Code::Credentials,
            Error::Unavailable(_) | Error::Unknown => Code::Unreachable,
            Error::Invalid(_)
            | Error::Conflict { .. }
            | Error::Forbidden(_)
            | Error::Malformed(_)
            | Error::TooLarge(_)
            | Error::Limited
            | Error::Internal(_) => Code::Refused,
        };
        let problems = match error {
            Error::Invalid(problems) | Error::Conflict { problems, .. } => problems,
            _ => Vec::new(),
        };
        Self {
            code,
            sentence,
            problems,
        }
    }
}

/// The sentences of the problems, as the API's message has them; else its constant.
fn sentence_of(problems: &[Problem]) -> String {
    let sentences: Vec<_> = problems
        .iter()
        .filter_map(|problem| problem.sentence.as_deref())
        .collect();
    if sentences.is_empty() {
        "Validation Failed".to_owned()
    } else {
        sentences.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use base::Kind;

    use super::*;

    #[test]
    fn a_problem_is_told_once_in_words_and_by_its_code_to_programs() {
        let sentence = "Somebody has the address a@b already.";
        let known = Problem::new(Kind::User, "email", "already_exists").saying(sentence);
        let bare = Problem::new(Kind::User, "role", "invalid");
        let failed = Failed::from(Error::Invalid(vec![known, bare]));
        assert_eq!(failed.text(), format!("{sentence}\n  role: invalid"));
        assert_eq!(failed.body()["message"], sentence);
        assert_eq!(failed.body()["errors"][0]["code"], "already_exists");

        let refused = Error::conflict(Kind::User, "account_owner", "The owner stays.");
        assert_eq!(Failed::from(refused).text(), "The owner stays.");
        let missing = Failed::from(Error::NotFound(Kind::Token));
        assert_eq!(missing.text(), "There is no such token.");
        assert_eq!(missing.code(), Code::NotFound);
    }
}
