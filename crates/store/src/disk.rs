//! How much room the disk has left.
//!
//! Never: freeing any; nothing of a queue is ever deleted for room.

use std::path::Path;

/// Free bytes for this process on the file system of the path; `None` if it cannot be asked.
pub fn free_bytes(path: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}
