//! An installation of the real binary: a folder with a SQLite file, or a database of PostgreSQL.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A database, a folder with what else there is, and the binary that works on it.
pub(crate) struct Installation {
    folder: tempfile::TempDir,
    database: String,
    /// Settings by their names in the environment.
    settings: Vec<(&'static str, String)>,
}

/// A server process; killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// Kept open: who closes it refuses what the server prints.
    _output: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
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
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = format!("sqlite:{}", folder.path().join("c.db").display());
        Self {
            folder,
            database,
            settings: Vec::new(),
        }
    }

    /// One on PostgreSQL, whose nodes all have the same key.
    pub(crate) fn on_postgres(address: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = folder.path().join("master.key").display().to_string();
        let mut command = Command::new(binary());
        let made = command.args(["key", "create", &key]).output();
        assert!(made.expect("the binary runs").status.success());
        Self {
            folder,
            database: address.to_owned(),
            settings: vec![("CARILLON_MASTER_KEY_FILE", key)],
        }
    }

    /// The same with this setting.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.settings.push((name, value.to_owned()));
        self
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(words)
            .args(["--database", &self.database])
            .env("CARILLON_DELIVERY_ALLOW_NETWORKS", "127.0.0.0/8")
            .env("CARILLON_WEBHOOKS_RETRY_INITIAL", "50ms")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path());
        command
    }

    /// Makes an account; its owner's token.
    pub(crate) fn create_account(&self) -> String {
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
    pub(crate) fn serve(&self) -> Server {
        self.serve_as(&[])
    }

    /// The same with these flags.
    pub(crate) fn serve_as(&self, flags: &[&str]) -> Server {
        let usual = ["serve", "--listen", "127.0.0.1:0"];
        let origin = ["--public-url", "http://crash.example"];
        let mut child = self
            .command(&usual)
            .args(origin)
            .args(flags)
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
        let ended = child.wait();
        panic!("the server ended without saying where it listens: {ended:?}");
    }
}

impl Server {
    /// Freezes the process as a stopped machine would.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.expect("kill can be started").success());
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
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
