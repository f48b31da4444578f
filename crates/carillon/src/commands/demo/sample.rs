//! The demo's people and things: found if an earlier demo made them, else made.
//!
//! Never: a second one of the same name; changing what the user made.

use base::chance::SystemChance;
use base::{Actor, Reason, Secret};
use serde_json::{Value, json};
use server::http::Presented;
use server::identity::accounts::{self, NewAccount};
use server::identity::{self, passwords, tokens};
use server::resources::users;
use store::Db;

use super::kept::Kept;
use crate::commands::client::Client;
use crate::config::Config;
use crate::failed::{Code, Failed, Result};

/// Names of the demo's things.
pub(super) const ACCOUNT: &str = "Demo";
pub(super) const OWNER: &str = "ada@example.test";
pub(super) const PROJECTS: [&str; 2] = ["Atlas", "Beacon"];
pub(super) const WEBHOOK: &str = "Demo webhook";
pub(super) const RECEIVER: &str = "Demo light";

/// What there is to show.
pub(super) struct Made {
    /// The number of the first project.
    pub(super) project: i64,
    pub(super) webhook: i64,
    pub(super) receiver: i64,
    /// Where webhook and receiver send to.
    pub(super) urls: [String; 2],
}

/// Sees to it that there is an account, and a token of its owner that works.
pub(super) async fn owner(db: &Db, config: &Config, kept: &mut Kept) -> Result<()> {
    let token = Secret::new(kept.token.clone());
    if !kept.token.is_empty()
        && identity::actor_of(db, Presented::Personal(token))
            .await
            .is_ok()
    {
        return Ok(());
    }
    let start_up = Actor::System(Reason::StartUp);
    let found = db.read_now(start_up, move |reader| accounts::list(reader))?;
    let account = found.iter().find(|account| account.name == ACCOUNT);
    let token = if let Some(account) = account {
        another_token(db, Actor::Operator(account.id))?
    } else {
        let password = passwords::generate(&SystemChance);
        let new = new_account(config, &password)?;
        kept.password.clone_from(password.reveal());
        let made = db.write_now(start_up, move |tx| accounts::create(tx, &new));
        made?.token
    };
    kept.token.clone_from(token.reveal());
    Ok(())
}

fn new_account(config: &Config, password: &Secret<String>) -> Result<NewAccount> {
    Ok(NewAccount {
        name: ACCOUNT.to_owned(),
        email: OWNER.to_owned(),
        first_name: "Ada".to_owned(),
        last_name: String::new(),
        password_hash: passwords::hash(password, &SystemChance)?,
        utc_offset: config.server(String::new()).utc_offset,
    })
}

fn another_token(db: &Db, operator: Actor) -> Result<Secret<String>> {
    let user = db.read_now(operator, move |reader| users::actions::find(reader, OWNER))?;
    let id = user.id;
    let made = db.write_now(operator, move |tx| tokens::create(tx, id, ACCOUNT));
    Ok(made?.1)
}

/// Sees to it that there are projects, a webhook and a receiver, and that both send to `urls`.
pub(super) async fn things(client: &Client, kept: &mut Kept, urls: &[String; 2]) -> Result<Made> {
    let mut projects = Vec::new();
    for name in PROJECTS {
        let project = match find(client, "/projects", name).await? {
            Some(found) => found,
            None => client.post("/projects", &json!({ "name": name })).await?,
        };
        projects.push(number(&project)?);
    }
    let webhook = Thing {
        collection: "/webhooks",
        name: WEBHOOK,
        list: ("events", "*"),
    };
    let receiver = Thing {
        collection: "/broadcast_receivers",
        name: RECEIVER,
        list: ("subjects", "timer"),
    };
    Ok(Made {
        project: projects.first().copied().unwrap_or_default(),
        webhook: webhook
            .see_to(client, &urls[0], &mut kept.webhook_secret)
            .await?,
        receiver: receiver
            .see_to(client, &urls[1], &mut kept.receiver_secret)
            .await?,
        urls: urls.clone(),
    })
}

/// A webhook or a broadcast receiver.
struct Thing {
    /// Below `/v2`.
    collection: &'static str,
    name: &'static str,
    /// The input beside name and address, and its one element.
    list: (&'static str, &'static str),
}

impl Thing {
    /// Finds or makes it; afterwards it is enabled, sends to `url`, and its secret is known.
    async fn see_to(&self, client: &Client, url: &str, secret: &mut String) -> Result<i64> {
        let Some(found) = find(client, self.collection, self.name).await? else {
            return self.make(client, url, secret).await;
        };
        let id = number(&found)?;
        let path = format!("{}/{id}", self.collection);
        let nothing = json!({});
        client.put(&path, &json!({ "payload_uri": url })).await?;
        client.put(&format!("{path}/enable"), &nothing).await?;
        if secret.is_empty() {
            let drawn = client
                .put(&format!("{path}/reroll_secret"), &nothing)
                .await?;
            *secret = text(&drawn, "secret")?;
        }
        client.put(&format!("{path}/ping"), &nothing).await?;
        Ok(id)
    }

    async fn make(&self, client: &Client, url: &str, secret: &mut String) -> Result<i64> {
        let mut input = json!({ "name": self.name, "payload_uri": url });
        input[self.list.0] = json!([self.list.1]);
        let made = client.post(self.collection, &input).await?;
        *secret = text(&made, "secret")?;
        number(&made)
    }
}

async fn find(client: &Client, collection: &str, name: &str) -> Result<Option<Value>> {
    let word = name.replace(' ', "%20");
    let path = format!("{collection}?name={word}&per_page=1000");
    let found = client.get(&path).await?;
    let mut items = found.as_array().into_iter().flatten();
    Ok(items.find(|item| item["name"] == name).cloned())
}

fn number(object: &Value) -> Result<i64> {
    object["id"].as_i64().ok_or_else(|| odd("id"))
}

fn text(object: &Value, name: &str) -> Result<String> {
    let text = object[name].as_str().ok_or_else(|| odd(name))?;
    Ok(text.to_owned())
}

fn odd(name: &str) -> Failed {
    Failed::new(
        Code::Refused,
        format!("The server answered without {name}."),
    )
}
