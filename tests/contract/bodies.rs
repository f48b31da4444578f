//! Bodies of requests: what is read, what is refused, how large (README §2).
//!
//! Never: what a single input means; that is `leniency`.

use serde_json::json;

use super::given::{expect, refused};
use crate::ask::ask;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_object_is_refused_with_the_words_of_the_wire() {
    let world = World::start().await;
    for (body, message) in [
        ("no json", "JSON Parsing Error"),
        ("{\"name\":", "JSON Parsing Error"),
        ("{\"name\":\"a\"} {}", "JSON Parsing Error"),
        ("name=Beacon", "JSON Parsing Error"),
        ("[1]", "Body should be JSON Hash"),
        ("\"name\"", "Body should be JSON Hash"),
        ("null", "Body should be JSON Hash"),
        ("7", "Body should be JSON Hash"),
    ] {
        let answer = ask("POST", "/v2/projects")
            .body(body)
            .by(&world, "ada")
            .send(&world)
            .await;
        assert_eq!(answer.status, 400, "{body}");
        let expected = format!("{{\"message\":\"{message}\"}}");
        assert_eq!(String::from_utf8_lossy(&answer.body), expected, "{body}");
    }
    let broken = ask("POST", "/v2/projects")
        .body(vec![b'{', 0xff, b'}'])
        .by(&world, "ada");
    assert_eq!(
        broken.send(&world).await.json(),
        json!({"message": "JSON Parsing Error"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_the_same_as_an_empty_object() {
    let world = World::start().await;
    for body in ["", " \r\n\t ", "{}"] {
        let answer = ask("POST", "/v2/projects")
            .body(body)
            .by(&world, "ada")
            .send(&world)
            .await;
        refused(&answer, &["name:missing_field"]);
    }
    let start = format!("/v2/projects/{}/timer/start", world.atlas);
    let started = ask("PUT", start)
        .header("content-type", "application/json")
        .by(&world, "ada");
    expect(started.send(&world).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_content_type_does_not_matter() {
    let world = World::start().await;
    for (number, kind) in [
        None,
        Some("application/x-www-form-urlencoded"),
        Some("text/plain"),
        Some("x"),
    ]
    .into_iter()
    .enumerate()
    {
        let body = json!({"name": format!("Project {number}")});
        let question = ask("POST", "/v2/projects").json(&body).by(&world, "ada");
        let question = kind
            .into_iter()
            .fold(question, |it, kind| it.header("content-type", kind));
        expect(question.send(&world).await, 201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_reading_and_deleting_are_ignored() {
    let world = World::start().await;
    for (method, path, status) in [
        ("GET", "/v2/account".to_owned(), 200),
        ("HEAD", "/v2/account".to_owned(), 200),
        ("DELETE", format!("/v2/projects/{}", world.atlas), 204),
    ] {
        let answer = ask(method, path)
            .body("no json")
            .by(&world, "ada")
            .send(&world)
            .await;
        assert_eq!(answer.status, status, "{method}");
    }
    let tags = world
        .post("ada", "/tags", json!({"names": ["a"]}))
        .await
        .json();
    let alias = ask("DELETE", "/v2/tags/delete").by(&world, "ada");
    let answer = alias.clone().body("no json").send(&world).await;
    assert_eq!(answer.json(), json!({"message": "JSON Parsing Error"}));
    let answer = alias
        .json(&json!({"tag_ids": [tags[0]["id"]]}))
        .send(&world)
        .await;
    assert_eq!(answer.status, 204);
    assert_eq!(world.get("ada", "/tags").await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_are_ignored_and_the_last_of_two_keys_counts() {
    let world = World::start().await;
    let body = "{\"name\":\"First\",\"invented\":[{}],\"name\":\"Last\"}";
    let answer = ask("POST", "/v2/projects")
        .body(body)
        .by(&world, "ada")
        .send(&world)
        .await;
    assert_eq!(expect(answer, 201).json()["name"], "Last");
}

#[tokio::test(flavor = "multi_thread")]
async fn inputs_may_come_in_the_address_and_the_body_wins() {
    let world = World::start().await;
    let target = "/v2/projects?name=From+the+address&billable=false&billing_increment=30";
    let made = ask("POST", target).by(&world, "ada").send(&world).await;
    let made = expect(made, 201).json();
    assert_eq!(made["name"], "From the address");
    assert_eq!(
        (&made["billable"], &made["billing_increment"]),
        (&json!(false), &json!(30))
    );

    let target = format!("/v2/projects/{}?name=Address&color=%23abc", made["id"]);
    let edited = ask("PUT", target)
        .json(&json!({"name": "Body"}))
        .by(&world, "ada");
    let edited = expect(edited.send(&world).await, 200).json();
    assert_eq!(
        (&edited["name"], &edited["color"]),
        (&json!("Body"), &json!("#aabbcc"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_more_than_one_mebibyte_is_413() {
    let world = World::start().await;
    let name = "{\"name\":\"Large\"}";
    let padded = |size: usize| format!("{name}{}", " ".repeat(size - name.len()));
    let large = ask("POST", "/v2/projects")
        .body(padded(1024 * 1024 + 1))
        .by(&world, "ada");
    let large = large.send(&world).await;
    assert_eq!(large.status, 413);
    assert!(large.json()["message"].is_string());
    let fits = ask("POST", "/v2/projects")
        .body(padded(1024 * 1024))
        .by(&world, "ada");
    expect(fits.send(&world).await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_have_their_sizes() {
    let world = World::start().await;
    let name = |count| json!({"name": "\u{e9}".repeat(count)});
    expect(world.post("ada", "/projects", name(255)).await, 201);
    refused(
        &world.post("ada", "/projects", name(256)).await,
        &["name:invalid"],
    );
    let words =
        |count| json!({"date": "2024-03-18", "minutes": 1, "description": "\u{e9}".repeat(count)});
    expect(world.post("ada", "/entries", words(65_535)).await, 201);
    refused(
        &world.post("ada", "/entries", words(65_536)).await,
        &["description:invalid"],
    );
    let start = "https://example.test/";
    let source = |count: usize| {
        let url = format!("{start}{}", "a".repeat(count - start.len()));
        json!({"date": "2024-03-18", "minutes": 1, "source_url": url})
    };
    expect(world.post("ada", "/entries", source(2_048)).await, 201);
    refused(
        &world.post("ada", "/entries", source(2_049)).await,
        &["source_url:invalid"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_and_wide_bodies_are_refused_and_do_no_harm() {
    let world = World::start().await;
    for body in [
        format!(
            "{{\"name\":{}{}}}",
            "[".repeat(100_000),
            "]".repeat(100_000)
        ),
        "[".repeat(500_000),
        format!(
            "{{\"name\":\"a\",\"x\":{}1{}}}",
            "{\"y\":".repeat(5_000),
            "}".repeat(5_000)
        ),
    ] {
        let answer = ask("POST", "/v2/projects")
            .body(body)
            .by(&world, "ada")
            .send(&world)
            .await;
        assert_eq!(answer.status, 400);
        assert!(answer.json()["message"].is_string());
    }
    let nul = json!({"name": "a\u{0}b"});
    refused(
        &world.post("ada", "/projects", nul).await,
        &["name:invalid"],
    );
}
