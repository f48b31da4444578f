//! The lines of a dump on their way to and from a file, with the digest of all before.
//!
//! Never: what a line means.

use std::io::{BufRead, Read as _, Write};

use base::{Error, Result};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

/// Bytes of one line: a row holds at most a few bodies (limit L9), and base64 and escapes cost.
const LINE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Writes lines.
pub(super) struct Writer<'w> {
    out: &'w mut dyn Write,
    digest: Sha256,
}

impl<'w> Writer<'w> {
    pub(super) fn new(out: &'w mut dyn Write) -> Self {
        Self {
            out,
            digest: Sha256::new(),
        }
    }

    pub(super) fn put(&mut self, line: &Json) -> Result<()> {
        let mut text = line.to_string();
        text.push('\n');
        self.digest.update(text.as_bytes());
        self.out
            .write_all(text.as_bytes())
            .map_err(|cause| unwritten(&cause))
    }

    /// The digest of all that was put.
    pub(super) fn digest(&self) -> String {
        hex::encode(self.digest.clone().finalize())
    }

    pub(super) fn flush(self) -> Result<()> {
        self.out.flush().map_err(|cause| unwritten(&cause))
    }
}

fn unwritten(cause: &std::io::Error) -> Error {
    Error::Unavailable(format!("The backup cannot be written: {cause}."))
}

/// Reads lines.
pub(super) struct Reader<'r> {
    input: &'r mut dyn BufRead,
    digest: Sha256,
}

impl<'r> Reader<'r> {
    pub(super) fn new(input: &'r mut dyn BufRead) -> Self {
        Self {
            input,
            digest: Sha256::new(),
        }
    }

    /// The next line with the digest of all before it; `Malformed` at the end, since the last
    /// line that is needed says that it is.
    pub(super) fn next(&mut self) -> Result<(Json, String)> {
        let mut line = Vec::new();
        let read = (&mut self.input)
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .map_err(|cause| Error::Unavailable(format!("The backup cannot be read: {cause}.")))?;
        if read == 0 || line.last() != Some(&b'\n') {
            return Err(broken("it ends early"));
        }
        let before = hex::encode(self.digest.clone().finalize());
        self.digest.update(&line);
        let line = serde_json::from_slice(&line).map_err(|_| broken("a line is no JSON"))?;
        Ok((line, before))
    }
}

/// The refusal of a file that is no whole backup.
pub(super) fn broken(what: &str) -> Error {
    Error::Malformed(format!(
        "The backup is damaged: {what}. Nothing was restored; use another one."
    ))
}
