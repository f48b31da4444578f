//! An installation of the real binary in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A folder with a database, and the binary that works on it.
pub(super) struct Installation {
    folder: tempfile::TempDir,
}

/// A server process; killed when dropped.
pub(super) struct Server {
    child: Child,
    /// Kept open: who closes it refuses what the server prints.
    _output: BufReader<ChildStdout>,
    pub(super) address: SocketAddr,
}

/// The binary of the same build; `cargo test --workspace` makes it.
fn binary() -> PathBuf {
    let tests = std::env::current_exe().expect("a running test knows its file");
    let folder = tests
        .parent()
        .and_then(|deps| deps.parent())
        .expect("target/debug");
    let binary = folder.join("carillon");
    assert!(
        binary.exists(),
        "the binary is not built: run `cargo build --workspace` first"
    );
    binary
}

impl Installation {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    fn command(&self, words: &[&str]) -> Command {
        let database = format!("sqlite:{}", self.folder.path().join("c.db").display());
        let mut command = Command::new(binary());
        command
            .args(words)
            .args(["--database", &database])
            .env("CARILLON_DELIVERY_ALLOW_NETWORKS", "127.0.0.0/8")
            .env("CARILLON_WEBHOOKS_RETRY_INITIAL", "50ms")
            .current_dir(self.folder.path());
        command
    }

    /// Makes an account; its owner's token.
    pub(super) fn create_account(&self) -> String {
        let words = [
            "account",
            "create",
            "--name",
            "crash",
            "--email",
            "ada@crash.example",
            "--json",
        ];
        let made = self.command(&words).output().expect("the binary runs");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let made: serde_json::Value = serde_json::from_slice(&made.stdout).expect("one object");
        made["token"].as_str().expect("a token").to_owned()
    }

    /// Starts a server and waits until it says where it listens.
    pub(super) fn serve(&self) -> Server {
        let mut child = self
            .command(&[
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--public-url",
                "http://crash.example",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        while output.read_line(&mut line).expect("text") > 0 {
            let address = line.split_whitespace().find_map(|word| word.parse().ok());
            if let Some(address) = address {
                return Server {
                    child,
                    _output: output,
                    address,
                };
            }
            line.clear();
        }
        panic!("the server ended without saying where it listens");
    }
}

impl Server {
    /// kill -9.
    pub(super) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already killed, or killed now; either way nothing is left behind.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
