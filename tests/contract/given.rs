//! What the contract's tests set up again and again.
//!
//! Never: checking more than that the set-up worked.

use serde_json::{Value, json};

use crate::ask::id_of;
use crate::world::{Answer, World};

/// The answer, which must have this status.
#[track_caller]
pub(super) fn expect(answer: Answer, status: u16) -> Answer {
    assert_eq!(
        answer.status,
        status,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    answer
}

/// The answer must refuse with these itemised problems and nothing else.
#[track_caller]
pub(super) fn refused(answer: &Answer, problems: &[&str]) {
    assert_eq!(
        answer.status,
        400,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    assert_eq!(
        answer.problems(),
        problems,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
}

/// The answer is that of a thing that is not there.
#[track_caller]
pub(super) fn absent(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.body.as_slice()),
        (404, b" ".as_slice())
    );
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(answer.header("content-length"), Some("1"));
}

/// Makes a project of ada's with this name.
pub(super) async fn project(world: &World, name: &str) -> i64 {
    id_of(&expect(
        world.post("ada", "/projects", json!({"name": name})).await,
        201,
    ))
}

/// Makes an entry of 15 minutes and lays `more` over it.
pub(super) async fn entry(world: &World, who: &str, more: Value) -> Value {
    let mut input = json!({"date": "2024-03-18", "minutes": 15});
    let more = more.as_object().cloned().unwrap_or_default();
    input.as_object_mut().expect("an object").extend(more);
    expect(world.post(who, "/entries", input).await, 201).json()
}

/// The ids of a list, in its order.
pub(super) async fn ids(world: &World, who: &str, path: &str) -> Vec<i64> {
    let list = expect(world.get(who, path).await, 200).json();
    let list = list.as_array().expect("a list").clone();
    list.iter()
        .map(|thing| thing["id"].as_i64().expect("an id"))
        .collect()
}

/// One field of all things of a list, as text.
pub(super) async fn column(world: &World, who: &str, path: &str, field: &str) -> Vec<String> {
    let list = expect(world.get(who, path).await, 200).json();
    let list = list.as_array().expect("a list").clone();
    let text = |it: &Value| {
        it[field]
            .as_str()
            .map_or(it[field].to_string(), str::to_owned)
    };
    list.iter().map(text).collect()
}

/// The id in an object.
pub(super) fn number(object: &Value) -> i64 {
    object["id"].as_i64().expect("an id")
}
