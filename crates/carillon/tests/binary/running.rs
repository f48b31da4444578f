//! A command that runs beside the test: its lines, requests to it, and its end.
//!
//! Never: waiting for time; each wait is for a line or for the end.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// A running command; killed when dropped.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    words: PathBuf,
}

impl Running {
    /// Starts the binary with these variables alone. Its words go to `NAME.log`.
    pub(crate) fn start(
        directory: &Path,
        name: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let words = directory.join(format!("{name}.log"));
        let log = File::create(&words).expect("the directory is the test's own");
        let mut child = Command::new(env!("CARGO_BIN_EXE_carillon"))
            .arg(name)
            .args(arguments)
            .current_dir(directory)
            .env_clear()
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the binary runs");
        let out = child.stdout.take().expect("it is piped");
        Self {
            child,
            lines: BufReader::new(out).lines(),
            words,
        }
    }

    /// The next line of standard output that has this in it.
    pub(crate) fn line_with(&mut self, text: &str) -> String {
        let found = self
            .lines
            .by_ref()
            .map(|line| line.expect("text"))
            .find(|line| line.contains(text));
        found.unwrap_or_else(|| panic!("no line with {text:?}; it said: {}", self.words()))
    }

    /// What it has said on standard error up to now.
    pub(crate) fn words(&self) -> String {
        std::fs::read_to_string(&self.words).expect("the log is there")
    }

    /// Asks it to end and gives its exit code.
    pub(crate) fn end(mut self) -> i32 {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process has an id"), Signal::TERM).expect("it runs");
        let ended = self.child.wait().expect("it ends");
        ended
            .code()
            .unwrap_or_else(|| panic!("it was killed; it said: {}", self.words()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already if the test went well.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Where a server answers, and with which token it is asked.
pub(crate) struct Api {
    /// `http://HOST:PORT`.
    pub(crate) origin: String,
    pub(crate) token: String,
}

impl Api {
    /// Status and body of one request on a connection of its own, like curl's.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test asks the server that it started"
    )]
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let host = self.origin.strip_prefix("http://").expect("plain http");
        let mut stream = TcpStream::connect(host).expect("it listens");
        let (token, length) = (&self.token, body.len());
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: test\r\nConnection: close\r\n\
             X-NokoToken: {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("text");
        let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let value = serde_json::from_str(body).unwrap_or_else(|_| Value::from(body));
        (status.expect("a status"), value)
    }

    /// The object of a good answer.
    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = self.send("GET", path, "");
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}
