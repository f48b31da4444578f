//! The users whom a log names: who skipped, who switched off.
//!
//! Never: the tables of webhooks; those are delivery's.

use std::collections::BTreeMap;

use base::Result;
use base::id::{self, Id};
use store::{FromRow, Reader, Row, Value};

use crate::resources::users::{SUMMARY_COLUMNS, Summary};

/// Users by id, to be embedded. One whose row is gone is left out.
pub(crate) type People = BTreeMap<Id<id::User>, Summary>;

struct Person(Summary);

impl FromRow for Person {
    fn from_row(row: &Row) -> Result<Self> {
        Summary::read(row).map(Self)
    }
}

/// Looks these users up. Whoever may see a webhook may see who acted on it, so only the account
/// bounds them: a contractor too reads which supervisor skipped a payload.
pub(crate) fn peek_people(
    reader: &Reader<'_>,
    ids: impl IntoIterator<Item = Id<id::User>>,
) -> Result<People> {
    let ids: Vec<i64> = ids.into_iter().map(Id::number).collect();
    if ids.is_empty() {
        return Ok(People::new());
    }
    let account = reader.account()?;
    // unscoped: the account alone bounds who acted on a webhook that the actor sees.
    let sql =
        format!("select {SUMMARY_COLUMNS} from users u where u.account_id = $1 and u.id {{in $2}}");
    let people: Vec<Person> = reader.rows(&sql, &[&account, &Value::Ints(ids)])?;
    Ok(people
        .into_iter()
        .map(|Person(person)| (person.id, person))
        .collect())
}
