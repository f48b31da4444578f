//! The leniency of the contract as tables of cases.
//!
//! Never: a route.

use serde_json::json;

use super::*;
use base::id::Project;

/// Reads one input of a body and a query; gives what was read and the problems.
fn read<T>(body: &Value, query: &str, read: impl Fn(&mut Inputs<'_>) -> T) -> (T, String) {
    let body = body.as_object().expect("cases are objects");
    let query = Query::parse(query);
    let mut inputs = Inputs::new(Kind::Entry, body, &query);
    let found = read(&mut inputs);
    let problems = match inputs.finish() {
        Err(Error::Invalid(problems)) => problems,
        _ => Vec::new(),
    };
    let problems = problems
        .iter()
        .map(|it| format!("{} {}", it.field, it.code));
    (found, problems.collect::<Vec<_>>().join(", "))
}

/// Each value reads as this, or is refused where there is none.
fn check<T: PartialEq + std::fmt::Debug>(
    reader: impl Fn(&mut Inputs<'_>) -> Given<T>,
    cases: Vec<(Value, Option<T>)>,
) {
    for (value, expected) in cases {
        let problem = if expected.is_some() { "" } else { "x invalid" };
        let (found, problems) = read(&json!({ "x": value }), "", &reader);
        assert_eq!(
            (found.value(), problems.as_str()),
            (expected, problem),
            "{value}"
        );
    }
}

#[test]
fn integers_are_read_generously() {
    let most = i64::MAX;
    check(
        |input| input.integer("x"),
        vec![
            (json!(60), Some(60)),
            (json!(60.0), Some(60)),
            (json!("60"), Some(60)),
            (json!(" -15 "), Some(-15)),
            (json!(most), Some(most)),
            (json!(60.5), None),
            (json!(1e300), None),
            (json!("60.0"), None),
            (json!("9223372036854775808"), None),
            (json!(9_223_372_036_854_775_808_u64), None),
            (json!(""), None),
            (json!("x"), None),
            (json!(true), None),
            (json!([1]), None),
            (json!({}), None),
        ],
    );
    check(
        |input| input.integer_in("x", 0..=10),
        vec![
            (json!(0), Some(0)),
            (json!("10"), Some(10)),
            (json!(11), None),
            (json!(-1), None),
        ],
    );
}

#[test]
fn decimals_are_read_in_hundredths() {
    check(
        |input| input.decimal("x"),
        vec![
            (json!(12), Some(1200)),
            (json!(12.34), Some(1234)),
            (json!("12.345"), Some(1235)),
            (json!(0.145), Some(15)),
            (json!("-.5"), Some(-50)),
            (json!("1e2"), Some(10_000)),
            (json!("inf"), None),
            (json!("NaN"), None),
            (json!("1e300"), None),
            (json!("12,5"), None),
            (json!(false), None),
        ],
    );
}

#[test]
fn booleans_are_read_generously() {
    check(
        |input| input.boolean("x"),
        vec![
            (json!(true), Some(true)),
            (json!("TRUE"), Some(true)),
            (json!("1"), Some(true)),
            (json!(1), Some(true)),
            (json!(false), Some(false)),
            (json!("False"), Some(false)),
            (json!("0"), Some(false)),
            (json!(0), Some(false)),
            (json!("yes"), None),
            (json!(2), None),
            (json!(""), None),
            (json!([]), None),
        ],
    );
}

#[test]
fn text_is_trimmed_and_has_a_length() {
    check(
        |input| input.text("x", 3),
        vec![
            (json!(" äöü "), Some("äöü".to_owned())),
            (json!(""), Some(String::new())),
            (json!("abcd"), None),
            (json!("a\u{0}"), None),
            (json!(123), None),
            (json!(["a"]), None),
        ],
    );
    check(
        |input| input.url("x"),
        vec![
            (
                json!("https://a.example/b?c"),
                Some("https://a.example/b?c".to_owned()),
            ),
            (json!("http://[::1]:80"), Some("http://[::1]:80".to_owned())),
            (json!("ftp://a.example"), None),
            (json!("a.example"), None),
            (json!(""), None),
            (
                json!(format!("https://a.example/{}", "x".repeat(2048))),
                None,
            ),
        ],
    );
}

#[test]
fn dates_moments_and_words_are_read_as_the_contract_says() {
    let date = base::time::parse_date("2024-03-18");
    check(
        |input| input.date("x"),
        vec![
            (json!("2024-03-18"), date),
            (json!("2024-02-30"), None),
            (json!(20_240_318), None),
        ],
    );
    check(
        |input| input.moment("x"),
        vec![
            (
                json!("2024-03-18T10:00:00.9+01:00"),
                WallTime::parse("2024-03-18T09:00:00Z"),
            ),
            (json!("2024-03-18"), WallTime::parse("2024-03-18T00:00:00Z")),
            (json!("noon"), None),
        ],
    );
    check(
        |input| input.one_of("x", &["leader"]),
        vec![
            (json!("leader"), Some("leader")),
            (json!("Leader"), None),
            (json!(1), None),
        ],
    );
}

#[test]
fn lists_are_arrays_or_comma_separated_text_and_name_their_bad_elements() {
    let ids = |input: &mut Inputs<'_>| {
        let ids = input.ids::<Project>("x").value();
        ids.map(|ids| ids.into_iter().map(Id::number).collect::<Vec<_>>())
    };
    for (value, found, problems) in [
        (json!([1, "2", 3.0]), Some(vec![1, 2, 3]), ""),
        (json!("1, 2,3"), Some(vec![1, 2, 3]), ""),
        (json!(7), Some(vec![7]), ""),
        (json!([]), Some(vec![]), ""),
        (json!(""), Some(vec![]), ""),
        (json!(null), None, ""),
        (
            json!([1, "b", 3, null]),
            Some(vec![1, 3]),
            "x[1] invalid, x[3] invalid",
        ),
        (json!({}), None, "x invalid"),
        (json!(true), None, "x invalid"),
    ] {
        let read = read(&json!({ "x": value }), "", ids);
        assert_eq!(read, (found, problems.to_owned()), "{value}");
    }
    let events = read(&json!({ "x": " a , b,," }), "", |input| {
        input.texts("x", 9).value()
    });
    assert_eq!(events.0, Some(vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn absent_null_and_value_are_told_apart() {
    let three = |body: &Value| read(body, "", |input| input.integer("x")).0;
    assert_eq!(three(&json!({})), Given::Absent);
    assert_eq!(three(&json!({ "x": null })), Given::Null);
    assert_eq!(three(&json!({ "x": 1 })), Given::Value(1));
    assert_eq!(Given::Value(1).or_keep(Some(2)), Some(1));
    assert_eq!(Given::<i64>::Null.or_keep(Some(2)), None);
    assert_eq!(Given::<i64>::Absent.or_keep(Some(2)), Some(2));
}

#[test]
fn the_body_wins_over_the_query_and_a_name_over_its_alias() {
    let text = |input: &mut Inputs<'_>| {
        input.alias("name", "title");
        input.text("name", 9).value()
    };
    for (body, query, found) in [
        (json!({ "name": "body" }), "name=query", Some("body")),
        (json!({}), "name=query&name=again", Some("query")),
        (json!({ "name": null }), "name=query", None),
        (
            json!({ "title": "alias", "name": "body" }),
            "",
            Some("body"),
        ),
        (json!({ "title": "alias" }), "", Some("alias")),
        (json!({}), "title=alias", Some("alias")),
    ] {
        assert_eq!(
            read(&body, query, text).0.as_deref(),
            found,
            "{body} {query}"
        );
    }
    let ids = read(&json!({}), "x[]=1&x=2,3", |input| {
        input.ids::<Project>("x").value()
    });
    assert_eq!(ids.0.map(|ids| ids.len()), Some(3));
}

#[test]
fn every_missing_field_is_named_once_and_in_order() {
    let all = |input: &mut Inputs<'_>| {
        input.required_text("name", 9);
        input.required("minutes", |input| input.integer("minutes"));
        input.required("date", |input| input.date("date"));
        input.required_ids::<Project>("ids");
        input.required_url("payload_uri");
        input.required_id::<Project>("project_id");
        input.required("groups", |input| input.ids::<Project>("groups"));
    };
    let body =
        json!({ "name": "  ", "minutes": null, "date": "soon", "ids": [], "payload_uri": "" });
    assert_eq!(
        read(&body, "", all).1,
        "name missing_field, minutes missing_field, date invalid, ids missing_field, \
         payload_uri missing_field, project_id missing_field, groups missing_field"
    );
    let body = json!({ "name": "", "minutes": " ", "date": "", "ids": "", "project_id": "" });
    assert_eq!(
        read(&body, "", all).1,
        "name missing_field, minutes missing_field, date missing_field, ids missing_field, \
         payload_uri missing_field, project_id missing_field, groups missing_field"
    );
    let body = json!({
        "name": "a", "minutes": 1, "date": "2024-03-18", "ids": "1", "groups": [],
        "payload_uri": "https://a.example", "project_id": 7,
    });
    assert_eq!(read(&body, "", all).1, "");
}
