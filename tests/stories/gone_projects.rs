//! Whoever could read a project hears that it is gone, contractors too.

use serde_json::{Value, json};
use zoo::Receiver;

use crate::world::World;

/// The next event that is no ping.
async fn told(receiver: &Receiver) -> Value {
    loop {
        let body = receiver.next().await.json();
        if body["type"] != "webhook.ping" {
            return body;
        }
    }
}

async fn project(world: &World, name: &str) -> i64 {
    let made = world.post("ada", "/projects", json!({"name": name})).await;
    made.json()["id"].as_i64().expect("an id")
}

async fn give(world: &World, projects: &[i64]) {
    let path = format!(
        "/users/{}/give_access_to_projects",
        world.persona("cleo").id
    );
    let given = world.put("ada", &path, json!({"project_ids": projects}));
    assert_eq!(given.await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contractor_hears_of_the_end_of_projects_that_were_given_and_of_no_others() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    world.webhook("cleo", &receiver.url("/"), &["*"]).await;
    let (hidden, given) = (
        project(&world, "Hidden").await,
        project(&world, "Given").await,
    );
    give(&world, &[given]).await;

    for id in [hidden, given] {
        let gone = world
            .call("ada", "DELETE", &format!("/projects/{id}"), None)
            .await;
        assert_eq!(gone.status, 204);
    }

    let body = told(&receiver).await;
    assert_eq!(body["type"], "project.deleted");
    assert_eq!(body["object"]["id"], json!(given));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_names_its_target_only_to_those_who_see_it() {
    let world = World::start().await;
    let (contractor, owner) = (Receiver::start().await, Receiver::start().await);
    let (hidden, given) = (
        project(&world, "Hidden").await,
        project(&world, "Given").await,
    );
    give(&world, &[given]).await;
    let merged = ["project.deleted.merged"];
    world.webhook("cleo", &contractor.url("/"), &merged).await;
    world.webhook("ada", &owner.url("/"), &merged).await;

    for (into, from) in [(hidden, given), (world.atlas, hidden)] {
        let path = format!("/projects/{into}/merge");
        let done = world.put("ada", &path, json!({"project_id": from})).await;
        assert_eq!(done.status, 204);
    }

    let body = told(&contractor).await;
    assert_eq!(body["object"]["id"], json!(given));
    assert_eq!(body["changes"], json!({}));
    for into in [hidden, world.atlas] {
        let body = told(&owner).await;
        assert_eq!(body["changes"]["merged_into"][1]["id"], json!(into));
    }
}
