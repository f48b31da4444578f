//! What operators ask: alive, ready, metrics (docs of operating endpoints).
//!
//! Never: credentials of users.

use base::Secret;

use super::given::absent;
use crate::ask::ask;
use crate::world::{Options, World};

#[tokio::test(flavor = "multi_thread")]
async fn health_and_readiness_need_no_credentials_and_no_application() {
    let world = World::start().await;
    let health = ask("GET", "/healthz").unnamed().send(&world).await;
    assert_eq!(
        (health.status, health.body.as_slice()),
        (200, b"ok".as_slice())
    );
    let ready = ask("GET", "/readyz").unnamed().send(&world).await;
    assert_eq!(
        (ready.status, ready.json()["ready"].as_bool()),
        (200, Some(true))
    );
    let head = ask("HEAD", "/healthz").unnamed().send(&world).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_for_this_machine_or_for_the_token() {
    let mut options = Options::default();
    options.server.metrics.token = Some(Secret::new("open-sesame".to_owned()));
    let world = World::start_with(options).await;
    assert_eq!(ask("GET", "/metrics").send(&world).await.status, 200);
    let outside = || ask("GET", "/metrics").header("x-forwarded-for", "203.0.113.9");
    absent(&outside().send(&world).await);
    absent(&outside().by(&world, "ada").send(&world).await);
    absent(
        &outside()
            .header("authorization", "Bearer guess")
            .send(&world)
            .await,
    );
    let opened = outside()
        .header("authorization", "Bearer open-sesame")
        .send(&world)
        .await;
    assert_eq!(opened.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_can_be_switched_off() {
    let mut options = Options::default();
    options.server.metrics.enabled = false;
    let world = World::start_with(options).await;
    absent(&ask("GET", "/metrics").send(&world).await);
}
