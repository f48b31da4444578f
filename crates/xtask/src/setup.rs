//! What the tests need from the system: PostgreSQL, and the languages of the guides' snippets.
//!
//! Never: installing what is there already; touching a system that is not Debian's kind.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::cluster;
use crate::shell::{is_installed, is_root, say, succeed};

/// A program that the tests run, and Debian's package with it.
const NEEDED: &[(&str, &str)] = &[
    ("curl", "curl"),
    ("go", "golang-go"),
    ("node", "nodejs"),
    ("openssl", "openssl"),
    ("python3", "python3"),
    ("ruby", "ruby"),
];

/// Debian's package of PostgreSQL, whose programs are not in the path.
const POSTGRES: &str = "postgresql";
/// What Debian's package asks before it starts a server of its own, and the answer.
const POSTGRES_QUESTION: &str = "/etc/postgresql-common/createcluster.conf";
const POSTGRES_ANSWER: &str = "create_main_cluster = false\n";

/// Installs what is missing; `Err` says what a person has to do instead.
pub(crate) fn install_missing() -> Result<()> {
    let mut packages = missing(is_installed);
    let needs_postgres = cluster::programs().is_none();
    if needs_postgres {
        packages.push(POSTGRES);
    }
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    ensure!(
        Path::new("/etc/debian_version").exists(),
        "The tests need these programs, by Debian's names: {list}. Install them and run this again."
    );
    let is_root = is_root()?;
    ensure!(
        is_root || is_installed("sudo"),
        "The tests need more programs. Run as root: apt-get update && apt-get install -y \
         --no-install-recommends {list}"
    );
    say(&format!("installing {list}"));
    if needs_postgres {
        want_no_server(is_root)?;
    }
    succeed(apt_get(is_root).arg("update"))?;
    succeed(
        apt_get(is_root)
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages),
    )
}

/// The package shall bring programs, not a server that nobody asked for.
fn want_no_server(is_root: bool) -> Result<()> {
    let folder = Path::new(POSTGRES_QUESTION).parent();
    let folder = folder.context("the file lies in a folder")?;
    succeed(as_root(is_root).args(["mkdir", "-p"]).arg(folder))?;
    let mut tee = as_root(is_root);
    tee.args(["tee", "-a", POSTGRES_QUESTION]);
    let mut tee = tee.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let mut input = tee.stdin.take().context("its input is a pipe")?;
    input.write_all(POSTGRES_ANSWER.as_bytes())?;
    drop(input);
    ensure!(
        tee.wait()?.success(),
        "{POSTGRES_QUESTION} cannot be written"
    );
    Ok(())
}

fn missing(is_there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    NEEDED
        .iter()
        .filter(|(program, _)| !is_there(program))
        .map(|(_, package)| *package)
        .collect()
}

/// A program as root; `env` passes variables through sudo, which would drop them.
fn as_root(is_root: bool) -> Command {
    let mut command = Command::new(if is_root { "env" } else { "sudo" });
    if !is_root {
        command.arg("env");
    }
    command
}

fn apt_get(is_root: bool) -> Command {
    let mut command = as_root(is_root);
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    command
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn only_what_is_missing_is_installed() {
        assert!(missing(|_| true).is_empty());
        assert_eq!(missing(|program| program != "go"), ["golang-go"]);
    }
}
