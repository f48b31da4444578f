//! How inputs may be written, and what null and empty mean (README §2).
//!
//! Never: what one resource does with them.

use serde_json::{Value, json};

use super::given::{expect, number, project, refused};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn whole_numbers_come_as_numbers_or_digits() {
    let world = World::start().await;
    let minutes = |value: Value| json!({"date": "2024-03-18", "minutes": value});
    for value in [
        json!(30),
        json!(30.0),
        json!(3e1),
        json!("30"),
        json!(" 30 "),
    ] {
        let made = expect(world.post("ada", "/entries", minutes(value)).await, 201).json();
        assert_eq!(made["minutes"].to_string(), "30", "without a fraction");
    }
    for value in [
        json!(30.5),
        json!("30.5"),
        json!("x"),
        json!(true),
        json!([30]),
        json!({}),
    ] {
        let answer = world.post("ada", "/entries", minutes(value.clone())).await;
        assert_eq!(answer.problems(), ["minutes:invalid"], "{value}");
    }
    for value in [json!(""), Value::Null] {
        let answer = world.post("ada", "/entries", minutes(value.clone())).await;
        assert_eq!(answer.status, 400, "{value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn truths_come_in_many_words() {
    let world = World::start().await;
    let path = format!("/projects/{}", world.atlas);
    for (value, expected) in [
        (json!(false), false),
        (json!("TRUE"), true),
        (json!("False"), false),
        (json!(1), true),
        (json!("0"), false),
        (json!("1"), true),
        (json!(0), false),
        (json!(true), true),
    ] {
        let edited = world.put("ada", &path, json!({"billable": value})).await;
        assert_eq!(
            expect(edited, 200).json()["billable"],
            json!(expected),
            "{value}"
        );
    }
    for value in [json!("yes"), json!(2), json!([true])] {
        let answer = world.put("ada", &path, json!({"billable": value})).await;
        refused(&answer, &["billable:invalid"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_as_arrays_or_with_commas() {
    let world = World::start().await;
    let mut projects = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        projects.push(project(&world, name).await);
    }
    for value in [
        json!([projects[0]]),
        json!(projects[1].to_string()),
        json!(format!("{}, {}", projects[2], projects[3])),
        json!([projects[4].to_string()]),
    ] {
        expect(
            world
                .put("ada", "/projects/delete", json!({"project_ids": value}))
                .await,
            204,
        );
    }
    assert_eq!(
        super::given::ids(&world, "ada", "/projects").await,
        [world.atlas]
    );

    let made = world
        .post("ada", "/tags", json!({"names": "one, two ,three"}))
        .await;
    let names: Vec<_> = made
        .json()
        .as_array()
        .expect("tags")
        .iter()
        .map(|it| it["name"].clone())
        .collect();
    assert_eq!(names, [json!("one"), json!("two"), json!("three")]);

    for value in [json!([1, "x"]), json!("1,x")] {
        let answer = world
            .put("ada", "/projects/delete", json!({"project_ids": value}))
            .await;
        refused(&answer, &["project_ids[1]:invalid"]);
    }
    for value in [json!([]), json!(""), Value::Null] {
        let answer = world
            .put("ada", "/projects/delete", json!({"project_ids": value}))
            .await;
        refused(&answer, &["project_ids:missing_field"]);
    }
    let answer = world.put(
        "ada",
        "/projects/delete?project_ids[]=7&project_ids[]=x",
        json!({}),
    );
    refused(&answer.await, &["project_ids[1]:invalid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn strings_are_trimmed_and_an_empty_required_one_is_missing() {
    let world = World::start().await;
    let made = world
        .post("ada", "/projects", json!({"name": " \tBeacon\n"}))
        .await;
    assert_eq!(expect(made, 201).json()["name"], "Beacon");
    for name in [json!(""), json!("   "), Value::Null] {
        refused(
            &world.post("ada", "/projects", json!({"name": name})).await,
            &["name:missing_field"],
        );
    }
    refused(
        &world.post("ada", "/projects", json!({"name": 7})).await,
        &["name:invalid"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn null_clears_what_can_be_empty_and_is_absent_elsewhere() {
    let world = World::start().await;
    let made = json!({"name": "Beacon", "description": "words", "budgeted_minutes": 60});
    let made = world.post("ada", "/projects", made).await.json();
    let path = format!("/projects/{}", number(&made));
    let nulls = json!({"name": null, "color": null, "billable": null, "billing_increment": null,
        "description": null, "budgeted_minutes": null});
    let edited = expect(world.put("ada", &path, nulls).await, 200).json();
    for kept in ["name", "color", "billable", "billing_increment"] {
        assert_eq!(edited[kept], made[kept], "{kept}");
    }
    assert_eq!(
        (&edited["description"], &edited["budgeted_minutes"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn moments_are_converted_to_utc_and_cut_to_seconds() {
    let world = World::start().await;
    for (given, shown) in [
        ("2024-03-18T09:30:00Z", "2024-03-18T09:30:00Z"),
        ("2024-03-18T10:30:00+02:00", "2024-03-18T08:30:00Z"),
        ("2024-03-18T09:30:00.987654Z", "2024-03-18T09:30:00Z"),
        ("2024-03-18", "2024-03-18T00:00:00Z"),
    ] {
        let entry = super::given::entry(&world, "ada", json!({})).await;
        let path = format!("/entries/{}", entry["id"]);
        let input = json!({"approved_at": given});
        expect(
            world.put("ada", &format!("{path}/approved"), input).await,
            204,
        );
        assert_eq!(
            world.get("ada", &path).await.json()["approved_at"],
            shown,
            "{given}"
        );
    }
    for date in [
        "2024-02-30",
        "18.03.2024",
        "2024-3-18",
        "x",
        "2024-03-18T09:00:00Z",
    ] {
        let answer = world
            .post("ada", "/entries", json!({"date": date, "minutes": 1}))
            .await;
        refused(&answer, &["date:invalid"]);
    }
}
