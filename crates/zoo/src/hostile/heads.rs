//! Hostile heads: status lines, headers, informational answers, redirects.
//!
//! Never: bodies; those are next door.

use super::Kind;
use super::Step::{Flood, Hang, Read, Repeat, Say, SayBytes, Trickle};

const ACCEPTED: &[&str] = &["accepted"];
const BAD: &[&str] = &["bad_answer"];
const REDIRECTED: &[&str] = &["redirected"];
const REFUSED: &[&str] = &["refused"];
const TIMED_OUT: &[&str] = &["timed_out"];

macro_rules! redirect {
    ($status:literal) => {
        Kind {
            name: concat!("redirects to the inside with ", $status),
            outcomes: REDIRECTED,
            script: &[
                Read,
                Say(concat!(
                    "HTTP/1.1 ",
                    $status,
                    " Moved\r\nlocation: http://169.254.169.254/latest/\r\ncontent-length: 0\r\n\r\n"
                )),
            ],
        }
    };
}

/// Kinds whose head is the trouble.
pub(super) const KINDS: &[Kind] = &[
    redirect!("300"),
    redirect!("301"),
    redirect!("302"),
    redirect!("303"),
    redirect!("304"),
    redirect!("305"),
    redirect!("307"),
    redirect!("308"),
    Kind {
        name: "redirects without saying where",
        outcomes: REDIRECTED,
        script: &[Read, Say("HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n")],
    },
    Kind {
        name: "asks to refresh, to use another service, and to take a cookie",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say(
                "HTTP/1.1 200 OK\r\nrefresh: 0; url=http://127.0.0.1/\r\nalt-svc: h2=\":1\"\r\n\
                 set-cookie: a=b\r\ncontent-length: 0\r\n\r\n",
            ),
        ],
    },
    Kind {
        name: "trickles a status line",
        outcomes: TIMED_OUT,
        script: &[
            Read,
            Trickle("HTTP/1.1 200 OOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOO"),
        ],
    },
    Kind {
        name: "trickles headers",
        outcomes: TIMED_OUT,
        script: &[Read, Say("HTTP/1.1 200 OK\r\n"), Trickle("a: b\r\n")],
    },
    Kind {
        name: "trickles empty lines before the status line",
        outcomes: &["timed_out", "bad_answer"],
        script: &[Read, Trickle("\r\n")],
    },
    Kind {
        name: "stops within the head",
        outcomes: TIMED_OUT,
        script: &[Read, Say("HTTP/1.1 200 OK\r\nconte"), Hang],
    },
    Kind {
        name: "closes within the head",
        outcomes: BAD,
        script: &[Read, Say("HTTP/1.1 200 OK\r\nconte")],
    },
    Kind {
        name: "floods with headers",
        outcomes: BAD,
        script: &[Read, Say("HTTP/1.1 200 OK\r\n"), Flood("a: b\r\n")],
    },
    Kind {
        name: "sends 65 headers",
        outcomes: BAD,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\n"),
            Repeat("a: b\r\n", 65),
            Say("\r\n"),
        ],
    },
    Kind {
        name: "floods with one header line",
        outcomes: BAD,
        script: &[Read, Say("HTTP/1.1 200 OK\r\na: "), Flood("bbbbbbbb")],
    },
    Kind {
        name: "floods with one header name",
        outcomes: BAD,
        script: &[Read, Say("HTTP/1.1 200 OK\r\n"), Flood("aaaaaaaa")],
    },
    Kind {
        name: "floods with one status line",
        outcomes: BAD,
        script: &[Read, Say("HTTP/1.1 200 "), Flood("OOOOOOOO")],
    },
    Kind {
        name: "floods with informational answers",
        outcomes: BAD,
        script: &[Read, Flood("HTTP/1.1 103 Early Hints\r\na: b\r\n\r\n")],
    },
    Kind {
        name: "trickles informational answers",
        outcomes: TIMED_OUT,
        script: &[Read, Trickle("HTTP/1.1 102 Processing\r\n\r\n")],
    },
    Kind {
        name: "sends nine informational answers before the final one",
        outcomes: BAD,
        script: &[
            Read,
            Repeat("HTTP/1.1 100 Continue\r\n\r\n", 9),
            Say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ],
    },
    Kind {
        name: "sends eight informational answers before the final one",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Repeat("HTTP/1.1 100 Continue\r\n\r\n", 8),
            Say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ],
    },
    Kind {
        name: "switches protocols",
        outcomes: BAD,
        script: &[
            Read,
            Say("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
            Hang,
        ],
    },
    Kind {
        name: "answers without a status line",
        outcomes: BAD,
        script: &[Read, Say("content-length: 0\r\n\r\n")],
    },
    Kind {
        name: "answers as HTTP/0.9",
        outcomes: BAD,
        script: &[Read, Say("<html>fine</html>\n")],
    },
    Kind {
        name: "answers as HTTP/1.0",
        outcomes: ACCEPTED,
        script: &[Read, Say("HTTP/1.0 200 OK\r\n\r\nfine")],
    },
    Kind {
        name: "answers as HTTP/2 in text",
        outcomes: BAD,
        script: &[Read, Say("HTTP/2.0 200 OK\r\n\r\n")],
    },
    Kind {
        name: "answers with a preface of HTTP/2",
        outcomes: BAD,
        script: &[Read, Say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Hang],
    },
    Kind {
        name: "answers with a frame of HTTP/2",
        outcomes: BAD,
        script: &[
            Read,
            SayBytes(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\0\x10"),
            Hang,
        ],
    },
    Kind {
        name: "answers with random bytes",
        outcomes: BAD,
        script: &[Read, SayBytes(b"\x80\xff\x00\x7f\x01\r\n\r\n"), Hang],
    },
    Kind {
        name: "answers with nothing but NUL",
        outcomes: BAD,
        script: &[Read, Flood("\0\0\0\0\0\0\0\0")],
    },
    Kind {
        name: "hides NUL in a header",
        outcomes: BAD,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\na: b\0c\r\ncontent-length: 0\r\n\r\n"),
        ],
    },
    Kind {
        name: "puts a bare carriage return into a header",
        outcomes: BAD,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\na: b\rc\r\ncontent-length: 0\r\n\r\n"),
        ],
    },
    Kind {
        name: "folds a header",
        outcomes: BAD,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\na: b\r\n c\r\ncontent-length: 0\r\n\r\n"),
        ],
    },
    Kind {
        name: "leaves a space before the colon",
        outcomes: BAD,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\na : b\r\ncontent-length: 0\r\n\r\n"),
        ],
    },
    Kind {
        name: "sends a header without a colon",
        outcomes: BAD,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\nnonsense\r\ncontent-length: 0\r\n\r\n"),
        ],
    },
    Kind {
        name: "sends bytes that are no UTF-8 in a header",
        outcomes: ACCEPTED,
        script: &[
            Read,
            SayBytes(b"HTTP/1.1 200 OK\r\na: \xff\xfe\r\ncontent-length: 0\r\n\r\n"),
        ],
    },
    Kind {
        name: "sends two status lines",
        outcomes: BAD,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ],
    },
    Kind {
        name: "sends a status of two digits",
        outcomes: BAD,
        script: &[Read, Say("HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n")],
    },
    Kind {
        name: "sends a status of four digits",
        outcomes: BAD,
        script: &[Read, Say("HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n")],
    },
    Kind {
        name: "sends a status below 100",
        outcomes: BAD,
        script: &[Read, Say("HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n")],
    },
    Kind {
        name: "sends a status that no list knows",
        outcomes: REFUSED,
        script: &[Read, Say("HTTP/1.1 999 OK\r\ncontent-length: 0\r\n\r\n")],
    },
    Kind {
        name: "asks to wait for longer than the world is old",
        outcomes: REFUSED,
        script: &[
            Read,
            Say(
                "HTTP/1.1 503 Busy\r\nretry-after: 99999999999999999999999\r\n\
                 content-length: 0\r\n\r\n",
            ),
        ],
    },
];
