//! The application's one error, in words for users; the cause is for the log alone.
//!
//! Never: status codes; those are the server's `http/error.rs`.

use std::fmt;

/// What every layer answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// The kinds of things that can be written, be missing, or have a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Account,
    User,
    Token,
    ProjectAccess,
    Project,
    Timer,
    Entry,
    Tag,
    Webhook,
    WebhookPayload,
    BroadcastReceiver,
    /// Lanes, attempts, rounds: what the engine itself keeps.
    Delivery,
}

impl Kind {
    /// The CamelCase name in error items (contract README §5).
    pub fn resource(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::User | Self::ProjectAccess => "User",
            Self::Token => "Token",
            Self::Project => "Project",
            Self::Timer => "Timer",
            Self::Entry => "Entry",
            Self::Tag => "Tag",
            Self::Webhook | Self::Delivery => "Webhook",
            Self::WebhookPayload => "WebhookPayload",
            Self::BroadcastReceiver => "BroadcastReceiver",
        }
    }
}

/// One thing wrong with an input or with a state: an item of `errors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Of what kind of object.
    pub kind: Kind,
    /// Input name, `base`, or `name[i]`.
    pub field: String,
    /// A code of the contract (README §5) or of the extensions.
    pub code: &'static str,
    /// What is wrong and what to do, where the code does not say it all.
    pub sentence: Option<String>,
}

impl Problem {
    /// A problem without a sentence of its own.
    pub fn new(kind: Kind, field: impl Into<String>, code: &'static str) -> Self {
        Self {
            kind,
            field: field.into(),
            code,
            sentence: None,
        }
    }

    /// The same with a sentence that says what is wrong and what to do.
    #[must_use]
    pub fn saying(mut self, sentence: impl Into<String>) -> Self {
        self.sentence = Some(sentence.into());
        self
    }
}

/// Why something was not done. Nothing was changed, except where `Unknown` says so.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such thing for this actor.
    #[error("there is no such {}", .0.resource())]
    NotFound(Kind),
    /// The input has problems: all of them, in input order.
    #[error("Validation Failed")]
    Invalid(Vec<Problem>),
    /// The state of the object forbids it: custom codes on `base`, with a sentence for people.
    #[error("{sentence}")]
    Conflict {
        /// What is wrong and what to do.
        sentence: String,
        /// The codes that apply.
        problems: Vec<Problem>,
    },
    /// No, unknown or revoked credentials.
    #[error("Credentials are missing, unknown or revoked.")]
    Unauthenticated,
    /// The actor may see it but not do it.
    #[error("{0}")]
    Forbidden(String),
    /// The request cannot be read; the text is a wire constant or a plain sentence.
    #[error("{0}")]
    Malformed(String),
    /// The change or the request is larger than can be taken or sent.
    #[error("{0}")]
    TooLarge(String),
    /// Too many requests.
    #[error("too many requests")]
    Limited,
    /// It cannot be made durable now; nothing was changed.
    #[error("{0}")]
    Unavailable(String),
    /// The database was lost during the commit: the outcome is not known.
    #[error("The outcome is unknown: the database was lost while the change was committed.")]
    Unknown,
    /// Our fault.
    #[error("internal error: {0}")]
    Internal(#[source] Source),
}

impl Error {
    /// One problem of an input.
    pub fn invalid(kind: Kind, field: impl Into<String>, code: &'static str) -> Self {
        Self::Invalid(vec![Problem::new(kind, field, code)])
    }

    /// One custom code on `base`, with its sentence.
    pub fn conflict(kind: Kind, code: &'static str, sentence: impl Into<String>) -> Self {
        Self::Conflict {
            sentence: sentence.into(),
            problems: vec![Problem::new(kind, "base", code)],
        }
    }

    /// Our fault, with a cause for the log.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(cause.to_string().into())
    }
}
