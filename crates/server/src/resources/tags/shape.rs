//! How tags look in JSON: shapes `tag` and `simple_tag`. All roles see the same.
//!
//! Never: deciding who sees them.

use base::WallTime;
use serde::Serialize;

use super::{Attached, Tag};

/// Shape `tag`, in its order of fields.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TagShape {
    id: i64,
    name: String,
    billable: bool,
    formatted_name: String,
    /// Always null: there are no imports yet.
    import: Option<()>,
    entries: i64,
    entries_url: String,
    merge_url: String,
    url: String,
    created_at: WallTime,
    updated_at: WallTime,
}

impl TagShape {
    /// The tag in an API at `{api}`.
    pub(crate) fn of(tag: &Tag, api: &str) -> Self {
        let url = url(tag.id.number(), api);
        Self {
            id: tag.id.number(),
            name: tag.hashtag.name.clone(),
            billable: tag.hashtag.billable,
            formatted_name: tag.hashtag.formatted(),
            import: None,
            entries: tag.entries,
            entries_url: format!("{url}/entries"),
            merge_url: format!("{url}/merge"),
            url,
            created_at: tag.created_at,
            updated_at: tag.updated_at,
        }
    }
}

/// Shape `simple_tag`, in its order of fields.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SimpleTag {
    id: i64,
    name: String,
    billable: bool,
    formatted_name: String,
    url: String,
}

impl SimpleTag {
    /// The tag in an API at `{api}`.
    pub(crate) fn of(tag: &Attached, api: &str) -> Self {
        Self {
            id: tag.id.number(),
            name: tag.hashtag.name.clone(),
            billable: tag.hashtag.billable,
            formatted_name: tag.hashtag.formatted(),
            url: url(tag.id.number(), api),
        }
    }
}

/// `{api}/tags/ID`.
pub(crate) fn url(id: i64, api: &str) -> String {
    format!("{api}/tags/{id}")
}
