//! Two people, or one in two windows, act at the same moment: each promise still holds.
//!
//! Never: who of the two wins; only what may not come out.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use zoo::{Answer as Reply, Receiver};

use crate::world::{Answer, World};

/// A request: who, method, path, body.
type Act = (&'static str, &'static str, String, Value);

/// Sends all at once, each from a task of its own; the answers by status.
async fn at_once(world: &Arc<World>, acts: impl IntoIterator<Item = Act>) -> Vec<Answer> {
    let acts: Vec<Act> = acts.into_iter().collect();
    let barrier = Arc::new(tokio::sync::Barrier::new(acts.len()));
    let mut running = JoinSet::new();
    for (who, method, path, body) in acts {
        let (world, barrier) = (Arc::clone(world), Arc::clone(&barrier));
        running.spawn(async move {
            barrier.wait().await;
            world.call(who, method, &path, Some(body)).await
        });
    }
    let mut answers = running.join_all().await;
    answers.sort_by_key(|answer| answer.status);
    answers
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

/// The same act, twice.
fn twice(who: &'static str, method: &'static str, path: &str, body: &Value) -> Vec<Act> {
    vec![(who, method, path.to_owned(), body.clone()); 2]
}

async fn world() -> Arc<World> {
    Arc::new(World::start().await)
}

async fn made(world: &World, path: &str, body: Value) -> i64 {
    let made = world.post("ada", path, body).await;
    assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
    made.json()["id"].as_i64().expect("an id")
}

async fn count(world: &World, path: &str) -> usize {
    world
        .get("ada", path)
        .await
        .json()
        .as_array()
        .expect("a list")
        .len()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_timers_started_at_once_exactly_one_runs() {
    let world = world().await;
    let mut projects = vec![world.atlas];
    for name in ["Beacon", "Cove", "Dock"] {
        projects.push(made(&world, "/projects", json!({"name": name})).await);
    }
    for _ in 0..5 {
        let starts = projects.iter().map(|project| {
            (
                "ada",
                "PUT",
                format!("/projects/{project}/timer/start"),
                json!({}),
            )
        });
        assert_eq!(statuses(&at_once(&world, starts).await), [200; 4]);
        let timers = world.get("ada", "/timers").await.json();
        let states: Vec<_> = timers
            .as_array()
            .expect("a list")
            .iter()
            .map(|it| it["state"].clone())
            .collect();
        assert_eq!(states, ["running", "paused", "paused", "paused"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_timer_started_twice_is_one_timer() {
    let world = world().await;
    let timer = format!("/projects/{}/timer", world.atlas);
    let starts = twice("ada", "PUT", &format!("{timer}/start"), &json!({}));
    assert_eq!(statuses(&at_once(&world, starts).await), [200, 200]);
    assert_eq!(count(&world, "/timers").await, 1);

    let edits = twice("ben", "PUT", &timer, &json!({"description": "x"}));
    assert_eq!(statuses(&at_once(&world, edits).await), [200, 200]);

    let pauses = twice("ada", "PUT", &format!("{timer}/pause"), &json!({}));
    let answers = at_once(&world, pauses).await;
    assert_eq!(statuses(&answers), [200, 200]);
    assert_eq!(answers[0].json()["seconds"], answers[1].json()["seconds"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn time_added_at_once_is_all_there() {
    let world = world().await;
    let timer = format!("/projects/{}/timer", world.atlas);
    world.put("ada", &format!("{timer}/start"), json!({})).await;
    world.put("ada", &format!("{timer}/pause"), json!({})).await;
    world
        .put(
            "ada",
            &format!("{timer}/add_or_subtract_time"),
            json!({"minutes": -1}),
        )
        .await;
    let add = (
        "ada",
        "PUT",
        format!("{timer}/add_or_subtract_time"),
        json!({"minutes": 1}),
    );
    at_once(&world, vec![add; 8]).await;
    assert_eq!(world.get("ada", &timer).await.json()["seconds"], 480);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_is_logged_once_and_discarded_once() {
    let world = world().await;
    let timer = format!("/projects/{}/timer", world.atlas);
    world.put("ada", &format!("{timer}/start"), json!({})).await;
    let logs = twice(
        "ada",
        "PUT",
        &format!("{timer}/log"),
        &json!({"minutes": 5}),
    );
    assert_eq!(statuses(&at_once(&world, logs).await), [204, 404]);
    assert_eq!(count(&world, "/entries").await, 1);

    world.put("ada", &format!("{timer}/start"), json!({})).await;
    let log = ("ada", "PUT", format!("{timer}/log"), json!({"minutes": 5}));
    let discard = ("ada", "DELETE", timer.clone(), json!({}));
    assert_eq!(statuses(&at_once(&world, [log, discard]).await), [204, 404]);
    assert_eq!(world.get("ada", &timer).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_or_an_address_is_given_once() {
    let world = world().await;
    for (path, body, field) in [
        ("/projects", json!({"name": "Beacon"}), "name"),
        ("/users", json!({"email": "eve@harbour.example"}), "email"),
    ] {
        let answers = at_once(&world, twice("ada", "POST", path, &body)).await;
        assert_eq!(statuses(&answers), [201, 400], "{path}");
        assert_eq!(answers[1].problems(), [format!("{field}:already_exists")]);
    }
    let two = ["dora", "ada"].map(|who| {
        (
            who,
            "POST",
            "/users".to_owned(),
            json!({"email": "fay@else.example"}),
        )
    });
    assert_eq!(statuses(&at_once(&world, two).await), [201, 400]);

    let cove = made(&world, "/projects", json!({"name": "Cove"})).await;
    let renames = [world.atlas, cove].map(|project| {
        (
            "ada",
            "PUT",
            format!("/projects/{project}"),
            json!({"name": "Dock"}),
        )
    });
    let answers = at_once(&world, renames).await;
    assert_eq!(statuses(&answers), [200, 400]);
    assert_eq!(answers[1].problems(), ["name:already_exists"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_named_at_once_by_hashtags_is_made_once() {
    let world = world().await;
    let receiver = Receiver::start().await;
    world
        .webhook("ada", &receiver.url("/"), &["tag.created"])
        .await;
    let entry = json!({"date": "2024-03-18", "minutes": 15, "description": "#sea"});
    let acts: Vec<Act> = ["ada", "lea", "ben"]
        .map(|who| (who, "POST", "/entries".to_owned(), entry.clone()))
        .into_iter()
        .chain(twice("lea", "POST", "/tags", &json!({"names": ["SEA"]})))
        .collect();

    assert_eq!(statuses(&at_once(&world, acts).await), [201; 5]);

    let tags = world.get("ada", "/tags").await.json();
    assert_eq!(tags.as_array().map(Vec::len), Some(1));
    assert_eq!(tags[0]["entries"], 3);
    assert_eq!(receiver.next().await.json()["type"], "webhook.ping");
    assert_eq!(receiver.next().await.json()["type"], "tag.created");
    world.post("ada", "/tags", json!({"names": ["land"]})).await;
    assert_eq!(receiver.next().await.json()["object"]["name"], "land");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_named_at_once_by_entries_is_made_once() {
    let world = world().await;
    let entry = json!({"date": "2024-03-18", "minutes": 15, "project_name": "Beacon"});
    let acts = ["ada", "lea"].map(|who| (who, "POST", "/entries".to_owned(), entry.clone()));
    assert_eq!(statuses(&at_once(&world, acts).await), [201, 201]);
    assert_eq!(count(&world, "/projects?name=beacon").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_approved_once_and_not_edited_behind_the_approval() {
    let world = world().await;
    let entry = || json!({"date": "2024-03-18", "minutes": 15});
    let path = format!("/entries/{}", made(&world, "/entries", entry()).await);
    let answers = at_once(
        &world,
        twice("lea", "PUT", &format!("{path}/approved"), &json!({})),
    )
    .await;
    assert_eq!(statuses(&answers), [204, 400]);
    assert_eq!(answers[1].problems(), ["base:already_approved"]);

    for _ in 0..5 {
        let path = format!("/entries/{}", made(&world, "/entries", entry()).await);
        let approve = ("lea", "PUT", format!("{path}/approved"), json!({}));
        let delete = ("ada", "DELETE", path.clone(), json!({}));
        let answers = at_once(&world, [approve, delete]).await;
        let left = world.get("ada", &path).await;
        match statuses(&answers)[..] {
            [204, 400] => assert!(left.json()["approved_at"].is_string()),
            [204, 404] => assert_eq!(left.status, 404),
            ref other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_not_deleted_under_an_entry() {
    let world = world().await;
    for number in 0..5 {
        let project = made(&world, "/projects", json!({"name": format!("P{number}")})).await;
        let entry = json!({"date": "2024-03-18", "minutes": 15, "project_id": project});
        let delete = ("ada", "DELETE", format!("/projects/{project}"), json!({}));
        let enter = ("ben", "POST", "/entries".to_owned(), entry);
        let answers = at_once(&world, [delete, enter]).await;
        let is_there = world
            .get("ada", &format!("/projects/{project}"))
            .await
            .status
            == 200;
        let first = answers[0].status;
        assert_eq!(answers[1].status, 400, "one of the two is refused");
        assert_eq!(first, if is_there { 201 } else { 204 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tags_merged_into_each_other_leave_one() {
    let world = world().await;
    let tags = world
        .post("ada", "/tags", json!({"names": ["a", "b"]}))
        .await
        .json();
    let (a, b) = (tags[0]["id"].clone(), tags[1]["id"].clone());
    let merges = [(&a, &b), (&b, &a)].map(|(into, from)| {
        (
            "ada",
            "PUT",
            format!("/tags/{into}/merge"),
            json!({"tag_id": from}),
        )
    });
    let answers = at_once(&world, merges).await;
    assert_eq!(answers[0].status, 204);
    assert!(matches!(answers[1].status, 400 | 404));
    assert_eq!(count(&world, "/tags").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_payload_is_skipped_once() {
    let world = world().await;
    let receiver = Receiver::start().await;
    receiver.answer(Reply::Status(500));
    let (id, _) = world.webhook("ada", &receiver.url("/"), &["*"]).await;
    world
        .post("ada", "/tags", json!({"names": ["behind"]}))
        .await;
    let head = receiver
        .next()
        .await
        .header("x-noko-delivery")
        .expect("an id")
        .to_owned();
    receiver.next().await;

    let skips = twice(
        "ada",
        "PUT",
        &format!("/webhooks/{id}/skip/{head}"),
        &json!({}),
    );
    let answers = at_once(&world, skips).await;

    assert_eq!(statuses(&answers), [204, 400]);
    assert_eq!(answers[1].problems(), ["base:not_failing"]);
    let skipped = count(&world, &format!("/webhooks/{id}/payloads?state=skipped")).await;
    assert_eq!(skipped, 1, "what waits behind was not skipped with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn switches_and_subscriptions_changed_at_once_all_hold() {
    let world = world().await;
    let receiver = Receiver::start().await;
    let (id, _) = world
        .webhook("ada", &receiver.url("/"), &["tag.created"])
        .await;
    let events = [
        "entry.created",
        "entry.updated",
        "user.created",
        "project.created",
    ];
    let adds = events.map(|event| {
        (
            "ada",
            "PUT",
            format!("/webhooks/{id}/add_events"),
            json!({"events": [event]}),
        )
    });
    assert_eq!(statuses(&at_once(&world, adds).await), [200; 4]);
    let shown = world.get("ada", &format!("/webhooks/{id}")).await.json();
    assert_eq!(shown["events"].as_array().map(Vec::len), Some(5));

    let switches = ["enable", "disable", "enable", "disable"]
        .map(|action| ("ada", "PUT", format!("/webhooks/{id}/{action}"), json!({})));
    assert_eq!(statuses(&at_once(&world, switches).await), [204; 4]);
    let deletes = twice("ada", "DELETE", &format!("/webhooks/{id}"), &json!({}));
    assert_eq!(statuses(&at_once(&world, deletes).await), [204, 404]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_deactivated_once_and_told_of_once() {
    let world = world().await;
    let receiver = Receiver::start().await;
    world
        .webhook("ada", &receiver.url("/"), &["user.updated", "tag.created"])
        .await;
    let entry = json!({"date": "2024-03-18", "minutes": 15});
    assert_eq!(world.post("ben", "/entries", entry).await.status, 201);
    let path = format!("/users/{}", world.persona("ben").id);
    let acts = twice("ada", "PUT", &format!("{path}/deactivate"), &json!({}));
    assert_eq!(statuses(&at_once(&world, acts).await), [204, 204]);
    let answers = at_once(
        &world,
        twice("ada", "PUT", &format!("{path}/activate"), &json!({})),
    )
    .await;
    assert_eq!(statuses(&answers), [204, 400]);
    world.post("ada", "/tags", json!({"names": ["last"]})).await;
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(receiver.next().await.json()["type"].clone());
    }
    assert_eq!(
        told,
        [
            "webhook.ping",
            "user.updated",
            "user.updated",
            "tag.created"
        ]
    );
}
