//! `carillon version`.
//!
//! Never: asking the network for a newer one.

use serde_json::json;

use super::Terminal;
use crate::failed::Result;

/// The version of this build.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Prints name and version.
pub(crate) fn run(terminal: Terminal) -> Result<()> {
    terminal.data(
        format_args!("carillon {VERSION}"),
        &json!({ "version": VERSION }),
    )
}
