//! Forms that are not ours, and the headers that keep pages to themselves (T20, T21).

use hyper::Method;

use super::browser::{Browser, give_passwords, text};
use super::sweep::Things;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_another_site_or_without_its_token_is_refused_everywhere() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let things = Things::of(&world, "ada").await;
    let browser = Browser::of(&world, "ada").await;
    let token = browser.token();
    let own = format!("http://{}", world.address);
    let sub = format!("http://evil.{}", world.address);

    let mut posted = 0;
    for route in server::pages()
        .iter()
        .filter(|it| it.method == Method::POST)
    {
        let path = things.path(route.path);
        let good = [("form_token", token.as_str())];
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site"), ("origin", own.as_str())],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", sub.as_str())],
            &[],
        ] {
            let answer = browser.submit(&path, headers, &good).await;
            assert_eq!(answer.status, 403, "{path} {headers:?}");
        }
        for fields in [
            &[][..],
            &[("form_token", "")],
            &[("form_token", "0123456789abcdef")],
        ] {
            let answer = browser.submit(&path, &[("origin", &own)], fields).await;
            assert_eq!(answer.status, 403, "{path} {fields:?}");
            assert!(text(&answer).contains("Request <code>"), "{path}");
        }
        posted += 1;
    }
    assert!(posted > 20, "{posted} forms");
    assert_eq!(
        browser.get("/timers").await.status,
        200,
        "nobody was signed out"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_has_the_headers_that_keep_it_to_itself() {
    let world = World::start().await;
    give_passwords(&world, &["ada"]).await;
    let things = Things::of(&world, "ada").await;
    let (browser, stranger) = (Browser::of(&world, "ada").await, Browser::new(&world));

    let pages = server::pages();
    let mut paths: Vec<String> = pages
        .iter()
        .filter(|it| it.method == Method::GET)
        .map(|it| things.path(it.path))
        .collect();
    paths.extend(
        [
            "/nowhere",
            "/integrations/webhooks/999999",
            "/assets/none.css",
        ]
        .map(Into::into),
    );
    for path in &paths {
        for browser in [&browser, &stranger] {
            let answer = browser.get(path).await;
            let policy = answer.header("content-security-policy").unwrap_or_default();
            assert!(
                policy.starts_with("default-src 'none'; script-src 'self'"),
                "{path}"
            );
            assert!(policy.contains("frame-ancestors 'none'"), "{path}");
            assert_eq!(
                answer.header("x-content-type-options"),
                Some("nosniff"),
                "{path}"
            );
            assert_eq!(
                answer.header("referrer-policy"),
                Some("same-origin"),
                "{path}"
            );
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            let body = text(&answer);
            for inline in [" style=\"", "<style", " onclick=", "javascript:"] {
                assert!(!body.contains(inline), "{path} has {inline}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_never_expire_and_their_names_are_on_the_page() {
    let world = World::start().await;
    let browser = Browser::new(&world);
    let page = browser.read("/sign_in").await;
    let names: Vec<&str> = page
        .split("/assets/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(names.len(), 3);
    for name in names {
        let asset = browser.get(&format!("/assets/{name}")).await;
        assert_eq!(asset.status, 200, "{name}");
        let cached = asset.header("cache-control");
        assert_eq!(cached, Some("public, max-age=31536000, immutable"));
    }
}
