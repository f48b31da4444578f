//! `carillon key create`: the master key, which seals secrets at rest.
//!
//! Never: printing the key; overwriting a file.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base::chance::SystemChance;
use base::secret::MasterKey;
use serde_json::json;
use store::lock::with_ending;

use super::Terminal;
use crate::failed::{Failed, Result};

/// What can be done with the master key.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
    /// Make a key in a new file
    Create {
        /// The file; it must not exist yet
        file: PathBuf,
    },
}

/// Runs one of them.
pub(crate) fn run(subcommand: Subcommand, terminal: Terminal) -> Result<()> {
    let Subcommand::Create { file } = subcommand;
    let key = create(&file)?;
    let shown = file.display().to_string();
    terminal.data(&shown, &json!({ "file": shown, "id": key.id() }))?;
    terminal.say("Keep a copy of this file: without it the secrets in the database are lost.");
    Ok(())
}

/// Makes a key in a new file that only its owner may read, on disk before this returns.
///
/// A file that exists stays as it is: exit code 1. Nobody ever sees half a key: it gets its name
/// when it is complete.
pub(crate) fn create(path: &Path) -> Result<MasterKey> {
    let text = MasterKey::draw(&SystemChance);
    let unfinished = with_ending(path, &format!(".{}", std::process::id()));
    let made = write_new(&unfinished, &format!("{}\n", text.reveal()))
        .and_then(|()| std::fs::hard_link(&unfinished, path))
        .and_then(|()| sync_directory_of(path));
    // What stays behind is a key that nobody uses; it must not hide why there is no other.
    std::fs::remove_file(&unfinished).ok();
    made.map_err(|cause| refuse(path, &cause))?;
    MasterKey::parse(text.reveal()).map_err(Failed::refused)
}

/// Reads a key; `Err` says what to do if there is none.
pub(crate) fn read(path: &Path) -> Result<MasterKey> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|cause| {
        Failed::refused(format!(
            "The master key {shown} cannot be read: {cause}. Put the file back, or name the right \
             one with master_key_file."
        ))
    })?;
    MasterKey::parse(&text)
        .map_err(|sentence| Failed::refused(format!("{shown} holds no key: {sentence}.")))
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn refuse(path: &Path, cause: &std::io::Error) -> Failed {
    let shown = path.display();
    if cause.kind() == ErrorKind::AlreadyExists {
        return Failed::refused(format!(
            "{shown} exists already; a key is never overwritten."
        ));
    }
    Failed::doing(format_args!("{shown} cannot be written"), cause)
}

/// Until its directory is synced, a new file's name may be lost with the power.
pub(super) fn sync_directory_of(path: &Path) -> std::io::Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}
