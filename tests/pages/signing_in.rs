//! Signing in and out.

use super::browser::{Browser, PASSWORD, email, give_passwords, text};
use crate::ask::ask;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_asks_to_sign_in_first_and_then_shows_itself() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let browser = Browser::new(&world);

    let away = browser
        .get("/integrations/webhooks?condition=failing")
        .await;
    assert_eq!(away.status, 303);
    let sign_in = away.header("location").expect("a place").to_owned();
    assert_eq!(
        sign_in,
        "/sign_in?next=%2Fintegrations%2Fwebhooks%3Fcondition%3Dfailing"
    );
    let form = browser.read(&sign_in).await;
    assert!(
        form.contains("value=\"/integrations/webhooks?condition=failing\""),
        "{form}"
    );

    let before = browser.cookies.borrow().clone();
    let address = email(&world, "ada");
    let fields = [
        ("email", address.as_str()),
        ("password", PASSWORD),
        ("next", "/integrations/webhooks?condition=failing"),
    ];
    let went = browser.post("/sign_in", &fields).await;
    assert_eq!(
        went.header("location"),
        Some("/integrations/webhooks?condition=failing")
    );
    assert!(
        !before.contains_key("carillon"),
        "the cookie is new at sign-in"
    );
    assert!(browser.read("/timers").await.contains("Account harbour"));

    let session = browser.cookies.borrow()["carillon"].clone();
    browser.post("/sign_out", &[]).await;
    browser
        .cookies
        .borrow_mut()
        .insert("carillon".to_owned(), session);
    assert_eq!(
        browser.get("/timers").await.status,
        303,
        "the session is over"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_address_are_told_the_same() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let mut said = Vec::new();
    for (address, password) in [
        (email(&world, "ada"), "wrong"),
        (email(&world, "ben"), PASSWORD),
        ("nobody@harbour.example".to_owned(), PASSWORD),
        (String::new(), ""),
    ] {
        let browser = Browser::new(&world);
        browser.get("/sign_in").await;
        let fields = [("email", address.as_str()), ("password", password)];
        let answer = browser.post("/sign_in", &fields).await;
        assert_eq!(answer.status, 422);
        assert!(!browser.cookies.borrow().contains_key("carillon"));
        let sentence = "E-mail or password is wrong.";
        said.push(text(&answer).matches(sentence).count());
    }
    assert_eq!(said, [1, 1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_five_wrong_passwords_the_wait_is_told_and_a_known_browser_still_gets_in() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let known = Browser::of(&world, "ada").await;
    known.post("/sign_out", &[]).await;
    let address = email(&world, "ada");

    let stranger = Browser::new(&world);
    stranger.get("/sign_in").await;
    for _ in 0..5 {
        let fields = [("email", address.as_str()), ("password", "wrong")];
        assert_eq!(stranger.post("/sign_in", &fields).await.status, 422);
    }
    let fields = [("email", address.as_str()), ("password", PASSWORD)];
    let refused = stranger.post("/sign_in", &fields).await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    assert!(text(&refused).contains("Too many tries"));

    known.get("/sign_in").await;
    assert_eq!(known.post("/sign_in", &fields).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_and_a_suspension_end_sessions() {
    let world = World::start().await;
    give_passwords(&world, &["ada", "ben"]).await;
    let (ada, ben) = (
        Browser::of(&world, "ada").await,
        Browser::of(&world, "ben").await,
    );

    give_passwords(&world, &["ada"]).await;
    assert_eq!(ada.get("/timers").await.status, 303);
    assert_eq!(ben.get("/timers").await.status, 200);

    // Only who has logged time is deactivated; others are deleted.
    let entry = serde_json::json!({"date": "2024-03-18", "minutes": 5});
    assert_eq!(world.post("ben", "/entries", entry).await.status, 201);
    let path = format!("/users/{}/deactivate", world.persona("ben").id);
    assert_eq!(
        world.put("ada", &path, serde_json::json!({})).await.status,
        204
    );
    assert_eq!(ben.get("/timers").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_own_paths_are_gone_back_to() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "evil",
    ] {
        let browser = Browser::new(&world);
        browser.get("/sign_in").await;
        let address = email(&world, "ada");
        let fields = [
            ("email", address.as_str()),
            ("password", PASSWORD),
            ("next", next),
        ];
        let went = browser.post("/sign_in", &fields).await;
        assert_eq!(went.header("location"), Some("/"), "{next}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_means_nothing_to_the_api_and_a_token_nothing_to_pages() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let browser = Browser::of(&world, "ada").await;
    let cookie = format!("carillon={}", browser.cookies.borrow()["carillon"]);

    let api = ask("GET", "/v2/current_user")
        .header("cookie", &cookie)
        .send(&world)
        .await;
    assert_eq!(api.status, 401);
    let token = world.persona("ada").token;
    let page = ask("GET", "/timers").token(&token).send(&world).await;
    assert_eq!(page.status, 303);
}
