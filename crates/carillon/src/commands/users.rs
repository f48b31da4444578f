//! `carillon users`: the people of an account, on the server's machine.
//!
//! Never: what a role may do; the same actions decide as in the API.

use base::Role;
use serde_json::json;
use server::resources::users::{self, NewUser, State, User, UserShape};

use super::Terminal;
use super::installation::{Account, AccountFlags, missing};
use super::password::PasswordFlags;
use crate::failed::{Failed, Result};

/// What can be done with users.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
    /// Show the people of an account
    List(AccountFlags),
    /// Invite somebody
    Create(Create),
    /// Give somebody another password
    SetPassword {
        #[command(flatten)]
        person: Person,
        #[command(flatten)]
        password: PasswordFlags,
    },
    /// Block somebody at once: tokens fail, timers go, webhooks fall silent
    Suspend(Person),
    /// Let somebody who was suspended or deactivated work again
    Activate(Person),
}

/// Somebody of an account.
#[derive(Debug, clap::Args)]
pub(crate) struct Person {
    #[command(flatten)]
    account: AccountFlags,
    /// The user's e-mail address
    #[arg(value_name = "EMAIL", required_unless_present = "user")]
    email: Option<String>,
    /// The same, as a flag
    #[arg(
        long,
        visible_alias = "email",
        value_name = "EMAIL",
        conflicts_with = "email"
    )]
    user: Option<String>,
}

/// Whom to invite.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    #[command(flatten)]
    account: AccountFlags,
    /// The e-mail address, unique in the installation
    #[arg(long)]
    email: String,
    /// supervisor, leader, coworker or contractor
    #[arg(long, default_value = "leader", value_parser = role)]
    role: Role,
    /// The first name
    #[arg(long, default_value = "")]
    first_name: String,
    /// The last name
    #[arg(long, default_value = "")]
    last_name: String,
    #[command(flatten)]
    password: PasswordFlags,
}

/// Runs one of them.
pub(crate) fn run(subcommand: Subcommand, terminal: Terminal) -> Result<()> {
    match subcommand {
        Subcommand::List(flags) => list(&flags, terminal),
        Subcommand::Create(arguments) => create(&arguments, terminal),
        Subcommand::SetPassword { person, password } => set_password(&person, &password, terminal),
        Subcommand::Suspend(person) => change(&person, Step::Suspend, terminal),
        Subcommand::Activate(person) => change(&person, Step::Activate, terminal),
    }
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text)
        .ok_or_else(|| "a role is supervisor, leader, coworker or contractor".to_owned())
}

fn list(flags: &AccountFlags, terminal: Terminal) -> Result<()> {
    let Account { db, actor, .. } = flags.open()?;
    let found = db.read_now(actor, move |reader| users::actions::list(reader))?;
    let api = &db.environment().api;
    let shapes: Vec<_> = found.iter().map(|user| UserShape::of(user, api)).collect();
    let lines: Vec<_> = found.iter().map(line).collect();
    terminal.data(lines.join("\n"), &json!({ "users": shapes }))
}

fn line(user: &User) -> String {
    let User {
        id, email, role, ..
    } = user;
    let line = format!(
        "{id:>6}  {email:<32}  {:<10}  {:<9}  {} {}",
        role.word(),
        user.state.word(),
        user.first_name,
        user.last_name
    );
    line.trim_end().to_owned()
}

fn create(arguments: &Create, terminal: Terminal) -> Result<()> {
    let password_hash = arguments.password.hash_given()?;
    let Account { config, db, actor } = arguments.account.open()?;
    let settings = config.server(config.public_url(config.listen()));
    let new = NewUser {
        email: arguments.email.trim().to_owned(),
        first_name: arguments.first_name.trim().to_owned(),
        last_name: arguments.last_name.trim().to_owned(),
        role: arguments.role,
        state: State::Pending,
        password_hash,
        utc_offset: settings.utc_offset,
    };
    let limit = settings.user_limit;
    let user = db.write_now(actor, move |tx| users::actions::create(tx, &new, limit))?;
    tell(&user, &db.environment().api, terminal)?;
    let email = &user.email;
    terminal.say(format_args!(
        "`carillon tokens create --user {email}` makes a token for the API."
    ));
    Ok(())
}

fn set_password(person: &Person, password: &PasswordFlags, terminal: Terminal) -> Result<()> {
    let password = password.hash()?;
    let (Account { db, actor, .. }, user) = person.open()?;
    let (id, hash) = (user.id, password.hash);
    db.write_now(actor, move |tx| users::actions::set_password(tx, id, &hash))?;
    let mut object = json!({ "user": UserShape::of(&user, &db.environment().api) });
    match password.generated {
        None => terminal.data(
            format_args!("{} has another password.", user.email),
            &object,
        ),
        Some(drawn) => {
            object["password"] = drawn.reveal().as_str().into();
            terminal.data(drawn.reveal(), &object)?;
            terminal.say("Keep the password: it is shown this once.");
            Ok(())
        }
    }
}

enum Step {
    Suspend,
    Activate,
}

fn change(person: &Person, step: Step, terminal: Terminal) -> Result<()> {
    let (account, user) = person.open()?;
    let Account { config, db, actor } = account;
    let settings = config.server(config.public_url(config.listen()));
    let (id, limit) = (user.id, settings.user_limit);
    db.write_now(actor, move |tx| match step {
        Step::Suspend => users::actions::suspend(tx, id),
        Step::Activate => users::actions::activate(tx, id, limit),
    })?;
    let user = db.read_now(actor, move |reader| users::actions::peek(reader, id))?;
    tell(&user, &db.environment().api, terminal)
}

fn tell(user: &User, api: &str, terminal: Terminal) -> Result<()> {
    let shape = serde_json::to_value(UserShape::of(user, api))
        .map_err(|cause| Failed::doing("The user cannot be shown", cause))?;
    let (email, role, state) = (&user.email, user.role.word(), user.state.word());
    terminal.data(format_args!("{email}: {role}, {state}"), &shape)
}

impl Person {
    fn open(&self) -> Result<(Account, User)> {
        let account = self.account.open()?;
        let email = self.email.as_ref().or(self.user.as_ref());
        let email = email.cloned().unwrap_or_default();
        let found = find(&account, &email)?;
        Ok((account, found))
    }
}

/// The user with this address; exit code 4 if the account has none.
pub(crate) fn find(account: &Account, email: &str) -> Result<User> {
    let email = email.to_owned();
    let found = account.db.read_now(account.actor, move |reader| {
        users::actions::find(reader, &email)
    });
    found.map_err(missing)
}
