//! Timers, entries and projects by forms alone; the theme.

use super::browser::{Browser, give_passwords, text};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_runs_pauses_and_becomes_an_entry() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let browser = Browser::of(&world, "ada").await;
    let atlas = world.atlas.to_string();
    assert!(browser.read("/timers").await.contains("No timer runs."));

    let start = [
        ("project_id", atlas.as_str()),
        ("description", "Drawing #maps"),
    ];
    let page = browser.send("/timers/start", &start).await;
    assert!(page.contains("Running") && page.contains("Drawing #maps"));
    let page = browser
        .send(&format!("/timers/{atlas}/add"), &[("minutes", "15")])
        .await;
    assert!(page.contains("00:15:"), "{page}");
    let page = browser.send(&format!("/timers/{atlas}/pause"), &[]).await;
    assert!(page.contains("Paused"));
    let described = [("description", "Drawing #charts")];
    let page = browser
        .send(&format!("/timers/{atlas}/describe"), &described)
        .await;
    assert!(page.contains("Drawing #charts"));

    let log = format!("/timers/{atlas}/log");
    assert!(browser.read(&log).await.contains("Drawing #charts"));
    let wrong = [
        ("date", "2024-03-18"),
        ("minutes", "soon"),
        ("description", "x"),
    ];
    let answer = browser.post(&log, &wrong).await;
    assert_eq!(answer.status, 422);
    assert!(text(&answer).contains("value=\"soon\""));
    let right = [
        ("date", "2024-03-18"),
        ("minutes", "1:30"),
        ("description", "Charts #done"),
    ];
    assert!(
        browser
            .send(&log, &right)
            .await
            .contains("Logged as an entry.")
    );
    let entries = browser.read("/entries").await;
    assert!(entries.contains("Charts #done") && entries.contains("1:30"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_is_discarded_after_a_question() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let browser = Browser::of(&world, "ada").await;
    let atlas = world.atlas.to_string();
    browser
        .send("/timers/start", &[("project_id", atlas.as_str())])
        .await;
    let path = format!("/timers/{atlas}/discard");
    assert!(
        browser
            .read(&path)
            .await
            .contains("dropped without an entry")
    );
    assert!(browser.send(&path, &[]).await.contains("Discarded."));
    assert_eq!(browser.get(&path).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_and_projects_are_added_by_forms() {
    let world = World::start().await;
    give_passwords(&world, &["ada", "cleo"]).await;
    let browser = Browser::of(&world, "ada").await;
    let page = browser.send("/projects", &[("name", "Beacon")]).await;
    assert!(page.contains("<h1") && page.contains("Beacon"));
    let again = browser.post("/projects", &[("name", "Beacon")]).await;
    assert_eq!(again.status, 422);
    let fields = [
        ("date", "2024-03-18"),
        ("minutes", "1:07"),
        ("project_id", ""),
        ("description", "Walking #outside"),
    ];
    let page = browser.send("/entries", &fields).await;
    assert!(page.contains("Walking #outside") && page.contains("1:07"));

    let cleo = Browser::of(&world, "cleo").await;
    assert!(!cleo.read("/projects").await.contains("New project"));
    assert_eq!(
        cleo.post("/projects", &[("name", "Hers")]).await.status,
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_theme_is_a_cookie_and_needs_no_script() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let browser = Browser::of(&world, "ada").await;
    assert!(!browser.read("/timers").await.contains("data-theme"));
    let page = browser
        .send("/theme", &[("theme", "dark"), ("back", "/entries")])
        .await;
    assert!(page.contains("data-theme=\"dark\""));
    let system = [("theme", "system"), ("back", "//evil.example")];
    let answer = browser.post("/theme", &system).await;
    assert_eq!(answer.header("location"), Some("/"));
    let page = browser.read("/timers").await;
    assert!(!page.contains("data-theme"));
}
