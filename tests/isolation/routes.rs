//! The routes of this build, as the registry and the OpenAPI document name them.
//!
//! Never: sending anything.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use server::http::{Policy, Route};

use super::ground::Own;

/// Every route of a resource.
pub(super) fn all() -> Vec<Route> {
    server::resources::RESOURCES
        .iter()
        .flat_map(|resource| (resource.routes)())
        .collect()
}

/// `PUT /projects/{project_id}`: the name of a route in tables and messages.
pub(super) fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

/// The open words of a path, in order.
pub(super) fn words(path: &str) -> Vec<&str> {
    path.split('/')
        .filter_map(|word| word.strip_prefix('{')?.strip_suffix('}'))
        .collect()
}

/// What an open word of a path names; a word without a fixture fails the sweep.
pub(super) fn kind(path: &str, word: &str) -> &'static str {
    let top = path.split('/').nth(1).unwrap_or_default();
    match (top, word) {
        ("projects", "project_id") => "project",
        ("entries", "id") => "entry",
        ("tags", "id") => "tag",
        ("users", "id") => "user",
        ("webhooks", "id") => "webhook",
        ("webhooks", "payload_id") => "payload",
        ("broadcast_receivers", "id") => "receiver",
        _ => panic!("{path}: the sweep has no fixture for {{{word}}}"),
    }
}

/// The path with these words in the place of the open ones.
pub(super) fn fill(path: &str, ids: &[String]) -> String {
    let mut ids = ids.iter();
    let fill = |word: &str| {
        if word.starts_with('{') {
            ids.next().expect("a word for each open one").clone()
        } else {
            word.to_owned()
        }
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// The path of a route with what somebody may name.
pub(super) fn own_path(route: &Route, own: &Own) -> String {
    let words = words(route.path).into_iter();
    fill(
        route.path,
        &words
            .map(|word| own.id(kind(route.path, word)))
            .collect::<Vec<_>>(),
    )
}

/// A body with which the route could work, made of the inputs that its description names.
pub(super) fn body(route: &Route, own: &Own) -> Value {
    let inputs = route.doc.inputs.iter();
    let body = inputs.map(|(name, kind)| ((*name).to_owned(), value(name, kind, own)));
    Value::Object(body.collect())
}

fn value(name: &str, kind: &str, own: &Own) -> Value {
    let id = |kind: &str| json!(own.number(kind));
    match name {
        "project_id" => id("project"),
        "user_id" => json!(own.user),
        "tag_id" => id("tag"),
        "project_group_id" | "project_name" => Value::Null,
        "project_ids" => json!([own.number("project")]),
        "entry_ids" => json!([own.number("entry")]),
        "tag_ids" => json!([own.number("tag")]),
        "names" => json!(["swept"]),
        "events" => json!(["invoice.created"]),
        "subjects" => json!(["timer"]),
        "email" => json!("swept@harbour.example"),
        "payload_uri" => json!("http://127.0.0.1:9/swept"),
        "source_url" => json!("https://swept.example/1"),
        "billing_increment" => json!(15),
        "color" => json!("#123456"),
        "time_format" => json!("fraction"),
        "week_start" => json!("Monday"),
        "utc_offset" => json!(0),
        _ => plain(name, kind),
    }
}

fn plain(name: &str, kind: &str) -> Value {
    match kind.split(',').next().unwrap_or(kind) {
        "integer" => json!(30),
        "boolean" => json!(true),
        "date" => json!("2024-03-18"),
        "timestamp" => json!("2024-03-18T09:00:00Z"),
        "role" => json!("contractor"),
        "text" => json!(format!("swept {name}")),
        other => panic!("{name}: the sweep has no value for an input of type {other}"),
    }
}

#[test]
fn the_registry_holds_every_route_of_the_document() {
    let settings = server::Settings::default();
    let document = server::document(server::resources::RESOURCES, &settings);
    let mut documented = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths by name") {
        for method in methods.as_object().expect("methods by name").keys() {
            documented.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let mut swept: BTreeSet<String> = all()
        .iter()
        .map(|it| format!("{} {}", it.method, it.template()))
        .collect();
    for public in ["/healthz", "/readyz", "/metrics", "/v2/openapi.json"] {
        swept.insert(format!("GET {public}"));
    }
    assert_eq!(
        documented, swept,
        "a route that is neither swept nor known to be public"
    );
}

#[test]
fn no_route_of_a_resource_is_public() {
    for route in all() {
        assert_ne!(route.policy, Policy::Public, "{}", name(&route));
        for word in words(route.path) {
            assert!(!kind(route.path, word).is_empty());
        }
    }
}
