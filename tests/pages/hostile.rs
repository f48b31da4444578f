//! Names, descriptions and receivers' answers that would like to be markup (T21, U14).

use serde_json::json;

use super::browser::{Browser, give_passwords};
use crate::world::World;

const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</pre><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;<b>",
    "{{ 7 * 7 }}<i>",
    "\u{202e}txt<u>",
    "<!--<script>",
    "]]><script>",
    "\" autofocus onfocus=\"alert(1)",
];

/// What of a hostile text must never stand on a page as it is.
fn is_raw(page: &str, hostile: &str) -> bool {
    page.contains(hostile)
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_are_texts_on_every_page() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let browser = Browser::of(&world, "ada").await;

    for (number, hostile) in HOSTILE.iter().enumerate() {
        let name = format!("{hostile} {number}");
        let project = world
            .post("ada", "/projects", json!({ "name": name }))
            .await
            .json();
        let entry = json!({
            "date": "2024-03-18", "minutes": 5, "description": hostile,
            "project_id": project["id"],
        });
        world.post("ada", "/entries", entry).await;
        let start = format!("/projects/{}/timer/start", project["id"]);
        world
            .put("ada", &start, json!({ "description": hostile }))
            .await;
        let (webhook, _) = world
            .webhook("ada", "http://127.0.0.1:9/hook", &["*"])
            .await;
        let path = format!("/webhooks/{webhook}");
        world.put("ada", &path, json!({ "name": name })).await;
        let places = [
            "/timers".to_owned(),
            "/entries".to_owned(),
            "/projects".to_owned(),
            format!("/projects/{}", project["id"]),
            format!("/timers/{}/log", project["id"]),
            format!("/timers/{}/discard", project["id"]),
            "/integrations/webhooks".to_owned(),
            format!("/integrations/webhooks/{webhook}"),
            format!("/integrations/webhooks/{webhook}/edit"),
            format!("/integrations/webhooks/{webhook}/delete"),
            format!("/integrations/webhooks/{webhook}/secret"),
        ];
        for place in places {
            let page = browser.read(&place).await;
            assert!(!is_raw(&page, hostile), "{place} shows {hostile}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_comes_back_as_text_in_the_form() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let browser = Browser::of(&world, "ada").await;
    for hostile in HOSTILE {
        for (path, fields) in [
            (
                "/integrations/webhooks/new",
                &[("name", hostile), ("payload_uri", hostile)][..],
            ),
            (
                "/integrations/broadcasts/new",
                &[("name", hostile), ("payload_uri", hostile)],
            ),
            (
                "/entries",
                &[
                    ("date", hostile),
                    ("minutes", hostile),
                    ("description", hostile),
                ],
            ),
            (
                "/integrations/verify",
                &[("body", hostile), ("signature", hostile), ("secret", "s")],
            ),
        ] {
            let answer = browser.post(path, fields).await;
            assert!(
                matches!(answer.status, 200 | 422),
                "{path} {}",
                answer.status
            );
            let page = super::browser::text(&answer);
            assert!(!is_raw(&page, hostile), "{path} shows {hostile}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_in_an_address_say_nothing_of_their_own() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let browser = Browser::of(&world, "ada").await;
    let page = browser
        .read("/timers?done=You%20won&tz=%3Cb%3E&x=%22%3E%3Cscript%3E")
        .await;
    assert!(!page.contains("You won"));
    assert!(!page.contains("\"><script>") && !page.contains("<b>"));
}
