//! The project's own commands: `cargo xtask ci`, `test`, `tidy`, `docs`.
//!
//! Words: *step* = one named check of `ci`; it passes or it fails.
//! Never: being part of the product; building anything that `cargo test` would not build.

mod ci;
mod cluster;
mod docs;
mod features;
mod setup;
mod shell;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

const USAGE: &str = "\
cargo xtask ci      run every check: fmt, tidy, features, clippy, docs, tests, the tests on PostgreSQL,
                    simulation
cargo xtask test    install what the tests need on Debian, then run ci
cargo xtask postgres PROGRAM …
                    run a program with a PostgreSQL of its own, as the tests have it
cargo xtask tidy    read the tree for the rules that no compiler knows
cargo xtask docs    write the generated pages (--check: only compare them)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(code) => code,
        Err(error) => {
            shell::say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<ExitCode> {
    let root = shell::root()?;
    match words {
        ["ci"] => return Ok(ci::run(&root)),
        ["test"] => {
            setup::install_missing()?;
            return Ok(ci::run(&root));
        }
        ["tidy"] => tidy::run(&root)?,
        ["docs"] => docs::write(&root)?,
        ["postgres", program, arguments @ ..] => cluster::lend(&root, program, arguments)?,
        [cluster::WATCHDOG, programs, folder] => {
            return cluster::watch(Path::new(programs), Path::new(folder));
        }
        ["docs", "--check"] => docs::check(&root)?,
        _ => {
            shell::say(USAGE);
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
