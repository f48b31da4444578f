//! What answers that worked say in their heads, and the operating endpoints.
//!
//! Never: refusals.

use super::*;

#[tokio::test]
async fn head_says_what_get_says_without_the_body() {
    let app = app(|_| ());
    for target in ["/v2/things?per_page=10", "/v2/things/404", "/v2/nowhere"] {
        let get = ask(&app, &format!("GET {target}"), T, "").await;
        let head = ask(&app, &format!("HEAD {target}"), T, "").await;
        assert_eq!((head.status, &head.headers), (get.status, &get.headers));
        assert_eq!(head.body, "");
        assert_eq!(head.header("content-length"), get.body.len().to_string());
    }
}

#[tokio::test]
async fn created_objects_and_lists_lead_on() {
    let app = app(|_| ());
    let created = ask(&app, "POST /v2/things?name=a", T, "").await;
    assert_eq!(
        created.header("location"),
        "https://time.example.test/v2/things/7"
    );

    let page = ask(
        &app,
        "GET /v2/things/?page=1&per_page=40&access_token=t",
        &[AGENT],
        "",
    )
    .await;
    assert_eq!(page.body, r#"["a","b"]"#);
    let last = "https://time.example.test/v2/things?access_token=t&page=2&per_page=40";
    assert_eq!(
        page.header("link"),
        format!(r#"<{last}>; rel="last", <{last}>; rel="next""#)
    );
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn every_answer_of_the_api_has_the_standing_headers() {
    let app = app(|_| ());
    for line in [
        "GET /v2/things",
        "GET /v2/nowhere",
        "GET /v2",
        "OPTIONS /v2/things",
    ] {
        let got = ask(&app, line, T, "").await;
        assert_eq!(
            got.header("cache-control"),
            "private, max-age=0, must-revalidate"
        );
        assert_eq!(got.header("vary"), "Origin");
        assert_eq!(got.header("x-frame-options"), "SAMEORIGIN");
        assert_eq!(got.header("strict-transport-security"), "max-age=31536000");
        assert_eq!(got.header("access-control-allow-origin"), "");
    }
    assert_eq!(ask(&app, "GET /page", T, "").await.header("vary"), "");
    let plain = super::app(|settings| settings.public_url = "http://127.0.0.1:8080".into());
    let got = ask(&plain, "GET /v2/things", T, "").await;
    assert_eq!(got.header("strict-transport-security"), "");
}

#[tokio::test]
async fn other_origins_are_told_what_they_may() {
    let open = app(|_| ());
    let asked = &[
        "origin: https://a.example",
        "access-control-request-method: PUT",
    ];
    let preflight = ask(&open, "OPTIONS /v2/things/7", asked, "").await;
    assert_eq!(
        (
            preflight.status,
            preflight.header("access-control-allow-origin")
        ),
        (204, "*")
    );
    assert_eq!(
        preflight.header("access-control-allow-methods"),
        "GET, HEAD, POST, PUT, DELETE"
    );
    assert_eq!(
        preflight.header("access-control-allow-headers"),
        "X-NokoToken, X-FreckleToken, Authorization, Content-Type, Accept"
    );
    assert_eq!(
        ask(&open, "OPTIONS /v2/nowhere", asked, "").await.status,
        404
    );
    let refused = ask(
        &open,
        "GET /v2/things",
        &[AGENT, "origin: https://a.example"],
        "",
    )
    .await;
    assert_eq!(
        (
            refused.status,
            refused.header("access-control-allow-origin")
        ),
        (401, "*")
    );
    assert_eq!(
        refused.header("access-control-expose-headers"),
        "Link, Location, Retry-After"
    );
}

#[tokio::test]
async fn a_list_of_origins_leaves_the_others_out() {
    let list = Origins::Only(vec!["https://a.example".to_owned()]);
    let closed = app(|settings| settings.cors_origins = list);
    let known = ask(
        &closed,
        "OPTIONS /v2/things",
        &["origin: https://a.example"],
        "",
    )
    .await;
    assert_eq!(
        known.header("access-control-allow-origin"),
        "https://a.example"
    );
    let other = ask(
        &closed,
        "OPTIONS /v2/things",
        &["origin: https://b.example"],
        "",
    )
    .await;
    assert_eq!(other.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn operating_endpoints_answer_without_rules() {
    let local = app(|settings| settings.metrics.token = Some(base::Secret::new("m".to_owned())));
    assert_eq!(ask(&local, "GET /healthz", &[], "").await.body, "ok");
    let ready = ask(&local, "GET /readyz", &[], "").await;
    assert_eq!(ready.body, r#"{"ready":true,"checks":{"database":"ok"}}"#);
    let away = app_that(Ready(false), |_| ());
    let unready = ask(&away, "GET /readyz", &[], "").await;
    assert_eq!(unready.status, 503);
    assert_eq!(
        unready.body,
        r#"{"ready":false,"checks":{"database":"away"}}"#
    );
    let none = Bytes::new;
    for (peer, headers, status) in [
        (LOCAL, &[][..], 200),
        (LOCAL, &["x-forwarded-for: 127.0.0.1"], 404),
        (FAR, &[], 404),
        (FAR, &["authorization: Bearer m"], 200),
        (FAR, &["authorization: Bearer n"], 404),
    ] {
        let got = ask_from(peer, &local, "GET /metrics", headers, none()).await;
        assert_eq!(got.status, status, "{peer} {headers:?}");
    }
    let off = app(|settings| settings.metrics.enabled = false);
    assert_eq!(ask(&off, "GET /metrics", &[], "").await.status, 404);
}

#[tokio::test]
async fn the_openapi_document_is_public_and_names_every_route() {
    let got = ask(&app(|_| ()), "GET /v2/openapi.json", &[AGENT], "").await;
    let document: serde_json::Value = serde_json::from_str(&got.body).expect("JSON");
    for route in routes() {
        let method = route.method.as_str().to_ascii_lowercase();
        assert!(
            document["paths"][route.template()][method].is_object(),
            "{route:?}"
        );
    }
}
