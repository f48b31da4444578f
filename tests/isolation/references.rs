//! Things named in bodies and filters: what is hidden counts as missing there too.
//!
//! Never: paths; those are the sweep's.

use serde_json::{Value, json};

use super::ground::{Ground, HARBOUR, MISSING, PEOPLE};
use super::{dump, routes};
use crate::ask::told;

/// What an input or a filter names, if it names things.
fn kind_of(name: &str) -> Option<&'static str> {
    match name {
        "project_id" | "project_ids" | "projects" => Some("project"),
        "user_id" | "user_ids" | "approved_by_ids" => Some("user"),
        "tag_id" | "tag_ids" => Some("tag"),
        "entry_ids" => Some("entry"),
        // Nothing of these kinds is built yet: every id is missing.
        "project_group_id" | "project_group_ids" | "invoice_ids" | "import_ids" => None,
        _ if name.ends_with("_id") || name.ends_with("_ids") => {
            panic!("the sweep has no fixture for the input {name}")
        }
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_thing_named_in_a_body_counts_as_missing() {
    let ground = Ground::lay().await;
    let quarry = ground.world.persona("dora").account;
    let before = dump::of_account(&ground.world, quarry);

    for route in routes::all() {
        for (name, _) in route.doc.inputs {
            let Some(kind) = kind_of(name) else { continue };
            for who in HARBOUR {
                for (what, id) in ground.hidden(who, kind) {
                    let mut body = routes::body(&route, ground.own(who));
                    let path = routes::own_path(&route, ground.own(who));
                    let mut answers = Vec::new();
                    for id in [MISSING, &id] {
                        let id: i64 = id.parse().expect("a number");
                        body[*name] = if name.ends_with('s') {
                            json!([id])
                        } else {
                            json!(id)
                        };
                        answers.push(ground.call(who, route.method.as_str(), &path, &body).await);
                    }
                    let case = format!("{who} {} {name}: {what}", routes::name(&route));
                    assert_eq!(told(&answers[1]), told(&answers[0]), "{case}");
                }
            }
        }
    }

    let after = dump::of_account(&ground.world, quarry);
    assert_eq!(dump::difference(&before, &after), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_for_a_hidden_thing_finds_nothing() {
    let ground = Ground::lay().await;
    for route in routes::all() {
        for (name, _) in route.doc.filters {
            let Some(kind) = kind_of(name) else { continue };
            for who in PEOPLE {
                for (what, id) in ground.hidden(who, kind) {
                    let path = routes::own_path(&route, ground.own(who));
                    let mut answers = Vec::new();
                    for id in [MISSING, &id] {
                        let path = format!("{path}?{name}={id}");
                        answers.push(ground.call(who, "GET", &path, &Value::Null).await);
                    }
                    let case = format!("{who} {} {name}: {what}", routes::name(&route));
                    assert_eq!(told(&answers[1]), told(&answers[0]), "{case}");
                    assert_eq!(answers[0].json(), json!([]), "{case}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_another_account_are_free_and_only_an_address_in_use_is_known() {
    let ground = Ground::lay().await;
    let name = json!({"name": "canary-harbour-beacon"});
    assert_eq!(
        ground.world.post("dora", "/projects", name).await.status,
        201
    );
    let tag = json!({"names": ["canary-harbour-tag"]});
    let made = ground.world.post("dora", "/tags", tag).await;
    assert_eq!(
        (made.status, made.json().as_array().map(Vec::len)),
        (201, Some(1))
    );
    let entry = json!({"date": "2024-03-18", "minutes": 15, "project_name": "Atlas"});
    let entry = ground.world.post("dora", "/entries", entry).await.json();
    assert_ne!(entry["project"]["id"], json!(ground.world.atlas));

    let user = json!({"email": "ADA@harbour.example"});
    let refused = ground.world.post("dora", "/users", user).await;
    assert_eq!(refused.problems(), ["email:already_exists"]);
}
