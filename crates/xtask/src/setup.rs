//! What the tests need from the system: the languages in which the guides' snippets are written.
//!
//! Never: installing what is there already; touching a system that is not Debian's kind.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::shell::{is_installed, output, say, succeed};

/// A program that the tests run, and Debian's package with it.
const NEEDED: &[(&str, &str)] = &[
    ("curl", "curl"),
    ("go", "golang-go"),
    ("node", "nodejs"),
    ("openssl", "openssl"),
    ("python3", "python3"),
    ("ruby", "ruby"),
];

/// Installs what is missing; `Err` says what a person has to do instead.
pub(crate) fn install_missing() -> Result<()> {
    let packages = missing(is_installed);
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    ensure!(
        Path::new("/etc/debian_version").exists(),
        "The tests need these programs, by Debian's names: {list}. Install them and run this again."
    );
    let is_root = output(Command::new("id").arg("-u"))?.trim() == "0";
    ensure!(
        is_root || is_installed("sudo"),
        "The tests need more programs. Run as root: apt-get update && apt-get install -y \
         --no-install-recommends {list}"
    );
    say(&format!("installing {list}"));
    succeed(apt_get(is_root).arg("update"))?;
    succeed(
        apt_get(is_root)
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages),
    )
}

fn missing(is_there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    NEEDED
        .iter()
        .filter(|(program, _)| !is_there(program))
        .map(|(_, package)| *package)
        .collect()
}

/// `env` passes the variable through sudo, which would drop it.
fn apt_get(is_root: bool) -> Command {
    let mut command = Command::new(if is_root { "env" } else { "sudo" });
    if !is_root {
        command.arg("env");
    }
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
