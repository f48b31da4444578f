//! The list of entries with its filters.
//!
//! Never: an order other than the contract's.

use base::{Result, text};
use store::{Reader, Select};

use super::{COLUMNS, numbers};
use crate::resources::entries::{Bounds, Entry, Filter, TagRule, Within};
use crate::resources::scope::{self, Scope};

/// One page (limit and offset) of the entries that the actor sees, newest first, and how many
/// there are in all. Contract: README §4, entries.md.
pub(in crate::resources::entries) fn list(
    reader: &Reader<'_>,
    within: Within,
    filter: &Filter,
    page: (i64, i64),
) -> Result<(Vec<Entry>, i64)> {
    let mut select = matching(reader, within, filter)?;
    let total = reader.count(&select)?;
    let (limit, offset) = page;
    select
        .push("order by e.date desc, e.created_at desc, e.id desc")
        .page(limit, offset);
    Ok((reader.select(&select)?, total))
}

fn matching(reader: &Reader<'_>, within: Within, filter: &Filter) -> Result<Select> {
    let visible = scope::ENTRIES;
    let sql = format!("select {COLUMNS} from entries e where {visible}");
    let mut select = Select::new(sql, &Scope::of(reader)?.with(&[]));
    match within {
        Within::Account => &mut select,
        Within::Project(id) => select.and("e.project_id = $?", &id),
        Within::User(id) => select.and("e.user_id = $?", &id),
        Within::Tag(id) => select.and(
            "exists (select 1 from entry_tags t where t.entry_id = e.id and t.tag_id = $?)",
            &id,
        ),
    };
    by_reference(&mut select, filter);
    by_value(&mut select, filter);
    Ok(select)
}

fn by_reference(select: &mut Select, filter: &Filter) {
    if !filter.users.is_empty() {
        select.and("e.user_id {in $?}", &filter.users);
    }
    if !filter.projects.is_empty() {
        select.and("e.project_id {in $?}", &filter.projects);
    }
    if !filter.approved_by.is_empty() {
        select.and("e.approved_by {in $?}", &filter.approved_by);
    }
    if filter.foreign {
        select.push("and 1 = 0");
    }
    by_tags(select, filter);
}

fn by_tags(select: &mut Select, filter: &Filter) {
    if filter.tags.is_empty() {
        return;
    }
    let wanted = numbers(filter.tags.iter().copied());
    match filter.tag_rule {
        TagRule::Any => select.and(
            "exists (select 1 from entry_tags t where t.entry_id = e.id and t.tag_id {in $?})",
            &wanted,
        ),
        // An entry carries a tag once, so having all of them is having as many of them.
        TagRule::All => {
            let count = filter
                .tags
                .iter()
                .collect::<std::collections::HashSet<_>>()
                .len();
            let clause = format!(
                "(select count(*) from entry_tags t
                  where t.entry_id = e.id and t.tag_id {{in $?}}) = {count}"
            );
            select.and(&clause, &wanted)
        }
    };
}

fn by_value(select: &mut Select, filter: &Filter) {
    let description = filter.description.as_deref().map(text::fold);
    select
        .and_some("{contains e.description_folded, $?}", description.as_ref())
        .and_some("e.billable = $?", filter.billable.as_ref());
    match filter.invoiced {
        Some(true) => select.push("and e.invoiced_at is not null"),
        Some(false) => select.push("and e.invoiced_at is null"),
        None => select,
    };
    within("e.date", select, &filter.date);
    within("e.invoiced_at", select, &filter.invoiced_at);
    within("e.updated_at", select, &filter.updated_at);
    within("e.approved_at", select, &filter.approved_at);
}

fn within<T: store::ToValue>(column: &str, select: &mut Select, bounds: &Bounds<T>) {
    let (from, to) = bounds;
    select
        .and_some(&format!("{column} >= $?"), from.as_ref())
        .and_some(&format!("{column} <= $?"), to.as_ref());
}

/// Reads the plan of a list, for the tests.
#[cfg(test)]
pub(in crate::resources::entries) fn plan(
    reader: &Reader<'_>,
    within: Within,
    filter: &Filter,
) -> Result<String> {
    let mut select = matching(reader, within, filter)?;
    select
        .push("order by e.date desc, e.created_at desc, e.id desc")
        .page(30, 0);
    let rows: Vec<store::Row> = reader.rows(
        &format!("explain query plan {}", select.text()),
        &select.values(),
    )?;
    let details: Result<Vec<String>> = rows.iter().map(|row| row.get("detail")).collect();
    Ok(details?.join("; "))
}
