//! The tests' PostgreSQL: a temporary cluster of their own, gone when this program is.
//!
//! Words: *cluster* = one running PostgreSQL with its folder; *watchdog* = a process of ours that
//! outlives this one for a moment and stops the cluster, however this one ended.
//! Never: a server that happens to be running; a port; data that anybody would miss.

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use anyhow::{Context, Result};

use crate::shell::{is_root, output, succeed};

/// Where Debian keeps the releases of PostgreSQL.
const RELEASES: &str = "/usr/lib/postgresql";
/// Under which name this program is its own watchdog.
pub(crate) const WATCHDOG: &str = "stop-cluster-at-the-end";
/// Where tests find the cluster's address.
pub(crate) const VARIABLE: &str = "CARILLON_TEST_POSTGRES";
/// Stories run side by side, each with a pool of its own.
const SETTINGS: &str = "-c listen_addresses='' -c fsync=off -c full_page_writes=off \
    -c max_connections=400 -c deadlock_timeout=200ms -c shared_buffers=64MB";

/// A running cluster; stopped and removed when dropped.
pub(crate) struct Cluster {
    folder: PathBuf,
    watchdog: Child,
}

/// The programs of the newest release that is installed, if there is one.
pub(crate) fn programs() -> Option<PathBuf> {
    let releases = std::fs::read_dir(RELEASES).ok()?;
    let mut found: Vec<(u32, PathBuf)> = releases
        .filter_map(|release| {
            let folder = release.ok()?;
            let number = folder.file_name().to_str()?.parse().ok()?;
            let programs = folder.path().join("bin");
            programs
                .join("initdb")
                .exists()
                .then_some((number, programs))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs)
}

/// This program, even if a build has put a newer one into its place meanwhile.
fn this_program() -> Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() {
        Ok(running)
    } else {
        Ok(std::env::current_exe()?)
    }
}

impl Cluster {
    /// Makes and starts a cluster; `Err` with the line that installs PostgreSQL if it is missing.
    pub(crate) fn start() -> Result<Self> {
        let programs = programs().context(
            "The tests need PostgreSQL. Run as root: cargo xtask test, or apt-get install -y \
             --no-install-recommends postgresql",
        )?;
        // A short path: the name of a socket may have 107 bytes.
        let made = output(as_owner("mktemp")?.args(["-d", "/tmp/cpg.XXXXXX"]))?;
        let folder = PathBuf::from(made.trim());
        let watchdog = Command::new(this_program()?)
            .arg(WATCHDOG)
            .args([&programs, &folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // Ctrl-C in the terminal is for this program; the watchdog sees its end.
            .process_group(0)
            .spawn()
            .context("the watchdog did not start")?;
        let cluster = Self { folder, watchdog };
        cluster.run(&programs)?;
        Ok(cluster)
    }

    fn run(&self, programs: &Path) -> Result<()> {
        let (folder, data) = (self.folder.display(), self.folder.join("data"));
        let mut initdb = as_owner(programs.join("initdb"))?;
        initdb.arg("-D").arg(&data);
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8"]);
        output(initdb.args(["--locale=C", "--no-sync"]))?;
        let mut start = as_owner(programs.join("pg_ctl"))?;
        start.arg("-D").arg(&data).args(["-w", "-l"]);
        start.arg(self.folder.join("log"));
        start.args(["-o", &format!("{SETTINGS} -k {folder}"), "start"]);
        // The server keeps what it inherits: a pipe of ours would never be closed.
        let started = start.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        anyhow::ensure!(started.success(), "PostgreSQL did not start");
        Ok(())
    }

    /// Its address; a database is added as `&dbname=`.
    pub(crate) fn address(&self) -> String {
        format!("postgres://postgres@/?host={}", self.folder.display())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The end of its input is what the watchdog waits for.
        drop(self.watchdog.stdin.take());
        drop(self.watchdog.wait());
    }
}

/// Runs a program that finds a cluster of its own as tests do.
pub(crate) fn lend(root: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    let cluster = Cluster::start()?;
    let mut command = Command::new(program);
    command.current_dir(root).args(arguments);
    succeed(command.env(VARIABLE, cluster.address()))
}

/// Waits for the end of the program that started this one, then stops and removes its cluster.
pub(crate) fn watch(programs: &Path, folder: &Path) -> Result<ExitCode> {
    let mut nothing = Vec::new();
    std::io::stdin().read_to_end(&mut nothing)?;
    let mut stop = as_owner(programs.join("pg_ctl"))?;
    stop.arg("-D").arg(folder.join("data"));
    let stopped = output(stop.args(["-m", "immediate", "-w", "stop"]));
    std::fs::remove_dir_all(folder)?;
    stopped?;
    Ok(ExitCode::SUCCESS)
}

/// A program that does not run as root: PostgreSQL refuses to.
fn as_owner(program: impl AsRef<std::ffi::OsStr>) -> Result<Command> {
    let mut command = if is_root()? {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    // A folder that everybody may enter.
    command.current_dir("/");
    Ok(command)
}
