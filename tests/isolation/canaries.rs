//! No answer to anybody holds a text that is not theirs; `Ground::call` looks at each.
//!
//! Never: texts that the asker sent.

use base::chance::{Chance, SeededChance};
use serde_json::{Value, json};
use server::http::{Route, Shape};

use super::ground::{Ground, HARBOUR, MISSING, PEOPLE};
use super::{dump, routes};
use crate::ask::ask;

/// Values of a filter that find much, and some that search for what is hidden.
fn values(kind: &str) -> Vec<&'static str> {
    match kind {
        "boolean" => vec!["true", "false"],
        "date" | "timestamp" | "date or timestamp" => vec!["2024-03-18", "2030-01-01"],
        "list of integers" | "ids" | "integer" => vec!["1,2,3,4,5,6,7,8,9,10,11,12"],
        "role" => vec!["supervisor", "coworker"],
        "state" => vec!["active", "pending"],
        "enabled or disabled" => vec!["enabled", "disabled"],
        "queued, failing, delivered, skipped" => vec!["delivered"],
        kind if kind.starts_with("text: ") => vec!["and", "combination of"],
        _ => vec!["a", "canary", "quarry", "e"],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_everything_with_every_filter_shows_nothing_of_others() {
    let ground = Ground::lay().await;
    let mut routes = routes::all();
    routes.retain(|route| route.method == "GET");
    for who in PEOPLE {
        for route in &routes {
            let path = routes::own_path(route, ground.own(who));
            for query in queries(route) {
                read(&ground, who, &format!("{path}{query}")).await;
            }
        }
    }
}

/// Reads a list or a thing with and without its body.
async fn read(ground: &Ground, who: &str, path: &str) {
    for method in ["GET", "HEAD"] {
        let answer = ground.call(who, method, path, &Value::Null).await;
        let is_known = matches!(answer.status, 200 | 400);
        assert!(is_known, "{who} {method} {path}: {}", answer.status);
    }
}

/// Every page and every filter of a route, one at a time.
fn queries(route: &Route) -> Vec<String> {
    let mut queries = ["", "?per_page=1", "?per_page=1&page=2"]
        .map(str::to_owned)
        .to_vec();
    for (name, kind) in route.doc.filters {
        let values = values(kind).into_iter().map(|it| it.replace(' ', "+"));
        queries.extend(values.map(|it| format!("?{name}={it}&per_page=1")));
    }
    queries
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_hold_all_that_is_visible_and_nothing_else() {
    let ground = Ground::lay().await;
    for (who, entries, projects, webhooks) in [
        ("ada", 4, 2, 4),
        ("lea", 4, 2, 1),
        ("ben", 4, 2, 1),
        ("cleo", 1, 1, 1),
        ("dora", 2, 1, 2),
    ] {
        for (list, expected) in [
            ("/entries", entries),
            ("/projects", projects),
            ("/webhooks", webhooks),
            ("/broadcast_receivers", webhooks),
            ("/timers", 1),
            ("/tags", 1),
            ("/current_user/entries", 1),
        ] {
            let found = ground.call(who, "GET", list, &Value::Null).await.json();
            assert_eq!(
                found.as_array().map(Vec::len),
                Some(expected),
                "{who} {list}"
            );
        }
    }
    let users = ground
        .call("cleo", "GET", "/users", &Value::Null)
        .await
        .json();
    assert_eq!(
        users.as_array().map(Vec::len),
        Some(1),
        "contractors see themselves"
    );
}

/// A logged timer may be read by others, and a deactivated user asks no more.
const LEFT_OUT: [&str; 2] = ["/timer/log", "/deactivate"];

/// An id of somebody's, of any kind, or none at all.
fn any_id(ground: &Ground, chance: &SeededChance, kind: &str) -> String {
    let who = PEOPLE[pick(chance, PEOPLE.len())];
    match pick(chance, 8) {
        0 => MISSING.to_owned(),
        1 => (pick(chance, 30) + 1).to_string(),
        _ => ground.own(who).id(kind),
    }
}

fn pick(chance: &SeededChance, count: usize) -> usize {
    let mut byte = [0; 2];
    chance.fill(&mut byte);
    usize::from(u16::from_le_bytes(byte)) % count
}

#[tokio::test(flavor = "multi_thread")]
async fn random_requests_of_one_account_neither_read_nor_change_the_other() {
    let ground = Ground::lay().await;
    let quarry = ground.world.persona("dora").account;
    let before = dump::of_account(&ground.world, quarry);
    let chance = SeededChance::new(4);
    let routes = routes::all();
    let kept = |route: &&Route| LEFT_OUT.iter().all(|word| !route.path.ends_with(word));
    let routes: Vec<&Route> = routes.iter().filter(kept).collect();

    for _ in 0..2_000 {
        let who = HARBOUR[pick(&chance, HARBOUR.len())];
        let route = routes[pick(&chance, routes.len())];
        let words = routes::words(route.path).into_iter();
        let ids: Vec<String> = words
            .map(|it| any_id(&ground, &chance, routes::kind(route.path, it)))
            .collect();
        let someone = PEOPLE[pick(&chance, PEOPLE.len())];
        let body = match pick(&chance, 4) {
            0 => json!({}),
            _ => routes::body(route, ground.own(someone)),
        };
        let query = if matches!(route.doc.answers, Shape::Many(_)) {
            "?per_page=3"
        } else {
            ""
        };
        let target = format!("/v2{}{query}", routes::fill(route.path, &ids));
        let question = ask(route.method.as_str(), target)
            .json(&body)
            .by(&ground.world, who);
        ground.send(who, question).await;
    }

    let after = dump::of_account(&ground.world, quarry);
    assert_eq!(dump::difference(&before, &after), Vec::<String>::new());
}
