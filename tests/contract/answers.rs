//! What every answer carries: types, headers, Location, errors (README §3, §5).
//!
//! Never: what one resource shows.

use serde_json::json;

use super::given::expect;
use crate::ask::ask;
use crate::world::{Answer, World};

#[track_caller]
fn has_standing_headers(answer: &Answer) {
    assert_eq!(answer.header("vary"), Some("Origin"));
    assert_eq!(answer.header("x-frame-options"), Some("SAMEORIGIN"));
    let cached = answer.header("cache-control");
    assert_eq!(cached, Some("private, max-age=0, must-revalidate"));
    for absent in [
        "etag",
        "strict-transport-security",
        "x-runtime",
        "status",
        "x-ratelimit-limit",
    ] {
        assert_eq!(answer.header(absent), None, "{absent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_the_api_carries_the_recorded_headers() {
    let world = World::start().await;
    for (method, path, body, status) in [
        ("GET", "/v2/account", "", 200),
        ("POST", "/v2/projects", "{\"name\":\"Beacon\"}", 201),
        ("PUT", "/v2/tags/delete", "", 204),
        ("POST", "/v2/projects", "no", 400),
        ("GET", "/v2/none", "", 404),
        ("POST", "/v2/account", "", 405),
    ] {
        let answer = ask(method, path)
            .body(body)
            .by(&world, "ada")
            .send(&world)
            .await;
        assert_eq!(answer.status, status, "{method} {path}");
        has_standing_headers(&answer);
        let kind = answer.header("content-type");
        match status {
            204 => assert_eq!((kind, answer.body.len()), (None, 0)),
            404 => assert_eq!(kind, Some("text/html; charset=utf-8")),
            _ => assert_eq!(kind, Some("application/json; charset=utf-8"), "{status}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_json_whatever_is_accepted() {
    let world = World::start().await;
    for accepted in ["text/html", "application/xml", "*/*;q=0"] {
        let question = ask("GET", "/v2/account")
            .header("accept", accepted)
            .by(&world, "ada");
        let answer = expect(question.send(&world).await, 200);
        assert_eq!(answer.json()["name"], "harbour");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_tells_where_it_is() {
    let world = World::start().await;
    let hook = json!({"name": "a", "payload_uri": "http://127.0.0.1:9/", "events": ["*"]});
    let light = json!({"name": "a", "payload_uri": "http://127.0.0.1:9/", "subjects": ["*"]});
    for (path, input) in [
        ("/projects", json!({"name": "Beacon"})),
        ("/entries", json!({"date": "2024-03-18", "minutes": 5})),
        ("/users", json!({"email": "eve@harbour.example"})),
        ("/webhooks", hook),
        ("/broadcast_receivers", light),
    ] {
        let made = expect(world.post("ada", path, input).await, 201);
        let object = made.json();
        let location = format!("{}{path}/{}", world.api(), object["id"]);
        assert_eq!(made.header("location"), Some(location.as_str()));
        assert_eq!(object["url"].as_str().unwrap_or(&location), location);
        let path = location
            .strip_prefix(&world.api())
            .expect("our own address")
            .to_owned();
        assert_eq!(world.get("ada", &path).await.status, 200);
    }
    let tags = expect(
        world.post("ada", "/tags", json!({"names": ["a"]})).await,
        201,
    );
    assert_eq!(tags.header("location"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_problems_are_listed_in_the_order_of_the_inputs() {
    let world = World::start().await;
    let input = json!({"source_url": "no", "project_id": "x", "minutes": -1, "date": "yesterday"});
    let refused = world.post("ada", "/entries", input).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["message"], "Validation Failed");
    assert_eq!(refused.json()["errors"][0]["resource"], "Entry");
    assert_eq!(
        refused.problems(),
        [
            "date:invalid",
            "minutes:invalid",
            "project_id:invalid",
            "source_url:invalid"
        ]
    );

    let input = json!({"entry_ids": [1, "x", 3, null], "approved_at": "never"});
    let refused = world.put("ada", "/entries/approved", input).await;
    assert_eq!(
        refused.problems(),
        [
            "entry_ids[1]:invalid",
            "entry_ids[3]:invalid",
            "approved_at:invalid"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forbidden_action_is_403_with_a_message_and_no_items() {
    let world = World::start().await;
    let refused = world
        .post("ben", "/projects", json!({"name": "Beacon"}))
        .await;
    assert_eq!(refused.status, 403);
    assert!(refused.json()["message"].is_string());
    assert!(refused.json().get("errors").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_of_an_object_leads_somewhere() {
    let world = World::start().await;
    let made = super::given::entry(
        &world,
        "ada",
        json!({"project_id": world.atlas,
        "description": "#harbour"}),
    )
    .await;
    let mut seen = 0;
    let shown = [
        world
            .get("ada", &format!("/projects/{}", world.atlas))
            .await
            .json(),
        world
            .get("ada", &format!("/users/{}", world.persona("ben").id))
            .await
            .json(),
        world.get("ada", "/current_user").await.json(),
        world
            .get("ada", &format!("/tags/{}", made["tags"][0]["id"]))
            .await
            .json(),
        made,
    ];
    for object in shown {
        for (name, value) in object.as_object().expect("an object") {
            let Some(url) = value
                .as_str()
                .filter(|_| name == "url" || name.ends_with("_url"))
            else {
                continue;
            };
            if matches!(name.as_str(), "profile_image_url" | "source_url") {
                continue;
            }
            let path = url
                .strip_prefix(&world.api())
                .expect("an absolute address of ours");
            assert!(!path.ends_with('/'), "{name}");
            // What is built later may answer 404; what is there answers or names its methods.
            let answer = ask("GET", format!("/v2{path}"))
                .by(&world, "ada")
                .send(&world)
                .await;
            assert!(
                matches!(answer.status, 200 | 404 | 405),
                "{name}: {}",
                answer.status
            );
            seen += usize::from(answer.status != 404);
        }
    }
    assert!(seen > 15, "{seen} addresses lead somewhere");
}
