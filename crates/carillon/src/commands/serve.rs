//! `carillon serve`: the server.
//!
//! Never: making accounts or guessing addresses; it says which command or setting does.

use std::net::SocketAddr;

use base::{Actor, Reason};
use delivery::totals::Totals;
use serde_json::json;
use server::identity::accounts;

use super::node::{self, Node, Work};
use super::signals::Signals;
use super::terminal::print;
use super::version::VERSION;
use super::{Terminal, log};
use crate::config::{Config, ServerFlags};
use crate::failed::{Failed, Result};

/// What to serve.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    flags: ServerFlags,
    /// Answer requests, deliver nothing
    #[arg(long, conflicts_with = "no_api")]
    no_engine: bool,
    /// Deliver, answer only the operating endpoints
    #[arg(long)]
    no_api: bool,
}

/// Serves until Ctrl-C or SIGTERM; a start that is refused is exit code 1 with the remedy.
pub(crate) async fn run(arguments: Arguments, terminal: Terminal) -> Result<()> {
    let mut signals = Signals::open()?;
    let config = Config::read(&arguments.flags)?;
    let work = match (arguments.no_engine, arguments.no_api) {
        (true, _) => Work::Api,
        (false, true) => Work::Engine,
        (false, false) => Work::All,
    };
    let lock = node::lock(&config)?;
    let listener = node::bind(config.listen()).await?;
    let refuse = |cause| Failed::doing("The listener has no address", cause);
    let bound = listener.local_addr().map_err(refuse)?;
    let settings = config.delivery(config.public_url(bound));
    let public_url = settings.public_url.clone();
    log::begin(log::Loudness::News)?;
    let mut node = Node::open(&config, settings, work, lock)?;
    node.answer(listener);
    node.deliver()?;
    greet(&config, &node, (&public_url, bound), terminal)?;
    node.run(&mut signals).await
}

fn greet(
    config: &Config,
    node: &Node,
    (public_url, bound): (&str, SocketAddr),
    terminal: Terminal,
) -> Result<()> {
    let totals = delivery::totals::totals(&node.db)?;
    let database = config.database().display().to_string();
    let key = config.master_key_file().display().to_string();
    let text = format!(
        "carillon {VERSION} serving {public_url} on {bound}\n\
         storage sqlite {database} · key {key} · {}",
        counted(&totals)
    );
    let object = json!({
        "version": VERSION,
        "public_url": public_url,
        "listen": bound,
        "storage": "sqlite",
        "database": database,
        "webhooks": totals.webhooks_count(),
        "failing": totals.failing_count(),
    });
    terminal.data(text, &object)?;
    let look = |reader: &mut store::Reader<'_>| accounts::list(reader);
    let accounts = node.db.read_now(Actor::System(Reason::StartUp), look)?;
    if accounts.is_empty() && !terminal.is_json() {
        print(format_args!(
            "There is no account yet. Make one beside this server: carillon account create \
             --database sqlite:{database} --name NAME --email ADDRESS"
        ))?;
    }
    Ok(())
}

fn counted(totals: &Totals) -> String {
    let count = totals.webhooks_count();
    let noun = if count == 1 { "webhook" } else { "webhooks" };
    format!("{count} {noun}, {} failing", totals.failing_count())
}
