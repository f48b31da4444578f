//! Tags (resources/tags.md).
//!
//! Never: reading hashtags; that is `entries`.

use serde_json::{Value, json};

use super::given::{absent, column, entry, expect, ids, number, refused};
use crate::world::World;

async fn make(world: &World, names: Value) -> Vec<Value> {
    let made = expect(
        world.post("ada", "/tags", json!({"names": names})).await,
        201,
    )
    .json();
    made.as_array().expect("a list").clone()
}

fn names(tags: &[Value]) -> Vec<&str> {
    tags.iter()
        .map(|tag| tag["formatted_name"].as_str().expect("a name"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn those_that_are_new_are_made_in_order_and_the_rest_is_skipped() {
    let world = World::start().await;
    let made = make(
        &world,
        json!(["#Sea", "land*", "sea", "no space", "", "#", "SEA*"]),
    )
    .await;
    assert_eq!(names(&made), ["#Sea", "#land*", "#SEA*"]);
    assert_eq!(
        (&made[0]["name"], &made[0]["billable"]),
        (&json!("Sea"), &json!(true))
    );
    assert_eq!(
        (&made[1]["name"], &made[1]["billable"]),
        (&json!("land"), &json!(false))
    );
    assert_eq!(made[0]["entries"], 0);
    assert_eq!(
        make(&world, json!(["sea", "Land*"])).await,
        Vec::<Value>::new()
    );
    refused(
        &world.post("ada", "/tags", json!({})).await,
        &["names:missing_field"],
    );
    refused(
        &world.post("ada", "/tags", json!({"names": []})).await,
        &["names:missing_field"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_come_by_name_and_are_filtered() {
    let world = World::start().await;
    make(&world, json!(["sea", "Air", "land", "air*"])).await;
    for (query, expected) in [
        ("", vec!["#Air", "#air*", "#land", "#sea"]),
        ("?name=A", vec!["#Air", "#air*", "#land", "#sea"]),
        ("?name=AI", vec!["#Air", "#air*"]),
        ("?billable=false", vec!["#air*"]),
        ("?billable=true&name=air", vec!["#Air"]),
        ("?per_page=2&page=2", vec!["#land", "#sea"]),
    ] {
        let found = column(&world, "ben", &format!("/tags{query}"), "formatted_name").await;
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_counts_its_entries_and_lists_them() {
    let world = World::start().await;
    let first = number(&entry(&world, "ada", json!({"description": "#sea"})).await);
    let second = number(&entry(&world, "ben", json!({"description": "#sea #land"})).await);
    let tags = world.get("ada", "/tags?name=sea").await.json();
    let path = format!("/tags/{}", tags[0]["id"]);
    assert_eq!(
        expect(world.get("ada", &path).await, 200).json()["entries"],
        2
    );
    assert_eq!(
        ids(&world, "ada", &format!("{path}/entries")).await,
        [second, first]
    );
    absent(&world.get("ada", "/tags/999999").await);
    absent(&world.get("ada", "/tags/999999/entries").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn renaming_rewrites_descriptions_and_billability() {
    let world = World::start().await;
    let written = entry(&world, "ben", json!({"description": "At #Sea, (#SEA)"})).await;
    let path = format!("/tags/{}", written["tags"][0]["id"]);
    let entry_path = format!("/entries/{}", written["id"]);

    let renamed = expect(
        world.put("ada", &path, json!({"name": "#ocean"})).await,
        200,
    )
    .json();
    assert_eq!(renamed["formatted_name"], "#ocean");
    let shown = world.get("ben", &entry_path).await.json();
    assert_eq!(shown["description"], "At #ocean, (#ocean)");
    assert_eq!(shown["billable"], json!(true));

    let unbillable = expect(
        world.put("ada", &path, json!({"name": "ocean*"})).await,
        200,
    )
    .json();
    assert_eq!(unbillable["billable"], json!(false));
    let shown = world.get("ben", &entry_path).await.json();
    assert_eq!(
        (&shown["description"], &shown["billable"]),
        (&json!("At #ocean*, (#ocean*)"), &json!(false))
    );

    let same = expect(world.put("ada", &path, json!({})).await, 200).json();
    assert_eq!(same, unbillable);
    make(&world, json!(["land"])).await;
    refused(
        &world.put("ada", &path, json!({"name": "LAND"})).await,
        &["name:already_exists"],
    );
    for bad in ["two words", "#", "a#b"] {
        refused(
            &world.put("ada", &path, json!({"name": bad})).await,
            &["name:invalid"],
        );
    }
    absent(&world.put("ada", "/tags/999999", json!({"name": "x"})).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn merging_moves_the_entries_and_rewrites_their_words() {
    let world = World::start().await;
    let both = entry(&world, "ben", json!({"description": "#sea #ocean"})).await;
    let one = entry(&world, "ben", json!({"description": "on #ocean."})).await;
    let (sea, ocean) = (number(&both["tags"][0]), number(&both["tags"][1]));
    let path = format!("/tags/{sea}/merge");
    for (input, problem) in [
        (json!({}), "tag_id:missing_field"),
        (json!({"tag_id": 999_999}), "tag_id:missing"),
        (json!({"tag_id": sea}), "tag_id:invalid"),
        (json!({"tag_id": "x"}), "tag_id:invalid"),
    ] {
        refused(&world.put("ada", &path, input).await, &[problem]);
    }

    expect(world.put("ada", &path, json!({"tag_id": ocean})).await, 204);

    absent(&world.get("ada", &format!("/tags/{ocean}")).await);
    assert_eq!(
        world.get("ada", &format!("/tags/{sea}")).await.json()["entries"],
        2
    );
    let one = world
        .get("ada", &format!("/entries/{}", one["id"]))
        .await
        .json();
    assert_eq!(one["description"], "on #sea.");
    assert_eq!(number(&one["tags"][0]), sea);
    let both = world
        .get("ada", &format!("/entries/{}", both["id"]))
        .await
        .json();
    assert_eq!(
        both["tags"].as_array().map(Vec::len),
        Some(1),
        "each tag once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_leaves_the_entries_with_plain_words() {
    let world = World::start().await;
    let written = entry(&world, "ben", json!({"description": "At #sea* and #land"})).await;
    let path = format!("/tags/{}", written["tags"][0]["id"]);
    expect(world.delete("ada", &path).await, 204);
    absent(&world.delete("ada", &path).await);
    let shown = world
        .get("ben", &format!("/entries/{}", written["id"]))
        .await
        .json();
    assert_eq!(shown["description"], "At sea and #land");
    assert_eq!(
        (&shown["tags"][0]["name"], &shown["billable"]),
        (&json!("land"), &json!(true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn several_are_deleted_at_once_also_without_any_named() {
    let world = World::start().await;
    let made = make(&world, json!(["a", "b", "c"])).await;
    for input in [json!({}), json!({"tag_ids": []}), json!({"tag_ids": null})] {
        expect(world.put("ada", "/tags/delete", input).await, 204);
    }
    let input = json!({"tag_ids": [made[0]["id"], 999_999, made[2]["id"]]});
    expect(world.put("ada", "/tags/delete", input).await, 204);
    assert_eq!(column(&world, "ada", "/tags", "name").await, ["b"]);
    refused(
        &world
            .put("ada", "/tags/delete", json!({"tag_ids": ["x"]}))
            .await,
        &["tag_ids[0]:invalid"],
    );
}
