//! The delivery log: list, detail, retry, skip, redeliver (docs/webhooks.md; webhooks.md §1).
//!
//! Never: when attempts are made; those are stories.

use serde_json::{Value, json};
use zoo::{Answer, Receiver};

use super::given::{absent, column, expect, refused};
use crate::world::World;

/// A webhook of ada's with a delivered ping and two delivered tags, oldest first.
struct Log {
    world: World,
    receiver: Receiver,
    path: String,
    ids: Vec<String>,
}

async fn log() -> Log {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    let (id, _) = world.webhook("ada", &receiver.url("/"), &["*"]).await;
    for name in ["one", "two"] {
        world.post("ada", "/tags", json!({"names": [name]})).await;
    }
    let mut ids = Vec::new();
    for _ in 0..3 {
        let told = receiver.next().await;
        ids.push(told.header("x-noko-delivery").expect("an id").to_owned());
    }
    let path = format!("/webhooks/{id}");
    settle(&world, &path).await;
    Log {
        world,
        receiver,
        path,
        ids,
    }
}

/// Asks until nothing waits.
async fn settle(world: &World, path: &str) {
    while world.get("ada", &format!("{path}/status")).await.json()["waiting_count"] != 0 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn payloads_come_newest_first_and_are_filtered() {
    let Log {
        world, path, ids, ..
    } = log().await;
    let newest: Vec<String> = ids.iter().rev().cloned().collect();
    for (query, expected) in [
        ("", newest.clone()),
        ("?state=delivered", newest.clone()),
        ("?state=queued,failing", vec![]),
        ("?type=webhook.ping", vec![ids[0].clone()]),
        ("?type=tag.created,webhook.ping", newest.clone()),
        ("?type=unknown", vec![]),
        ("?before=3", vec![ids[1].clone(), ids[0].clone()]),
        ("?from=2020-01-01", newest.clone()),
        ("?to=2020-01-01", vec![]),
        ("?per_page=1&page=2", vec![ids[1].clone()]),
    ] {
        let found = column(&world, "ada", &format!("{path}/payloads{query}"), "id").await;
        assert_eq!(found, expected, "{query}");
    }
    for (query, problem) in [
        ("state=lost", "state:invalid"),
        ("from=x", "from:invalid"),
        ("before=x", "before:invalid"),
    ] {
        refused(
            &world.get("ada", &format!("{path}/payloads?{query}")).await,
            &[problem],
        );
    }
    let page = world
        .get("ada", &format!("{path}/payloads?per_page=2"))
        .await;
    assert!(
        page.header("link")
            .is_some_and(|it| it.contains("payloads?page=2&per_page=2"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_detail_shows_the_bytes_that_were_sent_and_every_attempt() {
    let Log {
        world,
        path,
        ids,
        receiver,
    } = log().await;
    let sent = receiver.received();
    for (number, id) in ids.iter().enumerate() {
        let shown = expect(
            world.get("ada", &format!("{path}/payloads/{id}")).await,
            200,
        )
        .json();
        assert_eq!(
            (&shown["id"], &shown["state"]),
            (&json!(id), &json!("delivered"))
        );
        assert_eq!(shown["sequence"], json!(number + 1));
        assert_eq!(shown["attempts_count"], 1);
        assert_eq!(shown["attempts"][0]["outcome"], "accepted");
        assert_eq!(shown["attempts"][0]["response"]["status"], 200);
        let body = sent
            .iter()
            .find(|it| it.header("x-noko-delivery") == Some(id))
            .expect("it came");
        assert_eq!(
            shown["body"].as_str().map(str::as_bytes),
            Some(body.body.as_slice())
        );
        for header in shown["attempts"][0]["request"]["headers"]
            .as_array()
            .expect("headers")
        {
            let name = header["name"].as_str().expect("a name").to_lowercase();
            assert_ne!(name, "x-nokotoken");
        }
    }
    for id in ["abc", "00000000-0000-4000-8000-000000000000", "1"] {
        absent(&world.get("ada", &format!("{path}/payloads/{id}")).await);
        for action in ["retry", "skip", "redeliver"] {
            absent(
                &world
                    .put("ada", &format!("{path}/{action}/{id}"), json!({}))
                    .await,
            );
        }
    }
    let (other, _) = world.webhook("ada", "http://127.0.0.1:9/", &["*"]).await;
    absent(
        &world
            .get("ada", &format!("/webhooks/{other}/payloads/{}", ids[0]))
            .await,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_delivered_is_neither_retried_nor_skipped_but_redelivered() {
    let Log {
        world,
        path,
        ids,
        receiver,
    } = log().await;
    for action in ["retry", "skip"] {
        let answer = world
            .put("ada", &format!("{path}/{action}/{}", ids[1]), json!({}))
            .await;
        refused(&answer, &["base:not_failing"]);
        assert_eq!(answer.json()["errors"][0]["resource"], "WebhookPayload");
    }
    let again = world
        .put("ada", &format!("{path}/redeliver/{}", ids[1]), json!({}))
        .await;
    let payload = expect(again, 201).json();
    assert_eq!(
        (&payload["redelivery_of"], &payload["sequence"]),
        (&json!(ids[1]), &json!(4))
    );
    let told = receiver.next().await;
    assert_eq!(
        told.header("x-carillon-redelivery-of"),
        Some(ids[1].as_str())
    );
    assert_eq!(told.json()["payload_id"], payload["id"]);

    expect(
        world
            .put("ada", &format!("{path}/disable"), json!({}))
            .await,
        204,
    );
    let answer = world
        .put("ada", &format!("{path}/redeliver/{}", ids[1]), json!({}))
        .await;
    refused(&answer, &["base:disabled"]);
}

/// The log with two tags more, of which the first fails; the ids of both.
async fn failing() -> (Log, String, String) {
    let log = log().await;
    log.receiver.answer(Answer::Status(500));
    for name in ["three", "four"] {
        log.world
            .post("ada", "/tags", json!({"names": [name]}))
            .await;
    }
    let head = log.receiver.next().await;
    let head = head.header("x-noko-delivery").expect("an id").to_owned();
    // The second attempt shows that the first has failed.
    log.receiver.next().await;
    let path = format!("{}/payloads?state=queued", log.path);
    let waiting = log.world.get("ada", &path).await.json();
    assert_eq!(waiting[0]["blocked_by"], json!(head));
    let behind = waiting[0]["id"].as_str().expect("an id").to_owned();
    (log, head, behind)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_failing_head_is_retried_or_skipped() {
    let (Log { world, path, .. }, head, behind) = failing().await;
    let status = expect(world.get("ada", &format!("{path}/status")).await, 200).json();
    assert_eq!(status["condition"], "failing");
    assert_eq!(status["waiting_count"], 2);
    assert_eq!(status["head"]["id"], json!(head));
    for action in ["retry", "skip"] {
        let path = format!("{path}/{action}/{behind}");
        let answer = world.put("ada", &path, json!({})).await;
        refused(&answer, &["base:not_failing"]);
    }
    let redeliver = format!("{path}/redeliver/{head}");
    let answer = world.put("ada", &redeliver, json!({})).await;
    refused(&answer, &["base:not_delivered"]);
    let skip = format!("{path}/skip/{head}");
    let wordy = json!({"reason": "a".repeat(256)});
    refused(&world.put("ada", &skip, wordy).await, &["reason:invalid"]);
    let retry = format!("{path}/retry/{head}");
    let retried = expect(world.put("ada", &retry, json!({})).await, 202);
    assert!(retried.body.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_head_is_skipped_with_its_reason_and_the_next_goes_on() {
    let (log, head, behind) = failing().await;
    let Log {
        world,
        path,
        receiver,
        ..
    } = log;

    let skip = format!("{path}/skip/{head}");
    let reason = json!({"reason": " The receiver is gone "});
    expect(world.put("ada", &skip, reason).await, 204);

    let shown = format!("{path}/payloads/{head}");
    let skipped = world.get("ada", &shown).await.json();
    assert_eq!(skipped["state"], "skipped");
    assert_eq!(skipped["skip_reason"], "The receiver is gone");
    assert_eq!(skipped["skipped_by"]["id"], json!(world.persona("ada").id));
    receiver.answer(Answer::Status(200));
    settle(&world, &path).await;
    let shown = format!("{path}/payloads/{behind}");
    assert_eq!(world.get("ada", &shown).await.json()["state"], "delivered");
    let redeliver = format!("{path}/redeliver/{head}");
    expect(world.put("ada", &redeliver, json!({})).await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_demoted_no_longer_reads_bodies_of_a_higher_view() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    let (id, _) = world
        .webhook("lea", &receiver.url("/"), &["project.updated"])
        .await;
    receiver.next().await;
    let edit = json!({"budgeted_minutes": 98_765});
    world
        .put("ada", &format!("/projects/{}", world.atlas), edit)
        .await;
    let told = receiver.next().await;
    let payload = told.header("x-noko-delivery").expect("an id").to_owned();
    let path = format!("/webhooks/{id}/payloads/{payload}");
    assert_eq!(world.get("lea", &path).await.status, 200);

    let demoted = json!({"role": "coworker"});
    expect(
        world
            .put(
                "ada",
                &format!("/users/{}", world.persona("lea").id),
                demoted,
            )
            .await,
        200,
    );

    absent(&world.get("lea", &path).await);
    let list: Value = expect(
        world.get("lea", &format!("/webhooks/{id}/payloads")).await,
        200,
    )
    .json();
    assert_eq!(list[0]["id"], json!(payload), "the list has it");
    assert!(!list.to_string().contains("98765"));
    assert_eq!(world.get("ada", &path).await.status, 200);
}
