//! Reading requests as they are on the wire.
//!
//! Never: more HTTP than a test needs; chunked requests are not understood.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes of a request's head and body that are taken; more is a fault of the test.
const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// One request, as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub method: String,
    /// The target of the request line: path and query.
    pub path: String,
    /// Names and values in wire order, the names in their own case.
    pub headers: Vec<(String, String)>,
    /// The head in its bytes, the empty line included.
    pub head: Vec<u8>,
    pub body: Vec<u8>,
}

impl Received {
    /// The value of the first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON; panics with the body if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|problem| {
            panic!(
                "the body is no JSON ({problem}): {}",
                String::from_utf8_lossy(&self.body)
            )
        })
    }

    /// Whether the sender wants the connection closed after the answer.
    pub(crate) fn wants_close(&self) -> bool {
        self.header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// Reads one request; none if the sender closed before a whole one. What follows it stays in
/// `buffer`.
pub(crate) async fn read_request(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> io::Result<Option<Received>> {
    let head_bytes = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if !read_more(stream, buffer).await? {
            return Ok(None);
        }
    };
    let mut request = parse_head(&buffer[..head_bytes])?;
    let length = request.header("content-length").unwrap_or("0").parse();
    let body_bytes: usize = length.map_err(|_| broken("content-length is no number"))?;
    while buffer.len() < head_bytes + body_bytes {
        if !read_more(stream, buffer).await? {
            return Ok(None);
        }
    }
    request.body = buffer[head_bytes..head_bytes + body_bytes].to_vec();
    buffer.drain(..head_bytes + body_bytes);
    Ok(Some(request))
}

async fn read_more(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> io::Result<bool> {
    if buffer.len() > REQUEST_BYTES_MAX {
        return Err(broken("the request is larger than any test needs"));
    }
    Ok(stream.read_buf(buffer).await? > 0)
}

fn parse_head(head: &[u8]) -> io::Result<Received> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (method, path) = (word(), word());
    let headers = lines
        .map(|line| {
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| broken("a header has no colon"))?;
            Ok((name.to_owned(), value.trim().to_owned()))
        })
        .collect::<io::Result<_>>()?;
    Ok(Received {
        method,
        path,
        headers,
        head: head.to_vec(),
        body: Vec::new(),
    })
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
