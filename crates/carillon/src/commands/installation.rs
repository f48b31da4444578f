//! Opening the installation on this machine: its master key, its database, one of its accounts.
//!
//! Never: the lock file, which is for servers; commands work beside one.

use std::path::PathBuf;
use std::sync::Arc;

use base::chance::SystemChance;
use base::clock::SystemClock;
use base::secret::MasterKey;
use base::{Actor, Error, Reason};
use server::identity::accounts;
use store::{Db, Environment};

use super::key;
use crate::config::{Config, ServerFlags};
use crate::failed::{Code, Failed, Result};

/// Which account of which installation a command works on.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct AccountFlags {
    #[command(flatten)]
    server: ServerFlags,
    /// The account's name; may be left out while there is only one
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
}

/// An account that a command works on.
pub(crate) struct Account {
    pub(crate) config: Config,
    pub(crate) db: Db,
    /// The operator of this account.
    pub(crate) actor: Actor,
}

impl AccountFlags {
    /// Opens the database and finds the account; exit code 3 if there is no database, 4 if there
    /// is no such account.
    pub(crate) fn open(&self) -> Result<Account> {
        let config = Config::read(&self.server)?;
        if let Some(path) = config.file().filter(|path| !path.exists()) {
            let shown = path.display();
            return Err(Failed::new(
                Code::Unreachable,
                format!(
                    "There is no database {shown}. Name the right one with --database \
                     sqlite:PATH, or make one with `carillon account create`."
                ),
            ));
        }
        let db = open(&config, &told(&config))?;
        let name = self.account.clone();
        let found = db.read_now(Actor::System(Reason::StartUp), move |reader| {
            accounts::find(reader, name.as_deref())
        });
        let actor = Actor::Operator(found.map_err(missing)?);
        Ok(Account { config, db, actor })
    }
}

/// A name that names nothing: exit code 4 with the sentence.
pub(crate) fn missing(error: Error) -> Failed {
    match error {
        Error::Malformed(sentence) => Failed::new(Code::NotFound, sentence),
        other => other.into(),
    }
}

/// What delivery is told when a command makes records.
pub(crate) fn told(config: &Config) -> Arc<delivery::Settings> {
    let configured = || config.public_url(config.listen());
    let origin = if config.names_public_url() {
        configured()
    } else {
        // The flags of a server are not known here; it wrote down what came of them.
        let noted = config.file().and_then(store::lock::noted_origin);
        noted.unwrap_or_else(configured)
    };
    Arc::new(config.delivery(origin))
}

/// Opens or creates the database under its key and brings its schema up to date.
///
/// The origin that objects of this run print is `settings.public_url`.
pub(crate) fn open(config: &Config, settings: &Arc<delivery::Settings>) -> Result<Db> {
    let api = format!("{}/v2", settings.public_url);
    let settings = Arc::clone(settings);
    let environment = Environment::new(
        Arc::new(SystemClock),
        Arc::new(SystemChance),
        master_key(config)?,
        api,
        Arc::new(move |tx, records| delivery::record::record(tx, &settings, records)),
    );
    Ok(Db::open_at(&config.location(), environment)?)
}

/// Reads the key; makes it only beside a SQLite file that does not exist yet.
fn master_key(config: &Config) -> Result<MasterKey> {
    let path = key_file(config)?;
    if path.exists() {
        return key::read(&path);
    }
    let shown = path.display();
    if config.names_master_key() {
        return Err(Failed::refused(format!(
            "The master key {shown} does not exist. Make one with `carillon key create {shown}`, \
             or correct master_key_file."
        )));
    }
    if let Some(file) = config.file().filter(|file| file.exists()) {
        return Err(Failed::refused(format!(
            "The master key {shown} is missing, and without it the secrets in {} cannot be read. \
             Put the file back, or name it with master_key_file.",
            file.display()
        )));
    }
    // Another command may make it at the same moment: then that one is the key.
    key::create(&path).or_else(|failed| {
        if path.exists() {
            key::read(&path)
        } else {
            Err(failed)
        }
    })
}

/// The file of the key; PostgreSQL has none unless it is named, since every server needs the same.
pub(crate) fn key_file(config: &Config) -> Result<PathBuf> {
    config.master_key_file().ok_or_else(|| {
        Failed::refused(
            "On PostgreSQL the master key must be named: make one with `carillon key create FILE`, \
             copy it to every server, and set master_key_file to its path.",
        )
    })
}
