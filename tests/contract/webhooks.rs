//! Webhooks: endpoints and subscriptions (webhooks.md §1, §2, §5).
//!
//! Never: attempts and their order; those are stories.

use serde_json::{Value, json};
use zoo::Receiver;

use super::given::{absent, column, entry, expect, ids, number, refused};
use crate::world::World;

fn wish(name: &str, events: &Value) -> Value {
    json!({"name": name, "payload_uri": "http://127.0.0.1:9/x", "events": events})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_needs_a_name_an_address_and_events() {
    let world = World::start().await;
    for (input, problems) in [
        (
            json!({}),
            &[
                "name:missing_field",
                "payload_uri:missing_field",
                "events:missing_field",
            ][..],
        ),
        (wish("", &json!(["*"])), &["name:missing_field"]),
        (wish("a", &json!([])), &["events:missing_field"]),
        (
            wish("a", &json!(["entry.created", "entry.gone"])),
            &["events[1]:invalid"],
        ),
        (wish("a", &json!(["timer.running"])), &["events[0]:invalid"]),
        (
            json!({"name": "a", "payload_uri": "mailto:x", "events": ["*"]}),
            &["payload_uri:invalid"],
        ),
        (
            json!({"name": "a", "payload_uri": "/path", "events": ["*"]}),
            &["payload_uri:invalid"],
        ),
    ] {
        refused(&world.post("ada", "/webhooks", input).await, problems);
    }
    let made = expect(
        world
            .post(
                "ben",
                "/webhooks",
                wish("a", &json!("tag.created,entry.created")),
            )
            .await,
        201,
    );
    let made = made.json();
    assert_eq!(
        (&made["name"], &made["state"]),
        (&json!("a"), &json!("enabled"))
    );
    assert_eq!(made["events"], json!(["tag.created", "entry.created"]));
    assert_eq!(made["payload_uri"], "http://127.0.0.1:9/x");
    assert_eq!(made["secret"].as_str().map(str::len), Some(64));
    expect(
        world
            .post("ben", "/webhooks", wish("a", &json!(["*"])))
            .await,
        201,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_is_seen_at_creation_and_re_roll_only() {
    let world = World::start().await;
    let made = world
        .post("ben", "/webhooks", wish("a", &json!(["*"])))
        .await
        .json();
    let path = format!("/webhooks/{}", made["id"]);
    let mut secrets = vec![made["secret"].clone()];
    let rerolled = expect(
        world
            .put("ben", &format!("{path}/reroll_secret"), json!({}))
            .await,
        200,
    );
    assert_eq!(
        rerolled.json().as_object().map(serde_json::Map::len),
        Some(1)
    );
    secrets.push(rerolled.json()["secret"].clone());
    assert_ne!(secrets[0], secrets[1]);
    for answer in [
        world.get("ben", &path).await,
        world.get("ben", "/webhooks").await,
        world.put("ben", &path, json!({"name": "b"})).await,
        world
            .put(
                "ben",
                &format!("{path}/add_events"),
                json!({"events": ["*"]}),
            )
            .await,
        world.get("ben", &format!("{path}/status")).await,
        world.get("ben", &format!("{path}/payloads")).await,
    ] {
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        for secret in &secrets {
            assert!(!text.contains(secret.as_str().expect("a text")), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_added_and_removed_and_keep_their_order() {
    let world = World::start().await;
    let made = world
        .post(
            "ben",
            "/webhooks",
            wish("a", &json!(["tag.created", "tag.created"])),
        )
        .await
        .json();
    assert_eq!(made["events"], json!(["tag.created"]), "without duplicates");
    let path = format!("/webhooks/{}", made["id"]);
    for (action, events, expected) in [
        (
            "add_events",
            json!(["entry.created", "tag.created"]),
            json!(["tag.created", "entry.created"]),
        ),
        (
            "add_events",
            json!("*,webhook.ping"),
            json!(["tag.created", "entry.created", "*", "webhook.ping"]),
        ),
        (
            "remove_events",
            json!(["entry.created", "user.created"]),
            json!(["tag.created", "*", "webhook.ping"]),
        ),
        (
            "remove_events",
            json!(["*", "webhook.ping"]),
            json!(["tag.created"]),
        ),
        ("remove_events", json!(["tag.created"]), json!([])),
    ] {
        let changed = world
            .put(
                "ben",
                &format!("{path}/{action}"),
                json!({"events": events}),
            )
            .await;
        assert_eq!(expect(changed, 200).json()["events"], expected);
    }
    for action in ["add_events", "remove_events"] {
        let answer = world
            .put("ben", &format!("{path}/{action}"), json!({}))
            .await;
        refused(&answer, &["events:missing_field"]);
    }
    let answer = world
        .put(
            "ben",
            &format!("{path}/add_events"),
            json!({"events": ["nothing"]}),
        )
        .await;
    refused(&answer, &["events[0]:invalid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_changes_name_and_address_only() {
    let world = World::start().await;
    let made = world
        .post("ben", "/webhooks", wish("a", &json!(["*"])))
        .await
        .json();
    let path = format!("/webhooks/{}", made["id"]);
    let edit = json!({"name": "b", "events": ["tag.created"], "state": "disabled", "secret": "x"});
    let edited = expect(world.put("ben", &path, edit).await, 200).json();
    assert_eq!(
        (&edited["name"], &edited["state"]),
        (&json!("b"), &json!("enabled"))
    );
    assert_eq!(
        (&edited["events"], &edited["payload_uri"]),
        (&json!(["*"]), &made["payload_uri"])
    );
    let moved = json!({"payload_uri": "https://receiver.example/x"});
    let moved = expect(world.put("ben", &path, moved).await, 200).json();
    assert_eq!(moved["payload_uri"], "https://receiver.example/x");
    refused(
        &world.put("ben", &path, json!({"payload_uri": "x"})).await,
        &["payload_uri:invalid"],
    );
    refused(
        &world
            .put("ben", &path, json!({"name": "a".repeat(256)}))
            .await,
        &["name:invalid"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn they_come_newest_first_and_are_filtered() {
    let world = World::start().await;
    let mut made = Vec::new();
    for (name, events) in [
        ("Ledger", json!(["entry.created"])),
        ("Lamp", json!(["*"])),
        ("Door", json!(["tag.created"])),
    ] {
        made.push(number(
            &world
                .post("ada", "/webhooks", wish(name, &events))
                .await
                .json(),
        ));
    }
    expect(
        world
            .put("ada", &format!("/webhooks/{}/disable", made[0]), json!({}))
            .await,
        204,
    );
    for (query, expected) in [
        ("", vec!["Door", "Lamp", "Ledger"]),
        ("?name=L", vec!["Lamp", "Ledger"]),
        ("?events=entry.created", vec!["Lamp", "Ledger"]),
        (
            "?events=tag.created,entry.created",
            vec!["Door", "Lamp", "Ledger"],
        ),
        ("?events=unknown", vec!["Lamp"]),
        ("?state=disabled", vec!["Ledger"]),
        ("?state=enabled&name=lamp", vec!["Lamp"]),
    ] {
        assert_eq!(
            column(&world, "ada", &format!("/webhooks{query}"), "name").await,
            expected,
            "{query}"
        );
    }
    assert_eq!(ids(&world, "ben", "/webhooks").await, Vec::<i64>::new());
    let own = number(
        &world
            .post("ben", "/webhooks", wish("own", &json!(["*"])))
            .await
            .json(),
    );
    assert_eq!(ids(&world, "ben", "/webhooks").await, [own]);
    assert_eq!(
        ids(&world, "ada", "/webhooks").await[0],
        own,
        "supervisors see all"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn switching_twice_is_no_error_and_a_disabled_one_is_not_pinged() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    let (id, _) = world.webhook("ben", &receiver.url("/"), &["*"]).await;
    receiver.next().await;
    let path = format!("/webhooks/{id}");
    for (action, state) in [
        ("disable", "disabled"),
        ("disable", "disabled"),
        ("enable", "enabled"),
        ("enable", "enabled"),
    ] {
        let done = expect(
            world
                .put("ben", &format!("{path}/{action}"), json!({}))
                .await,
            204,
        );
        assert!(done.body.is_empty());
        assert_eq!(world.get("ben", &path).await.json()["state"], state);
        let ping = world.put("ben", &format!("{path}/ping"), json!({})).await;
        match state {
            "disabled" => refused(&ping, &["base:disabled"]),
            _ => assert_eq!((ping.status, ping.body.len()), (202, 0)),
        }
    }
    for _ in 0..2 {
        assert_eq!(receiver.next().await.json()["type"], "webhook.ping");
    }
    expect(world.delete("ben", &path).await, 204);
    absent(&world.get("ben", &path).await);
    absent(&world.delete("ben", &path).await);
}

/// The types that webhooks with these subscriptions get for an approval and an edit.
async fn heard(subscribed: &[&str]) -> Vec<String> {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    let (id, _) = world.webhook("ada", &receiver.url("/"), subscribed).await;
    receiver.next().await;
    let made = entry(&world, "ben", json!({})).await;
    let path = format!("/entries/{}", made["id"]);
    world.put("ada", &path, json!({"minutes": 20})).await;
    world
        .put("ada", &format!("{path}/approved"), json!({}))
        .await;
    world
        .put("ada", &format!("/webhooks/{id}/ping"), json!({}))
        .await;
    let mut heard = Vec::new();
    loop {
        let told = receiver.next().await.json();
        if told["type"] == "webhook.ping" {
            return heard;
        }
        heard.push(told["type"].as_str().expect("a type").to_owned());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_change_is_one_payload_with_the_most_specific_name_subscribed() {
    for (subscribed, expected) in [
        (
            &["*"][..],
            &["entry.created", "entry.updated", "entry.updated.approved"][..],
        ),
        (&["entry.updated"], &["entry.updated", "entry.updated"]),
        (&["entry.updated.approved"], &["entry.updated.approved"]),
        (
            &["entry.updated", "entry.updated.approved", "*"],
            &["entry.created", "entry.updated", "entry.updated.approved"],
        ),
        (&["entry.created"], &["entry.created"]),
        (&["webhook.ping"], &[]),
    ] {
        assert_eq!(heard(subscribed).await, expected, "{subscribed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_fails_is_not_told_of() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    world.webhook("ada", &receiver.url("/"), &["*"]).await;
    receiver.next().await;
    let both = json!({"date": "2024-03-18", "minutes": 5, "project_name": "New", "user_id": 999_999,
        "description": "#fresh"});
    assert_eq!(world.post("ada", "/entries", both).await.status, 400);
    let fine =
        json!({"date": "2024-03-18", "minutes": 5, "project_name": "New", "description": "#fresh"});
    expect(world.post("ada", "/entries", fine).await, 201);
    for expected in ["project.created", "tag.created", "entry.created"] {
        let told = receiver.next().await.json();
        assert_eq!(
            (&told["type"], &told["changes"]),
            (&json!(expected), &json!({}))
        );
    }
}
