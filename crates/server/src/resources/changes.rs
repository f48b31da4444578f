//! Whether something changed, and how an event tells it.
//!
//! Words: *change*, made or none; *shown*, an event's object and changes in both views.
//! Never: knowing a resource; each gives its shape and the names of its derived fields.

use base::{Error, Result, View};
use serde::Serialize;
use serde_json::{Map, Value};
use store::Rendering;

/// What a rule decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<T> {
    /// It became this: to be saved and recorded.
    Made(T),
    /// It stays as it is: nothing is written, nobody is told.
    None(T),
}

/// The `full` and `limited` of a `store::Event`.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// As leaders and supervisors see it.
    pub full: Rendering,
    /// As others see it, if that differs.
    pub limited: Option<Rendering>,
}

/// Something that came or went, with `{}` for changes. `show` gives its shape in a view.
///
/// Contract: webhooks.md §4. `Internal` if the shape is no JSON object.
pub fn whole<S: Serialize>(show: impl Fn(View) -> S) -> Result<Shown> {
    with_changes(show, &Map::new())
}

/// Something that came or went, with changes that are the same in both views: `merged_into`, or
/// the totals that an action is about.
pub fn with_changes<S: Serialize>(
    show: impl Fn(View) -> S,
    changes: &Map<String, Value>,
) -> Result<Shown> {
    shown(|view| Ok((changes.clone(), object(&show(view))?)))
}

/// An edit. `derived` names the counters and totals that are never listed.
pub fn edit<S: Serialize>(
    before: impl Fn(View) -> S,
    after: impl Fn(View) -> S,
    derived: &[&str],
) -> Result<Shown> {
    shown(|view| {
        let (old, new) = (object(&before(view))?, object(&after(view))?);
        Ok((between(&old, &new, derived), new))
    })
}

/// Top-level fields whose value differs, as `[before, after]`; never `updated_at`, `url`,
/// `*_url` and derived ones. Contract: webhooks.md §4.
fn between(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    derived: &[&str],
) -> Map<String, Value> {
    let is_listed = |name: &str| {
        name != "updated_at" && name != "url" && !name.ends_with("_url") && !derived.contains(&name)
    };
    let differs = |(name, after): (&String, &Value)| {
        let before = old.get(name).unwrap_or(&Value::Null);
        (before != after).then(|| {
            (
                name.clone(),
                Value::from(vec![before.clone(), after.clone()]),
            )
        })
    };
    new.iter()
        .filter(|(name, _)| is_listed(name))
        .filter_map(differs)
        .collect()
}

fn shown(
    render: impl Fn(View) -> Result<(Map<String, Value>, Map<String, Value>)>,
) -> Result<Shown> {
    let rendering = |view| {
        let (changes, object) = render(view)?;
        Ok::<_, Error>(Rendering {
            changes: Value::Object(changes).to_string(),
            object: Value::Object(object).to_string(),
        })
    };
    let (full, limited) = (rendering(View::Full)?, rendering(View::Limited)?);
    let limited = (limited != full).then_some(limited);
    Ok(Shown { full, limited })
}

fn object(shape: &impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(shape).map_err(Error::internal)? {
        Value::Object(fields) => Ok(fields),
        other => Err(Error::internal(format!(
            "a shape is an object, not {other}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_edit_lists_what_differs_but_no_links_and_no_totals() {
        let before = json!({"id": 7, "name": "Atlas", "group": null, "minutes": 60,
            "updated_at": "2024-03-18T09:00:00Z", "url": "a", "merge_url": "b"});
        let after = json!({"id": 7, "name": "Atlas 2", "group": {"id": 3}, "minutes": 90,
            "updated_at": "2024-03-19T09:00:00Z", "url": "c", "merge_url": "d"});

        let shown = edit(|_| &before, |_| &after, &["minutes"]).expect("both are objects");

        assert_eq!(
            shown.full.changes,
            r#"{"name":["Atlas","Atlas 2"],"group":[null,{"id":3}]}"#
        );
        assert_eq!(shown.full.object, after.to_string());
        assert_eq!(shown.limited, None);
    }

    #[test]
    fn a_limited_view_exists_only_where_it_differs() {
        let budget = |view, minutes: i64| match view {
            View::Full => json!({"budgeted_minutes": minutes}),
            View::Limited => json!({"budgeted_minutes": null}),
        };

        let shown = edit(|view| budget(view, 60), |view| budget(view, 90), &[]).expect("objects");

        assert_eq!(shown.full.changes, r#"{"budgeted_minutes":[60,90]}"#);
        let limited = shown.limited.expect("the views differ");
        assert_eq!(limited.changes, "{}");
        assert_eq!(limited.object, r#"{"budgeted_minutes":null}"#);
    }
}
