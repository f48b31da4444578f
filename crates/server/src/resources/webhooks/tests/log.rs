//! The delivery log, and what a person can do to a payload.
//!
//! Never: HTTP; a network.

use std::future::{pending, ready};
use std::sync::Arc;

use base::Error;
use delivery::{payloads, webhooks};
use serde_json::Value;

use super::{API, Desk, ended};
use crate::resources::testing::{codes, user_of};

#[test]
fn the_log_tells_what_was_sent_and_what_waits() {
    let mut desk = Desk::open();
    let (ada, ben) = (desk.house.ada, desk.house.ben);
    let webhook = desk.create(ben).webhook.id;
    desk.happen();
    assert_eq!(
        desk.status(ben, webhook).expect("visible")["condition"],
        "delivering"
    );

    let ping = desk.fail();
    let log = desk.log(ada, webhook);
    assert_eq!(log[0]["blocked_by"], ping.to_string());
    assert_eq!(
        log[0]["object"],
        serde_json::json!({"type": "tag", "id": 7, "url": null})
    );
    assert_eq!(log[1]["state"], "failing");
    assert_eq!(log[1]["object"], Value::Null);
    assert_eq!(
        log[1]["url"],
        format!("{API}/webhooks/{webhook}/payloads/{ping}")
    );

    let status = desk.status(ben, webhook).expect("visible");
    assert_eq!(status["condition"], "failing");
    assert_eq!(status["waiting_count"], 2);
    assert_eq!(status["head"]["id"], ping.to_string());
}

#[test]
fn the_detail_shows_body_answer_and_the_headers_that_went_out() {
    let mut desk = Desk::open();
    let ben = desk.house.ben;
    let webhook = desk.create(ben).webhook.id;
    let ping = desk.fail();
    let detail = desk.detail(ben, webhook, ping);
    let body = detail["body"].as_str().expect("a text");
    assert_eq!(detail["body_bytes"], body.len());
    let attempt = &detail["attempts"][0];
    assert_eq!(attempt["timings"]["first_byte_ms"], 58);
    assert_eq!(attempt["response"]["body"], "ledger is \"closed\"");
    let headers = attempt["request"]["headers"].as_array().expect("a list");
    let names: Vec<&str> = headers
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "host",
            "content-type",
            "content-length",
            "user-agent",
            "x-noko-eventcategory",
            "x-noko-delivery",
            "x-noko-signature",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "x-carillon-sequence",
            "accept-encoding",
        ]
    );
    assert_eq!(headers[0]["value"], "ledger.example.test");
    assert_eq!(headers[2]["value"], body.len().to_string());
}

#[tokio::test]
async fn a_skip_waits_for_the_attempt_and_names_who_did_it() {
    let mut desk = Desk::open();
    let (ada, cleo) = (desk.house.ada, desk.house.cleo);
    let webhook = desk.create(cleo).webhook.id;
    let ping = desk.fail();
    desk.retry(webhook, ping).expect("it fails");
    let attempt = desk.turn(Vec::new()).expect("the retry is due");

    let (db, wish) = (desk.house.db.clone(), desk.skip(webhook, ping));
    let impatient = payloads::skip_when_settled(&db, ada, &wish, ready(())).await;
    assert!(matches!(impatient, Err(Error::Unavailable(_))));

    let skip = payloads::skip_when_settled(&db, ada, &wish, pending());
    let settle = async { desk.turn(vec![ended(attempt, 500)]) };
    let (skipped, _) = futures_util::join!(skip, settle);
    skipped.expect("the attempt failed");
    let log = desk.log(cleo, webhook);
    assert_eq!(log[0]["state"], "skipped");
    assert_eq!(log[0]["skipped_by"]["id"], user_of(ada).number());
    assert_eq!(
        desk.status(cleo, webhook).expect("visible")["condition"],
        "idle"
    );
}

#[tokio::test]
async fn nothing_is_skipped_when_the_attempt_succeeds() {
    let mut desk = Desk::open();
    let ada = desk.house.ada;
    let webhook = desk.create(ada).webhook.id;
    let ping = desk.fail();
    desk.retry(webhook, ping).expect("it fails");
    let attempt = desk.turn(Vec::new()).expect("the retry is due");

    let (db, wish) = (desk.house.db.clone(), desk.skip(webhook, ping));
    let skip = payloads::skip_when_settled(&db, ada, &wish, pending());
    let settle = async { desk.turn(vec![ended(attempt, 204)]) };
    let (skipped, _) = futures_util::join!(skip, settle);
    assert_eq!(codes(skipped), ["base not_failing"]);
    assert_eq!(desk.log(ada, webhook)[0]["state"], "delivered");
}

#[test]
fn a_redelivery_is_a_payload_of_its_own_at_the_tail() {
    let mut desk = Desk::open();
    let ada = desk.house.ada;
    let webhook = desk.create(ada).webhook.id;
    let attempt = desk.turn(Vec::new()).expect("the ping is due");
    let ping = attempt.payload;
    desk.turn(vec![ended(attempt, 200)]);
    let settings = Arc::clone(&desk.settings);
    let queued = desk.house.write(ada, move |tx| {
        payloads::redeliver(tx, &settings, webhook, ping)
    });
    let queued = queued.expect("it was delivered").id;
    let shown = desk.detail(ada, webhook, queued);
    assert_eq!(shown["redelivery_of"], ping.to_string());
    assert_eq!(shown["sequence"], 2);
}

#[test]
fn a_retry_is_refused_while_the_creator_is_deactivated_even_if_the_webhook_is_disabled() {
    let mut desk = Desk::open();
    let ben = desk.house.ben;
    let webhook = desk.create(ben).webhook.id;
    let ping = desk.fail();
    let disabled = desk
        .house
        .write(ben, move |tx| webhooks::disable(tx, webhook));
    disabled.expect("it is enabled");
    let sql = "update users set state = 'disabled' where id = $1";
    desk.house.sql(sql, vec![user_of(ben).number()]);
    assert_eq!(codes(desk.retry(webhook, ping)), ["base disabled"]);
}
