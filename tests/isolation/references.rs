//! Things named in bodies and filters: what is hidden counts as missing there too.
//!
//! Never: paths; those are the sweep's.

use serde_json::{Value, json};
use server::http::Route;

use super::ground::{Ground, HARBOUR, MISSING, PEOPLE};
use super::{dump, routes};
use crate::ask::told;
use crate::world::Answer;

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
        let named = route
            .doc
            .inputs
            .iter()
            .filter_map(|(name, _)| Some((*name, kind_of(name)?)));
        for ((name, kind), who) in named.flat_map(|it| HARBOUR.map(|who| (it, who))) {
            for (what, id) in ground.hidden(who, kind) {
                let hidden = with_input(&ground, who, &route, (name, &id)).await;
                let missing = with_input(&ground, who, &route, (name, MISSING)).await;
                let case = format!("{who} {} {name}: {what}", routes::name(&route));
                assert_eq!(hidden, missing, "{case}");
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
        let named = route
            .doc
            .filters
            .iter()
            .filter_map(|(name, _)| Some((*name, kind_of(name)?)));
        for ((name, kind), who) in named.flat_map(|it| PEOPLE.map(|who| (it, who))) {
            let path = routes::own_path(&route, ground.own(who));
            for (what, id) in ground.hidden(who, kind) {
                let found = |id: String| list(&ground, who, format!("{path}?{name}={id}"));
                let (hidden, missing) = (found(id).await, found(MISSING.to_owned()).await);
                let case = format!("{who} {} {name}: {what}", routes::name(&route));
                assert_eq!(told(&hidden), told(&missing), "{case}");
                assert_eq!(hidden.json(), json!([]), "{case}");
            }
        }
    }
}

async fn list(ground: &Ground, who: &str, path: String) -> Answer {
    ground.call(who, "GET", &path, &Value::Null).await
}

/// What a route answers when its body names this thing.
async fn with_input(ground: &Ground, who: &str, route: &Route, input: (&str, &str)) -> String {
    let (name, id) = input;
    let id: i64 = id.parse().expect("things in bodies have numbers");
    let mut body = routes::body(route, ground.own(who));
    body[name] = if name.ends_with('s') {
        json!([id])
    } else {
        json!(id)
    };
    let path = routes::own_path(route, ground.own(who));
    told(&ground.call(who, route.method.as_str(), &path, &body).await)
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
