//! Webhooks: subscriptions with an address, a secret and a creator, and the actions on them.
//!
//! Contract: webhooks.md §1, §2. What a person does to a webhook tells no other webhook; it is
//! written into `webhook_history`.
//! Never: HTTP; sending.

mod create;
mod edit;
mod log;
mod state;
mod status;

use std::collections::BTreeSet;

use base::{Actor, Error, Id, Kind, Problem, Result, Role, Secret, WallTime, id};
use store::{FromRow, Reader, Row, Select, Tx};

use crate::catalogue;
use crate::lanes::State;

pub use create::{Created, NewWebhook, create};
pub use edit::{Edit, add_events, edit, remove_events, reroll_secret};
pub use log::{Hour, Told, history, hour_of, hours};
pub use state::{delete, disable, enable, ping};
pub(crate) use state::{load_lane, require_active_creator, require_enabled};
pub use status::{Status, status};

/// A row of `webhooks` with the state of its lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    pub id: Id<id::Webhook>,
    pub creator: Id<id::User>,
    pub name: String,
    pub state: State,
    /// In the order of subscription, without duplicates.
    pub events: Vec<String>,
    pub payload_uri: String,
    pub secret_created_at: WallTime,
    pub stopped_reason: Option<String>,
    pub changed_by: Option<Id<id::User>>,
    pub condition_since: WallTime,
}

const COLUMNS: &str = "w.id, w.creator_id, w.name, l.state, w.events, w.payload_uri,
  w.secret_created_at, w.stopped_reason, w.changed_by, w.condition_since, w.created_at";

impl FromRow for Webhook {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            creator: row.get("creator_id")?,
            name: row.get("name")?,
            state: State::parse(&row.get::<String>("state")?)?,
            events: split(&row.get::<String>("events")?),
            payload_uri: row.get("payload_uri")?,
            secret_created_at: row.get("secret_created_at")?,
            stopped_reason: row.get("stopped_reason")?,
            changed_by: row.get("changed_by")?,
            condition_since: row.get("condition_since")?,
        })
    }
}

fn split(events: &str) -> Vec<String> {
    events
        .split(',')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Who may see which rows: creators their own, supervisors all of the account.
/// Contract: authentication.md §5. Takes `$1` account, `$2` sees all, `$3` user.
pub(crate) struct Sight {
    pub(crate) account: Id<id::Account>,
    pub(crate) all: bool,
    pub(crate) user: Id<id::User>,
}

impl Sight {
    pub(crate) fn of(reader: &Reader<'_>) -> Result<Self> {
        let account = reader.account()?;
        Ok(match reader.actor {
            Actor::User { id, role, .. } => Self {
                account,
                all: role == Role::Supervisor,
                user: id,
            },
            Actor::Operator(_) | Actor::System(_) => Self {
                account,
                all: true,
                user: Id::new(0),
            },
        })
    }
}

pub(crate) const VISIBLE_TO: &str = "w.account_id = $1 and ($2 = 1 or w.creator_id = $3)";

fn find(reader: &Reader<'_>, webhook: Id<id::Webhook>, ending: &str) -> Result<Webhook> {
    let sight = Sight::of(reader)?;
    let sql = format!(
        "select {COLUMNS} from webhooks w join lanes l on l.webhook_id = w.id
         where {VISIBLE_TO} and w.id = $4{ending}"
    );
    let found = reader.row(&sql, &[&sight.account, &sight.all, &sight.user, &webhook])?;
    found.ok_or(Error::NotFound(Kind::Webhook))
}

/// Looks at a webhook; `NotFound` if this actor may not see it.
pub fn peek(reader: &Reader<'_>, webhook: Id<id::Webhook>) -> Result<Webhook> {
    find(reader, webhook, "")
}

/// Loads and locks a webhook; `NotFound` if this actor may not see it.
pub(crate) fn load(tx: &Tx<'_>, webhook: Id<id::Webhook>) -> Result<Webhook> {
    find(tx, webhook, "{for_update}")
}

/// What a list of webhooks is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Name contains this text, in any case.
    pub name: Option<String>,
    /// At least one of these names, or the wildcard, is subscribed.
    pub events: Option<Vec<String>>,
    /// `enabled` or `disabled`.
    pub state: Option<String>,
}

/// A page of the webhooks that this actor may see, newest first, and how many there are in all.
pub fn list(
    reader: &Reader<'_>,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Webhook>, i64)> {
    let sight = Sight::of(reader)?;
    let mut select = Select::new(
        format!(
            "select {COLUMNS} from webhooks w join lanes l on l.webhook_id = w.id
             where {VISIBLE_TO}"
        ),
        &[&sight.account, &sight.all, &sight.user],
    );
    let name = filter.name.as_deref().map(base::text::fold);
    select.and_some("{contains w.name_folded, $?}", name.as_ref());
    if let Some(events) = &filter.events {
        let mut names = events.clone();
        names.push(catalogue::WILDCARD.to_owned());
        let clause = "exists (select 1 from subscriptions s
             where s.webhook_id = w.id and s.name {in $?})";
        select.and(clause, &names);
    }
    match filter.state.as_deref() {
        Some("enabled") => drop(select.push("and l.state in ('enabled', 'silent')")),
        Some("disabled") => drop(select.push("and l.state in ('disabled', 'stopped')")),
        _ => {}
    }
    let total = reader.count(&select)?;
    select
        .push("order by w.created_at desc, w.id desc")
        .page(limit, offset);
    Ok((reader.select(&select)?, total))
}

/// Problems of event names: each unknown one is `invalid` on `events[i]`.
pub fn check_events(events: &[String]) -> Vec<Problem> {
    let unknown = events
        .iter()
        .enumerate()
        .filter(|(_, name)| !catalogue::is_known(name));
    unknown
        .map(|(index, name)| {
            Problem::new(Kind::Webhook, format!("events[{index}]"), "invalid").saying(format!(
                "\"{name}\" is no event; docs/webhooks.md lists them."
            ))
        })
        .collect()
}

/// The names without repetitions, in their order.
fn distinct(events: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    events
        .iter()
        .filter(|name| seen.insert(name.as_str()))
        .cloned()
        .collect()
}

/// Draws a signing secret and seals it to its place; what is stored, and what is shown once.
pub(crate) fn draw_secret(tx: &Tx<'_>, place: &str) -> (Vec<u8>, Secret<String>) {
    let secret = Secret::signing(tx.chance());
    (tx.master_key().seal(&secret, place, tx.chance()), secret)
}
