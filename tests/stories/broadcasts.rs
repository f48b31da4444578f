//! A timer becomes a signed broadcast: only the latest counts, and it comes once.

use base::Secret;
use serde_json::{Value, json};
use zoo::{Answer, Receiver};

use crate::world::World;

async fn receiver_of(world: &World, who: &str, uri: &str) -> (i64, String) {
    let input = json!({"name": "Desk light", "payload_uri": uri, "subjects": ["timer"]});
    let made = world.post(who, "/broadcast_receivers", input).await;
    assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
    let made = made.json();
    let id = made["id"].as_i64().expect("an id");
    (id, made["secret"].as_str().expect("a secret").to_owned())
}

async fn act(world: &World, who: &str, project: i64, action: &str) -> Value {
    let done = world
        .put(
            who,
            &format!("/projects/{project}/timer/{action}"),
            json!({}),
        )
        .await;
    assert_eq!(done.status, 200, "{}", String::from_utf8_lossy(&done.body));
    done.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_changes_within_one_interval_make_one_message_with_the_last_state() {
    let world = World::start().await;
    let desk = Receiver::start().await;
    let (id, secret) = receiver_of(&world, "ada", &desk.url("/light")).await;

    for _ in 0..5 {
        act(&world, "ada", world.atlas, "start").await;
        act(&world, "ada", world.atlas, "pause").await;
    }

    let mut last = desk.next().await;
    // A slow machine may spread the ten changes over more than one interval.
    loop {
        let status = world
            .get("ada", &format!("/broadcast_receivers/{id}/status"))
            .await
            .json();
        if status["pending"] == json!([]) && status["changes_collected"] == 10 {
            break;
        }
        last = desk.next().await;
    }
    let body = last.json();
    crate::shapes::check("broadcast", &body, &world.api()).expect("the shape of a broadcast");
    assert_eq!(body["last_event"], "timer.paused");
    assert_eq!(
        body["broadcast_receiver"],
        json!({"id": id, "name": "Desk light"})
    );
    let url = body["subject"]["url"].as_str().expect("a url");
    let path = url.strip_prefix(&world.api()).expect("our own url");
    assert_eq!(world.get("ada", path).await.json()["state"], "paused");
    let signature = delivery::signature::hexadecimal(&Secret::new(secret), &last.body);
    assert_eq!(last.header("x-noko-signature"), Some(signature.as_str()));
    assert_eq!(last.header("x-noko-broadcastsubject"), Some("timer"));
    assert_eq!(last.header("user-agent"), Some("Noko-Broadcasts"));
    assert!(desk.received().len() < 10, "changes were collected");
}

#[tokio::test(flavor = "multi_thread")]
async fn starting_a_timer_that_pauses_another_makes_two_messages_in_order() {
    let world = World::start().await;
    let other = world
        .post("ada", "/projects", json!({"name": "Beacon"}))
        .await
        .json();
    let other = other["id"].as_i64().expect("an id");
    act(&world, "ada", world.atlas, "start").await;
    let desk = Receiver::start().await;
    receiver_of(&world, "ada", &desk.url("/")).await;

    act(&world, "ada", other, "start").await;

    let told = [desk.next().await.json(), desk.next().await.json()];
    let events: Vec<_> = told.iter().map(|it| it["last_event"].clone()).collect();
    assert_eq!(events, ["timer.paused", "timer.running"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_hears_only_the_timers_of_the_user_who_made_it() {
    let world = World::start().await;
    let desk = Receiver::start().await;
    receiver_of(&world, "ben", &desk.url("/")).await;

    act(&world, "ada", world.atlas, "start").await;
    act(&world, "cleo", world.atlas, "start").await;
    act(&world, "ben", world.atlas, "start").await;

    assert_eq!(desk.next().await.json()["last_event"], "timer.running");
    let (id, _) = receiver_of(&world, "ben", &desk.url("/second")).await;
    world
        .put("ben", &format!("/broadcast_receivers/{id}/ping"), json!({}))
        .await;
    let ping = desk.next().await;
    assert_eq!(ping.path, "/second", "nothing else came: {:?}", ping.json());
    assert_eq!(ping.json()["last_event"], "broadcast_receiver.ping");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_fails_never_comes_again() {
    let world = World::start().await;
    let desk = Receiver::start().await;
    desk.answer_next([Answer::Status(500)]);
    receiver_of(&world, "ada", &desk.url("/")).await;

    act(&world, "ada", world.atlas, "start").await;
    assert_eq!(desk.next().await.json()["last_event"], "timer.running");
    act(&world, "ada", world.atlas, "pause").await;

    assert_eq!(desk.next().await.json()["last_event"], "timer.paused");
    assert_eq!(desk.received().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_a_timer_ends_it_and_tells_both_kinds_of_receivers() {
    let world = World::start().await;
    let (desk, books) = (Receiver::start().await, Receiver::start().await);
    world.webhook("ada", &books.url("/"), &["*"]).await;
    books.next().await;
    act(&world, "ada", world.atlas, "start").await;
    receiver_of(&world, "ada", &desk.url("/")).await;

    let path = format!("/projects/{}/timer/log", world.atlas);
    let input = json!({"minutes": 20, "description": "Landing #design page"});
    assert_eq!(world.put("ada", &path, input).await.status, 204);

    assert_eq!(desk.next().await.json()["last_event"], "timer.stopped");
    assert_eq!(books.next().await.json()["type"], "tag.created");
    let entry = books.next().await.json();
    assert_eq!(entry["type"], "entry.created");
    assert_eq!(
        entry["object"]["minutes"], 30,
        "rounded up to the project's increment"
    );
    assert_eq!(
        world
            .get("ada", &format!("/projects/{}/timer", world.atlas))
            .await
            .status,
        404
    );
}
