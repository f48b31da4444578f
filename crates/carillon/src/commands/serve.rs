//! `carillon serve`: the server.
//!
//! Never: making accounts or guessing addresses; it says which command or setting does.

use std::net::SocketAddr;

use base::limits::NAME_CHARS_MAX;
use base::{Actor, Reason, WallTime};
use delivery::totals::Totals;
use serde_json::json;
use server::identity::accounts;
use tokio::task::block_in_place;

use super::node::{self, Node, Work};
use super::signals::Signals;
use super::terminal::{harmless, print};
use super::version::VERSION;
use super::{Terminal, installation, log};
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
    /// Send again: ends the pause after a restore
    #[arg(long)]
    resume: bool,
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
    // The database is asked on this thread, which waits.
    let paused = block_in_place(|| pause(&node, &arguments))?;
    node.answer(listener);
    block_in_place(|| {
        node.deliver()?;
        greet(&config, &node, (&public_url, bound), terminal)?;
        paused.map_or(Ok(()), |since| tell_pause(&node, since, terminal))
    })?;
    node.run(&mut signals).await
}

/// Since when the installation is paused, if it is and stays so.
fn pause(node: &Node, arguments: &Arguments) -> Result<Option<WallTime>> {
    if arguments.resume {
        delivery::pause::resume(&node.db)?;
    }
    Ok(delivery::pause::since(&node.db)?)
}

fn greet(
    config: &Config,
    node: &Node,
    (public_url, bound): (&str, SocketAddr),
    terminal: Terminal,
) -> Result<()> {
    let totals = delivery::totals::totals(&node.db)?;
    let key = installation::key_file(config)?.display().to_string();
    let nodes_count = delivery::nodes::seen_count(&node.db)?;
    let (engine, database, storage) = match config.file() {
        Some(file) => {
            let file = file.display().to_string();
            ("sqlite", file.clone(), format!("sqlite {file}"))
        }
        None => (
            "postgres",
            config.database(),
            format!(
                "postgres (primary, {nodes_count} {} seen)",
                if nodes_count == 1 { "node" } else { "nodes" }
            ),
        ),
    };
    let text = format!(
        "carillon {VERSION} serving {public_url} on {bound}\n\
         storage {storage} · key {key} · {}",
        counted(&totals)
    );
    let object = json!({
        "version": VERSION,
        "public_url": public_url,
        "listen": bound,
        "storage": engine,
        "database": database,
        "nodes": nodes_count,
        "webhooks": totals.webhooks_count(),
        "failing": totals.failing_count(),
    });
    terminal.data(text, &object)?;
    let look = |reader: &mut store::Reader<'_>| accounts::list(reader);
    let accounts = node.db.read_now(Actor::System(Reason::StartUp), look)?;
    if accounts.is_empty() && !terminal.is_json() {
        print(format_args!(
            "There is no account yet. Make one beside this server: carillon account create \
             --database {} --name NAME --email ADDRESS",
            config.database()
        ))?;
    }
    Ok(())
}

/// Says what waits for the decision to send again.
fn tell_pause(node: &Node, since: WallTime, terminal: Terminal) -> Result<()> {
    let waiting = delivery::pause::waiting(&node.db)?;
    let lines = waiting.iter().map(|it| {
        let name = harmless(&it.name, NAME_CHARS_MAX);
        format!("\n  webhook {} \"{name}\": {}", it.webhook, it.count)
    });
    let lines: String = lines.collect();
    let list = if lines.is_empty() {
        " Nothing waits.".to_owned()
    } else {
        format!(
            " These payloads wait and would be sent, also those that were delivered since:{lines}"
        )
    };
    let objects: Vec<_> = waiting
        .iter()
        .map(|it| json!({ "id": it.webhook, "name": it.name, "waiting": it.count }))
        .collect();
    let text = format!(
        "Paused since {since}: the data was restored from a backup. The API works, nothing is \
         sent.{list}\nTo send, stop this server and start it with `carillon serve --resume`."
    );
    terminal.data(text, &json!({ "paused_at": since, "would_send": objects }))
}

fn counted(totals: &Totals) -> String {
    let count = totals.webhooks_count();
    let noun = if count == 1 { "webhook" } else { "webhooks" };
    format!("{count} {noun}, {} failing", totals.failing_count())
}
