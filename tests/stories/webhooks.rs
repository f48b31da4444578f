//! An entry becomes a signed webhook, in order, whatever the receiver does.

use base::{Secret, secret};
use serde_json::{Value, json};
use zoo::{Answer, Received, Receiver};

use crate::world::World;

fn text(received: &Received, name: &str) -> String {
    received
        .header(name)
        .unwrap_or_else(|| panic!("no header {name}"))
        .to_owned()
}

/// Checks both signatures of a delivery as a receiver would.
fn verify(received: &Received, secret: &str) {
    let own = delivery::signature::hexadecimal(&Secret::new(secret.to_owned()), &received.body);
    assert!(secret::is_equal(
        own.as_bytes(),
        text(received, "x-noko-signature").as_bytes()
    ));
    let timestamp: i64 = text(received, "webhook-timestamp")
        .parse()
        .expect("seconds");
    let id = text(received, "webhook-id");
    let secret = Secret::new(secret.to_owned());
    let standard = delivery::signature::standard(&secret, &id, timestamp, &received.body);
    assert_eq!(standard, text(received, "webhook-signature"));
}

/// The next delivery with this sequence; repetitions of earlier ones are passed over.
async fn next_with(receiver: &Receiver, sequence: &str) -> Received {
    loop {
        let told = receiver.next().await;
        if text(&told, "x-carillon-sequence") == sequence {
            return told;
        }
    }
}

async fn entry(world: &World, who: &str, minutes: i64) -> Value {
    let input = json!({"date": "2024-03-18", "minutes": minutes, "project_id": world.atlas});
    let made = world.post(who, "/entries", input).await;
    assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
    made.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_webhook_is_pinged_and_then_hears_of_an_entry_as_the_api_shows_it() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    let (id, secret) = world
        .webhook("ada", &receiver.url("/hooks"), &["entry.created"])
        .await;

    let ping = receiver.next().await;
    assert_eq!(
        (ping.method.as_str(), ping.path.as_str()),
        ("POST", "/hooks")
    );
    verify(&ping, &secret);
    crate::shapes::check("webhook_ping", &ping.json(), &world.api()).expect("the shape of a ping");
    assert_eq!(text(&ping, "x-noko-eventcategory"), "webhook");
    assert_eq!(text(&ping, "x-carillon-sequence"), "1");

    let made = entry(&world, "ada", 50).await;
    let told = receiver.next().await;
    verify(&told, &secret);
    let body = told.json();
    crate::shapes::check("webhook_payload", &body, &world.api()).expect("the shape of a payload");
    assert_eq!(body["payload_id"], json!(text(&told, "x-noko-delivery")));
    assert_eq!(body["webhook"], json!({"id": id, "name": "story"}));
    assert_eq!(body["type"], "entry.created");
    assert_eq!(body["changes"], json!({}));
    assert_eq!(body["created_at"], made["updated_at"]);
    let shown = world
        .get("ada", &format!("/entries/{}", made["id"]))
        .await
        .json();
    assert_eq!(body["object"], shown);
    assert_eq!(text(&told, "user-agent"), "Noko-Webhooks");
    assert_eq!(text(&told, "x-noko-eventcategory"), "entry");
    assert_eq!(text(&told, "x-carillon-sequence"), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_payload_blocks_only_its_own_webhook_and_all_arrive_in_order_afterwards() {
    let world = World::start().await;
    let (failing, healthy) = (Receiver::start().await, Receiver::start().await);
    failing.answer(Answer::Status(500));
    let (broken, secret) = world
        .webhook("ada", &failing.url("/"), &["entry.created"])
        .await;
    world.webhook("ada", &healthy.url("/"), &["*"]).await;
    let first = failing.next().await;

    for minutes in [15, 30, 45] {
        entry(&world, "ben", minutes).await;
    }
    healthy.next().await;
    for minutes in [15, 30, 45] {
        assert_eq!(
            healthy.next().await.json()["object"]["minutes"],
            json!(minutes)
        );
    }
    let status = world
        .get("ada", &format!("/webhooks/{broken}/status"))
        .await
        .json();
    assert_eq!(status["condition"], "failing");
    assert_eq!(status["waiting_count"], 4);
    assert_eq!(status["head"]["last_status"], 500);

    failing.answer(Answer::Status(200));
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let told = failing.next().await;
        verify(&told, &secret);
        if text(&told, "x-carillon-sequence") == "1" {
            assert_eq!(
                (told.body.clone(), text(&told, "webhook-id")),
                (first.body.clone(), text(&first, "webhook-id")),
                "each attempt is the same"
            );
        } else {
            seen.push(told.json()["object"]["minutes"].clone());
        }
    }
    assert_eq!(seen, [json!(15), json!(30), json!(45)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_sees_why_nothing_arrives_and_skips_or_redelivers() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    receiver.answer(Answer::Status(503));
    let (id, _) = world
        .webhook("ben", &receiver.url("/"), &["entry.created"])
        .await;
    let ping = receiver.next().await;
    let ping_id = text(&ping, "x-noko-delivery");
    receiver.next().await;
    entry(&world, "ben", 15).await;

    let log = world
        .get("ben", &format!("/webhooks/{id}/payloads"))
        .await
        .json();
    assert_eq!(log[0]["state"], "queued");
    assert_eq!(log[0]["blocked_by"], json!(ping_id));
    assert_eq!(log[1]["state"], "failing");
    let detail = world
        .get("ben", &format!("/webhooks/{id}/payloads/{ping_id}"))
        .await
        .json();
    assert_eq!(
        detail["body"].as_str().map(str::as_bytes),
        Some(&ping.body[..])
    );
    assert_eq!(detail["body_bytes"], json!(ping.body.len()));
    assert_eq!(detail["attempts"][0]["outcome"], "refused");
    assert_eq!(detail["attempts"][0]["response"]["status"], 503);

    receiver.answer(Answer::Status(200));
    let waiting = log[0]["id"].as_str().expect("an id");
    let refused = world
        .put("ben", &format!("/webhooks/{id}/skip/{waiting}"), json!({}))
        .await;
    assert!(refused.status == 400 || refused.status == 204);
    let told = next_with(&receiver, "2").await;

    let path = format!(
        "/webhooks/{id}/redeliver/{}",
        text(&told, "x-noko-delivery")
    );
    let mut again = world.put("ben", &path, json!({})).await;
    while again.status == 400 {
        assert_eq!(again.problems(), ["base:not_delivered"]);
        again = world.put("ben", &path, json!({})).await;
    }
    assert_eq!(again.status, 201);
    let redelivered = receiver.next().await;
    assert_eq!(
        text(&redelivered, "x-carillon-redelivery-of"),
        text(&told, "x-noko-delivery")
    );
    assert_eq!(text(&redelivered, "x-carillon-sequence"), "3");
    assert_eq!(redelivered.json()["object"], told.json()["object"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_out_after_the_answer_to_disable_and_the_queue_goes_on_after_enable() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    receiver.answer(Answer::Status(500));
    let (id, secret) = world
        .webhook("ada", &receiver.url("/"), &["entry.created"])
        .await;
    receiver.next().await;
    entry(&world, "ada", 15).await;

    assert_eq!(
        world
            .put("ada", &format!("/webhooks/{id}/disable"), json!({}))
            .await
            .status,
        204
    );
    entry(&world, "ada", 30).await;
    let shown = world.get("ada", &format!("/webhooks/{id}")).await.json();
    assert_eq!(shown["state"], "disabled");
    let refused = world
        .put("ada", &format!("/webhooks/{id}/ping"), json!({}))
        .await;
    assert_eq!(refused.problems(), ["base:disabled"]);
    let rerolled = world
        .put("ada", &format!("/webhooks/{id}/reroll_secret"), json!({}))
        .await;
    let renewed = rerolled.json()["secret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    assert_ne!(renewed, secret);

    receiver.answer(Answer::Status(200));
    assert_eq!(
        world
            .put("ada", &format!("/webhooks/{id}/enable"), json!({}))
            .await
            .status,
        204
    );
    let told = next_with(&receiver, "2").await;
    verify(&told, &renewed);
    assert_eq!(told.json()["object"]["minutes"], 15);
    entry(&world, "ada", 45).await;
    let next = receiver.next().await;
    assert_eq!(
        next.json()["object"]["minutes"],
        45,
        "what happened while disabled never comes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_inside_is_refused_at_saving_with_the_setting_that_would_allow_it() {
    let world = World::start().await;
    for (uri, word) in [
        ("http://10.0.0.7/x", "delivery.allow_networks"),
        ("http://169.254.169.254/latest", "never"),
        ("ftp://example.test/", "Validation Failed"),
        ("http://2130706433/", "Validation Failed"),
        ("not a url", "Validation Failed"),
    ] {
        let input = json!({"name": "inside", "payload_uri": uri, "events": ["*"]});
        let refused = world.post("ada", "/webhooks", input).await;
        assert_eq!(refused.status, 400, "{uri}");
        assert_eq!(refused.problems(), ["payload_uri:invalid"], "{uri}");
        let message = refused.json()["message"]
            .as_str()
            .expect("a message")
            .to_owned();
        assert!(message.contains(word), "{uri}: {message}");
    }
    assert_eq!(world.get("ada", "/webhooks").await.json(), json!([]));
}
