//! What of an event a webhook's creator may see (contract webhooks.md §4 and §5).
//!
//! Never: deciding who subscribed; writing.

use std::borrow::Cow;

use base::{Audience, Error, Former, Id, Result, Role, View, id};
use store::{Event, Rendering, Tx};

/// Who created a webhook, with the role of this moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Creator {
    pub(crate) id: Id<id::User>,
    pub(crate) role: Role,
}

/// Keys of `changes` whose values a creator may not see.
pub(crate) type LeftOut = Vec<&'static str>;

/// Whether the webhook's creator could read the event's object through the API.
pub(crate) fn is_visible(tx: &Tx<'_>, event: &Event, creator: Creator) -> Result<bool> {
    if creator.role != Role::Contractor {
        return Ok(true);
    }
    let has_access = |project| has_access(tx, creator.id, project);
    match &event.audience {
        Audience::Everybody => Ok(true),
        Audience::Person(user) => Ok(*user == creator.id),
        Audience::ProjectMembers(project) => has_access(*project),
        Audience::Members { users, .. } => Ok(users.contains(&creator.id)),
        Audience::OwnTime { owner, project, .. } => {
            Ok(*owner == creator.id && project.map_or(Ok(true), has_access)?)
        }
    }
}

fn has_access(tx: &Tx<'_>, user: Id<id::User>, project: Id<id::Project>) -> Result<bool> {
    let given = tx.number(
        "select count(*) from project_access where user_id = $1 and project_id = $2",
        &[&user, &project],
    )?;
    Ok(given > 0)
}

/// What a contractor is not told: whose the entry was, and what became of a time or a project in
/// one that was not given to them (contract webhooks.md §4).
pub(crate) fn left_out(tx: &Tx<'_>, event: &Event, creator: Creator) -> Result<LeftOut> {
    let mut keys = LeftOut::new();
    if creator.role != Role::Contractor {
        return Ok(keys);
    }
    let (project, key) = match &event.audience {
        Audience::OwnTime { former, .. } => {
            let Former { owner, project } = *former;
            if owner.is_some_and(|owner| owner != creator.id) {
                keys.push("user");
            }
            (project, "project")
        }
        Audience::Members { into, .. } => (*into, "merged_into"),
        Audience::Everybody | Audience::ProjectMembers(_) | Audience::Person(_) => (None, ""),
    };
    if let Some(project) = project
        && !has_access(tx, creator.id, project)?
    {
        keys.push(key);
    }
    Ok(keys)
}

/// The event without some keys of its `changes`.
pub(crate) fn without<'e>(event: &'e Event, left_out: &[&str]) -> Result<Cow<'e, Event>> {
    if left_out.is_empty() {
        return Ok(Cow::Borrowed(event));
    }
    let strip = |rendering: &Rendering| -> Result<Rendering> {
        let mut changes: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&rendering.changes).map_err(Error::internal)?;
        changes.retain(|key, _| !left_out.contains(&key.as_str()));
        Ok(Rendering {
            changes: serde_json::Value::Object(changes).to_string(),
            object: rendering.object.clone(),
        })
    };
    let mut event = event.clone();
    event.full = strip(&event.full)?;
    event.limited = event.limited.as_ref().map(strip).transpose()?;
    Ok(Cow::Owned(event))
}

/// An update of which this view shows nothing is not queued; what is gone always is.
pub(crate) fn has_visible_change(shown: &Event, whole: &Event, view: View) -> bool {
    whole.url.is_none()
        || whole.full.changes == NO_CHANGES
        || rendering(shown, view).changes != NO_CHANGES
}

const NO_CHANGES: &str = "{}";

fn rendering(event: &Event, view: View) -> &Rendering {
    match view {
        View::Full => &event.full,
        View::Limited => event.limited.as_ref().unwrap_or(&event.full),
    }
}
