//! `carillon account create`: an account with its owner and the owner's first token.
//!
//! Never: changing an account; that is done through the API.

use base::{Actor, Reason, Secret};
use serde_json::json;
use server::identity::accounts::{self, Created, NewAccount};
use server::resources::account;
use server::resources::users::{self, UserShape};

use super::password::PasswordFlags;
use super::{Terminal, installation};
use crate::config::{Config, ServerFlags};
use crate::failed::Result;

/// What can be done with accounts.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
    /// Make an account with its owner; may be done again for another account
    Create(Create),
}

/// Whom to make it for.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    #[command(flatten)]
    flags: ServerFlags,
    /// The account's name, unique in the installation
    #[arg(long)]
    name: String,
    /// The owner's e-mail address, unique in the installation
    #[arg(long)]
    email: String,
    /// The owner's first name
    #[arg(long, default_value = "")]
    first_name: String,
    /// The owner's last name
    #[arg(long, default_value = "")]
    last_name: String,
    #[command(flatten)]
    password: PasswordFlags,
}

/// Runs one of them.
pub(crate) fn run(subcommand: Subcommand, terminal: Terminal) -> Result<()> {
    let Subcommand::Create(arguments) = subcommand;
    create(arguments, terminal)
}

fn create(arguments: Create, terminal: Terminal) -> Result<()> {
    let config = Config::read(&arguments.flags)?;
    let settings = config.server(config.public_url(config.listen()));
    let password = arguments.password.hash()?;
    let new = NewAccount {
        name: arguments.name,
        email: arguments.email,
        first_name: arguments.first_name,
        last_name: arguments.last_name,
        password_hash: password.hash,
        utc_offset: settings.utc_offset,
    };
    let db = installation::open(&config, &installation::told(&config))?;
    let made = db.write_now(Actor::System(Reason::StartUp), move |tx| {
        accounts::create(tx, &new)
    })?;
    let Created {
        account,
        user,
        token,
    } = made;
    let (account, user) = db.read_now(Actor::Operator(account), move |reader| {
        let user = users::actions::peek(reader, user)?;
        let account = account::shown(reader, &settings)?;
        Ok((account, UserShape::of(&user, reader.api())))
    })?;
    let mut object = json!({ "account": account, "user": user, "token": token.reveal() });
    if let Some(password) = &password.generated {
        object["password"] = password.reveal().as_str().into();
    }
    let text = text(&object, password.generated.as_ref());
    terminal.data(text, &object)?;
    terminal.say(if password.generated.is_some() {
        "Keep token and password: they are shown this once."
    } else {
        "Keep the token: it is shown this once."
    });
    Ok(())
}

fn text(object: &serde_json::Value, password: Option<&Secret<String>>) -> String {
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = vec![
        format!("Account   {}", word(&object["account"]["name"])),
        format!("Owner     {}", word(&object["user"]["email"])),
        format!("Token     {}", word(&object["token"])),
    ];
    lines.extend(password.map(|password| format!("Password  {}", password.reveal())));
    lines.join("\n")
}
