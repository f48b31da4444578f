//! Ways to present a token (authentication.md §1).
//!
//! Never: roles; those are the table in `isolation`.

use base::{Actor, Id};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use server::identity::tokens;
use zoo::Receiver;

use super::given::expect;
use crate::ask::{ask, id_of};
use crate::world::World;

fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

async fn status(world: &World, headers: &[(&str, &str)], query: &str) -> u16 {
    let question = ask("GET", format!("/v2/current_user{query}"));
    let question = headers
        .iter()
        .fold(question, |it, (name, value)| it.header(name, *value));
    question.send(world).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personal_token_is_read_in_every_documented_form() {
    let world = World::start().await;
    let token = world.persona("ada").token;
    let (bare, noko, oauth) = (
        basic(&format!("{token}:")),
        basic(&format!("{token}:x-noko-token")),
        basic(&format!("{token}:x-oauth-basic")),
    );
    let (bearer, scheme) = (format!("Bearer {token}"), format!("token {token}"));
    let wrong_password = basic(&format!("{token}:guess"));
    for (name, value, expected) in [
        ("X-NokoToken", token.as_str(), 200),
        ("x-nokotoken", &token, 200),
        ("X-FreckleToken", &token, 200),
        ("Authorization", &bare, 200),
        ("Authorization", &noko, 200),
        ("Authorization", &oauth, 200),
        // Personal tokens and access tokens are different sets.
        ("Authorization", &bearer, 401),
        ("Authorization", &scheme, 401),
        ("Authorization", &wrong_password, 401),
        ("Authorization", &token, 401),
        ("X-NokoToken", "", 401),
    ] {
        assert_eq!(
            status(&world, &[(name, value)], "").await,
            expected,
            "{name}: {value}"
        );
    }
    for (name, expected) in [
        ("noko_token", 200),
        ("freckle_token", 200),
        ("access_token", 401),
    ] {
        let query = format!("?{name}={token}");
        assert_eq!(status(&world, &[], &query).await, expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_credentials_present_decide_and_the_next_are_not_tried() {
    let world = World::start().await;
    let token = world.persona("ada").token;
    let right = basic(&format!("{token}:"));
    let query = format!("?noko_token={token}");
    for (headers, query, expected) in [
        (
            &[("X-NokoToken", "wrong"), ("X-FreckleToken", &token)][..],
            "",
            401,
        ),
        (
            &[("X-NokoToken", &token), ("X-FreckleToken", "wrong")],
            "",
            200,
        ),
        (
            &[("X-FreckleToken", "wrong"), ("Authorization", &right)],
            "",
            401,
        ),
        (
            &[
                ("X-FreckleToken", &token),
                ("Authorization", "Bearer wrong"),
            ],
            "",
            200,
        ),
        (&[("Authorization", "Bearer wrong")], query.as_str(), 401),
        (&[("Authorization", &right)], "?noko_token=wrong", 200),
    ] {
        assert_eq!(
            status(&world, headers, query).await,
            expected,
            "{headers:?} {query}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_good_credentials_the_answer_is_401_with_a_message_and_a_challenge() {
    let world = World::start().await;
    for question in [
        ask("GET", "/v2/current_user"),
        ask("PUT", "/v2/current_user")
            .body("no json")
            .token("unknown"),
        ask("DELETE", "/v2/projects/999999999").token("unknown"),
    ] {
        let answer = question.send(&world).await;
        assert_eq!(answer.status, 401);
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer realm=\"api\"")
        );
        assert!(answer.json()["message"].is_string());
    }
    let unknown = ask("GET", "/v2/nothing").send(&world).await;
    assert_eq!(unknown.status, 404, "an unknown path is 404 to everybody");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_a_deactivated_user_stop_at_once_and_work_again_when_active() {
    let world = World::start().await;
    let ben = world.persona("ben").id;
    super::given::entry(&world, "ben", json!({})).await;

    expect(
        world
            .put("ada", &format!("/users/{ben}/deactivate"), json!({}))
            .await,
        204,
    );
    assert_eq!(world.get("ben", "/current_user").await.status, 401);
    expect(
        world
            .put("ada", &format!("/users/{ben}/activate"), json!({}))
            .await,
        204,
    );

    assert_eq!(world.get("ben", "/current_user").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_use_makes_a_pending_user_active_and_is_told_of() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    world
        .webhook("ada", &receiver.url("/"), &["user.updated.activated"])
        .await;
    receiver.next().await;
    let eve = world
        .post("ada", "/users", json!({"email": "eve@harbour.example"}))
        .await;
    assert_eq!(eve.json()["state"], "pending");
    let eve = id_of(&eve);
    let operator = Actor::Operator(Id::new(world.persona("ada").account));
    let made = world.db.write(operator, move |tx| {
        tokens::create(tx, Id::new(eve), "first")
    });
    let (_, token) = made.await.expect("a token");

    let first = ask("GET", "/v2/nonsense")
        .token(token.reveal())
        .send(&world)
        .await;
    assert_eq!(first.status, 404);
    let first = ask("GET", "/v2/current_user")
        .token(token.reveal())
        .send(&world)
        .await;

    assert_eq!(
        (first.status, first.json()["state"].as_str()),
        (200, Some("active"))
    );
    let told = receiver.next().await.json();
    assert_eq!(told["type"], "user.updated.activated");
    assert_eq!(told["changes"], json!({"state": ["pending", "active"]}));
    assert_eq!(told["object"]["id"], json!(eve));
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_in_the_address_stay_in_the_links_and_no_cache_keeps_the_answer() {
    let world = World::start().await;
    super::given::project(&world, "Beacon").await;
    let token = world.persona("ada").token;
    let target = format!("/v2/projects?per_page=1&noko_token={token}");

    let page = ask("GET", target).send(&world).await;

    let link = page.header("link").expect("two pages").to_owned();
    let next = format!(
        "<{}/projects?noko_token={token}&page=2&per_page=1>; rel=\"next\"",
        world.api()
    );
    assert!(link.contains(&next), "{link}");
    assert!(
        page.header("cache-control")
            .is_some_and(|it| it.contains("no-store"))
    );
}
