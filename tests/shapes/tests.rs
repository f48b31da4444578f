//! The checker itself: examples that must pass, and changes to them that must not.

use serde_json::{Value, json};

use super::{SHAPES, check, check_list, check_raw, formats};

const API: &str = "https://time.example.test/v2";

/// Shape, what is changed in its example, the place that the fault names, the new value.
const CHANGES: &str = r##"timer /seconds timer.seconds 60.0
timer /seconds timer.seconds "60"
timer /seconds timer.seconds -1
timer /state timer.state "halted"
timer /state timer.state null
timer /formatted_time timer.formatted_time "1:00:00"
timer /url timer.url "https://time.example.test/v2/timer"
timer /project/id timer.project.url 1
timer /project/color timer.project.color "#ABCDEF"
simple_user /email simple_user.email "ada"
entry /date entry.date "2023-02-29"
entry /created_at entry.created_at "2024-03-18 16:02:11"
entry /tags/0/name entry.tags[0].name 7
entry /tags entry.tags {}
webhook /events/0 webhook.events[0] "entry.eaten"
webhook_ping /object webhook_ping.object {"a": 1}
webhook_ping /payload_id webhook_ping.payload_id "A41D7A0E"
webhook_payload /changes/minutes webhook_payload.changes.minutes [1]
webhook_payload /object/minutes webhook_payload.object.minutes "1"
webhook_payload /type webhook_payload.object "tag.created"
validation_error /errors validation_error.errors []
broadcast /last_event broadcast.last_event "broadcast_receiver.ping"
payload /sequence payload.sequence 0
payload /retry_url payload.retry_url "https://time.example.test/v2"
payload_detail /attempts/1/outcome payload_detail.attempts[1] "lost"
webhook_status /head/state webhook_status.head.state "waiting"
webhook_status /held_by webhook_status.held_by "account""##;

fn columns(row: &str) -> [&str; 4] {
    let columns: Vec<&str> = row.splitn(4, ' ').collect();
    columns.try_into().expect("a row has four columns")
}

fn example(shape: &str) -> Value {
    SHAPES[shape]["example"].clone()
}

#[test]
fn every_example_has_its_shape() {
    for (name, shape) in SHAPES.iter() {
        let example = &shape["example"];
        let held = if shape["kind"] == "raw" {
            let body = example.as_str().expect("a raw example is text");
            check_raw(name, shape["content_type"].as_str(), body)
        } else {
            check(name, example, API)
        };
        assert_eq!(held, Ok(()), "{name}");
        assert_eq!(shape["shape"], name.as_str());
    }
}

#[test]
fn a_changed_example_is_refused_and_its_place_is_named() {
    for row in CHANGES.lines() {
        let [shape, pointer, place, value] = columns(row);
        let mut changed = example(shape);
        let value = serde_json::from_str(value).expect("the last column is JSON");
        *changed
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{shape}{pointer}")) = value;

        let fault = check(shape, &changed, API).expect_err(pointer);

        assert!(fault.starts_with(place), "{shape}{pointer}: {fault}");
    }
}

#[test]
fn keys_are_all_there_in_their_order_and_no_others() {
    let mut more = example("simple_user");
    more["nick"] = json!("ada");
    let mut less = example("simple_user");
    less.as_object_mut()
        .expect("an object")
        .shift_remove("last_name");
    let turned = json!({"name": "Ledger sync", "id": 5120});

    for (shape, value) in [
        ("simple_user", more),
        ("simple_user", less),
        ("webhook_summary", turned),
    ] {
        assert!(check(shape, &value, API).is_err(), "{value}");
    }
}

#[test]
fn urls_are_those_of_the_installation() {
    let timer = example("timer");
    assert!(check("timer", &timer, "http://127.0.0.1:8080/v2").is_err());
}

#[test]
fn lists_are_held_by_element() {
    let webhook = example("webhook_summary");
    assert_eq!(
        check_list("webhook_summary", &json!([webhook, webhook]), API),
        Ok(())
    );
    assert_eq!(check_list("webhook_summary", &json!([]), API), Ok(()));
    for (value, place) in [
        (json!([webhook, {}]), "webhook_summary[1].id"),
        (json!({}), "webhook_summary: {}"),
    ] {
        let fault = check_list("webhook_summary", &value, API).expect_err("no such list");
        assert!(fault.starts_with(place), "{fault}");
    }
}

#[test]
fn answers_that_are_no_json_are_exact() {
    let html = Some("text/html; charset=utf-8");
    assert_eq!(check_raw("error_not_found", html, " "), Ok(()));
    assert_eq!(check_raw("error_rate_limited", None, ""), Ok(()));
    assert!(check_raw("error_not_found", html, "").is_err());
    assert!(check_raw("error_not_found", None, " ").is_err());
    assert!(check_raw("timer", None, " ").is_err());
    assert!(check("error_not_found", &json!(" "), API).is_err());
    assert!(check("no_such_shape", &json!({}), API).is_err());
}

#[test]
fn formats_are_exact() {
    for (format, text, holds) in [
        ("date", "2024-02-29", true),
        ("date", "2023-02-29", false),
        ("date", "2024-13-01", false),
        ("date", "2024-1-01", false),
        ("timestamp", "2024-03-19T08:30:00Z", true),
        ("timestamp", "2024-03-19T24:30:00Z", false),
        ("timestamp", "2024-03-19T08:30:00.5Z", false),
        ("timestamp", "2024-03-19T08:30:00+00:00", false),
        ("url", "https://a.test/b?c=d", true),
        ("url", "ftp://a.test", false),
        ("url", "https:///b", false),
        ("url", "https://a b", false),
        ("uuid", "0c6f3a52-7b1e-4d0a-9f4e-2f8f5d1c7e90", true),
        ("uuid", "0C6F3A52-7b1e-4d0a-9f4e-2f8f5d1c7e90", false),
        ("color", "#2b7a78", true),
        ("color", "2b7a78", false),
        ("email", "ada@example.test", true),
        ("email", "ada@", false),
        ("email", "ada@b@c", false),
        ("unheard", "of", false),
    ] {
        assert_eq!(formats::has_format(format, text), holds, "{format}: {text}");
    }
    for (pattern, text, holds) in [
        ("^[0-9]{2,}:[0-5][0-9]$", "00:59", true),
        ("^[0-9]{2,}:[0-5][0-9]$", "100:00", true),
        ("^[0-9]{2,}:[0-5][0-9]$", "1:00", false),
        ("^[0-9]{2,}:[0-5][0-9]$", "00:60", false),
        ("^[0-9]{2,}:[0-5][0-9]$", "00:00:00", false),
        ("^[0-9]{2,}:[0-5][0-9]:[0-5][0-9]$", "27:00:00", true),
        ("^.*$", "00:00", false),
    ] {
        assert_eq!(
            formats::fits_pattern(pattern, text),
            holds,
            "{pattern}: {text}"
        );
    }
}
