//! The document of this build (`GET /v2/openapi.json`), held against what the server does.
//!
//! Never: credentials; the document is public.

use serde_json::Value;

use super::given::expect;
use crate::ask::ask;
use crate::world::World;

async fn document(world: &World) -> Value {
    expect(ask("GET", "/v2/openapi.json").send(world).await, 200).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_reads_the_document_of_this_origin() {
    let world = World::start().await;
    let document = document(&world).await;
    assert_eq!(document["openapi"], "3.1.0");
    let origin = world.api().trim_end_matches("/v2").to_owned();
    assert_eq!(
        document["servers"][0]["url"].as_str(),
        Some(origin.as_str())
    );
    for shape in [
        "timer", "entry", "project", "tag", "user", "webhook", "error",
    ] {
        assert!(
            document["components"]["schemas"][shape].is_object(),
            "{shape}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_operation_exists_and_says_what_it_answers() {
    let world = World::start().await;
    let document = document(&world).await;
    let mut count = 0;
    for (path, methods) in document["paths"].as_object().expect("paths by name") {
        for (method, operation) in methods.as_object().expect("methods by name") {
            let case = format!("{method} {path}");
            assert!(
                operation["summary"]
                    .as_str()
                    .is_some_and(|it| it.ends_with(['.', '?'])),
                "{case}"
            );
            let responses = operation["responses"].as_object().expect("responses");
            assert!(responses.keys().any(|it| it.starts_with('2')), "{case}");
            let target = path.replace("{payload_id}", "x");
            let target: String = target
                .split('/')
                .map(|word| {
                    if word.starts_with('{') {
                        "999999999"
                    } else {
                        word
                    }
                })
                .collect::<Vec<_>>()
                .join("/");
            let answer = ask(&method.to_uppercase(), target)
                .by(&world, "ada")
                .send(&world)
                .await;
            assert!(
                !matches!(answer.status, 405 | 500),
                "{case}: {}",
                answer.status
            );
            count += 1;
        }
    }
    assert!(count > 80, "{count} operations");
}

#[tokio::test(flavor = "multi_thread")]
async fn creations_are_documented_as_201() {
    let world = World::start().await;
    let document = document(&world).await;
    for path in [
        "projects",
        "entries",
        "tags",
        "users",
        "webhooks",
        "broadcast_receivers",
    ] {
        let responses = &document["paths"][format!("/v2/{path}")]["post"]["responses"];
        assert!(responses["201"].is_object(), "{path}");
        assert!(responses["200"].is_null(), "{path}");
    }
}
