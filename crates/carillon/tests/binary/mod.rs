//! Runs the real binary and keeps what it left.
//!
//! Never: the environment or the working directory of the test run.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run left: exit code, standard output, standard error.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) words: String,
}

impl Ended {
    /// The one object that `--json` prints.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).expect("one JSON object on standard output")
    }
}

/// A run without environment and input.
pub(crate) fn carillon(directory: &Path, arguments: &[&str]) -> Ended {
    run(directory, arguments, &[], "")
}

/// A run with these variables alone and this on standard input.
pub(crate) fn run(
    directory: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
    input: &str,
) -> Ended {
    let mut process = Command::new(env!("CARGO_BIN_EXE_carillon"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = process.stdin.take().expect("it is piped");
    // A command that does not read its input may be gone already.
    stdin.write_all(input.as_bytes()).ok();
    drop(stdin);
    let output = process.wait_with_output().expect("it ends");
    Ended {
        code: output.status.code().expect("it ends by itself"),
        out: String::from_utf8(output.stdout).expect("text"),
        words: String::from_utf8(output.stderr).expect("text"),
    }
}
