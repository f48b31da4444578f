//! Passwords for commands: from a file, standard input or the environment, else generated.
//!
//! Never: from an argument, which other users of the machine can read.

use std::io::Read;
use std::path::{Path, PathBuf};

use base::Secret;
use base::chance::SystemChance;
use server::identity::passwords;

use crate::config::environment;
use crate::failed::{Failed, Result};

/// The variable that may hold a password.
const VARIABLE: &str = "CARILLON_PASSWORD";

/// Where a password is.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PasswordFlags {
    /// The file with the password, - for standard input; else the variable `CARILLON_PASSWORD`
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// A password that is kept as a hash.
pub(crate) struct Hashed {
    /// For the database.
    pub(crate) hash: String,
    /// To be shown this once; none if the user knows it already.
    pub(crate) generated: Option<Secret<String>>,
}

impl PasswordFlags {
    /// The hash of the password, if one was given.
    pub(crate) fn hash_given(&self) -> Result<Option<String>> {
        self.given()?.as_ref().map(hash).transpose()
    }

    /// The hash of the password that was given, else of one that is drawn now.
    pub(crate) fn hash(&self) -> Result<Hashed> {
        if let Some(hash) = self.hash_given()? {
            let generated = None;
            return Ok(Hashed { hash, generated });
        }
        let drawn = passwords::generate(&SystemChance);
        Ok(Hashed {
            hash: hash(&drawn)?,
            generated: Some(drawn),
        })
    }

    fn given(&self) -> Result<Option<Secret<String>>> {
        let text = match &self.password_file {
            Some(path) => Some(read(path)?),
            None => environment(VARIABLE).filter(|text| !text.is_empty()),
        };
        let line = text.map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
        Ok(line.map(Secret::new))
    }
}

fn read(path: &Path) -> Result<String> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(path).map(|content| text = content)
    };
    read.map_err(|cause| Failed::doing(format_args!("{} cannot be read", path.display()), cause))?;
    Ok(text)
}

fn hash(password: &Secret<String>) -> Result<String> {
    Ok(passwords::hash(password, &SystemChance)?)
}
