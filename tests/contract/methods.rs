//! Paths and methods: slashes, HEAD, 404, 405, the name of the application (README §1, §2).
//!
//! Never: bodies.

use serde_json::json;

use super::given::{absent, expect, project};
use crate::ask::{ask, told};
use crate::world::{Options, World};

#[tokio::test(flavor = "multi_thread")]
async fn every_path_works_with_and_without_a_slash_at_its_end() {
    let world = World::start().await;
    let atlas = world.atlas;
    for path in [
        "/v2/projects".to_owned(),
        format!("/v2/projects/{atlas}"),
        format!("/v2/projects/{atlas}/entries"),
        "/v2/account".to_owned(),
        "/v2/users".to_owned(),
        "/v2/openapi.json".to_owned(),
    ] {
        let plain = ask("GET", path.clone())
            .by(&world, "ada")
            .send(&world)
            .await;
        let slashed = ask("GET", format!("{path}/"))
            .by(&world, "ada")
            .send(&world)
            .await;
        assert_eq!(plain.status, 200, "{path}");
        assert_eq!(told(&plain), told(&slashed), "{path}");
    }
    let made = ask("POST", "/v2/projects/")
        .by(&world, "ada")
        .json(&json!({"name": "Slash"}));
    let made = expect(made.send(&world).await, 201);
    assert!(made.header("location").is_some_and(|it| !it.ends_with('/')));
    let links = ask("GET", "/v2/projects/?per_page=1")
        .by(&world, "ada")
        .send(&world)
        .await;
    assert!(
        links
            .header("link")
            .is_some_and(|it| it.contains("/v2/projects?page=2"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn head_answers_like_get_without_the_body() {
    let world = World::start().await;
    project(&world, "Beacon").await;
    for path in [
        "/v2/projects?per_page=1",
        "/v2/account",
        "/v2/projects/999999999",
        "/v2/x",
    ] {
        let get = ask("GET", path).by(&world, "ada").send(&world).await;
        let head = ask("HEAD", path).by(&world, "ada").send(&world).await;
        assert!(head.body.is_empty(), "{path}");
        assert_eq!(head.status, get.status, "{path}");
        let headers = |it: &crate::world::Answer| {
            let mut headers = it.headers.clone();
            headers.remove("date");
            headers
        };
        assert_eq!(headers(&head), headers(&get), "{path}");
        assert!(head.header("content-length").is_some(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_one_space() {
    let world = World::start().await;
    for path in [
        "/nothing",
        "/projects/999999999",
        "/projects/abc",
        "/projects/1.0",
        "/projects/-1",
        "/projects/99999999999999999999",
        "/entries/abc",
        "/timers/1",
        "/projects/1/timer/nothing",
        "/inbox_entries",
        "/",
    ] {
        absent(&world.get("ada", path).await);
    }
    absent(&ask("GET", "/nothing").send(&world).await);
    let log = format!("/projects/{}/timer/log_inbox_entry", world.atlas);
    absent(&world.put("ada", &log, json!({})).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_method_on_a_known_path_is_405_with_the_right_ones() {
    let world = World::start().await;
    let atlas = world.atlas;
    for (method, path, allowed) in [
        ("DELETE", "/v2/projects".to_owned(), "GET, HEAD, POST"),
        (
            "PATCH",
            format!("/v2/projects/{atlas}"),
            "DELETE, GET, HEAD, PUT",
        ),
        ("POST", format!("/v2/projects/{atlas}/timer/start"), "PUT"),
        ("GET", format!("/v2/projects/{atlas}/timer/start"), "PUT"),
        ("POST", "/v2/account".to_owned(), "GET, HEAD"),
        ("GET", "/v2/entries/approved/x".to_owned(), ""),
    ] {
        let answer = ask(method, path.clone())
            .by(&world, "ada")
            .send(&world)
            .await;
        if allowed.is_empty() {
            absent(&answer);
            continue;
        }
        assert_eq!(answer.status, 405, "{method} {path}");
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
        assert!(answer.json()["message"].is_string(), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fixed_words_win_over_ids() {
    let world = World::start().await;
    let many = world.put("ada", "/entries/approved", json!({})).await;
    assert_eq!(many.problems(), ["entry_ids:missing_field"]);
    let many = world.put("ada", "/projects/archive", json!({})).await;
    assert_eq!(many.problems(), ["project_ids:missing_field"]);
    assert_eq!(
        world.put("ada", "/tags/delete", json!({})).await.status,
        204
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_names_no_application_is_refused() {
    let world = World::start().await;
    for question in [
        ask("GET", "/v2/account").unnamed(),
        ask("GET", "/v2/account").unnamed().header("user-agent", ""),
        ask("GET", "/v2/account")
            .unnamed()
            .header("user-agent", "  "),
    ] {
        let answer = question.by(&world, "ada").send(&world).await;
        assert_eq!(answer.status, 400);
        assert!(
            answer.json()["message"]
                .as_str()
                .is_some_and(|it| it.contains("User-Agent"))
        );
    }

    let mut options = Options::default();
    options.server.user_agent_required = false;
    let world = World::start_with(options).await;
    let answer = ask("GET", "/v2/account")
        .unnamed()
        .by(&world, "ada")
        .send(&world)
        .await;
    assert_eq!(answer.status, 200);
}
