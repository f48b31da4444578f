//! The shape files of the contract, built into the program.
//!
//! Words: *shape*, the fields of one kind of JSON object (contract README §7).
//! Never: changing them; they are the contract's.

use serde_json::Value;

macro_rules! shapes {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../shapes/", $name, ".json")))),*]
    };
}

/// Name and text of every shape file, by name.
pub const ALL: &[(&str, &str)] = shapes![
    "account",
    "attempt",
    "attempt_request",
    "attempt_response",
    "attempt_timings",
    "broadcast",
    "broadcast_receiver",
    "broadcast_receiver_ping",
    "broadcast_receiver_ping_subject",
    "broadcast_receiver_status",
    "broadcast_receiver_summary",
    "broadcast_subject",
    "created_broadcast_receiver",
    "created_webhook",
    "current_user",
    "custom_hourly_rate",
    "entry",
    "error",
    "error_item",
    "error_not_found",
    "error_rate_limited",
    "expense",
    "header",
    "import",
    "inbox_entry",
    "invoice",
    "invoice_customization",
    "invoice_payment",
    "invoice_tax",
    "oauth_access_token",
    "oauth_app",
    "oauth_authorization",
    "oauth_error",
    "payload",
    "payload_detail",
    "payload_object",
    "payment_transaction",
    "pending_broadcast",
    "project",
    "project_group",
    "rate_calculation",
    "readiness",
    "readiness_checks",
    "secret",
    "simple_import",
    "simple_invoice",
    "simple_project",
    "simple_project_group",
    "simple_tag",
    "simple_team",
    "simple_user",
    "subdomain",
    "tag",
    "team",
    "timer",
    "user",
    "validation_error",
    "webhook",
    "webhook_payload",
    "webhook_ping",
    "webhook_status",
    "webhook_summary",
];

/// The shape of this name, as in its file; `None` if there is none.
pub fn find(name: &str) -> Option<Value> {
    let (_, text) = ALL.iter().find(|(known, _)| *known == name)?;
    Some(serde_json::from_str(text).expect("shape files are checked by the tests"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_file_is_built_in_and_says_its_own_name() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shapes");
        let entries = std::fs::read_dir(folder).expect("the folder of shapes is there");
        let files = entries.map(|entry| entry.expect("an entry").file_name());
        let count = files
            .filter(|name| name.to_string_lossy().ends_with(".json"))
            .count();
        assert_eq!(ALL.len(), count);
        for (name, _) in ALL {
            assert_eq!(find(name).expect("it is in the list")["shape"], *name);
        }
    }
}
