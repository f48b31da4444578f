//! Hostile connections: silence, resets, early words, other protocols.
//!
//! Never: valid heads with bad contents; those are next door.

use super::Kind;
use super::Step::{Flood, Hang, Read, ReadBytes, Reset, Say, SayBytes};

const BAD: &[&str] = &["bad_answer"];
const TIMED_OUT: &[&str] = &["timed_out"];

/// Kinds whose connection is the trouble.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "never reads and never answers",
        outcomes: TIMED_OUT,
        script: &[ReadBytes(0), Hang],
    },
    Kind {
        name: "reads and never answers",
        outcomes: TIMED_OUT,
        script: &[Read, Hang],
    },
    Kind {
        name: "reads a byte and stops",
        outcomes: TIMED_OUT,
        script: &[ReadBytes(1), Hang],
    },
    Kind {
        name: "closes at once",
        outcomes: &["bad_answer", "unreachable"],
        script: &[],
    },
    Kind {
        name: "resets at once",
        outcomes: &["bad_answer", "unreachable"],
        script: &[Reset],
    },
    Kind {
        name: "closes after the request",
        outcomes: BAD,
        script: &[Read],
    },
    Kind {
        name: "resets after the request",
        outcomes: BAD,
        script: &[Read, Reset],
    },
    Kind {
        name: "resets within the request",
        outcomes: BAD,
        script: &[ReadBytes(9), Reset],
    },
    Kind {
        name: "speaks first, like a mail server",
        outcomes: BAD,
        script: &[Say("220 mail.example.test ESMTP\r\n"), Hang],
    },
    Kind {
        name: "speaks first, like a shell",
        outcomes: BAD,
        script: &[Say("SSH-2.0-OpenSSH_9.9\r\n"), Hang],
    },
    Kind {
        name: "floods before the request",
        outcomes: BAD,
        script: &[Flood("noise ")],
    },
    Kind {
        name: "answers before it has read",
        outcomes: &["accepted"],
        script: &[Say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"), Hang],
    },
    Kind {
        name: "speaks TLS on a plain port",
        outcomes: BAD,
        script: &[Read, SayBytes(b"\x15\x03\x01\0\x02\x02\x46"), Hang],
    },
    Kind {
        name: "refuses in an alert of TLS before it has read",
        outcomes: BAD,
        script: &[SayBytes(b"\x15\x03\x03\0\x02\x02\x28")],
    },
];
