//! Every statement on tags.
//!
//! Never: deciding; writing another resource's table.

use base::{Error, Id, Kind, Result, id, text};
use store::{Reader, Select, Tx};

use super::rules::{Hashtag, Identity};
use super::{Filter, Tag};
use crate::resources::scope;

/// What [`Tag`] is made of, with `g` for tags.
const COLUMNS: &str = "g.id, g.name, g.billable, g.created_at, g.updated_at,
  (select count(*) from entry_tags t where t.tag_id = g.id) as entries";

/// The tag as it is now; `NotFound` if the actor does not see it.
pub(crate) fn peek(reader: &Reader<'_>, id: Id<id::Tag>) -> Result<Tag> {
    one(reader, id, "")
}

/// The tag, locked until the end; `NotFound` if the actor does not see it.
pub(super) fn load(tx: &Tx<'_>, id: Id<id::Tag>) -> Result<Tag> {
    one(tx, id, "{for_update}")
}

fn one(reader: &Reader<'_>, id: Id<id::Tag>, lock: &str) -> Result<Tag> {
    let sql = format!(
        "select {COLUMNS} from tags g where {} and g.id = $2{lock}",
        scope::TAGS // visible to the actor
    );
    reader
        .row(&sql, &[&reader.account()?, &id])?
        .ok_or(Error::NotFound(Kind::Tag))
}

/// Those of these tags that the actor sees, locked until the end, ids ascending.
pub(super) fn load_many(tx: &Tx<'_>, ids: &[Id<id::Tag>]) -> Result<Vec<Tag>> {
    let sql = format!(
        "select {COLUMNS} from tags g where {} and g.id {{in $2}} order by g.id{{for_update}}",
        scope::TAGS // visible to the actor
    );
    tx.rows(&sql, &[&tx.account()?, &ids.to_vec()])
}

/// The tags with these folded names, billable or not.
pub(super) fn load_named(tx: &Tx<'_>, hashtags: &[Hashtag]) -> Result<Vec<Tag>> {
    let names: Vec<String> = hashtags.iter().map(|it| it.identity().0).collect();
    let sql = format!(
        "select {COLUMNS} from tags g where {} and g.name_folded {{in $2}}
         order by g.id{{for_update}}",
        scope::TAGS // visible to the actor
    );
    tx.rows(&sql, &[&tx.account()?, &names])
}

/// One page (limit and offset) of tags by name, and how many there are in all.
pub(super) fn peek_page(
    reader: &Reader<'_>,
    filter: &Filter,
    page: (i64, i64),
) -> Result<(Vec<Tag>, i64)> {
    let sql = format!(
        "select {COLUMNS} from tags g where {}",
        scope::TAGS // visible to the actor
    );
    let mut select = Select::new(sql, &[&reader.account()?]);
    let name = filter.name.as_deref().map(text::fold);
    select
        .and_some("{contains g.name_folded, $?}", name.as_ref())
        .and_some("g.billable = $?", filter.billable.as_ref());
    let total = reader.count(&select)?;
    let (limit, offset) = page;
    select
        .push("order by g.name_folded, g.id")
        .page(limit, offset);
    Ok((reader.select(&select)?, total))
}

/// Makes a tag; its identity is free.
pub(super) fn insert(tx: &mut Tx<'_>, hashtag: &Hashtag) -> Result<Id<id::Tag>> {
    let (folded, billable): Identity = hashtag.identity();
    let (account, wall) = (tx.account()?, tx.wall);
    tx.insert(
        Kind::Tag,
        "insert into tags (account_id, name, name_folded, billable, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $5)
         returning id",
        &[&account, &hashtag.name, &folded, &billable, &wall],
    )
}

/// Gives a tag another name and flag, and notes the time.
pub(super) fn update(tx: &mut Tx<'_>, tag: &Tag) -> Result<()> {
    let (folded, billable) = tag.hashtag.identity();
    let (account, name) = (tx.account()?, &tag.hashtag.name);
    tx.write(
        Kind::Tag,
        "update tags set name = $3, name_folded = $4, billable = $5, updated_at = $6
         where account_id = $1 and id = $2",
        &[&account, &tag.id, name, &folded, &billable, &tag.updated_at],
    )?;
    Ok(())
}

/// Removes a tag that no entry carries any more.
pub(super) fn delete(tx: &mut Tx<'_>, id: Id<id::Tag>) -> Result<()> {
    let account = tx.account()?;
    let sql = "delete from tags where account_id = $1 and id = $2";
    tx.write(Kind::Tag, sql, &[&account, &id])?;
    Ok(())
}
