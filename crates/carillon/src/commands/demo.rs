//! `carillon demo`: the whole story in one command, with sample data and a receiver of its own.
//!
//! Never: another address than this machine's; a second object of the same name.

mod banner;
mod kept;
mod sample;

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use base::secret::Secret;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::client::{Client, Target};
use super::node::{self, Node, Work};
use super::receiver::{Plan, Receiver, Source};
use super::signals::Signals;
use super::{Terminal, log};
use crate::config::{Config, Flags, ServerFlags};
use crate::failed::{Failed, Result};
use kept::Kept;

/// Where everything is kept, seen from the working directory.
const DIRECTORY: &str = "carillon-demo";
/// The ports that are tried, the first one first.
const PORTS: std::ops::Range<u16> = 8080..8180;
/// The paths of our receiver.
const WEBHOOK_PATH: &str = "/webhook";
const BROADCASTS_PATH: &str = "/broadcasts";

/// How to show it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Forget what an earlier demo kept
    #[arg(long)]
    fresh: bool,
    /// The server's port; 0 takes any free one. Left out, 8080 or the next free one
    #[arg(long)]
    port: Option<u16>,
}

/// Shows it until Ctrl-C or SIGTERM. What was made is kept and used again.
pub(crate) async fn run(arguments: Arguments, terminal: Terminal) -> Result<()> {
    let mut signals = Signals::open()?;
    log::begin(log::Loudness::Warnings)?;
    let listener = bind(arguments.port).await?;
    let refuse = |cause| Failed::doing("The listener has no address", cause);
    let public_url = format!("http://{}", listener.local_addr().map_err(refuse)?);
    let directory = Path::new(DIRECTORY);
    std::fs::create_dir_all(directory).map_err(|cause| Failed::doing(DIRECTORY, cause))?;
    let config = config(directory, &public_url)?;
    let lock = node::lock(&config)?;
    if arguments.fresh {
        kept::forget(&config)?;
    }
    let mut settings = config.delivery(public_url.clone());
    // Our receiver is bound to this address.
    settings
        .allow_networks
        .push(IpAddr::from(Ipv4Addr::LOCALHOST).into());
    let mut node = Node::open(&config, settings, Work::All, lock)?;
    let mut kept = Kept::read(directory);
    sample::owner(&node.db, &config, &mut kept).await?;
    kept.write()?;
    node.answer(listener);

    let receiver = Receiver::bind().await?;
    let token = Secret::new(kept.token.clone());
    let client = Client::new(Target::parse(&public_url)?, token);
    let urls = [WEBHOOK_PATH, BROADCASTS_PATH].map(|path| receiver.url(path));
    let made = sample::things(&client, &mut kept, &urls).await?;
    kept.write()?;
    banner::print(&config, (&public_url, &kept), &made, terminal)?;
    // From here on things arrive, so everything was said before.
    let (_known, sources) = sources(&kept);
    let plan = Plan {
        sources,
        forward: None,
        save: None,
        terminal,
    };
    node.beside(receiver.run(Arc::new(plan)));
    node.deliver()?;
    node.run(&mut signals).await
}

/// The demo's own settings: files in its directory, an address of this machine.
fn config(directory: &Path, public_url: &str) -> Result<Config> {
    let database = directory.join("carillon.db");
    let common = Flags {
        config: None,
        database: Some(format!("sqlite:{}", database.display())),
    };
    Config::read(&ServerFlags {
        common,
        listen: Some("127.0.0.1:0".into()),
        public_url: Some(public_url.to_owned()),
    })
}

async fn bind(port: Option<u16>) -> Result<TcpListener> {
    let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        let refuse = |cause| {
            Failed::refused(format!(
                "Port {port} cannot be listened on: {cause}. Give another one with --port, or \
                 none to take a free one."
            ))
        };
        return TcpListener::bind(address(port)).await.map_err(refuse);
    }
    for port in PORTS {
        match TcpListener::bind(address(port)).await {
            Err(cause) if cause.kind() == ErrorKind::AddrInUse => {}
            bound => {
                return bound.map_err(|cause| {
                    Failed::doing("No port of 127.0.0.1 can be listened on", cause)
                });
            }
        }
    }
    Err(Failed::refused(format!(
        "The ports {} to {} are all taken. Give one with --port.",
        PORTS.start,
        PORTS.end - 1
    )))
}

/// Where deliveries come from; the senders keep the secrets known.
fn sources(kept: &Kept) -> (Vec<watch::Sender<Option<String>>>, Vec<Source>) {
    let source = |label: &str, path, secret: &str| {
        let (sender, secret) = watch::channel(Some(secret.to_owned()));
        let source = Source {
            label: label.to_owned(),
            path,
            secret,
            last_sequence: 0.into(),
        };
        (sender, source)
    };
    let made = [
        source(sample::WEBHOOK, WEBHOOK_PATH, &kept.webhook_secret),
        source(sample::RECEIVER, BROADCASTS_PATH, &kept.receiver_secret),
    ];
    made.into_iter().unzip()
}
