//! What an independent receiver noticed: the order of headers, and who is told what of an entry
//! that moved.

use serde_json::{Value, json};
use zoo::Receiver;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_has_its_headers_in_the_order_of_a_webhook() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    let input = json!({"name": "Desk", "payload_uri": receiver.url("/"), "subjects": ["timer"]});
    let made = world.post("ben", "/broadcast_receivers", input).await;
    assert_eq!(made.status, 201);
    let start = format!("/projects/{}/timer/start", world.atlas);
    world.put("ben", &start, json!({})).await;

    let message = receiver.next().await;
    let names: Vec<_> = message
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "host",
            "content-type",
            "content-length",
            "user-agent",
            "x-noko-broadcastsubject",
            "x-noko-signature",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "accept-encoding",
            "connection",
        ]
    );
}

/// Changes an entry as the owner of the account.
async fn edit(world: &World, entry: &Value, input: Value) {
    let path = format!("/entries/{}", entry["id"]);
    assert_eq!(world.put("ada", &path, input).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contractor_is_not_told_where_or_whose_an_entry_was_before() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    let everything = Receiver::start().await;
    world
        .webhook("cleo", &receiver.url("/"), &["entry.updated"])
        .await;
    world
        .webhook("ben", &everything.url("/"), &["entry.updated"])
        .await;
    receiver.next().await;
    everything.next().await;
    let secret = world
        .post("ada", "/projects", json!({"name": "Secret"}))
        .await
        .json();
    let cleo = world.persona("cleo").id;
    let input = json!({"date": "2024-03-18", "minutes": 15, "project_id": secret["id"]});
    let entry = world.post("ada", "/entries", input).await.json();

    edit(&world, &entry, json!({"user_id": cleo})).await;
    edit(
        &world,
        &entry,
        json!({"project_id": world.atlas, "minutes": 30}),
    )
    .await;
    let told = receiver.next().await.json();
    assert_eq!(told["changes"], json!({"minutes": [15, 30]}));
    assert_eq!(told["object"]["project"]["id"], world.atlas);
    assert_eq!(
        everything.next().await.json()["changes"]["user"][1]["id"],
        cleo
    );
    assert_eq!(
        everything.next().await.json()["changes"]["project"][0]["name"],
        "Secret"
    );

    // Nothing else than what must not be told: nothing is queued.
    edit(&world, &entry, json!({"project_id": secret["id"]})).await;
    edit(&world, &entry, json!({"project_id": world.atlas})).await;
    edit(&world, &entry, json!({"description": "back"})).await;
    let told = receiver.next().await.json();
    assert_eq!(told["changes"], json!({"description": ["", "back"]}));
}
