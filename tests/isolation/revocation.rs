//! What was taken away is gone when its answer comes, however many requests race with it.
//!
//! Never: measuring when; what was begun after the answer is what counts.

use std::sync::Arc;

use base::{Actor, Id};
use serde_json::json;
use server::identity::tokens;
use tokio::task::JoinSet;
use zoo::{Answer as Reply, Receiver};

use crate::ask::ask;
use crate::world::World;

/// Requests that race with a change.
const RACING: usize = 40;

/// Asks with a token again and again while `change` happens, and the same afterwards; the
/// answers begun after the change's.
async fn race(world: &Arc<World>, token: &str, change: impl Future<Output = ()>) -> Vec<u16> {
    let mut during = JoinSet::new();
    for _ in 0..RACING {
        let (world, token) = (Arc::clone(world), token.to_owned());
        during.spawn(async move {
            ask("GET", "/v2/current_user")
                .token(&token)
                .send(&world)
                .await
                .status
        });
    }
    change.await;
    let mut after = JoinSet::new();
    for number in 0..RACING {
        let (world, token) = (Arc::clone(world), token.to_owned());
        after.spawn(async move {
            let question = match number % 3 {
                0 => ask("GET", "/v2/current_user"),
                1 => ask("PUT", "/v2/current_user").json(&json!({"first_name": "late"})),
                _ => ask("POST", "/v2/tags").json(&json!({"names": ["late"]})),
            };
            question.token(&token).send(&world).await.status
        });
    }
    during.join_all().await;
    after.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_refused_from_the_answer_on() {
    let world = Arc::new(World::start().await);
    let ben = world.persona("ben");
    let operator = Actor::Operator(Id::new(ben.account));
    let made = world.db.write(operator, move |tx| {
        tokens::create(tx, Id::new(ben.id), "second")
    });
    let (id, token) = made.await.expect("a token");

    let revoke = async {
        let revoked = world
            .db
            .write(operator, move |tx| tokens::revoke(tx, id))
            .await;
        revoked.expect("the token is there");
    };
    let after = race(&world, token.reveal(), revoke).await;

    assert_eq!(after, [401; RACING]);
    assert_eq!(world.get("ada", "/tags").await.json(), json!([]));
    assert_eq!(
        world.get("ben", "/account").await.status,
        200,
        "only this token is gone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivated_user_is_refused_from_the_answer_on() {
    let world = Arc::new(World::start().await);
    let ben = world.persona("ben");
    let entry = json!({"date": "2024-03-18", "minutes": 15});
    assert_eq!(world.post("ben", "/entries", entry).await.status, 201);

    let path = format!("/users/{}/deactivate", ben.id);
    let deactivate = async {
        assert_eq!(world.put("ada", &path, json!({})).await.status, 204);
    };
    let after = race(&world, &ben.token, deactivate).await;

    assert_eq!(after, [401; RACING]);
    assert_eq!(world.get("ada", "/tags").await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_webhook_starts_no_attempt_after_the_answer() {
    let world = Arc::new(World::start().await);
    let (gone, kept) = (Receiver::start().await, Receiver::start().await);
    gone.answer(Reply::Status(500));
    let (id, _) = world.webhook("ada", &gone.url("/"), &["*"]).await;
    world.webhook("ada", &kept.url("/"), &["*"]).await;
    gone.next().await;

    // A disabled one ends what runs and starts nothing; then what came is all that ever comes.
    let path = format!("/webhooks/{id}");
    assert_eq!(
        world
            .put("ada", &format!("{path}/disable"), json!({}))
            .await
            .status,
        204
    );
    let log = format!("{path}/payloads");
    while world.get("ada", &log).await.json()[0]["in_flight"] == json!(true) {}
    let came = gone.received().len();
    assert_eq!(world.delete("ada", &path).await.status, 204);
    for number in 0..20 {
        let name = json!({"names": [format!("tag{number}")]});
        assert_eq!(world.post("ada", "/tags", name).await.status, 201);
    }

    for _ in 0..21 {
        kept.next().await;
    }
    assert_eq!(
        gone.received().len(),
        came,
        "the other webhook heard of all, this one of nothing"
    );
}
