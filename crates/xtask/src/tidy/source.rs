//! Rust text taken apart into code, comments and string literals, line by line.
//!
//! Words: *literal* = the text between the quotes of a string.
//! Never: parsing; a rule that needs a syntax tree is clippy's.

use std::mem::take;

/// A file of ours as the rules read it.
#[derive(Default)]
pub(crate) struct Source {
    /// From the workspace's folder, with slashes.
    pub(crate) path: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) literals: Vec<Literal>,
}

/// One line, in its three readings.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) raw: String,
    /// Without comments, and with nothing between the quotes.
    pub(crate) code: String,
    pub(crate) comment: String,
}

/// A string as it stands in the text, escapes included.
pub(crate) struct Literal {
    /// The index of the line on which it begins.
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl Source {
    /// Takes a text apart. Text that is no Rust gives nonsense, never a panic.
    pub(crate) fn read(path: &str, text: &str) -> Self {
        let mut reader = Reader {
            rest: text,
            source: Self::default(),
            line: Line::default(),
        };
        while let Some(first) = reader.rest.chars().next() {
            reader.step(first);
        }
        reader.end_line();
        let mut source = reader.source;
        path.clone_into(&mut source.path);
        for (line, raw) in source.lines.iter_mut().zip(text.lines()) {
            raw.clone_into(&mut line.raw);
        }
        source.lines.truncate(text.lines().count());
        source
    }

    /// The crate's folder in a path like `crates/base/src/lib.rs`; empty elsewhere.
    pub(crate) fn package(&self) -> &str {
        let mut parts = self.path.split('/');
        if parts.next() == Some("crates") {
            parts.next().unwrap_or_default()
        } else {
            ""
        }
    }

    /// Whether this is a file of tests: `tests.rs`, or anything in a folder `tests`.
    pub(crate) fn is_tests(&self) -> bool {
        self.path
            .split('/')
            .any(|part| part == "tests" || part == "tests.rs")
    }
}

struct Reader<'a> {
    rest: &'a str,
    source: Source,
    line: Line,
}

impl Reader<'_> {
    fn step(&mut self, first: char) {
        if self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.comment(end);
        } else if self.rest.starts_with("/*") {
            self.comment(block_comment_bytes(self.rest));
        } else if let Some((open, close)) = raw_string(&self.line.code, self.rest) {
            let bytes = self.rest[open..].find(&close);
            self.literal(open, bytes, close.len());
        } else if first == '"' {
            self.literal(1, plain_bytes(&self.rest[1..]), 1);
        } else if let Some(bytes) = character_bytes(self.rest) {
            self.rest = &self.rest[bytes..];
            self.line.code.push_str("' '");
        } else if first == '\n' {
            self.end_line();
            self.rest = &self.rest[1..];
        } else {
            self.line.code.push(first);
            self.rest = &self.rest[first.len_utf8()..];
        }
    }

    fn end_line(&mut self) {
        self.source.lines.push(take(&mut self.line));
    }

    fn comment(&mut self, bytes: usize) {
        let (comment, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        for (number, part) in comment.split('\n').enumerate() {
            if number > 0 {
                self.end_line();
            }
            self.line.comment.push_str(part);
        }
    }

    /// Takes a string by the bytes of its opening, its text (`None`: unclosed) and its closing.
    fn literal(&mut self, open: usize, bytes: Option<usize>, close: usize) {
        let inside = &self.rest[open..];
        let bytes = bytes.unwrap_or(inside.len());
        let text = inside[..bytes].to_owned();
        self.rest = inside.get(bytes + close..).unwrap_or_default();
        self.line.code.push('"');
        let line = self.source.lines.len();
        for _ in text.matches('\n') {
            self.end_line();
        }
        self.line.code.push('"');
        self.source.literals.push(Literal { line, text });
    }
}

/// Bytes up to the quote that ends a plain string.
fn plain_bytes(inside: &str) -> Option<usize> {
    let mut is_escaped = false;
    inside.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })
}

/// Block comments nest.
fn block_comment_bytes(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let pair = text.as_bytes().get(at..at + 2);
        match pair {
            Some(b"/*") => depth += 1,
            Some(b"*/") => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The bytes that open a raw string here, and the text that closes it.
fn raw_string(before: &str, rest: &str) -> Option<(usize, String)> {
    let is_in_word = before
        .chars()
        .next_back()
        .is_some_and(|last| last.is_alphanumeric() || last == '_');
    let after = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = after.bytes().take_while(|byte| *byte == b'#').count();
    if is_in_word || after.as_bytes().get(hashes) != Some(&b'"') {
        return None;
    }
    let open = rest.len() - after.len() + hashes + 1;
    Some((open, format!("\"{}", "#".repeat(hashes))))
}

/// The bytes of a character literal; `None` for a lifetime and everything else.
fn character_bytes(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    if first == '\\' {
        let escaped = inside.chars().nth(1)?.len_utf8();
        let close = inside[1 + escaped..].find('\'')?;
        return Some(1 + 1 + escaped + close + 1);
    }
    inside[first.len_utf8()..]
        .starts_with('\'')
        .then_some(first.len_utf8() + 2)
}
