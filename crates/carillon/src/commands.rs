//! The commands: one file each, what they share beside them.
//!
//! Never: rules of resources; commands call the same actions as the API.

mod account;
mod backup;
mod client;
mod config;
mod copy;
mod demo;
mod doctor;
mod installation;
mod key;
mod listen;
mod log;
mod migrate;
mod node;
mod openapi;
mod password;
mod receiver;
mod restore;
mod serve;
mod signals;
mod terminal;
mod tokens;
mod users;
mod verify;
mod version;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) use terminal::Terminal;

use crate::failed::{Failed, Result};

/// A self-hosted server for time tracking with signed, ordered webhooks and broadcasts.
#[derive(Debug, Parser)]
#[command(name = "carillon", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// Print data as JSON
    #[arg(long, global = true)]
    json: bool,
    /// Print nothing but data and errors
    #[arg(long, global = true)]
    quiet: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// How this run speaks.
    pub(crate) fn terminal(&self) -> Terminal {
        Terminal::new(self.json, self.quiet)
    }
}

/// What can be asked of the binary.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// See the whole story on this machine: a server with sample data and its receiver
    Demo(demo::Arguments),
    /// Run the server
    Serve(serve::Arguments),
    /// Receive webhooks or broadcasts of a server on this machine, for a while
    Listen(listen::Arguments),
    /// Make accounts
    #[command(subcommand)]
    Account(account::Subcommand),
    /// Work with the people of an account
    #[command(subcommand)]
    Users(users::Subcommand),
    /// Work with tokens for the API
    #[command(subcommand)]
    Tokens(tokens::Subcommand),
    /// Show the settings: value, origin, default, meaning
    Config(config::Arguments),
    /// Bring the schema of the database up to date
    Migrate(migrate::Arguments),
    /// Write the whole database into a file, beside a running server too
    Backup(backup::Arguments),
    /// Fill an empty database from a backup; its server starts paused
    Restore(restore::Arguments),
    /// Move an installation to another, empty database
    Copy(copy::Arguments),
    /// Look for what is wrong, and say what to do about it
    Doctor(doctor::Arguments),
    /// Work with the master key
    #[command(subcommand)]
    Key(key::Subcommand),
    /// Print the description of the API (OpenAPI)
    Openapi(openapi::Arguments),
    /// Verify the signature of a delivery
    Verify(verify::Arguments),
    /// Show the version
    Version,
}

/// Runs a command to its end.
pub(crate) fn run(command: Command, terminal: Terminal) -> Result<()> {
    match command {
        Command::Demo(arguments) => block_on(demo::run(arguments, terminal)),
        Command::Serve(arguments) => block_on(serve::run(arguments, terminal)),
        Command::Listen(arguments) => block_on(listen::run(arguments, terminal)),
        Command::Account(subcommand) => account::run(subcommand, terminal),
        Command::Users(subcommand) => users::run(subcommand, terminal),
        Command::Tokens(subcommand) => tokens::run(subcommand, terminal),
        Command::Config(arguments) => config::run(&arguments, terminal),
        Command::Migrate(arguments) => migrate::run(arguments, terminal),
        Command::Backup(arguments) => backup::run(arguments, terminal),
        Command::Restore(arguments) => restore::run(arguments, terminal),
        Command::Copy(arguments) => copy::run(&arguments, terminal),
        Command::Doctor(arguments) => doctor::run(&arguments, terminal),
        Command::Key(subcommand) => key::run(subcommand, terminal),
        Command::Openapi(arguments) => openapi::run(&arguments, terminal),
        Command::Verify(arguments) => verify::run(&arguments, terminal),
        Command::Version => version::run(terminal),
    }
}

/// Shows help or wrong usage; 0 or 2.
pub(crate) fn show_usage(usage: &clap::Error) -> ExitCode {
    // Nothing can be told to somebody who closed both outputs.
    usage.print().ok();
    ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2))
}

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| Failed::doing("The threads could not be started", cause))?;
    runtime.block_on(work)
}

/// The name of this machine, if it says.
fn machine() -> Option<String> {
    let name = std::fs::read_to_string("/etc/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
