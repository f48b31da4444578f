//! A whole database as one file, the same for both engines: backup, restore, and copy.
//!
//! ```text
//! {"carillon_backup":1,"version":"0.1.0","migration":4,"made_at":"…","engine":"sqlite","keys":["…"]}
//! {"table":"accounts","columns":["id","name",…],"last_id":7}
//! [7,"Acme",null,{"bytes":"base64"}]        one line for each row
//! {"rows":1}                                the end of a table
//! {"rows_in_all":1,"sha256":"…"}            the end: the digest of every byte before this line
//! ```
//! Words: *dump* = the database in this form.
//! Never: the master key; a table's meaning.

mod backup;
mod lines;
mod restore;
mod values;

use std::io::{BufReader, BufWriter, PipeWriter, Write};

use base::{Error, Result, WallTime};

pub use backup::backup;
pub use restore::{look, restore};

use crate::location::Location;

/// What was written or read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The tables with their rows.
    pub tables: Vec<(String, u64)>,
    /// The names of the keys that sealed the secrets in it.
    pub keys: Vec<String>,
    /// When it was made: `2024-03-18T09:00:05Z`.
    pub made_at: String,
}

impl Summary {
    /// All rows.
    pub fn rows_count(&self) -> u64 {
        self.tables.iter().map(|(_, count)| count).sum()
    }
}

/// What a database begins as when it has been filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Paused: the original may have gone on, so a person decides when to send again.
    Paused(WallTime),
    /// As the original was: it is given up.
    Working,
}

/// Version of the program and the moment: what a dump says of its making.
#[derive(Clone, Copy, Debug)]
pub struct Making<'m> {
    pub version: &'m str,
    pub at: WallTime,
}

/// Tables that are not part of a dump: signs of life of servers.
const LEFT_OUT: &str = "nodes";
/// Tables in which a fresh database has rows of its own, which those of a dump replace.
const REPLACED: [&str; 3] = ["keys", "engine_time", "installation"];

/// Fills one database from another; counts are verified before the commit.
///
/// `Malformed` if the target is not empty, or the source not of this release.
pub fn copy(from: &Location, to: &Location, making: Making<'_>) -> Result<Summary> {
    let (reader, writer) = std::io::pipe().map_err(Error::internal)?;
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let mut out = Piped {
                writer,
                is_refused: false,
            };
            let done = backup(from, making, &mut BufWriter::new(&mut out));
            done.map_err(|error| (error, out.is_refused))
        });
        let filled = restore(to, &mut BufReader::new(reader), Begin::Working);
        let read = reading.join();
        let read = read.map_err(|_| Error::internal("reading failed"))?;
        match (read, filled) {
            // A stream that ended early is the source's fault, one that nobody read is not.
            (Err((error, false)), Err(_)) => Err(error),
            (_, filled) => filled,
        }
    })
}

/// The stream from source to target.
struct Piped {
    writer: PipeWriter,
    /// Whether the other end took no more.
    is_refused: bool,
}

impl Write for Piped {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.writer.write(bytes);
        self.is_refused |= written.is_err();
        written
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}
