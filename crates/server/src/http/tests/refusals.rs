//! What is refused, in which order, and how a refusal looks.
//!
//! Never: answers that worked.

use super::*;

/// 101 bytes, one more than the server of the test takes.
const LARGE: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
                     xxxxxxxxxxxxxxxxx";

type Case = (
    &'static str,
    &'static [&'static str],
    &'static str,
    u16,
    &'static str,
);

/// Request, headers, body; status and body of the answer. An empty body says nothing.
const CASES: &[Case] = &[
    ("GET /v2/nowhere", &[], "", 404, " "),
    ("GET /nowhere", &[], "", 404, " "),
    (
        "PATCH /v2/things",
        &[],
        "",
        405,
        r#"{"message":"This address takes GET, HEAD, POST only."}"#,
    ),
    (
        "GET /v2/things/panic",
        T,
        "",
        405,
        r#"{"message":"This address takes PUT only."}"#,
    ),
    ("POST /v2/things", &["x-nokotoken: no"], LARGE, 400, ""),
    ("POST /v2/things", &["user-agent:  "], "", 400, ""),
    (
        "POST /v2/things",
        &[AGENT, "x-nokotoken: no"],
        LARGE,
        413,
        r#"{"message":"The body is larger than 100 bytes."}"#,
    ),
    ("POST /v2/things", &[AGENT], "x", 401, ""),
    (
        "PUT /v2/things/7",
        T,
        "x",
        403,
        r#"{"message":"A coworker may not do this; it takes a leader at least."}"#,
    ),
    (
        "PUT /v2/things/7",
        BOSS,
        "x",
        400,
        r#"{"message":"JSON Parsing Error"}"#,
    ),
    (
        "PUT /v2/things/7",
        BOSS,
        "[]",
        400,
        r#"{"message":"Body should be JSON Hash"}"#,
    ),
    ("PUT /v2/things/7", BOSS, "", 200, r#"{"id":7}"#),
    ("GET /v2/things/seven", T, "", 404, " "),
    ("GET /v2/things/404", T, "", 404, " "),
    ("GET /v2/things/7/", T, "ignored", 200, r#"{"id":7}"#),
    ("DELETE /v2/things/7", T, "ignored", 204, ""),
    (
        "DELETE /v2/things/delete",
        T,
        "x",
        400,
        r#"{"message":"JSON Parsing Error"}"#,
    ),
    ("POST /v2/things?name=a", T, " ", 201, r#"{"name":"a"}"#),
    (
        "POST /v2/things?name=a",
        T,
        r#"{"name":"b"}"#,
        201,
        r#"{"name":"b"}"#,
    ),
    (
        "POST /v2/things",
        T,
        "{}",
        400,
        r#"{"message":"Validation Failed","errors":[{"resource":"Tag","field":"name","code":"missing_field"}]}"#,
    ),
    ("PUT /v2/hooks", T, "", 204, ""),
    ("POST /oauth/form", &[AGENT], "a=b", 200, "a=b"),
    ("POST /oauth/form", &[], "a=b", 400, ""),
    ("GET /page", &[], "", 204, ""),
    ("GET /page/", &[], "", 204, ""),
    ("OPTIONS /page", &[], "", 405, ""),
];

#[tokio::test]
async fn every_refusal_has_its_place_in_the_order_of_checks() {
    let app = app(|settings| settings.http.body_max = 100);
    for (line, headers, body, status, text) in CASES {
        let got = ask(&app, line, headers, (*body).to_owned()).await;
        assert_eq!(got.status, *status, "{line} {got:?}");
        if !text.is_empty() {
            assert_eq!(got.body, *text, "{line}");
        }
        if *status == 400 {
            assert!(got.body.starts_with(r#"{"message":""#), "{line} {got:?}");
        }
    }
}

#[tokio::test]
async fn refusals_carry_their_headers() {
    let app = app(|_| ());
    let missing = ask(&app, "GET /v2/things/404", T, "").await;
    assert_eq!(missing.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(missing.header("content-length"), "1");

    let stranger = ask(&app, "GET /v2/things", &[AGENT], "").await;
    assert_eq!(stranger.header("www-authenticate"), r#"Bearer realm="api""#);
    assert_eq!(
        stranger.header("content-type"),
        "application/json; charset=utf-8"
    );

    let wrong = ask(&app, "DELETE /v2/things", T, "").await;
    assert_eq!(wrong.header("allow"), "GET, HEAD, POST");
}

#[tokio::test]
async fn a_fault_or_a_panic_is_a_500_that_tells_nothing() {
    let app = app(|_| ());
    for line in ["PUT /v2/things/fault", "PUT /v2/things/panic"] {
        let got = ask(&app, line, T, "").await;
        assert_eq!(got.status, 500);
        assert_eq!(
            got.body,
            r#"{"message":"Something went wrong here. The server's log says what."}"#
        );
    }
}

#[tokio::test]
async fn a_setting_can_demand_a_role_for_webhooks() {
    let app = app(|settings| settings.webhook_role = Some(Role::Supervisor));
    assert_eq!(ask(&app, "PUT /v2/hooks", T, "").await.status, 403);
    assert_eq!(ask(&app, "PUT /v2/hooks", BOSS, "").await.status, 204);
}

#[tokio::test]
async fn the_rate_limit_comes_first_and_spares_this_machine_and_its_endpoints() {
    let app = app(|settings| {
        settings.rate_limit.spacing = Duration::from_hours(1);
        settings.rate_limit.waiting_max = 0;
    });
    let none = Bytes::new;
    let first = ask_from(FAR, &app, "GET /v2/nowhere", &[], none()).await;
    assert_eq!(first.status, 404);
    for line in [
        "GET /v2/things",
        "GET /oauth/2/authorize",
        "OPTIONS /v2/things",
    ] {
        let limited = ask_from(FAR, &app, line, &[], none()).await;
        assert_eq!((limited.status, limited.body.as_str()), (429, ""), "{line}");
        assert_eq!(limited.header("retry-after"), "1");
        assert_eq!(limited.header("content-length"), "0");
        assert_eq!(limited.header("content-type"), "");
    }
    for line in ["GET /healthz", "GET /page", "GET /v2things"] {
        assert_ne!(
            ask_from(FAR, &app, line, &[], none()).await.status,
            429,
            "{line}"
        );
    }
    let behind = &[AGENT, "x-nokotoken: t", "x-forwarded-for: 198.51.100.7"][..];
    let mut statuses = Vec::new();
    for headers in [T, T, behind, behind] {
        statuses.push(ask(&app, "GET /v2/things", headers, "").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
}

#[tokio::test]
async fn the_user_agent_rule_and_query_tokens_can_be_switched_off() {
    let app = app(|settings| {
        settings.user_agent_required = false;
        settings.query_tokens = false;
    });
    assert_eq!(
        ask(&app, "GET /v2/things", &["x-nokotoken: t"], "")
            .await
            .status,
        200
    );
    let by_query = ask(&app, "GET /v2/things?noko_token=t", &[], "").await;
    assert_eq!(by_query.status, 401);
    assert_eq!(by_query.header("cache-control"), "no-store");
}

#[test]
fn the_sentence_of_a_refused_address_becomes_the_message() {
    let plain = Problem::new(Kind::Webhook, "name", "missing_field");
    let sentence = "10.0.0.7 is a private address. Add it to delivery.allow_networks to allow it.";
    let address = Problem::new(Kind::Webhook, "payload_uri", "invalid").saying(sentence);
    let answer = error::answer(&Error::Invalid(vec![plain, address]));
    assert_eq!(answer.status.as_u16(), 400);
    assert!(format!("{answer:?}").contains(sentence));
}

#[tokio::test]
async fn unavailable_says_when_to_come_again() {
    for error in [
        Error::Unavailable("The disk is full.".into()),
        Error::Unknown,
    ] {
        let response = error::answer(&error).into_response(super::answer::Wanted::All);
        assert_eq!(response.status().as_u16(), 503);
        assert!(response.headers().contains_key("retry-after"));
    }
}
