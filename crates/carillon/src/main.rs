//! The binary: reads the command line, runs one command, ends with its exit code.
//!
//! Never: deciding anything; that is the commands' work.

mod commands;
mod config;
mod failed;
mod verification;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = match commands::Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return commands::show_usage(&usage),
    };
    let terminal = cli.terminal();
    match commands::run(cli.command, terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            terminal.fail(&failed);
            failed.exit_code()
        }
    }
}
