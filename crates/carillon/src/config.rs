//! The settings of this process: from flags, else the environment, else a file, else defaults.
//!
//! Words: *origin* = where a value came from.
//! Never: what a setting does. This is the only file that reads the environment.

mod build;
mod get;
mod kind;
mod nearest;
mod parse;
mod password;
mod table;
mod value;

use std::fmt;
use std::path::{Path, PathBuf};

use base::Secret;

pub(crate) use nearest::nearest;
pub(crate) use table::{SETTINGS, Setting};

use crate::failed::{Failed, Result};
use kind::Kind;
use value::Value;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The command line, by this flag.
    Flag(&'static str),
    /// This variable of the environment.
    Environment(String),
    /// This file.
    File(PathBuf),
    /// The table.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Environment(name) => f.write_str(name),
            Self::File(path) => path.display().fmt(f),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The settings that the command line may give.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct Flags {
    /// Settings file (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the data is: sqlite:PATH, or an address of PostgreSQL
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

/// The settings of the HTTP server that the command line may give.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct ServerFlags {
    #[command(flatten)]
    pub(crate) common: Flags,
    /// Address and port of the HTTP server
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<String>,
    /// The origin under which the server is reached
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
}

impl From<Flags> for ServerFlags {
    fn from(common: Flags) -> Self {
        Self {
            common,
            ..Self::default()
        }
    }
}

/// A setting with its value and where that came from.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) setting: &'static Setting,
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

impl Held {
    /// The value as it would be written; a secret as `***`.
    pub(crate) fn shown(&self) -> String {
        self.value.show(self.setting.kind)
    }
}

/// Every setting of the table, read and checked.
#[derive(Debug)]
pub(crate) struct Config {
    held: Vec<Held>,
    /// Of the database, unless its address has it.
    password: Option<Secret<String>>,
}

impl Config {
    /// Reads and checks all settings; a problem is wrong usage, and all of them are named.
    pub(crate) fn read(flags: &ServerFlags) -> Result<Self> {
        let file = match &flags.common.config {
            None => None,
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|cause| {
                    Failed::usage(format!("{} cannot be read: {cause}.", path.display()))
                })?;
                Some((path.as_path(), text))
            }
        };
        let file = file.as_ref().map(|(path, text)| (*path, text.as_str()));
        Self::gather(flags, &environment, file)
    }

    /// All settings in the order of the table.
    pub(crate) fn held(&self) -> &[Held] {
        &self.held
    }

    fn gather(
        flags: &ServerFlags,
        environment: &dyn Fn(&str) -> Option<String>,
        file: Option<(&Path, &str)>,
    ) -> Result<Self> {
        let (path, written) = match file {
            None => (Path::new(""), Vec::new()),
            Some((path, text)) => (path, flatten(path, text)?),
        };
        let mut problems: Vec<_> = unknown_names(path, &written).collect();
        let mut held = Vec::new();
        for setting in SETTINGS {
            let in_file = || {
                let (_, text) = written.iter().find(|(name, _)| name == setting.name)?;
                Some((text.clone(), Origin::File(path.to_owned())))
            };
            let (text, origin) = from_flags(flags, setting.name)
                .or_else(|| {
                    let name = setting.environment_name();
                    Some((environment(&name)?, Origin::Environment(name)))
                })
                .or_else(in_file)
                .unwrap_or_else(|| (setting.default.to_owned(), Origin::Default));
            match setting.kind.parse(&text) {
                Ok(value) => held.push(Held {
                    setting,
                    value,
                    origin,
                }),
                Err(form) => problems.push(bad_value(setting, &text, &origin, form)),
            }
        }
        let mut config = Self {
            held,
            password: None,
        };
        if problems.is_empty() {
            problems = config.relations();
            match config.find_password(environment) {
                Ok(password) => config.password = password,
                Err(sentence) => problems.push(sentence),
            }
        }
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(Failed::usage(problems.join("\n")))
        }
    }

    fn find_password(
        &self,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Secret<String>>, String> {
        match self.value("database") {
            Value::Url(url) => password::find(url.reveal(), environment),
            _ => Ok(None),
        }
    }

    fn value(&self, name: &'static str) -> &Value {
        let held = self.held.iter().find(|held| held.setting.name == name);
        &held
            .expect("every setting of the table is held; the tests ask for each name")
            .value
    }
}

/// A variable of the environment that is no setting: a password, a token, an address.
///
/// `None` if it is absent or not UTF-8.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the file that may read the environment"
)]
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn from_flags(flags: &ServerFlags, name: &str) -> Option<(String, Origin)> {
    let (given, flag) = match name {
        "database" => (&flags.common.database, "--database"),
        "listen" => (&flags.listen, "--listen"),
        "public_url" => (&flags.public_url, "--public-url"),
        _ => return None,
    };
    Some((given.clone()?, Origin::Flag(flag)))
}

fn bad_value(setting: &Setting, text: &str, origin: &Origin, form: &str) -> String {
    let name = setting.name;
    let shown = if setting.kind == Kind::Secret {
        "***"
    } else {
        text
    };
    if shown.is_empty() {
        return format!("{name} ({origin}) is empty: {form}.");
    }
    format!("{name} ({origin}) is \"{shown}\": {form}.")
}

fn unknown_names<'a>(
    path: &'a Path,
    written: &'a [(String, String)],
) -> impl Iterator<Item = String> + 'a {
    let is_unknown = |name: &str| SETTINGS.iter().all(|setting| setting.name != name);
    written
        .iter()
        .filter(move |(name, _)| is_unknown(name))
        .map(move |(name, _)| {
            let near = nearest(name, SETTINGS.iter().map(|setting| setting.name));
            let hint = near
                .map(|near| format!(" Did you mean {near}?"))
                .unwrap_or_default();
            format!("{} has {name}, which is no setting.{hint}", path.display())
        })
}

/// The leaves of a TOML text, named by dots, as text.
fn flatten(path: &Path, text: &str) -> Result<Vec<(String, String)>> {
    let table: toml::Table = text.parse().map_err(|cause| {
        Failed::usage(
            format!("{} is not TOML: {cause}", path.display())
                .trim_end()
                .to_owned(),
        )
    })?;
    let mut leaves = Vec::new();
    flatten_table("", table, &mut leaves);
    Ok(leaves)
}

fn flatten_table(prefix: &str, table: toml::Table, leaves: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let name = format!("{prefix}{key}");
        match value {
            toml::Value::Table(inner) => flatten_table(&format!("{name}."), inner, leaves),
            toml::Value::Array(items) => {
                let words: Vec<_> = items.iter().map(as_text).collect();
                leaves.push((name, words.join(",")));
            }
            leaf => leaves.push((name, as_text(&leaf))),
        }
    }
}

fn as_text(value: &toml::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
