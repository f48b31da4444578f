//! A PostgreSQL of one test's own, which may be stopped: the others' is left alone.
//!
//! Never: fsync off, a port; a server that happens to be running.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Where Debian keeps the releases of PostgreSQL.
const RELEASES: &str = "/usr/lib/postgresql";

/// A running cluster with a folder of its own.
pub(super) struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    is_root: bool,
}

impl Cluster {
    /// Makes and starts one with an empty database `carillon`; none if nothing is installed.
    pub(super) fn start() -> Option<Self> {
        let releases = std::fs::read_dir(RELEASES).ok()?;
        let programs = releases.filter_map(|it| Some(it.ok()?.path().join("bin")));
        let programs = programs.filter(|it| it.join("initdb").exists()).max()?;
        let id = Command::new("id").arg("-u").output().expect("id runs");
        let is_root = id.stdout.starts_with(b"0\n");
        let mut cluster = Self {
            folder: PathBuf::new(),
            programs,
            is_root,
        };
        // A short path: the name of a socket may have 107 bytes.
        let made = cluster
            .command("mktemp")
            .args(["-d", "/tmp/cpg.XXXXXX"])
            .output();
        let made = made.expect("mktemp runs").stdout;
        cluster.folder = String::from_utf8(made).expect("a path").trim().into();
        let words = "-U postgres -A trust -E UTF8 --locale=C --no-sync";
        cluster.run("initdb", &words.split(' ').collect::<Vec<_>>());
        let folder = cluster.folder.display();
        let settings = format!("-c listen_addresses='' -k {folder}");
        let log = cluster.folder.join("log").display().to_string();
        cluster.run("pg_ctl", &["-w", "-l", &log, "-o", &settings, "start"]);
        let options = crate::world::storage::options(&cluster.server(), "postgres");
        let made = store::postgres::testing::create_database(&options, "carillon", "template1");
        made.expect("a database");
        Some(cluster)
    }

    fn server(&self) -> String {
        format!("postgres://postgres@/?host={}", self.folder.display())
    }

    /// The address of its database.
    pub(super) fn address(&self) -> String {
        format!("{}&dbname=carillon", self.server())
    }

    /// Kills all its processes and starts it again; what was committed is recovered.
    pub(super) fn restart_at_once(&self) {
        let log = self.folder.join("log").display().to_string();
        self.run("pg_ctl", &["-m", "immediate", "-w", "-l", &log, "restart"]);
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = if self.is_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/");
        command
    }

    fn run(&self, program: &str, words: &[&str]) {
        let mut command = self.command(self.programs.join(program));
        command.arg("-D").arg(self.folder.join("data")).args(words);
        // The server keeps what it inherits: a pipe of ours would never be closed.
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(status.expect("it runs").success(), "{program} {words:?}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.command(self.programs.join("pg_ctl"));
        stop.arg("-D").arg(self.folder.join("data"));
        drop(stop.args(["-m", "immediate", "-w", "stop"]).output());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}
