//! The sweep over all pages: they work, they are small, and they show nothing of others.
//!
//! Words: *things*, what somebody has, by the names of open words in paths.

use std::collections::BTreeMap;

use hyper::Method;
use serde_json::json;
use server::http::Route;

use super::browser::{Browser, give_passwords, text};
use crate::world::World;

/// What a page may weigh (U4).
const PAGE_BYTES_MAX: usize = 50 * 1024;

/// The ids of what somebody has.
pub(super) struct Things(BTreeMap<&'static str, String>);

impl Things {
    /// Makes one of each for this person, with the person's name in it.
    pub(super) async fn of(world: &World, who: &str) -> Self {
        let name = format!("secret of {who}");
        let (webhook, _) = world.webhook(who, "http://127.0.0.1:9/hook", &["*"]).await;
        let renamed = json!({ "name": name });
        assert_eq!(
            world
                .put(who, &format!("/webhooks/{webhook}"), renamed)
                .await
                .status,
            200
        );
        let receiver = json!({
            "name": name,
            "payload_uri": "http://127.0.0.1:9/desk",
            "subjects": ["timer"],
        });
        let receiver = world
            .post(who, "/broadcast_receivers", receiver)
            .await
            .json();
        let project = world
            .post(who, "/projects", json!({ "name": name }))
            .await
            .json();
        let entry = json!({
            "date": "2024-03-18",
            "minutes": 30,
            "description": format!("work of {who}"),
            "project_id": project["id"],
        });
        assert_eq!(world.post(who, "/entries", entry).await.status, 201);
        let start = format!("/projects/{}/timer/start", project["id"]);
        assert_eq!(world.put(who, &start, json!({})).await.status, 200);
        let payloads = world
            .get(who, &format!("/webhooks/{webhook}/payloads"))
            .await
            .json();
        let payload = payloads[0]["id"].as_str().expect("a payload").to_owned();
        Self(BTreeMap::from([
            ("webhook_id", webhook.to_string()),
            ("payload_id", payload),
            ("receiver_id", receiver["id"].to_string()),
            ("project_id", project["id"].to_string()),
            ("token_id", own_token(world, who).await),
        ]))
    }

    /// A template with these things in its open words; a word without a fixture fails.
    pub(super) fn path(&self, template: &str) -> String {
        let fill = |word: &str| match word.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            Some(name) => self
                .0
                .get(name)
                .unwrap_or_else(|| panic!("{template}: the sweep has no fixture for {name}"))
                .clone(),
            None => word.to_owned(),
        };
        template.split('/').map(fill).collect::<Vec<_>>().join("/")
    }
}

async fn own_token(world: &World, who: &str) -> String {
    let persona = world.persona(who);
    let operator = base::Actor::Operator(base::Id::new(persona.account));
    let user = base::Id::new(persona.id);
    let made = world.db.write(operator, move |tx| {
        server::identity::tokens::create(tx, user, "swept")
    });
    made.await.expect("a token").0.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_works_and_is_small() {
    let world = World::start().await;
    give_passwords(&world, &["ada", "cleo"]).await;
    let things = Things::of(&world, "ada").await;
    let browser = Browser::of(&world, "ada").await;
    for number in 0..60 {
        let project = json!({ "name": format!("Project {number}") });
        assert_eq!(world.post("ada", "/projects", project).await.status, 201);
        let entry = json!({"date": "2024-03-18", "minutes": 5, "description": "#many words"});
        assert_eq!(world.post("ada", "/entries", entry).await.status, 201);
    }

    for route in server::pages().iter().filter(|it| it.method == Method::GET) {
        let path = things.path(route.path);
        let answer = browser.get(&path).await;
        let expected = if matches!(route.path, "/" | "/sign_in") {
            303
        } else {
            200
        };
        assert_eq!(answer.status, expected, "{path}: {}", text(&answer));
        assert!(
            answer.body.len() <= PAGE_BYTES_MAX,
            "{path}: {} bytes",
            answer.body.len()
        );
        if expected == 200 && !path.ends_with("/body") {
            let page = text(&answer);
            assert_eq!(page.matches("<h1").count(), 1, "{path} has one heading");
            assert!(page.contains("href=\"#main\""), "{path} has a skip link");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_sees_its_own_account_only() {
    let world = World::start().await;
    give_passwords(&world, &["ada", "dora", "ben"]).await;
    let things = Things::of(&world, "ada").await;
    Things::of(&world, "dora").await;
    let dora = Browser::of(&world, "dora").await;
    let ben = Browser::of(&world, "ben").await;

    for route in server::pages() {
        look_from_outside(&dora, "dora", &things, &route).await;
        look_from_outside(&ben, "ben", &things, &route).await;
    }
}

/// A page of ada's, as somebody meets it who may not see her things.
async fn look_from_outside(browser: &Browser<'_>, who: &str, things: &Things, route: &Route) {
    let path = things.path(route.path);
    let is_open = path == route.path;
    // A colleague sees the same projects.
    let is_shared = who == "ben" && route.path.contains("project_id");
    let is_form = route.method == Method::POST;
    if route.path.starts_with("/sign_") || is_form && (is_open || is_shared) {
        return;
    }
    let answer = if is_form {
        browser.post(&path, &[]).await
    } else {
        browser.get(&path).await
    };
    if !is_open && !is_shared {
        assert_eq!(answer.status, 404, "{who} {} {path}", route.method);
    }
    let canaries: &[&str] = match who {
        "dora" => &["secret of ada", "work of ada", "harbour"],
        _ if path.starts_with("/integrations") => &["secret of ada"],
        _ => &[],
    };
    let page = text(&answer);
    for canary in canaries {
        assert!(!page.contains(canary), "{who} {path} reads {canary}");
    }
}
