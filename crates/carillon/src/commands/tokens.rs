//! `carillon tokens`: credentials of an account's people, on the server's machine.
//!
//! Never: showing a token again; only its digest is kept.

use base::Id;
use serde_json::{Value, json};
use server::identity::tokens::{self, Listed};

use super::installation::{Account, AccountFlags};
use super::{Terminal, users};
use crate::failed::Result;

/// What can be done with tokens.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
    /// Show the tokens of an account, without what makes them valid
    List {
        #[command(flatten)]
        account: AccountFlags,
        /// Only those of the user with this address
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
    },
    /// Make a token, which is shown this once
    Create {
        #[command(flatten)]
        account: AccountFlags,
        /// The e-mail address of the user whom it stands for
        #[arg(long, value_name = "EMAIL")]
        user: String,
        /// What it is for
        #[arg(long, default_value = "Command line")]
        name: String,
    },
    /// End a token at once
    Revoke {
        #[command(flatten)]
        account: AccountFlags,
        /// The token's number, as `tokens list` shows it
        id: i64,
    },
}

/// Runs one of them.
pub(crate) fn run(subcommand: Subcommand, terminal: Terminal) -> Result<()> {
    match subcommand {
        Subcommand::List { account, user } => list(&account.open()?, user.as_deref(), terminal),
        Subcommand::Create {
            account,
            user,
            name,
        } => create(&account.open()?, &user, name, terminal),
        Subcommand::Revoke { account, id } => {
            let Account { db, actor, .. } = account.open()?;
            db.write_now(actor, move |tx| tokens::revoke(tx, Id::new(id)))?;
            terminal.data(format_args!("Token {id} is revoked."), &json!({ "id": id }))
        }
    }
}

fn list(account: &Account, user: Option<&str>, terminal: Terminal) -> Result<()> {
    let user = user.map(|email| users::find(account, email)).transpose()?;
    let user = user.map(|found| found.id);
    let db = &account.db;
    let found = db.read_now(account.actor, move |reader| tokens::list(reader, user))?;
    let lines: Vec<_> = found.iter().map(line).collect();
    let objects: Vec<_> = found.iter().map(object).collect();
    terminal.data(lines.join("\n"), &json!({ "tokens": objects }))
}

fn line(token: &Listed) -> String {
    let Listed {
        id, email, name, ..
    } = token;
    format!("{id:>6}  {email:<32}  {}  {name}", token.created_at)
}

fn object(token: &Listed) -> Value {
    json!({
        "id": token.id,
        "name": token.name,
        "user": { "id": token.user, "email": token.email },
        "created_at": token.created_at,
    })
}

fn create(account: &Account, email: &str, name: String, terminal: Terminal) -> Result<()> {
    let user = users::find(account, email)?;
    let (id, shown) = (user.id, name.trim().to_owned());
    let made = account
        .db
        .write_now(account.actor, move |tx| tokens::create(tx, id, &name));
    let (number, token) = made?;
    let object = json!({
        "id": number,
        "name": shown,
        "user": { "id": user.id, "email": user.email },
        "token": token.reveal(),
    });
    terminal.data(token.reveal(), &object)?;
    terminal.say("Keep the token: it is shown this once.");
    Ok(())
}
