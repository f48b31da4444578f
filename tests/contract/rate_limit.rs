//! Two requests per second, five that wait, and the rest refused (README §6).
//!
//! Never: measuring how long anything takes; slots here are a day apart.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::ask::{Question, ask};
use crate::world::{Answer, Options, World};

/// A world whose slots are a day apart: what waits, waits until the test is over.
async fn slow() -> World {
    let mut options = Options::default();
    options.server.rate_limit.spacing = Duration::from_hours(24);
    World::start_with(options).await
}

/// A request through a proxy on this machine.
fn from(address: &str, target: &str) -> Question {
    ask("GET", target).header("x-forwarded-for", address)
}

#[track_caller]
fn is_refused(answer: &Answer) {
    assert_eq!((answer.status, answer.body.len()), (429, 0));
    assert_eq!(answer.header("retry-after"), Some("1"));
    for absent in [
        "content-type",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "ratelimit",
    ] {
        assert_eq!(answer.header(absent), None);
    }
}

/// Sends `count` at once and gives the first answers that come.
async fn first(world: &Arc<World>, count: usize, answers: usize) -> (Vec<Answer>, JoinSet<Answer>) {
    let mut asked = JoinSet::new();
    for _ in 0..count {
        let world = Arc::clone(world);
        asked.spawn(async move {
            from("203.0.113.7", "/v2/account")
                .by(&world, "ada")
                .send(&world)
                .await
        });
    }
    let mut found = Vec::new();
    while found.len() < answers {
        found.push(
            asked
                .join_next()
                .await
                .expect("enough were sent")
                .expect("no panic"),
        );
    }
    (found, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_seven_at_once_one_goes_on_five_wait_and_one_is_refused_with_nothing() {
    let world = Arc::new(slow().await);

    let (mut answers, waiting) = first(&world, 7, 2).await;

    answers.sort_by_key(|it| it.status);
    assert_eq!(answers[0].status, 200);
    is_refused(&answers[1]);
    assert_eq!(waiting.len(), 5);
    is_refused(
        &from("203.0.113.7", "/v2/account")
            .by(&world, "ada")
            .send(&world)
            .await,
    );
    let other = from("203.0.113.8", "/v2/account")
        .by(&world, "ada")
        .send(&world)
        .await;
    assert_eq!(other.status, 200, "another address has slots of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_counts_before_anything_else_is_looked_at() {
    let mut options = Options::default();
    options.server.rate_limit.spacing = Duration::from_hours(24);
    options.server.rate_limit.waiting_max = 0;
    let world = World::start_with(options).await;
    for (address, target, first) in [
        ("203.0.113.1", "/v2/account", 401),
        ("203.0.113.2", "/v2/nothing", 404),
        ("203.0.113.3", "/oauth/2/nothing", 404),
        ("2001:db8::1", "/v2/account", 401),
    ] {
        assert_eq!(
            from(address, target).send(&world).await.status,
            first,
            "{target}"
        );
        is_refused(&from(address, target).by(&world, "ada").send(&world).await);
    }
    let neighbour = from("2001:db8::ffff", "/v2/account").send(&world).await;
    is_refused(&neighbour);
    for _ in 0..3 {
        let open = from("203.0.113.4", "/healthz").send(&world).await;
        assert_eq!(open.status, 200, "operating endpoints are not limited");
        assert_eq!(
            world.get("ada", "/account").await.status,
            200,
            "nor is this machine"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_counts_where_the_setting_says_so() {
    let mut options = Options::default();
    options.server.rate_limit.covers_loopback = true;
    options.server.rate_limit.spacing = Duration::from_millis(1);
    let world = World::start_with(options).await;
    let forged = from("127.0.0.1", "/v2/account")
        .by(&world, "ada")
        .send(&world)
        .await;
    assert_eq!(forged.status, 200);

    let mut options = Options::default();
    options.server.rate_limit.enabled = false;
    options.server.rate_limit.waiting_max = 0;
    let world = World::start_with(options).await;
    for _ in 0..3 {
        let answer = from("203.0.113.5", "/v2/account")
            .by(&world, "ada")
            .send(&world)
            .await;
        assert_eq!(answer.status, 200, "switched off");
    }
}
