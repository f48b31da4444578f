//! Runs the guides' programs.
//!
//! Words: program (a snippet, ready to run).
//! Never: a crash taken for a refusal: a program that refuses writes nothing.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::deliveries::Delivery;

/// How snippets of a language are run.
pub(super) struct Language {
    /// The word behind the fence.
    pub(super) fence: &'static str,
    file: &'static str,
    build: Option<&'static [&'static str]>,
    run: &'static [&'static str],
}

pub(super) const SHELL: Language = Language {
    fence: "sh",
    file: "verify.sh",
    build: None,
    run: &["sh", "verify.sh"],
};
pub(super) const PYTHON: Language = Language {
    fence: "python",
    file: "verify.py",
    build: None,
    run: &["python3", "verify.py"],
};
pub(super) const RUBY: Language = Language {
    fence: "ruby",
    file: "verify.rb",
    build: None,
    run: &["ruby", "verify.rb"],
};
pub(super) const JAVASCRIPT: Language = Language {
    fence: "js",
    file: "verify.js",
    build: None,
    run: &["node", "verify.js"],
};
pub(super) const GO: Language = Language {
    fence: "go",
    file: "verify.go",
    build: Some(&["go", "build", "-o", "verify", "verify.go"]),
    run: &["./verify"],
};

/// A snippet in a folder of its own.
pub(super) struct Program<'a> {
    language: &'a Language,
    folder: PathBuf,
}

impl<'a> Program<'a> {
    /// Writes the snippet into the folder, which it makes, and builds it if its language asks
    /// for that.
    pub(super) fn prepare(language: &'a Language, folder: &Path, snippet: &str) -> Self {
        fs::create_dir(folder).expect("each snippet has its own folder");
        fs::write(folder.join(language.file), snippet).expect("the folder is ours");
        if let Some(build) = language.build {
            let output = run(folder, build);
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Self {
            language,
            folder: folder.to_owned(),
        }
    }

    /// Asks the program for its judgement: exit status 0 or 1.
    pub(super) fn accepts(&self, delivery: &Delivery) -> bool {
        let body = self.folder.join("body");
        fs::write(&body, &delivery.body).expect("the folder is ours");
        let mut command = command(&self.folder, self.language.run);
        command
            .stdin(File::open(body).expect("it was just written"))
            .env("SECRET", delivery.secret)
            .env("SIGNATURE", &delivery.signature)
            .env("WEBHOOK_ID", delivery.id)
            .env("WEBHOOK_TIMESTAMP", delivery.timestamp)
            .env("NOW", delivery.now.to_string());

        let output = output(&mut command);

        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.is_empty(), "{}: {words}", delivery.case);
        match output.status.code() {
            Some(0) => true,
            Some(1) => false,
            other => panic!("{}: exit status {other:?}", delivery.case),
        }
    }
}

/// Runs a program with its arguments in a folder.
pub(super) fn run(folder: &Path, words: &[&str]) -> Output {
    output(&mut command(folder, words))
}

/// Runs shell text in a folder; the first failing command and any unset variable end it.
pub(super) fn shell(folder: &Path, text: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = command(folder, &["sh", "-euc", text]);
    output(command.envs(variables.iter().copied()))
}

fn command(folder: &Path, words: &[&str]) -> Command {
    let program = match words[0].strip_prefix("./") {
        Some(built) => folder.join(built),
        None => PathBuf::from(words[0]),
    };
    let mut command = Command::new(program);
    command
        .args(&words[1..])
        .current_dir(folder)
        // Both Go snippets share one cache beside their folders; nothing is fetched.
        .env("GOCACHE", folder.join("../go-cache"))
        .env("GOPATH", folder.join("../go-path"))
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local");
    command
}

fn output(command: &mut Command) -> Output {
    match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let program = command.get_program().display();
            panic!("{program} is missing. `cargo xtask test` installs it.")
        }
        Err(error) => panic!("{command:?}: {error}"),
    }
}
