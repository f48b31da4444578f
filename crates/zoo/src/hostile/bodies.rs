//! Hostile bodies: lengths that lie, chunks, bombs, floods.
//!
//! Never: heads; those are next door.

use super::Kind;
use super::Step::{Flood, Hang, Read, Repeat, Reset, Say, SayBytes, Trickle};

/// What the body does comes after the head, and the head has decided.
const ACCEPTED: &[&str] = &["accepted"];
const BAD: &[&str] = &["bad_answer"];

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// The first bytes of a gzip stream that would grow a thousandfold; nobody must unpack it.
const GZIP: &[u8] =
    b"\x1f\x8b\x08\0\0\0\0\0\x02\xff\xec\xc1\x01\x0d\0\0\0\xc2\xa0\xf7Om\x0e7\xa0\0\0";

/// Kinds whose body is the trouble.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "trickles a body of a given length",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"),
            Trickle("drip "),
        ],
    },
    Kind {
        name: "trickles a body that ends with the connection",
        outcomes: ACCEPTED,
        script: &[Read, Say("HTTP/1.1 200 OK\r\n\r\n"), Trickle("drip ")],
    },
    Kind {
        name: "trickles chunks",
        outcomes: ACCEPTED,
        script: &[Read, Say(CHUNKED), Trickle("1\r\na\r\n")],
    },
    Kind {
        name: "stops within the body",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"),
            Hang,
        ],
    },
    Kind {
        name: "closes within the body",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"),
        ],
    },
    Kind {
        name: "resets within the body",
        outcomes: &["accepted", "bad_answer"],
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"),
            Reset,
        ],
    },
    Kind {
        name: "sends more than the given length",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfour and more"),
            Hang,
        ],
    },
    Kind {
        name: "sends a second answer that nobody asked for",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n\
                 HTTP/1.1 500 Bad\r\ncontent-length: 0\r\n\r\n"),
            Hang,
        ],
    },
    Kind {
        name: "sends a body with 204",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say("HTTP/1.1 204 No Content\r\ncontent-length: 4\r\n\r\nbody"),
            Hang,
        ],
    },
    Kind {
        name: "floods a body that ends with the connection",
        outcomes: ACCEPTED,
        script: &[Read, Say("HTTP/1.1 200 OK\r\n\r\n"), Flood("much ")],
    },
    Kind {
        name: "announces more bytes than exist",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n"),
            Flood("much "),
        ],
    },
    Kind {
        name: "floods a body with 500",
        outcomes: &["refused"],
        script: &[Read, Say("HTTP/1.1 500 Bad\r\n\r\n"), Flood("much ")],
    },
    Kind {
        name: "floods with chunks of one byte",
        outcomes: ACCEPTED,
        script: &[Read, Say(CHUNKED), Flood("1\r\na\r\n")],
    },
    Kind {
        name: "floods with the extension of a chunk",
        outcomes: ACCEPTED,
        script: &[Read, Say(CHUNKED), Say("1;a="), Flood("bbbbbbbb")],
    },
    Kind {
        name: "floods with trailers",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say(CHUNKED),
            Say("1\r\na\r\n0\r\n"),
            Flood("a: b\r\n"),
        ],
    },
    Kind {
        name: "sends a chunk size that is no number",
        outcomes: ACCEPTED,
        script: &[Read, Say(CHUNKED), Say("zz\r\n"), Hang],
    },
    Kind {
        name: "sends a chunk size beyond 64 bits",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say(CHUNKED),
            Say("fffffffffffffffff\r\n"),
            Flood("much "),
        ],
    },
    Kind {
        name: "sends a chunk size below zero",
        outcomes: ACCEPTED,
        script: &[Read, Say(CHUNKED), Say("-1\r\n"), Hang],
    },
    Kind {
        name: "gives two lengths that differ",
        outcomes: BAD,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nfive!"),
            Hang,
        ],
    },
    Kind {
        name: "gives a length that is no number",
        outcomes: BAD,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-length: four\r\n\r\nfour"),
            Hang,
        ],
    },
    Kind {
        name: "gives a length below zero",
        outcomes: BAD,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"),
            Hang,
        ],
    },
    Kind {
        name: "gives a length and chunks",
        outcomes: &["accepted", "bad_answer"],
        script: &[
            Read,
            Say(
                "HTTP/1.1 200 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            ),
            Hang,
        ],
    },
    Kind {
        name: "sends a bomb in gzip",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 30\r\n\r\n"),
            SayBytes(GZIP),
            Hang,
        ],
    },
    Kind {
        name: "sends bytes that are no UTF-8, and NUL",
        outcomes: ACCEPTED,
        script: &[
            Read,
            SayBytes(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n\xff\0\xc3\x28"),
        ],
    },
    Kind {
        name: "answers a script",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 25\r\n\r\n\
                 <script>alert(1)</script>",
            ),
        ],
    },
    Kind {
        name: "answers a body of 1 MiB",
        outcomes: ACCEPTED,
        script: &[
            Read,
            Say("HTTP/1.1 200 OK\r\ncontent-length: 1048576\r\n\r\n"),
            Repeat("0123456789abcdef", 65536),
        ],
    },
];
