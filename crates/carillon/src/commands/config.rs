//! `carillon config`: the table of settings, as it is and as documentation.
//!
//! Never: showing a secret.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Terminal;
use super::terminal::print;
use crate::config::{Config, Held, SETTINGS, ServerFlags, Setting};
use crate::failed::Result;

/// What of the settings to show.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    flags: ServerFlags,
    /// Only say whether the settings are valid
    #[arg(long)]
    check: bool,
    /// Print the settings page of the documentation
    #[arg(long, conflicts_with = "check")]
    markdown: bool,
}

/// Prints the table; invalid settings are exit code 2 and name each problem.
pub(crate) fn run(arguments: &Arguments, terminal: Terminal) -> Result<()> {
    if arguments.markdown {
        return print(markdown().trim_end());
    }
    let config = Config::read(&arguments.flags)?;
    if arguments.check {
        terminal.say("The settings are valid.");
        return Ok(());
    }
    let rows: Vec<_> = config.held().iter().map(row).collect();
    terminal.data(text(config.held()).trim_end(), &json!({ "settings": rows }))
}

fn row(held: &Held) -> Value {
    let setting = held.setting;
    json!({
        "name": setting.name,
        "value": held.shown(),
        "origin": held.origin.to_string(),
        "default": setting.default,
        "meaning": setting.meaning,
        "kind": setting.kind.word(),
        "environment": setting.environment_name(),
        "limit": setting.limit,
    })
}

fn text(held: &[Held]) -> String {
    let width = |column: &dyn Fn(&Held) -> usize| held.iter().map(column).max().unwrap_or(0);
    let name = width(&|held| held.setting.name.len());
    let value = width(&|held| shown(&held.shown()).len());
    let origin = width(&|held| held.origin.to_string().len());
    let default = width(&|held| shown(held.setting.default).len());
    let mut out = format!(
        "{:name$}  {:value$}  {:origin$}  {:default$}  MEANING\n",
        "NAME", "VALUE", "ORIGIN", "DEFAULT"
    );
    for row in held {
        let Held {
            setting,
            origin: from,
            ..
        } = row;
        let (now, else_) = (row.shown(), shown(setting.default));
        writeln!(
            out,
            "{:name$}  {:value$}  {:origin$}  {else_:default$}  {}",
            setting.name,
            shown(&now),
            from.to_string(),
            setting.meaning
        )
        .expect("text grows");
    }
    out
}

/// What stands for a value that is left out.
fn shown(value: &str) -> &str {
    if value.is_empty() { "–" } else { value }
}

/// The head of the settings page.
const INTRODUCTION: &str = "\
# Settings

This page is printed by `carillon config --markdown`.

A setting comes from the command line (`--database`, `--listen`, `--public-url`), else from the
environment, else from the file given with `--config FILE`, else it has its default. `carillon
config` shows each value and where it came from; `carillon config --check` says whether they hold
together.

In the file, which is TOML, dots make tables:

```toml
public_url = \"https://time.example.test\"

[webhooks]
answer_timeout = \"10s\"
retry.initial = \"5s\"
```

In the environment a name is `CARILLON_` and the setting's name in capitals, with dots as
underscores: `CARILLON_WEBHOOKS_RETRY_INITIAL=5s`. Durations are written `200ms`, `5s`, `10m`,
`1h`, `30d`; sizes `64KiB`, `1MiB`; networks `10.0.0.0/8,fd00::/8`. The last column is the row of
the table of limits.

| Setting | Kind | Default | Meaning | Limit |
|---|---|---|---|---|
";

/// The settings page of the documentation.
fn markdown() -> String {
    let lines = SETTINGS.iter().map(|setting| {
        let Setting {
            name,
            kind,
            default,
            limit,
            meaning,
        } = setting;
        let kind = kind.word();
        let default = if default.is_empty() {
            String::new()
        } else {
            format!("`{default}`")
        };
        format!("| `{name}` | {kind} | {default} | {meaning} | {limit} |\n")
    });
    std::iter::once(INTRODUCTION.to_owned())
        .chain(lines)
        .collect()
}
