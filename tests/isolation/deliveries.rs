//! What webhooks and receivers are told is what their makers may read, and no more.
//!
//! Never: looking at tables; the receiver's bytes decide.

use serde_json::json;
use zoo::{Received, Receiver};

use super::ground::{BUDGET, Ground, PEOPLE};
use crate::ask::id_of;

/// Changes everything of harbour that is told of, as ada.
async fn stir(ground: &Ground) {
    let world = &ground.world;
    let put = |path: String, body| async move {
        let done = world.put("ada", &path, body).await;
        assert!(
            done.status < 300,
            "{path}: {}",
            String::from_utf8_lossy(&done.body)
        );
    };
    for (number, project) in [world.atlas, ground.beacon].into_iter().enumerate() {
        let path = format!("/projects/{project}");
        let name = format!("canary-harbour-{}", ["stirred", "beacon-stirred"][number]);
        put(path.clone(), json!({"name": name})).await;
        put(
            path.clone(),
            json!({"budgeted_minutes": null, "description": "canary-harbour"}),
        )
        .await;
        put(path.clone(), json!({"budgeted_minutes": BUDGET})).await;
        put(path.clone(), json!({"budgeted_minutes": BUDGET + 1})).await;
        let words = "canary-harbour-entry-of-ada #canary-harbour-new";
        let entry = json!({"date": "2024-03-18", "minutes": 15, "project_id": project,
            "description": words});
        let entry = id_of(&world.post("ada", "/entries", entry).await);
        put(format!("/entries/{entry}"), json!({"minutes": 60})).await;
        put(format!("/entries/{entry}/approved"), json!({})).await;
        put(format!("/entries/{entry}/unapproved"), json!({})).await;
        put(
            format!("/entries/{entry}/marked_as_invoiced"),
            json!({"date": "2024-03-20"}),
        )
        .await;
        put(format!("{path}/archive"), json!({})).await;
        put(format!("{path}/unarchive"), json!({})).await;
    }
    let cleo = world.persona("cleo").id;
    put(format!("/users/{cleo}"), json!({"last_name": "Renamed"})).await;
    let ben = world.persona("ben").id;
    put(
        format!("/users/{ben}"),
        json!({"last_name": "canary-harbour-ben"}),
    )
    .await;
}

/// All deliveries up to and without the ping that was asked for last.
async fn heard(receiver: &Receiver) -> Vec<Received> {
    let mut heard = Vec::new();
    let mut pings = 0;
    while pings < 2 {
        let told = receiver.next().await;
        if told.json()["type"] == "webhook.ping" {
            pings += 1;
        }
        heard.push(told);
    }
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_tells_its_maker_nothing_that_the_maker_may_not_read() {
    let ground = Ground::lay().await;
    let mut ears = Vec::new();
    for who in PEOPLE {
        let receiver = Receiver::start().await;
        let (id, _) = ground.world.webhook(who, &receiver.url("/"), &["*"]).await;
        ears.push((who, id, receiver));
    }

    stir(&ground).await;

    for (who, id, receiver) in ears {
        let asked = ground
            .world
            .put(who, &format!("/webhooks/{id}/ping"), json!({}))
            .await;
        assert_eq!(asked.status, 202);
        let heard = heard(&receiver).await;
        let expected = match who {
            "ada" | "lea" => 2 * 11 + 2 + 1,
            // An edit of the budget alone is no change to a coworker.
            "ben" => 2 * 9 + 2 + 1,
            // Projects given to them, no entries of others, themselves.
            "cleo" => 4 + 1 + 1,
            _ => 0,
        };
        let kinds: Vec<_> = heard.iter().map(|it| it.json()["type"].clone()).collect();
        assert_eq!(heard.len() - 2, expected, "{who}: {kinds:?}");
        for told in &heard {
            let text = String::from_utf8_lossy(&told.body);
            assert_eq!(ground.leak(who, &text), None, "{who}: {text}");
        }
        let log = format!("/webhooks/{id}/payloads");
        for payload in ground
            .call(who, "GET", &log, &json!({}))
            .await
            .json()
            .as_array()
            .expect("a list")
        {
            let path = format!("{log}/{}", payload["id"].as_str().expect("an id"));
            assert_eq!(ground.call(who, "GET", &path, &json!({})).await.status, 200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_names_only_timers_of_the_one_who_made_the_receiver() {
    let ground = Ground::lay().await;
    let mut ears = Vec::new();
    for who in PEOPLE {
        let receiver = Receiver::start().await;
        let input = json!({"name": "light", "payload_uri": receiver.url("/"), "subjects": ["*"]});
        ground.world.post(who, "/broadcast_receivers", input).await;
        ears.push((who, receiver));
    }

    for who in PEOPLE {
        let path = format!("/projects/{}/timer/pause", ground.own(who).id("project"));
        assert_eq!(ground.world.put(who, &path, json!({})).await.status, 200);
    }

    for (who, receiver) in &ears {
        let told = receiver.next().await;
        assert_eq!(told.json()["last_event"], "timer.paused");
        assert_eq!(
            ground.leak(who, &String::from_utf8_lossy(&told.body)),
            None,
            "{who}"
        );
        assert_eq!(receiver.received().len(), 1, "{who} hears of one timer");
    }
}
