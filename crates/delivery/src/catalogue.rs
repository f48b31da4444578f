//! The events that webhooks can subscribe to: contract webhooks.md §3.
//!
//! Never: who gets which; that is the recorder's.

/// All present and future events.
pub const WILDCARD: &str = "*";
/// The event that asks a receiver whether it is there; sent to each webhook, subscribed or not.
pub const PING: &str = "webhook.ping";

/// The 37 events, by category, in the order of the contract.
pub const EVENTS: [&str; 37] = [
    "entry.created",
    "entry.updated",
    "entry.deleted",
    "entry.updated.approved",
    "entry.updated.unapproved",
    "entry.updated.invoiced",
    "entry.updated.uninvoiced",
    "tag.created",
    "tag.updated",
    "tag.deleted",
    "tag.deleted.merged",
    "project.created",
    "project.updated",
    "project.updated.archived",
    "project.updated.unarchived",
    "project.deleted",
    "project.deleted.merged",
    "project_group.created",
    "project_group.updated",
    "project_group.deleted",
    "project_group.deleted.merged",
    "invoice.created",
    "invoice.updated",
    "invoice.deleted",
    "invoice.updated.paid",
    "invoice.updated.unpaid",
    "expense.created",
    "expense.updated",
    "expense.deleted",
    "team.created",
    "team.updated",
    "team.deleted",
    "user.created",
    "user.updated",
    "user.updated.deactivated",
    "user.updated.activated",
    "user.deleted",
];

/// Whether a webhook may subscribe to this name.
pub fn is_known(name: &str) -> bool {
    name == WILDCARD || name == PING || EVENTS.contains(&name)
}

/// The name's first segment: `X-Noko-EventCategory`.
pub fn category(name: &str) -> &str {
    name.split_once('.').map_or(name, |(category, _)| category)
}

/// The general name that a special one falls under: `entry.updated` for `entry.updated.approved`;
/// none for the others (contract webhooks.md §5, rule 1).
pub fn general(name: &str) -> Option<&str> {
    let (general, _) = name.rsplit_once('.')?;
    EVENTS.contains(&general).then_some(general)
}

/// The subjects that broadcast receivers can follow, beside the wildcard.
pub const SUBJECTS: [&str; 1] = ["timer"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_names_fall_under_general_ones() {
        for (name, expected) in [
            ("entry.updated.approved", Some("entry.updated")),
            ("tag.deleted.merged", Some("tag.deleted")),
            ("entry.updated", None),
            ("webhook.ping", None),
        ] {
            assert_eq!(general(name), expected);
        }
        assert_eq!(category("project_group.deleted.merged"), "project_group");
    }
}
