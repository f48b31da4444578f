//! What is done to tags; the entries that carry them follow in the same transaction.
//!
//! Never: HTTP; an event for an entry that a tag's change touched (contract webhooks.md §8).

use std::collections::{HashMap, HashSet};

use base::{Audience, Error, Id, Kind, Problem, Result, id};
use serde_json::{Map, json};
use store::{Event, Reader, Record, Recorded, Silence, Tx};

use super::rules::{self, Hashtag, Identity};
use super::shape::{SimpleTag, TagShape};
use super::{Attached, Tag, event, shape, table};
use crate::resources::changes::{self, Shown};
use crate::resources::entries;
use crate::resources::entries::actions::Retag;

/// Makes the tags that do not exist yet and answers with them, in order; existing and impossible
/// names are skipped. `Forbidden` for a contractor. Contract: tags.md, `POST /v2/tags`.
pub fn create(tx: &mut Tx<'_>, names: &[String]) -> Result<Recorded<Vec<Tag>>> {
    if !rules::may_create(tx.role()) {
        return Err(Error::Forbidden(
            "A contractor may not create tags; it takes a coworker at least.".into(),
        ));
    }
    let mut seen = HashSet::new();
    let wanted = names.iter().filter_map(|name| Hashtag::parse(name));
    let wanted: Vec<Hashtag> = wanted.filter(|it| seen.insert(it.identity())).collect();
    let known = known(tx, &wanted)?;
    let mut recorded = tx.silent(Silence::Unchanged, ());
    let mut made = Vec::new();
    for hashtag in &wanted {
        if !known.contains_key(&hashtag.identity()) {
            let tag = make(tx, hashtag)?;
            made.push(tag.value().clone());
            recorded = recorded.and(tag);
        }
    }
    Ok(recorded.with(made))
}

/// Why the actor may not use these hashtags on an entry: some would be new, and a contractor
/// makes none. Contract: entries.md, `cannot_create_tags`.
pub(crate) fn check(reader: &Tx<'_>, hashtags: &[Hashtag]) -> Result<Option<Problem>> {
    if rules::may_create(reader.role()) {
        return Ok(None);
    }
    let known = known(reader, hashtags)?;
    let is_new = |it: &&Hashtag| !known.contains_key(&it.identity());
    Ok(hashtags.iter().find(is_new).map(|it| {
        let sentence = format!("A contractor may not create the tag {}.", it.formatted());
        Problem::new(Kind::Entry, "description", "cannot_create_tags").saying(sentence)
    }))
}

/// The tags of these hashtags, in their order; new ones are made and recorded. `Invalid` where
/// [`check`] finds a problem.
pub(crate) fn of_hashtags(
    tx: &mut Tx<'_>,
    hashtags: &[Hashtag],
) -> Result<Recorded<Vec<Attached>>> {
    if let Some(problem) = check(tx, hashtags)? {
        return Err(Error::Invalid(vec![problem]));
    }
    let mut known = known(tx, hashtags)?;
    let mut recorded = tx.silent(Silence::Unchanged, ());
    let mut tags = Vec::new();
    for hashtag in hashtags {
        if let Some(tag) = known.remove(&hashtag.identity()) {
            tags.push(tag);
        } else {
            let made = make(tx, hashtag)?;
            tags.push(made.value().into());
            recorded = recorded.and(made);
        }
    }
    Ok(recorded.with(tags))
}

/// Renames a tag, also between billable and unbillable, in the descriptions of its entries too.
/// `Invalid` with `invalid` or `already_exists` on `name`. Contract: tags.md, `PUT /v2/tags/:id`.
pub fn edit(tx: &mut Tx<'_>, id: Id<id::Tag>, name: Option<&str>) -> Result<Recorded<Tag>> {
    let before = table::load(tx, id)?;
    rules::check_keeper(tx.role())?;
    let hashtag = match name {
        Some(name) => Hashtag::parse(name).ok_or_else(|| refused("name", "invalid"))?,
        None => before.hashtag.clone(),
    };
    if hashtag == before.hashtag {
        return Ok(tx.silent(Silence::Unchanged, before));
    }
    let known = known(tx, std::slice::from_ref(&hashtag))?;
    if known.get(&hashtag.identity()).is_some_and(|it| it.id != id) {
        return Err(refused("name", "already_exists"));
    }
    let updated_at = tx.wall;
    let after = Tag {
        hashtag,
        updated_at,
        ..before.clone()
    };
    table::update(tx, &after)?;
    let entries = entries::actions::retag(tx, &before, &Retag::Renamed(after.hashtag.clone()))?;
    let shown = changes::edit(|_| shown(tx, &before), |_| shown(tx, &after), &["entries"])?;
    let updated = record(tx, event::UPDATED, &after, shown);
    Ok(updated.and(entries).with(after))
}

/// Merges the tag `from` into `into`, whose entries become the other's; then it is gone.
///
/// `Invalid` on `tag_id`: `missing`, or `invalid` for the same tag. Contract: tags.md,
/// `PUT /v2/tags/:id/merge`.
pub fn merge(tx: &mut Tx<'_>, into: Id<id::Tag>, from: Id<id::Tag>) -> Result<Recorded<()>> {
    let found = table::load_many(tx, &[into, from])?;
    let find = |id| found.iter().find(|tag| tag.id == id);
    let target = find(into).ok_or(Error::NotFound(Kind::Tag))?;
    rules::check_keeper(tx.role())?;
    let merged = find(from).ok_or_else(|| refused("tag_id", "missing"))?;
    if into == from {
        return Err(refused("tag_id", "invalid"));
    }
    let entries = entries::actions::retag(tx, merged, &Retag::Merged(target.into()))?;
    table::delete(tx, from)?;
    let updated_at = tx.wall;
    let after = Tag {
        entries: table::peek(tx, into)?.entries,
        updated_at,
        ..target.clone()
    };
    table::update(tx, &after)?;
    let deleted = record_merged(tx, merged, &after)?;
    let moved = Map::from_iter([("entries".into(), json!([target.entries, after.entries]))]);
    let shown = changes::with_changes(|_| shown(tx, &after), &moved)?;
    let updated = record(tx, event::UPDATED, &after, shown);
    Ok(deleted.and(updated).and(entries))
}

/// Deletes a tag; in the descriptions of its entries it becomes plain text. Contract: tags.md,
/// `DELETE /v2/tags/:id`.
pub fn delete(tx: &mut Tx<'_>, id: Id<id::Tag>) -> Result<Recorded<()>> {
    let tag = table::load(tx, id)?;
    rules::check_keeper(tx.role())?;
    remove(tx, &tag)
}

/// Deletes those of these tags that exist, in the order given. Contract: tags.md,
/// `PUT /v2/tags/delete`.
pub fn delete_all(tx: &mut Tx<'_>, ids: &[Id<id::Tag>]) -> Result<Recorded<()>> {
    rules::check_keeper(tx.role())?;
    let found = table::load_many(tx, ids)?;
    let mut left: HashMap<_, _> = found.into_iter().map(|tag| (tag.id, tag)).collect();
    let mut recorded = tx.silent(Silence::Unchanged, ());
    for id in ids {
        if let Some(tag) = left.remove(id) {
            recorded = recorded.and(remove(tx, &tag)?);
        }
    }
    Ok(recorded)
}

fn remove(tx: &mut Tx<'_>, tag: &Tag) -> Result<Recorded<()>> {
    let entries = entries::actions::retag(tx, tag, &Retag::Text)?;
    table::delete(tx, tag.id)?;
    let shown = changes::whole(|_| shown(tx, tag))?;
    let deleted = record(tx, event::DELETED, tag, shown);
    Ok(deleted.and(entries))
}

/// Makes a tag whose identity is free.
fn make(tx: &mut Tx<'_>, hashtag: &Hashtag) -> Result<Recorded<Tag>> {
    let wall = tx.wall;
    let tag = Tag {
        id: table::insert(tx, hashtag)?,
        hashtag: hashtag.clone(),
        entries: 0,
        created_at: wall,
        updated_at: wall,
    };
    let shown = changes::whole(|_| shown(tx, &tag))?;
    Ok(record(tx, event::CREATED, &tag, shown).with(tag))
}

fn known(tx: &Tx<'_>, hashtags: &[Hashtag]) -> Result<HashMap<Identity, Attached>> {
    let found = table::load_named(tx, hashtags)?;
    let by_identity = |tag: &Tag| (tag.hashtag.identity(), tag.into());
    Ok(found.iter().map(by_identity).collect())
}

fn shown(reader: &Reader<'_>, tag: &Tag) -> TagShape {
    TagShape::of(tag, reader.api())
}

fn record_merged(tx: &mut Tx<'_>, merged: &Tag, target: &Tag) -> Result<Recorded<()>> {
    let simple = SimpleTag::of(&target.into(), tx.api());
    let changes = Map::from_iter([("merged_into".into(), json!([null, simple]))]);
    let shown = changes::with_changes(|_| shown(tx, merged), &changes)?;
    Ok(record(tx, event::MERGED, merged, shown))
}

fn record(tx: &mut Tx<'_>, name: &'static str, tag: &Tag, shown: Shown) -> Recorded<()> {
    let is_gone = matches!(name, event::DELETED | event::MERGED);
    let url = (!is_gone).then(|| shape::url(tag.id.number(), tx.api()));
    tx.record(Record::Event(Event {
        name,
        kind: Kind::Tag,
        subject: tag.id.number(),
        url,
        full: shown.full,
        limited: shown.limited,
        audience: Audience::Everybody,
    }))
}

fn refused(field: &'static str, code: &'static str) -> Error {
    Error::invalid(Kind::Tag, field, code)
}
