//! Pages of other origins (README §3).
//!
//! Never: credentials of browsers; tokens are sent by hand.

use server::settings::Origins;

use crate::ask::ask;
use crate::world::{Answer, Options, World};

fn list(answer: &Answer, name: &str) -> Vec<String> {
    let text = answer.header(name).unwrap_or_default().to_lowercase();
    let mut words: Vec<String> = text.split(',').map(|it| it.trim().to_owned()).collect();
    words.sort();
    words
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_allows_the_methods_of_the_path_and_the_headers_of_clients() {
    let world = World::start().await;
    let preflight = ask("OPTIONS", "/v2/projects")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "x-nokotoken,content-type");
    let answer = preflight.send(&world).await;

    assert!(matches!(answer.status, 200 | 204));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let allowed = list(&answer, "access-control-allow-headers");
    for name in [
        "x-nokotoken",
        "x-freckletoken",
        "authorization",
        "content-type",
        "accept",
    ] {
        assert!(allowed.contains(&name.to_owned()), "{name}");
    }
    let methods = list(&answer, "access-control-allow-methods");
    for method in ["get", "post", "put", "delete"] {
        assert!(methods.contains(&method.to_owned()), "{method}");
    }
    let unknown = ask("OPTIONS", "/v2/none").header("origin", "https://app.example");
    assert_eq!(unknown.send(&world).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_can_be_read_by_pages_with_their_links() {
    let world = World::start().await;
    let question = ask("GET", "/v2/account").header("origin", "https://app.example");
    let answer = question.by(&world, "ada").send(&world).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let exposed = list(&answer, "access-control-expose-headers");
    assert_eq!(exposed, ["link", "location", "retry-after"]);
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_configured_origins_are_allowed() {
    let mut options = Options::default();
    options.server.cors_origins = Origins::Only(vec!["https://app.example".to_owned()]);
    let world = World::start_with(options).await;
    for (origin, allowed) in [
        ("https://app.example", Some("https://app.example")),
        ("https://evil.example", None),
        ("https://app.example.evil.example", None),
        ("http://app.example", None),
        ("null", None),
    ] {
        let question = ask("GET", "/v2/account")
            .header("origin", origin)
            .by(&world, "ada");
        let answer = question.send(&world).await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            allowed,
            "{origin}"
        );
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
}
