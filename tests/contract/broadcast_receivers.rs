//! Broadcast receivers: endpoints and what actions tell (broadcasts.md §1, §7).
//!
//! Never: rounds and their times; those are stories.

use serde_json::{Value, json};
use zoo::Receiver;

use super::given::{absent, column, entry, expect, ids, number, refused};
use crate::world::World;

fn wish(name: &str, subjects: &Value) -> Value {
    json!({"name": name, "payload_uri": "http://127.0.0.1:9/x", "subjects": subjects})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_needs_a_name_an_address_and_subjects() {
    let world = World::start().await;
    for (input, problems) in [
        (
            json!({}),
            &[
                "name:missing_field",
                "payload_uri:missing_field",
                "subjects:missing_field",
            ][..],
        ),
        (wish("a", &json!([])), &["subjects:missing_field"]),
        (
            wish("a", &json!(["timer", "entry"])),
            &["subjects[1]:invalid"],
        ),
        (
            json!({"name": "a", "payload_uri": "ftp://x.test/", "subjects": ["*"]}),
            &["payload_uri:invalid"],
        ),
    ] {
        refused(
            &world.post("ada", "/broadcast_receivers", input).await,
            problems,
        );
    }
    let made = expect(
        world
            .post("ben", "/broadcast_receivers", wish("a", &json!("timer")))
            .await,
        201,
    );
    let made = made.json();
    assert_eq!(
        (&made["state"], &made["subjects"]),
        (&json!("enabled"), &json!(["timer"]))
    );
    assert_eq!(made["secret"].as_str().map(str::len), Some(64));
    let path = format!("/broadcast_receivers/{}", made["id"]);
    let rerolled = expect(
        world
            .put("ben", &format!("{path}/reroll_secret"), json!({}))
            .await,
        200,
    )
    .json();
    assert_ne!(rerolled["secret"], made["secret"]);
    assert!(world.get("ben", &path).await.json().get("secret").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn subjects_are_added_and_removed_and_an_edit_leaves_them() {
    let world = World::start().await;
    let made = world
        .post("ben", "/broadcast_receivers", wish("a", &json!(["timer"])))
        .await
        .json();
    let path = format!("/broadcast_receivers/{}", made["id"]);
    for (action, subjects, expected) in [
        ("add_subjects", json!(["timer", "*"]), json!(["timer", "*"])),
        ("remove_subjects", json!(["timer", "unheard"]), json!(["*"])),
        ("remove_subjects", json!("*"), json!([])),
        ("add_subjects", json!("timer"), json!(["timer"])),
    ] {
        let changed = world
            .put(
                "ben",
                &format!("{path}/{action}"),
                json!({"subjects": subjects}),
            )
            .await;
        assert_eq!(expect(changed, 200).json()["subjects"], expected);
    }
    refused(
        &world
            .put("ben", &format!("{path}/add_subjects"), json!({}))
            .await,
        &["subjects:missing_field"],
    );
    let bad = world
        .put(
            "ben",
            &format!("{path}/add_subjects"),
            json!({"subjects": ["x"]}),
        )
        .await;
    refused(&bad, &["subjects[0]:invalid"]);
    let edit = json!({"name": "b", "subjects": ["*"], "state": "disabled"});
    let edited = expect(world.put("ben", &path, edit).await, 200).json();
    assert_eq!(
        (&edited["name"], &edited["state"]),
        (&json!("b"), &json!("enabled"))
    );
    assert_eq!(edited["subjects"], json!(["timer"]));
    refused(
        &world.put("ben", &path, json!({"payload_uri": "x"})).await,
        &["payload_uri:invalid"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn they_come_newest_first_and_are_filtered() {
    let world = World::start().await;
    let mut made = Vec::new();
    for (name, subjects) in [
        ("Desk", json!(["timer"])),
        ("Door", json!(["*"])),
        ("Lamp", json!(["timer"])),
    ] {
        let answer = world
            .post("ada", "/broadcast_receivers", wish(name, &subjects))
            .await;
        made.push(number(&answer.json()));
    }
    for _ in 0..2 {
        let path = format!("/broadcast_receivers/{}/disable", made[2]);
        expect(world.put("ada", &path, json!({})).await, 204);
    }
    for (query, expected) in [
        ("", vec!["Lamp", "Door", "Desk"]),
        ("?name=D", vec!["Door", "Desk"]),
        ("?subjects=timer", vec!["Lamp", "Door", "Desk"]),
        ("?subjects=timer.running", vec!["Door"]),
        ("?state=disabled", vec!["Lamp"]),
        ("?state=enabled&per_page=1&page=2", vec!["Desk"]),
    ] {
        let found = column(
            &world,
            "ada",
            &format!("/broadcast_receivers{query}"),
            "name",
        )
        .await;
        assert_eq!(found, expected, "{query}");
    }
    assert_eq!(
        ids(&world, "ben", "/broadcast_receivers").await,
        Vec::<i64>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn disabling_drops_what_was_collected_and_enabling_begins_anew() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    let input = json!({"name": "a", "payload_uri": receiver.url("/"), "subjects": ["timer"]});
    let made = world
        .post("ada", "/broadcast_receivers", input)
        .await
        .json();
    let path = format!("/broadcast_receivers/{}", made["id"]);
    let timer = format!("/projects/{}/timer", world.atlas);
    expect(
        world
            .put("ada", &format!("{path}/disable"), json!({}))
            .await,
        204,
    );
    world.put("ada", &format!("{timer}/start"), json!({})).await;
    let status = expect(world.get("ada", &format!("{path}/status")).await, 200).json();
    assert_eq!(
        (&status["state"], &status["pending"]),
        (&json!("disabled"), &json!([]))
    );
    assert_eq!(status["changes_collected"], 0);
    let ping = world.put("ada", &format!("{path}/ping"), json!({})).await;
    refused(&ping, &["base:disabled"]);

    for _ in 0..2 {
        expect(
            world.put("ada", &format!("{path}/enable"), json!({})).await,
            204,
        );
    }
    world.put("ada", &format!("{timer}/pause"), json!({})).await;
    assert_eq!(receiver.next().await.json()["last_event"], "timer.paused");
    let ping = expect(
        world.put("ada", &format!("{path}/ping"), json!({})).await,
        202,
    );
    assert!(ping.body.is_empty());
    let told = receiver.next().await;
    assert_eq!(
        told.header("x-noko-broadcastsubject"),
        Some("broadcast_receiver")
    );
    assert_eq!(
        told.json()["subject"]["url"],
        json!(format!("{}{path}", world.api()))
    );
    expect(world.delete("ada", &path).await, 204);
    absent(&world.get("ada", &path).await);
}

/// The events told, in order, by actions that are taken one round apart.
async fn told(world: &World, receiver: &Receiver, steps: &[(&str, Value, Option<&str>)]) {
    let timer = format!("/projects/{}/timer", world.atlas);
    for (action, input, expected) in steps {
        let done = match *action {
            "DELETE" => world.delete("ada", &timer).await,
            action => {
                world
                    .put("ada", &format!("{timer}{action}"), input.clone())
                    .await
            }
        };
        assert!(matches!(done.status, 200 | 204), "{action}");
        if let Some(expected) = expected {
            let told = receiver.next().await.json();
            assert_eq!(told["last_event"], json!(expected), "{action} {input}");
            assert_eq!(
                told["subject"]["url"],
                json!(format!("{}{timer}", world.api()))
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_action_on_a_timer_tells_its_event_and_a_change_of_nothing_tells_nothing() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    let input = json!({"name": "a", "payload_uri": receiver.url("/"), "subjects": ["*"]});
    let made = world
        .post("ada", "/broadcast_receivers", input)
        .await
        .json();
    let steps = [
        ("", json!({}), Some("timer.pending")),
        ("", json!({}), None),
        ("", json!({"description": "a"}), Some("timer.pending")),
        ("/start", json!({}), Some("timer.running")),
        ("/start", json!({"description": "a"}), None),
        ("/start", json!({"description": "b"}), Some("timer.running")),
        (
            "/add_or_subtract_time",
            json!({"minutes": 5}),
            Some("timer.running"),
        ),
        ("/add_or_subtract_time", json!({}), None),
        ("/pause", json!({}), Some("timer.paused")),
        ("/pause", json!({}), None),
        (
            "/add_or_subtract_time",
            json!({"minutes": 1}),
            Some("timer.paused"),
        ),
        ("", json!({"description": "c"}), Some("timer.paused")),
        (
            "/log",
            json!({"entry_date": "2024-03-18"}),
            Some("timer.stopped"),
        ),
        ("/start", json!({}), Some("timer.running")),
        ("DELETE", json!({}), Some("timer.stopped")),
    ];
    told(&world, &receiver, &steps).await;
    let status = format!("/broadcast_receivers/{}/status", made["id"]);
    let status = world.get("ada", &status).await.json();
    assert_eq!(
        status["changes_collected"], 11,
        "a change of nothing was not collected"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn archiving_and_deleting_projects_tell_of_their_timers() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    entry(&world, "ada", json!({"project_id": world.atlas})).await;
    let input = json!({"name": "a", "payload_uri": receiver.url("/"), "subjects": ["*"]});
    world.post("ada", "/broadcast_receivers", input).await;
    let steps = [("/start", json!({}), Some("timer.running"))];
    told(&world, &receiver, &steps).await;
    expect(
        world
            .put(
                "ada",
                &format!("/projects/{}/archive", world.atlas),
                json!({}),
            )
            .await,
        204,
    );
    assert_eq!(receiver.next().await.json()["last_event"], "timer.paused");

    let beacon = super::given::project(&world, "Beacon").await;
    world
        .put("ada", &format!("/projects/{beacon}/timer"), json!({}))
        .await;
    assert_eq!(receiver.next().await.json()["last_event"], "timer.pending");
    expect(
        world.delete("ada", &format!("/projects/{beacon}")).await,
        204,
    );
    assert_eq!(receiver.next().await.json()["last_event"], "timer.stopped");
}
