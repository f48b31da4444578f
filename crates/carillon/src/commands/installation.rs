//! Opening the installation on this machine: its master key and its database.
//!
//! Never: the lock file, which is for servers; commands work beside one.

use std::sync::Arc;

use base::chance::SystemChance;
use base::clock::SystemClock;
use base::secret::MasterKey;
use store::{Db, Environment};

use super::key;
use crate::config::Config;
use crate::failed::{Failed, Result};

/// Opens or creates the database under its key and brings its schema up to date.
///
/// `public_url` is the origin that objects of this run print.
pub(crate) fn open(config: &Config, public_url: &str) -> Result<Db> {
    let settings = config.delivery(public_url.to_owned());
    let environment = Environment {
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        master_key: master_key(config)?,
        api: format!("{public_url}/v2"),
        record: Arc::new(move |tx, records| delivery::record::record(tx, &settings, records)),
    };
    Ok(Db::open(config.database(), environment)?)
}

/// Reads the key; makes it only beside a SQLite file that does not exist yet.
fn master_key(config: &Config) -> Result<MasterKey> {
    let path = config.master_key_file();
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
    if config.database().exists() {
        return Err(Failed::refused(format!(
            "The master key {shown} is missing, and without it the secrets in {} cannot be read. \
             Put the file back, or name it with master_key_file.",
            config.database().display()
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
