//! Broadcast receivers and the actions on them.
//!
//! Contract: broadcasts.md §1, §2.
//! Never: HTTP; sending.

use base::{Error, Id, Kind, Problem, Result, Secret, WallTime, id, text};
use store::{FromRow, Reader, Recorded, Row, Select, Silence, Tx, Wake};

use crate::address::Target;
use crate::settle::shown_at;
use crate::signature::Message;
use crate::webhooks::{Sight, draw_secret};
use crate::{Settings, broadcasts, catalogue, creators};

/// A row of `broadcast_receivers`.
#[derive(Clone, Debug, PartialEq)]
pub struct Receiver {
    pub id: Id<id::BroadcastReceiver>,
    pub creator: Id<id::User>,
    pub name: String,
    /// `enabled` or `disabled`; one whose creator is deactivated is `enabled` and silent.
    pub state: &'static str,
    pub is_silent: bool,
    pub subjects: Vec<String>,
    pub payload_uri: String,
}

const COLUMNS: &str = "w.id, w.creator_id, w.name, w.state, w.subjects, w.payload_uri,
  w.created_at";
// The fragment of webhooks fits: both tables know account and creator.
const VISIBLE_TO: &str = crate::webhooks::VISIBLE_TO;

impl FromRow for Receiver {
    fn from_row(row: &Row) -> Result<Self> {
        let state: String = row.get("state")?;
        let subjects: String = row.get("subjects")?;
        Ok(Self {
            id: row.get("id")?,
            creator: row.get("creator_id")?,
            name: row.get("name")?,
            state: if state == "disabled" {
                "disabled"
            } else {
                "enabled"
            },
            is_silent: state == "silent",
            subjects: subjects
                .split(',')
                .filter(|it| !it.is_empty())
                .map(Into::into)
                .collect(),
            payload_uri: row.get("payload_uri")?,
        })
    }
}

fn find(reader: &Reader<'_>, id: Id<id::BroadcastReceiver>, ending: &str) -> Result<Receiver> {
    let sight = Sight::of(reader)?;
    let sql = format!(
        "select {COLUMNS} from broadcast_receivers w where {VISIBLE_TO} and w.id = $4{ending}"
    );
    let found = reader.row(&sql, &[&sight.account, &sight.all, &sight.user, &id])?;
    found.ok_or(Error::NotFound(Kind::BroadcastReceiver))
}

/// Looks at a receiver; `NotFound` if this actor may not see it.
pub fn peek(reader: &Reader<'_>, receiver: Id<id::BroadcastReceiver>) -> Result<Receiver> {
    find(reader, receiver, "")
}

fn load(tx: &Tx<'_>, receiver: Id<id::BroadcastReceiver>) -> Result<Receiver> {
    find(tx, receiver, "{for_update}")
}

/// What a list of receivers is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub name: Option<String>,
    pub subjects: Option<Vec<String>>,
    pub state: Option<String>,
}

/// A page of the receivers that this actor may see, newest first, and how many there are.
pub fn list(
    reader: &Reader<'_>,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Receiver>, i64)> {
    let sight = Sight::of(reader)?;
    let mut select = Select::new(
        format!("select {COLUMNS} from broadcast_receivers w where {VISIBLE_TO}"),
        &[&sight.account, &sight.all, &sight.user],
    );
    let name = filter.name.as_deref().map(text::fold);
    select.and_some("{contains w.name_folded, $?}", name.as_ref());
    if let Some(subjects) = &filter.subjects {
        let known = catalogue::SUBJECTS.into_iter();
        let asked = known.filter(|known| subjects.iter().any(|it| it == known));
        let mut accepted: Vec<String> = vec!["*".into(), "timer,*".into(), "*,timer".into()];
        accepted.extend(asked.map(str::to_owned));
        select.and("w.subjects {in $?}", &accepted);
    }
    match filter.state.as_deref() {
        Some("enabled") => drop(select.push("and w.state <> 'disabled'")),
        Some("disabled") => drop(select.push("and w.state = 'disabled'")),
        _ => {}
    }
    let total = reader.count(&select)?;
    select
        .push("order by w.created_at desc, w.id desc")
        .page(limit, offset);
    Ok((reader.select(&select)?, total))
}

/// Problems of subjects: each unknown one is `invalid` on `subjects[i]`.
pub fn check_subjects(subjects: &[String]) -> Vec<Problem> {
    let unknown = subjects.iter().enumerate().filter(|(_, name)| {
        *name != catalogue::WILDCARD && !catalogue::SUBJECTS.contains(&name.as_str())
    });
    unknown
        .map(|(index, name)| {
            Problem::new(
                Kind::BroadcastReceiver,
                format!("subjects[{index}]"),
                "invalid",
            )
            .saying(format!(
                "\"{name}\" is no subject; there are \"timer\" and \"*\"."
            ))
        })
        .collect()
}

/// What a receiver is made of.
#[derive(Clone, Debug)]
pub struct NewReceiver {
    pub name: String,
    pub target: Target,
    pub subjects: Vec<String>,
}

/// Makes an enabled receiver of the acting user; nothing is sent to it unasked.
/// `reached_broadcast_receiver_limit` at limit L24.
pub fn create(
    tx: &mut Tx<'_>,
    settings: &Settings,
    new: &NewReceiver,
) -> Result<Recorded<(Receiver, Secret<String>)>> {
    let (account, creator, wall) = (tx.account()?, tx.user()?, tx.wall);
    let sql = "select count(*) from broadcast_receivers w where w.account_id = $1";
    let count = tx.number(sql, &[&account])?;
    if count >= settings.receivers_per_account_max {
        return Err(Error::conflict(
            Kind::BroadcastReceiver,
            "reached_broadcast_receiver_limit",
            format!("The account has {count} receivers, as many as it may. Delete one first."),
        ));
    }
    let id: Id<id::BroadcastReceiver> = tx.insert(
        Kind::BroadcastReceiver,
        "insert into broadcast_receivers (account_id, creator_id, name, name_folded, payload_uri,
           subjects, state, sealed_secret, key_id, changes_collected, messages_sent, created_at)
         values ($1, $2, $3, $4, $5, $6, 'enabled', $7, $8, 0, 0, $9) returning id",
        &[
            &account,
            &creator,
            &new.name,
            &text::fold(&new.name),
            &new.target.as_str(),
            &distinct(&new.subjects).join(","),
            &Vec::<u8>::new(),
            &tx.master_key().id().to_owned(),
            &wall,
        ],
    )?;
    // Asked only now: the new row waits for a deactivation that is under way.
    if creators::is_silent(tx, creator)? {
        let sentence = "The receiver's creator is deactivated. Activate the user first.";
        return Err(Error::conflict(
            Kind::BroadcastReceiver,
            "disabled",
            sentence,
        ));
    }
    let secret = renew_secret(tx, id)?;
    let created = (load(tx, id)?, secret);
    Ok(tx.silent(Silence::Integration, created))
}

fn distinct(subjects: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for subject in subjects {
        if !kept.contains(subject) {
            kept.push(subject.clone());
        }
    }
    kept
}

fn renew_secret(tx: &mut Tx<'_>, id: Id<id::BroadcastReceiver>) -> Result<Secret<String>> {
    let (sealed, secret) = draw_secret(tx, &broadcasts::secret_place(id.number()));
    let key = tx.master_key().id().to_owned();
    let sql = "update broadcast_receivers set sealed_secret = $2, key_id = $3 where id = $1";
    tx.write(Kind::BroadcastReceiver, sql, &[&id, &sealed, &key])?;
    Ok(secret)
}

/// Changes name and address.
pub fn edit(
    tx: &mut Tx<'_>,
    receiver: Id<id::BroadcastReceiver>,
    edit: &crate::webhooks::Edit,
) -> Result<Recorded<Receiver>> {
    let before = load(tx, receiver)?;
    let name = edit.name.clone().unwrap_or_else(|| before.name.clone());
    let uri = edit
        .target
        .as_ref()
        .map_or(before.payload_uri.as_str(), Target::as_str)
        .to_owned();
    tx.write(
        Kind::BroadcastReceiver,
        "update broadcast_receivers set name = $2, name_folded = $3, payload_uri = $4
         where id = $1",
        &[&receiver, &name, &text::fold(&name), &uri],
    )?;
    let after = load(tx, receiver)?;
    Ok(tx.silent(Silence::Integration, after))
}

/// Follows further subjects; those followed already are ignored.
pub fn add_subjects(
    tx: &mut Tx<'_>,
    receiver: Id<id::BroadcastReceiver>,
    subjects: &[String],
) -> Result<Recorded<Receiver>> {
    let mut wanted = load(tx, receiver)?.subjects;
    wanted.extend(subjects.iter().cloned());
    save_subjects(tx, receiver, &distinct(&wanted))
}

/// Stops following; what was collected of a removed subject is dropped.
pub fn remove_subjects(
    tx: &mut Tx<'_>,
    receiver: Id<id::BroadcastReceiver>,
    subjects: &[String],
) -> Result<Recorded<Receiver>> {
    let before = load(tx, receiver)?.subjects;
    let kept: Vec<String> = before
        .into_iter()
        .filter(|it| !subjects.contains(it))
        .collect();
    save_subjects(tx, receiver, &kept)
}

fn save_subjects(
    tx: &mut Tx<'_>,
    receiver: Id<id::BroadcastReceiver>,
    subjects: &[String],
) -> Result<Recorded<Receiver>> {
    let sql = "update broadcast_receivers set subjects = $2 where id = $1";
    tx.write(
        Kind::BroadcastReceiver,
        sql,
        &[&receiver, &subjects.join(",")],
    )?;
    if !subjects
        .iter()
        .any(|subject| subject == catalogue::WILDCARD)
    {
        let kept = subjects.to_vec();
        let sql = "delete from marks where receiver_id = $1 and not (subject {in $2})";
        tx.write(Kind::Delivery, sql, &[&receiver, &kept])?;
        let sql = "update broadcast_receivers set round_at = null
             where id = $1 and not exists (select 1 from marks where receiver_id = $1)";
        tx.write(Kind::Delivery, sql, &[&receiver])?;
    }
    let after = load(tx, receiver)?;
    Ok(tx.silent(Silence::Integration, after))
}

/// Replaces the secret; later messages are signed with the new one.
pub fn reroll_secret(
    tx: &mut Tx<'_>,
    receiver: Id<id::BroadcastReceiver>,
) -> Result<Recorded<Secret<String>>> {
    load(tx, receiver)?;
    let secret = renew_secret(tx, receiver)?;
    Ok(tx.silent(Silence::Integration, secret))
}

/// Switches a receiver off: what was collected is dropped, and no round starts after the answer.
pub fn disable(tx: &mut Tx<'_>, receiver: Id<id::BroadcastReceiver>) -> Result<Recorded<()>> {
    load(tx, receiver)?;
    let sql = "update broadcast_receivers set state = 'disabled', round_at = null, ping_at = null
         where id = $1";
    tx.write(Kind::BroadcastReceiver, sql, &[&receiver])?;
    tx.write(
        Kind::Delivery,
        "delete from marks where receiver_id = $1",
        &[&receiver],
    )?;
    Ok(tx.silent(Silence::Integration, ()))
}

/// Switches a receiver on, with nothing collected.
pub fn enable(tx: &mut Tx<'_>, receiver: Id<id::BroadcastReceiver>) -> Result<Recorded<()>> {
    let found = load(tx, receiver)?;
    if found.state == "enabled" {
        return Ok(tx.silent(Silence::Unchanged, ()));
    }
    let is_silent = creators::is_silent(tx, found.creator)?;
    let state = if is_silent { "silent" } else { "enabled" };
    let sql = "update broadcast_receivers set state = $2 where id = $1";
    tx.write(Kind::BroadcastReceiver, sql, &[&receiver, &state])?;
    Ok(tx.silent(Silence::Integration, ()))
}

/// Asks for one message at once, beside the interval. `disabled` on a receiver that is off or
/// whose creator is deactivated.
pub fn ping(tx: &mut Tx<'_>, receiver: Id<id::BroadcastReceiver>) -> Result<Recorded<()>> {
    let found = load(tx, receiver)?;
    if found.state == "disabled" || found.is_silent {
        let sentence = "The receiver is disabled, or its creator deactivated. Enable it first.";
        return Err(Error::conflict(
            Kind::BroadcastReceiver,
            "disabled",
            sentence,
        ));
    }
    let now = tx.now;
    let sql = "update broadcast_receivers set ping_at = coalesce(ping_at, $2) where id = $1";
    tx.write(Kind::BroadcastReceiver, sql, &[&receiver, &now])?;
    tx.wake(Wake::Engine);
    Ok(tx.silent(Silence::Integration, ()))
}

/// Deletes a receiver and what was collected for it.
pub fn delete(tx: &mut Tx<'_>, receiver: Id<id::BroadcastReceiver>) -> Result<Recorded<()>> {
    load(tx, receiver)?;
    tx.write(
        Kind::Delivery,
        "delete from marks where receiver_id = $1",
        &[&receiver],
    )?;
    let sql = "delete from broadcast_receivers where id = $1";
    tx.write(Kind::BroadcastReceiver, sql, &[&receiver])?;
    Ok(tx.silent(Silence::Integration, ()))
}

/// What is collected and when it goes: the status of a receiver.
#[derive(Clone, Debug)]
pub struct Status {
    pub receiver: Receiver,
    pub next_round_at: Option<WallTime>,
    pub last_round_at: Option<WallTime>,
    pub pending: Vec<(Message, WallTime, i64)>,
    pub changes_collected: i64,
    pub messages_sent: i64,
}

/// Looks at a receiver's state; `NotFound` if this actor may not see it.
pub fn status(reader: &Reader<'_>, receiver: Id<id::BroadcastReceiver>) -> Result<Status> {
    let found = peek(reader, receiver)?;
    let rows: Vec<Row> = reader.rows(
        "select last_event, subject, url, changed_at, changed_wall, changes_count from marks
         where receiver_id = $1 order by changed_at",
        &[&receiver],
    )?;
    let mut pending = Vec::new();
    for row in &rows {
        let message = Message::from_row(row)?;
        pending.push((message, row.get("changed_wall")?, row.get("changes_count")?));
    }
    let sql = "select round_at, last_round_wall, changes_collected, messages_sent
         from broadcast_receivers where id = $1";
    let row: Option<Row> = reader.row(sql, &[&receiver])?;
    let row = row.ok_or(Error::NotFound(Kind::BroadcastReceiver))?;
    let next: Option<base::EngineTime> = row.get("round_at")?;
    Ok(Status {
        receiver: found,
        next_round_at: next.map(|at| shown_at(reader, at)),
        last_round_at: row.get("last_round_wall")?,
        pending,
        changes_collected: row.get("changes_collected")?,
        messages_sent: row.get("messages_sent")?,
    })
}
