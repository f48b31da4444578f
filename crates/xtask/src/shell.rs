//! Running other programs, and speaking to the terminal.
//!
//! Never: a shell script; each program is started with its list of arguments.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// Prints one line for the person at the terminal.
#[expect(
    clippy::print_stdout,
    reason = "a command speaks to the terminal, here and nowhere else"
)]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// The folder of the workspace: two above this package.
pub(crate) fn root() -> Result<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package
        .ancestors()
        .nth(2)
        .context("the package lies in crates/xtask")?;
    ensure!(
        root.join("Cargo.lock").exists(),
        "{} is no workspace",
        root.display()
    );
    Ok(root.to_path_buf())
}

/// `cargo` with these arguments, separated by spaces, in the workspace.
pub(crate) fn cargo(root: &Path, arguments: &str) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(arguments.split(' '));
    command
}

/// Runs a program with its output shown; `Err` if it cannot start or does not succeed.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let name = describe(command);
    let status = command
        .status()
        .with_context(|| format!("{name} did not start"))?;
    ensure!(status.success(), "{name} ended with {status}");
    Ok(())
}

/// Runs a program and gives what it printed; `Err` holds what it said on its error output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = describe(command);
    let output = command
        .output()
        .with_context(|| format!("{name} did not start"))?;
    if !output.status.success() {
        bail!(
            "{name} ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("{name} printed something else than text"))
}

/// Whether this program runs as root.
pub(crate) fn is_root() -> Result<bool> {
    Ok(output(Command::new("id").arg("-u"))?.trim() == "0")
}

/// Whether a program of this name can be started.
pub(crate) fn is_installed(program: &str) -> bool {
    let mut command = Command::new("sh");
    command.args(["-c", r#"command -v "$0""#, program]);
    output(&mut command).is_ok()
}

fn describe(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(
        command
            .get_args()
            .map(|argument| argument.to_string_lossy()),
    );
    words.join(" ")
}
