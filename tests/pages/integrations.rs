//! Webhooks, receivers and tokens from making to deleting, by forms alone.

use serde_json::json;
use zoo::Receiver;

use super::browser::{Browser, give_passwords, text};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_made_and_its_secret_is_shown_once() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let browser = Browser::of(&world, "ada").await;
    let receiver = Receiver::start().await;

    let fields = [
        ("name", "Ledger sync"),
        ("payload_uri", &receiver.url("/hook")),
        ("scope", "these"),
        ("events", "entry.created"),
        ("events", "entry.updated"),
    ];
    let made = browser.post("/integrations/webhooks/new", &fields).await;
    let once = made.header("location").expect("a place").to_owned();
    let page = browser.read(&once).await;
    let secret = page
        .split("id=\"secret\">")
        .nth(1)
        .and_then(|it| it.split('<').next());
    let secret = secret.expect("the secret").to_owned();
    assert_eq!(secret.len(), 64);
    assert!(page.contains("whsec_"));
    let again = browser.read(&once).await;
    assert!(!again.contains(&secret) && again.contains("shown once"));

    let webhook = once.trim_end_matches("/secret").to_owned();
    let page = browser.read(&webhook).await;
    assert!(page.contains("entry.created, entry.updated"), "{page}");
    let list = browser.read("/integrations/webhooks").await;
    assert!(list.contains("Ledger sync") && list.contains("2 events"));

    let edited = [
        ("name", "Ledger"),
        ("payload_uri", &receiver.url("/new")),
        ("scope", "all"),
    ];
    let page = browser.send(&format!("{webhook}/edit"), &edited).await;
    assert!(page.contains("all, also future ones") && page.contains("Saved."));
    let page = browser.send(&format!("{webhook}/disable"), &[]).await;
    assert!(page.contains("Disabled by ada Example"), "{page}");
    assert_eq!(
        browser.post(&format!("{webhook}/ping"), &[]).await.status,
        409
    );
    let page = browser.send(&format!("{webhook}/enable"), &[]).await;
    assert!(page.contains("Enabled."));
    let page = browser.send(&format!("{webhook}/reroll_secret"), &[]).await;
    assert!(!page.contains(&secret) && page.contains("whsec_"));
    let page = browser.send(&format!("{webhook}/delete"), &[]).await;
    assert!(page.contains("Deleted."));
    assert_eq!(browser.get(&webhook).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_mistakes_comes_back_with_what_was_typed() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let browser = Browser::of(&world, "ada").await;
    let fields = [
        ("name", ""),
        ("payload_uri", "http://10.0.0.7/hook"),
        ("scope", "these"),
    ];
    let answer = browser.post("/integrations/webhooks/new", &fields).await;
    assert_eq!(answer.status, 422);
    let page = text(&answer);
    assert!(page.contains("value=\"http://10.0.0.7/hook\""));
    assert!(page.contains("href=\"#name\"") && page.contains("id=\"name-refusal\""));
    assert!(page.contains("delivery.allow_networks"), "{page}");
    assert!(page.contains("id=\"events-refusal\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_failing_webhook_says_why_and_lets_one_skip() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let browser = Browser::of(&world, "ada").await;
    let (webhook, _) = world
        .webhook("ada", "http://127.0.0.1:9/hook", &["entry.created"])
        .await;
    let entry = json!({"date": "2024-03-18", "minutes": 5, "description": "x"});
    world.post("ada", "/entries", entry).await;
    let status = loop {
        let status = world
            .get("ada", &format!("/webhooks/{webhook}/status"))
            .await
            .json();
        if status["condition"] == "failing" {
            break status;
        }
        tokio::task::yield_now().await;
    };
    let payload = status["head"]["id"].as_str().expect("a head").to_owned();

    let page = browser
        .read(&format!("/integrations/webhooks/{webhook}"))
        .await;
    assert!(page.contains("Failing since") && page.contains("the receiver was not reached"));
    assert!(
        page.contains("1 payload waits behind it; nothing is lost."),
        "{page}"
    );
    let list = browser
        .read("/integrations/webhooks?condition=failing,stopped")
        .await;
    assert!(list.contains(&format!("/integrations/webhooks/{webhook}")));
    let path = format!("/integrations/webhooks/{webhook}/payloads/{payload}");
    let page = browser.read(&path).await;
    assert!(
        page.contains("There was no answer.") && page.contains("unreachable"),
        "{page}"
    );
    assert!(
        browser
            .read(&format!("{path}/skip"))
            .await
            .contains("Skip payload #1?")
    );
    let page = browser
        .send(&format!("{path}/skip"), &[("reason", "no longer needed")])
        .await;
    assert!(page.contains("Skipped. The next payload goes out now."));
    assert!(browser.read(&path).await.contains("no longer needed"));
    let page = browser.send(&format!("{path}/redeliver"), &[]).await;
    assert!(page.contains("Queued once more"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_of_broadcasts_is_made_changed_and_deleted() {
    let world = World::start().await;
    give_passwords(&world, &["cleo"]).await;
    let browser = Browser::of(&world, "cleo").await;
    assert!(
        browser
            .read("/integrations/broadcasts")
            .await
            .contains("A broadcast receiver hears")
    );
    let fields = [
        ("name", "Desk light"),
        ("payload_uri", "http://127.0.0.1:9/desk"),
        ("subjects", "timer"),
    ];
    let page = browser.send("/integrations/broadcasts/new", &fields).await;
    assert!(page.contains("whsec_") && page.contains("Go to the receiver"));
    let list = browser.read("/integrations/broadcasts").await;
    let id = list
        .split("/integrations/broadcasts/")
        .nth(2)
        .expect("a link to it");
    let id: String = id.chars().take_while(char::is_ascii_digit).collect();
    let receiver = format!("/integrations/broadcasts/{id}");
    let edited = [
        ("name", "Lamp"),
        ("payload_uri", "http://127.0.0.1:9/desk"),
        ("subjects", "*"),
    ];
    let page = browser.send(&format!("{receiver}/edit"), &edited).await;
    assert!(
        page.contains("Lamp") && page.contains("all, also future ones"),
        "{page}"
    );
    let page = browser.send(&format!("{receiver}/disable"), &[]).await;
    assert!(page.contains("Changes are not told meanwhile."));
    let page = browser.send(&format!("{receiver}/enable"), &[]).await;
    assert!(page.contains("Enabled"));
    browser.send(&format!("{receiver}/delete"), &[]).await;
    assert_eq!(browser.get(&receiver).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_works_and_is_revoked() {
    let world = World::start().await;
    give_passwords(&world, &["ben"]).await;
    let browser = Browser::of(&world, "ben").await;
    let answer = browser
        .post("/integrations/tokens/new", &[("name", " ")])
        .await;
    assert_eq!(answer.status, 422);
    let made = browser
        .post("/integrations/tokens/new", &[("name", "laptop")])
        .await;
    let place = made.header("location").expect("a place").to_owned();
    let page = browser.read(&place).await;
    let token = page
        .split("id=\"token\">")
        .nth(1)
        .and_then(|it| it.split('<').next());
    let token = token.expect("the token").to_owned();
    let works = crate::ask::ask("GET", "/v2/current_user")
        .token(&token)
        .send(&world)
        .await;
    assert_eq!(works.status, 200);
    assert!(!browser.read(&place).await.contains(&token));
    let page = browser.send(&format!("{place}/revoke"), &[]).await;
    assert!(page.contains("Revoked."));
    let works = crate::ask::ask("GET", "/v2/current_user")
        .token(&token)
        .send(&world)
        .await;
    assert_eq!(works.status, 401);
}
