//! Output fields sent as inputs change nothing: two worlds with the same past stay equal.
//!
//! Words: *poison* (fields of answers, sent where no input has their name).
//! Never: fields that a route lists as its inputs, or accepts as aliases.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};
use server::http::Route;

use super::ground::Ground;
use super::matrix::ROWS;
use super::prepare::prepare;
use super::{dump, routes};

/// Other names of inputs, which the contract has clients use.
const ALIASES: [(&str, &str); 3] = [
    ("project_ids", "projects"),
    (
        "send_personal_weekly_report",
        "send_personal_weekly_report_email",
    ),
    ("send_team_weekly_report", "send_team_weekly_report_email"),
];

/// Every field of every shape, with a value that would be seen if it were taken; beside them
/// columns that no shape shows.
fn poison() -> Map<String, Value> {
    let mut poison = Map::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shapes");
    for file in std::fs::read_dir(folder).expect("the shapes lie beside the tests") {
        let path = file.expect("the folder can be read").path();
        if path.extension().is_none_or(|kind| kind != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a shape can be read");
        let shape: Value = serde_json::from_str(&text).expect("a shape is JSON");
        for field in shape["fields"].as_array().into_iter().flatten() {
            let name = field["name"].as_str().expect("a field has a name");
            poison.insert(name.to_owned(), value(field));
        }
    }
    for hidden in [
        "account_id",
        "owner_id",
        "creator_id",
        "user_id",
        "approved_by_id",
        "seq",
    ] {
        poison.insert(hidden.to_owned(), json!(1));
    }
    for hidden in [
        "password",
        "password_hash",
        "token",
        "digest",
        "sealed_secret",
        "password_digest",
    ] {
        poison.insert(hidden.to_owned(), json!("poisoned"));
    }
    poison
}

/// A value that fits the field and is unlike every other.
fn value(field: &Value) -> Value {
    if let Some(last) = field["enum"].as_array().and_then(|words| words.last()) {
        return last.clone();
    }
    match (field["types"][0].as_str(), field["format"].as_str()) {
        (_, Some("date")) => json!("1999-12-31"),
        (_, Some("timestamp")) => json!("1999-12-31T23:59:59Z"),
        (_, Some("url")) => json!("https://poisoned.example/"),
        (_, Some("color")) => json!("#66ff66"),
        (_, Some("email")) => json!("poisoned@quarry.example"),
        (Some("integer" | "number"), _) => json!(1),
        (Some("boolean"), _) => json!(false),
        (Some("array"), _) => json!(["*"]),
        (Some("object"), _) => json!({"id": 1}),
        _ => json!("poisoned"),
    }
}

/// What of it is no input of a route.
fn for_route(poison: &Map<String, Value>, route: &Route) -> Map<String, Value> {
    let is_input = |name: &str| {
        let known = route.doc.inputs.iter().any(|(input, _)| *input == name);
        let aliased = ALIASES.iter().filter(|(_, alias)| *alias == name);
        known
            || aliased
                .into_iter()
                .any(|(own, _)| route.doc.inputs.iter().any(|it| it.0 == *own))
    };
    let kept = poison.iter().filter(|(name, _)| !is_input(name));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Takes every writing route once as ada; what each answered.
async fn live(poison: &Map<String, Value>) -> (Ground, BTreeMap<String, u16>) {
    let ground = Ground::lay().await;
    let mut answers = BTreeMap::new();
    for (name, scene, _) in ROWS.iter().flat_map(|rows| rows.iter()) {
        let route = routes::all()
            .into_iter()
            .find(|route| routes::name(route) == *name);
        let route = route.expect("the table names routes");
        if route.method == "GET" {
            continue;
        }
        let mut prepared = prepare(&ground, *scene, "ada", &route).await;
        let body = prepared.body.as_object_mut().expect("a body is an object");
        body.extend(for_route(poison, &route));
        let answer = ground
            .call("ada", route.method.as_str(), &prepared.path, &prepared.body)
            .await;
        answers.insert(format!("{name} {scene:?}"), answer.status);
    }
    (ground, answers)
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_a_route_does_not_list_change_nothing() {
    let (clean, expected) = live(&Map::new()).await;
    let (poisoned, answers) = live(&poison()).await;

    assert_eq!(answers, expected);
    let rows = |ground: &Ground| {
        let mut dump = dump::repeatable(&ground.world);
        for row in dump.values_mut().flatten() {
            *row = row.replace(&ground.receiver.url(""), "");
        }
        dump
    };
    let difference = dump::difference(&rows(&clean), &rows(&poisoned));
    assert_eq!(difference, Vec::<String>::new());
}
