//! Which entries carry which tags, and what follows from a tag for many entries.
//!
//! Never: the table of tags itself.

use std::collections::HashMap;

use base::{Id, Kind, Result, id, text};
use store::{Reader, Tx};

use super::{grouped, numbers};
use crate::resources::scope::{self, Scope};
use crate::resources::tags::{Attached, rules::Hashtag};

/// An entry, and the number, name and flag of one of its tags.
type Columns = (Id<id::Entry>, Id<id::Tag>, String, bool);

/// The tags of these entries, in order of appearance.
pub(in crate::resources::entries) fn peek_tags(
    reader: &Reader<'_>,
    entries: impl IntoIterator<Item = Id<id::Entry>>,
) -> Result<HashMap<Id<id::Entry>, Vec<Attached>>> {
    let sql = format!(
        "select t.entry_id, g.id, g.name, g.billable
         from entry_tags t
         join tags g on g.id = t.tag_id
         where {visible} and t.entry_id {{in $2}}
         order by t.entry_id, t.position",
        visible = scope::TAGS,
    );
    let rows: Vec<Columns> = reader.rows(&sql, &[&reader.account()?, &numbers(entries)])?;
    let attached = rows.into_iter().map(|(entry, id, name, billable)| {
        let hashtag = Hashtag { name, billable };
        (entry, Attached { id, hashtag })
    });
    Ok(grouped(attached))
}

/// Gives an entry these tags and no others, in this order.
pub(in crate::resources::entries) fn attach(
    tx: &mut Tx<'_>,
    entry: Id<id::Entry>,
    tags: &[Attached],
) -> Result<()> {
    let account = tx.account()?;
    let sql = "delete from entry_tags where account_id = $1 and entry_id = $2";
    tx.write(Kind::Entry, sql, &[&account, &entry])?;
    for (position, tag) in (0_i64..).zip(tags) {
        tx.write(
            Kind::Entry,
            "insert into entry_tags (account_id, entry_id, tag_id, position)
             values ($1, $2, $3, $4)",
            &[&account, &entry, &tag.id, &position],
        )?;
    }
    Ok(())
}

/// Number and description of all entries with this tag, locked until the end, ids ascending.
pub(in crate::resources::entries) fn load_descriptions(
    tx: &Tx<'_>,
    tag: Id<id::Tag>,
) -> Result<Vec<(Id<id::Entry>, String)>> {
    let sql = format!(
        "select e.id, e.description from entries e
         where {visible}
           and exists (select 1 from entry_tags t where t.entry_id = e.id and t.tag_id = $4)
         order by e.id{{for_update}}",
        visible = scope::ENTRIES,
    );
    tx.rows(&sql, &Scope::of(tx)?.with(&[&tag]))
}

/// Gives an entry another text for the same tags, and notes the time.
pub(in crate::resources::entries) fn rewrite(
    tx: &mut Tx<'_>,
    entry: Id<id::Entry>,
    description: &str,
) -> Result<()> {
    let (account, wall) = (tx.account()?, tx.wall);
    tx.write(
        Kind::Entry,
        "update entries set description = $3, description_folded = $4, updated_at = $5
         where account_id = $1 and id = $2",
        &[
            &account,
            &entry,
            &description,
            &text::fold(description),
            &wall,
        ],
    )?;
    Ok(())
}

/// Gives the entries of one tag the other, at the earlier place of the two.
pub(in crate::resources::entries) fn merge_tag(
    tx: &mut Tx<'_>,
    from: Id<id::Tag>,
    into: Id<id::Tag>,
) -> Result<()> {
    let account = tx.account()?;
    for sql in [
        "update entry_tags set position = (
           select min(t.position) from entry_tags t
           where t.entry_id = entry_tags.entry_id and t.tag_id in ($2, $3))
         where account_id = $1 and tag_id = $3
           and entry_id in (select t.entry_id from entry_tags t where t.tag_id = $2)",
        "delete from entry_tags
         where account_id = $1 and tag_id = $2
           and entry_id in (select t.entry_id from entry_tags t where t.tag_id = $3)",
        "update entry_tags set tag_id = $3 where account_id = $1 and tag_id = $2",
    ] {
        tx.write(Kind::Entry, sql, &[&account, &from, &into])?;
    }
    Ok(())
}

/// Takes a tag from all its entries.
pub(in crate::resources::entries) fn drop_tag(tx: &mut Tx<'_>, tag: Id<id::Tag>) -> Result<()> {
    let account = tx.account()?;
    let sql = "delete from entry_tags where account_id = $1 and tag_id = $2";
    tx.write(Kind::Entry, sql, &[&account, &tag])?;
    Ok(())
}

/// Derives `billable` of those of these entries that are not invoiced, as `rules::billable` does.
pub(in crate::resources::entries) fn recompute_billable(
    tx: &mut Tx<'_>,
    entries: impl IntoIterator<Item = Id<id::Entry>>,
) -> Result<()> {
    let account = tx.account()?;
    tx.write(
        Kind::Entry,
        "update entries set billable = case
           when exists (select 1 from projects p
             where p.id = entries.project_id and p.billable = 0) then 0
           when exists (select 1 from entry_tags t join tags g on g.id = t.tag_id
             where t.entry_id = entries.id and g.billable = 0) then 0
           else 1 end
         where account_id = $1 and id {in $2} and invoiced_at is null",
        &[&account, &numbers(entries)],
    )?;
    Ok(())
}
