//! How one exchange with a receiver ended, and everything that is told about it.
//!
//! Words: *outcome* (closed list), *exchange* = one request and what came of it.
//! Never: the next attempt; that is the schedule's.

use std::net::SocketAddr;
use std::time::Duration;

/// How an attempt ended: one name in code, tables, JSON, metrics and pages (extensions.md §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A 2xx head, whatever the body did afterwards.
    Accepted,
    /// Any other final status.
    Refused,
    /// 3xx, with or without `Location`; never followed.
    Redirected,
    /// Written, but no head of an answer in time.
    TimedOut,
    /// The host name leads nowhere, or the lookup failed.
    Unresolved,
    /// No TCP connection, or one that was reset before the request.
    Unreachable,
    /// The handshake failed, or the certificate was not accepted.
    TlsFailed,
    /// The name or the address leads into a range that may not be called.
    ForbiddenAddress,
    /// Closed without a head, or no valid one, or too large a one.
    BadAnswer,
    /// Stopped by this side; it may have arrived.
    Interrupted,
}

impl Outcome {
    /// The whole list, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Accepted,
        Self::Refused,
        Self::Redirected,
        Self::TimedOut,
        Self::Unresolved,
        Self::Unreachable,
        Self::TlsFailed,
        Self::ForbiddenAddress,
        Self::BadAnswer,
        Self::Interrupted,
    ];

    /// The name in tables, JSON, metrics and pages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Redirected => "redirected",
            Self::TimedOut => "timed_out",
            Self::Unresolved => "unresolved",
            Self::Unreachable => "unreachable",
            Self::TlsFailed => "tls_failed",
            Self::ForbiddenAddress => "forbidden_address",
            Self::BadAnswer => "bad_answer",
            Self::Interrupted => "interrupted",
        }
    }

    /// Reads the name; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// What the owner of the webhook can do, as a sentence; empty where nothing is to be done.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Accepted => "",
            Self::Refused => {
                "Look at the body of the answer. With 401 or 403, check how the receiver verifies \
                 the signature."
            }
            Self::Redirected => {
                "Put the final address into payload_uri: redirects are not followed."
            }
            Self::TimedOut => "Answer first and work afterwards.",
            Self::Unresolved => "Check the host name.",
            Self::Unreachable => "Check that the receiver is running and that its port is open.",
            Self::TlsFailed => "Check the certificate: its names, its chain and its expiry date.",
            Self::ForbiddenAddress => {
                "Ask the operator to add the network to delivery.allow_networks."
            }
            Self::BadAnswer => "Answer with HTTP/1.1 and a status line.",
            Self::Interrupted => "It may have arrived; it is sent again with the same id.",
        }
    }
}

/// What one exchange came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub outcome: Outcome,
    /// The final status, if a head arrived.
    pub status: Option<u16>,
    /// What went wrong and what to do, in one or two sentences; none if accepted.
    pub error: Option<String>,
    /// The address connected to; it was allowed, or it would not be here.
    pub address: Option<SocketAddr>,
    /// `1.2` or `1.3`; none for plain http.
    pub tls_version: Option<&'static str>,
    pub timings: Timings,
    /// What came back, if a head arrived.
    pub answer: Option<Response>,
    /// How long the receiver asked to wait (429 and 503 only), not yet cut to L14.
    pub retry_after: Option<Duration>,
    /// A kept connection took the request and closed without a byte of answer: the next attempt
    /// follows at once, once, and is no step of the schedule.
    pub was_reused: bool,
    /// The address lies in `delivery.allow_networks`: the caps per host do not apply.
    pub exempt: bool,
}

impl Exchange {
    /// Before anything has happened.
    pub(crate) fn begun() -> Self {
        Self {
            outcome: Outcome::Interrupted,
            status: None,
            error: None,
            address: None,
            tls_version: None,
            timings: Timings::default(),
            answer: None,
            retry_after: None,
            was_reused: false,
            exempt: false,
        }
    }
}

/// How long the parts of an exchange took; none where it did not come to that part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    pub dns: Option<Duration>,
    pub connect: Option<Duration>,
    pub tls: Option<Duration>,
    /// From the start of the write to the whole head.
    pub first_byte: Option<Duration>,
    pub total: Option<Duration>,
}

/// A receiver's answer, as far as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// Lower-case names; bytes that are no UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// At most 8 KiB (L5); bytes that are no UTF-8, and NUL, are replaced by U+FFFD.
    pub body: String,
    /// Bytes of the body as far as it was read.
    pub body_bytes: usize,
    /// Whether there was, or may have been, more than `body` shows.
    pub body_truncated: bool,
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn every_outcome_is_read_back_from_its_word_and_has_a_remedy() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.word()), Some(outcome));
            assert_eq!(outcome.remedy().is_empty(), outcome == Outcome::Accepted);
        }
        assert_eq!(Outcome::parse("Accepted"), None);
    }
}
