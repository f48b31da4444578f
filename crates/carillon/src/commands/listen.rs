//! `carillon listen`: a temporary webhook or broadcast receiver that sends to this machine.
//!
//! Never: leaving the temporary object behind when it ends in order.

mod events;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base::clock::{Clock, SystemClock};
use base::secret::Secret;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Terminal;
use super::client::{Client, Target};
use super::receiver::{Plan, Receiver, Source};
use super::signals::Signals;
use super::terminal::time_of_day;
use crate::config::environment;
use crate::failed::{Code, Failed, Result};

/// How often it is looked whether the server is there, and how long between tries if it is not.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// After so long without the server the command ends.
const AWAY_MAX: Duration = Duration::from_mins(1);

/// What to listen to, and what to do with it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The server's origin; else the variable `CARILLON_URL`, else port 8080 of this machine
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Pass each delivery on to this address; its answer counts as yours
    #[arg(long, value_name = "URL")]
    forward_to: Option<String>,
    /// Events of the webhook, as in 'entry.*,tag.created'; all if left out
    #[arg(long, value_name = "EVENTS", value_delimiter = ',')]
    events: Vec<String>,
    /// Also receive broadcasts; without --events only these
    #[arg(long)]
    broadcasts: bool,
    /// Keep each delivery in this directory
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
}

/// A temporary object at the server.
struct Temporary {
    /// Its path below `/v2`.
    path: String,
    words: &'static str,
}

/// Receives until Ctrl-C or SIGTERM, then deletes what it made; exit code 3 if the server stays
/// away for a minute.
pub(crate) async fn run(arguments: Arguments, terminal: Terminal) -> Result<()> {
    let mut signals = Signals::open()?;
    let client = client(arguments.url.as_deref())?;
    let forward = arguments
        .forward_to
        .as_deref()
        .map(Target::parse)
        .transpose()?;
    let wishes = wishes(&arguments)?;
    if let Some(directory) = &arguments.save {
        std::fs::create_dir_all(directory)
            .map_err(|cause| Failed::doing(directory.display(), cause))?;
    }
    let receiver = Receiver::bind().await?;
    let urls: Vec<_> = wishes.iter().map(|wish| receiver.url(wish.path)).collect();
    let (keepers, sources) = wishes
        .iter()
        .map(Wish::source)
        .unzip::<_, _, Vec<_>, Vec<_>>();
    let plan = Plan {
        sources,
        forward,
        save: arguments.save,
        terminal,
    };
    let mut tasks = JoinSet::new();
    tasks.spawn(receiver.run(Arc::new(plan)));

    let mut made = Vec::new();
    let mut ended = Ok(());
    for ((wish, url), keeper) in wishes.iter().zip(urls).zip(&keepers) {
        match make(&client, wish, &url, keeper, terminal).await {
            Ok(temporary) => made.push(temporary),
            Err(failed) => {
                ended = Err(failed);
                break;
            }
        }
    }
    if ended.is_ok() {
        ended = watch_server(&client, &made, &mut signals, terminal).await;
    }
    let deleted = delete(&client, &made, terminal).await;
    ended.and(deleted)
}

fn client(url: Option<&str>) -> Result<Client> {
    let url = url
        .map(str::to_owned)
        .or_else(|| environment("CARILLON_URL"));
    let server = Target::parse(url.as_deref().unwrap_or("http://127.0.0.1:8080"))?;
    let token = environment("CARILLON_TOKEN").filter(|token| !token.trim().is_empty());
    let token = token.ok_or_else(|| {
        Failed::new(
            Code::Credentials,
            "Set CARILLON_TOKEN to a token; `carillon tokens create` makes one on the server's \
             machine.",
        )
    })?;
    Ok(Client::new(server, Secret::new(token.trim().to_owned())))
}

/// What to make at the server.
struct Wish {
    /// Below `/v2`.
    collection: &'static str,
    words: &'static str,
    /// Where it sends to, at our receiver.
    path: &'static str,
    /// The input beside name and address.
    list: (&'static str, Value),
}

impl Wish {
    fn source(&self) -> (watch::Sender<Option<String>>, Source) {
        let (keeper, secret) = watch::channel(None);
        let source = Source {
            label: String::new(),
            path: self.path,
            secret,
            last_sequence: 0.into(),
        };
        (keeper, source)
    }
}

fn wishes(arguments: &Arguments) -> Result<Vec<Wish>> {
    let mut wishes = Vec::new();
    if !arguments.broadcasts || !arguments.events.is_empty() {
        let events = events::expand(&arguments.events)?;
        wishes.push(Wish {
            collection: "/webhooks",
            words: "webhook",
            path: "/webhook",
            list: ("events", json!(events)),
        });
    }
    if arguments.broadcasts {
        wishes.push(Wish {
            collection: "/broadcast_receivers",
            words: "broadcast receiver",
            path: "/broadcasts",
            list: ("subjects", json!(["*"])),
        });
    }
    Ok(wishes)
}

async fn make(
    client: &Client,
    wish: &Wish,
    url: &str,
    keeper: &watch::Sender<Option<String>>,
    terminal: Terminal,
) -> Result<Temporary> {
    let name = super::machine().map_or_else(|| "listen".into(), |host| format!("listen on {host}"));
    let mut input = json!({ "name": name, "payload_uri": url });
    input[wish.list.0] = wish.list.1.clone();
    let made = client.post(wish.collection, &input).await?;
    let (Some(id), Some(secret)) = (made["id"].as_i64(), made["secret"].as_str()) else {
        let origin = client.origin();
        return Err(Failed::refused(format!(
            "{origin} does not answer as a Carillon server."
        )));
    };
    keeper.send_replace(Some(secret.to_owned()));
    let words = wish.words;
    terminal.say(format_args!(
        "Listening as {words} {id} \"{name}\" (deleted when you stop). Secret {secret}"
    ));
    Ok(Temporary {
        path: format!("{}/{id}", wish.collection),
        words,
    })
}

/// Waits for the signal, and looks from time to time whether all is as it was.
#[expect(
    clippy::disallowed_methods,
    reason = "commands may wait; the pause is named"
)]
async fn watch_server(
    client: &Client,
    made: &[Temporary],
    signals: &mut Signals,
    terminal: Terminal,
) -> Result<()> {
    let mut away_since = None;
    loop {
        if tokio::time::timeout(LOOK_EVERY, signals.next())
            .await
            .is_ok()
        {
            return Ok(());
        }
        match look(client, made).await {
            Ok(()) => {
                if away_since.take().is_some() {
                    terminal.say(format_args!("{}  connected again", time_of_day()));
                }
            }
            Err(failed) if failed.code() == Code::Unreachable => {
                let now = SystemClock.monotonic();
                if now.saturating_sub(*away_since.get_or_insert(now)) >= AWAY_MAX {
                    return Err(failed);
                }
                let (time, pause) = (time_of_day(), LOOK_EVERY.as_secs());
                terminal.say(format_args!(
                    "{time}  connection to the server lost; trying again ({pause} s)"
                ));
            }
            Err(failed) => return Err(failed),
        }
    }
}

async fn look(client: &Client, made: &[Temporary]) -> Result<()> {
    for temporary in made {
        let object = client.get(&temporary.path).await?;
        if object["state"] == "disabled" {
            let words = temporary.words;
            return Err(Failed::refused(format!(
                "The {words} was disabled or has stopped."
            )));
        }
    }
    Ok(())
}

async fn delete(client: &Client, made: &[Temporary], terminal: Terminal) -> Result<()> {
    let mut ended = Ok(());
    for temporary in made {
        match client.delete(&temporary.path).await {
            Ok(()) => terminal.say(format_args!("The {} was deleted.", temporary.words)),
            Err(failed) if failed.code() == Code::NotFound => {}
            Err(failed) => ended = Err(failed),
        }
    }
    ended
}
