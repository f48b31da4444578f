//! `carillon openapi`: the description of the API, the same as the server gives.
//!
//! Never: a running server; the registry of this build is asked.

use super::Terminal;
use crate::config::{Config, ServerFlags};
use crate::failed::{Failed, Result};

/// Whose URLs to print.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    flags: ServerFlags,
}

/// Prints the OpenAPI document; with `--json` in one line.
pub(crate) fn run(arguments: &Arguments, terminal: Terminal) -> Result<()> {
    let config = Config::read(&arguments.flags)?;
    let settings = config.server(config.public_url(config.listen()));
    let document = server::document(server::resources::RESOURCES, &settings);
    let pretty = serde_json::to_string_pretty(&document)
        .map_err(|cause| Failed::doing("The document cannot be written", cause))?;
    terminal.data(pretty, &document)
}
