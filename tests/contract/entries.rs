//! Entries: creating, editing, deleting, their tags (resources/entries.md).
//!
//! Never: approvals and filters; they have files of their own.

use serde_json::{Value, json};

use super::given::{absent, entry, expect, number, project, refused};
use crate::world::{Options, World};

fn names(entry: &Value) -> Vec<String> {
    let tags = entry["tags"].as_array().expect("tags");
    tags.iter()
        .map(|tag| tag["formatted_name"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_needs_a_date_and_minutes_and_has_defaults_for_the_rest() {
    let world = World::start().await;
    refused(
        &world.post("ben", "/entries", json!({})).await,
        &["date:missing_field", "minutes:missing_field"],
    );
    let made = entry(&world, "ben", json!({"minutes": 7})).await;
    assert_eq!(
        (&made["minutes"], &made["formatted_minutes"]),
        (&json!(7), &json!("00:07"))
    );
    assert_eq!(made["description"], "");
    assert_eq!(made["user"]["id"], json!(world.persona("ben").id));
    for empty in [
        "project",
        "source_url",
        "invoiced_at",
        "invoice",
        "approved_at",
        "approved_by",
    ] {
        assert_eq!(made[empty], Value::Null, "{empty}");
    }
    assert_eq!(
        (&made["tags"], &made["billable"]),
        (&json!([]), &json!(true))
    );
    let path = format!("/entries/{}", made["id"]);
    assert_eq!(expect(world.get("ben", &path).await, 200).json(), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn minutes_are_rounded_up_to_the_increment_of_the_project() {
    let world = World::start().await;
    let atlas = json!(world.atlas);
    for (minutes, expected, formatted) in [
        (0, 0, "00:00"),
        (1, 15, "00:15"),
        (15, 15, "00:15"),
        (16, 30, "00:30"),
        (6_001, 6_015, "100:15"),
    ] {
        let made = entry(
            &world,
            "ada",
            json!({"minutes": minutes, "project_id": atlas}),
        )
        .await;
        assert_eq!(made["minutes"], json!(expected));
        assert_eq!(made["formatted_minutes"], formatted);
    }
    let most = entry(&world, "ada", json!({"minutes": 1_440_000})).await;
    assert_eq!(most["minutes"], json!(1_440_000));
    for minutes in [-1, 1_440_001] {
        let input = json!({"date": "2024-03-18", "minutes": minutes});
        refused(
            &world.post("ada", "/entries", input).await,
            &["minutes:invalid"],
        );
    }

    let free = entry(&world, "ada", json!({"minutes": 7})).await;
    let path = format!("/entries/{}", free["id"]);
    let moved = expect(
        world.put("ada", &path, json!({"project_id": atlas})).await,
        200,
    )
    .json();
    assert_eq!(
        moved["minutes"],
        json!(15),
        "rounded again with the project"
    );
    let edited = expect(world.put("ada", &path, json!({"minutes": 16})).await, 200).json();
    assert_eq!(edited["minutes"], json!(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_keeps_what_is_absent_and_null_clears() {
    let world = World::start().await;
    let full = json!({"minutes": 30, "project_id": world.atlas, "description": "Words #one",
        "source_url": "https://example.test/1"});
    let made = entry(&world, "ben", full).await;
    let path = format!("/entries/{}", made["id"]);
    let same = expect(world.put("ben", &path, json!({})).await, 200).json();
    assert_eq!(same, made, "nothing given, nothing changed");

    let edited = json!({"minutes": null, "project_id": null, "source_url": null});
    let edited = expect(world.put("ben", &path, edited).await, 200).json();
    assert_eq!(edited["minutes"], json!(0));
    assert_eq!(
        (&edited["project"], &edited["source_url"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(edited["description"], "Words #one");
    let dated = world.put("ben", &path, json!({"date": "2024-04-01"})).await;
    assert_eq!(expect(dated, 200).json()["date"], "2024-04-01");
    refused(
        &world.put("ben", &path, json!({"date": "x"})).await,
        &["date:invalid"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_named_by_id_or_found_or_made_by_name() {
    let world = World::start().await;
    let by = |more: Value| {
        let mut input = json!({"date": "2024-03-18", "minutes": 15});
        input
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        input
    };
    let found = entry(&world, "ben", json!({"project_name": "aTLAS"})).await;
    assert_eq!(found["project"]["id"], json!(world.atlas));
    let both = json!({"project_name": "Other", "project_id": world.atlas});
    assert_eq!(entry(&world, "ada", both).await["project"]["name"], "Atlas");
    let made = entry(&world, "lea", json!({"project_name": "Beacon"})).await;
    assert_eq!(
        (&made["project"]["name"], &made["minutes"]),
        (&json!("Beacon"), &json!(15))
    );

    for (who, input, problem) in [
        (
            "ben",
            json!({"project_name": "New"}),
            "project_name:cannot_create_projects",
        ),
        (
            "cleo",
            json!({"project_name": "Beacon"}),
            "project_name:cannot_create_projects",
        ),
        ("ada", json!({"project_id": 999_999}), "project_id:missing"),
        (
            "cleo",
            json!({"project_id": made["project"]["id"]}),
            "project_id:missing",
        ),
    ] {
        refused(&world.post(who, "/entries", by(input)).await, &[problem]);
    }

    let path = format!("/projects/{}/archive", made["project"]["id"]);
    expect(world.put("ada", &path, json!({})).await, 204);
    let archived = by(json!({"project_id": made["project"]["id"]}));
    let answer = world.post("ada", "/entries", archived).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.problems()[0].ends_with(":archived_project"),
        "{:?}",
        answer.problems()
    );
    let old = world
        .put(
            "ada",
            &format!("/entries/{}", made["id"]),
            json!({"minutes": 60}),
        )
        .await;
    refused(&old, &["base:archived_project"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_on_projects_holds_for_entries_too_and_nothing_is_half_made() {
    let mut options = Options::default();
    options.server.project_limit = Some(1);
    let world = World::start_with(options).await;
    let input = json!({"date": "2024-03-18", "minutes": 15, "project_name": "Beacon",
        "description": "#fresh"});
    let answer = world.post("ada", "/entries", input).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.problems()[0].ends_with(":reached_project_limit"),
        "{:?}",
        answer.problems()
    );
    assert_eq!(world.get("ada", "/tags").await.json(), json!([]));
    assert_eq!(world.get("ada", "/entries").await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn hashtags_of_the_description_are_the_tags() {
    let world = World::start().await;
    for (description, expected) in [
        ("#one and #two", vec!["#one", "#two"]),
        ("(#three) #ONE #one", vec!["#three", "#one"]),
        ("#travel* #travel", vec!["#travel*", "#travel"]),
        ("a#no mail@x.test#no # no", vec![]),
        (
            "#dot.name. #r&d, #a/b #c++ #x-y_z-",
            vec!["#dot.name", "#r&d", "#a/b", "#c++", "#x-y_z"],
        ),
        (
            "#caf\u{e9} #\u{65e5}\u{672c}",
            vec!["#caf\u{e9}", "#\u{65e5}\u{672c}"],
        ),
    ] {
        let made = entry(&world, "ben", json!({"description": description})).await;
        assert_eq!(names(&made), expected, "{description}");
        assert_eq!(made["description"], description, "the text stays as typed");
    }
    let made = entry(&world, "ben", json!({"description": "#one #two"})).await;
    let path = format!("/entries/{}", made["id"]);
    let edited = world
        .put("ben", &path, json!({"description": "#two #new"}))
        .await
        .json();
    assert_eq!(names(&edited), ["#two", "#new"]);
    let ignored = json!({"tags": ["x"], "billable": false, "invoice_id": 7});
    assert_eq!(world.put("ben", &path, ignored).await.json(), edited);
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_billable_unless_the_project_or_a_tag_says_no() {
    let world = World::start().await;
    let beacon = project(&world, "Beacon").await;
    world
        .put(
            "ada",
            &format!("/projects/{beacon}"),
            json!({"billable": false}),
        )
        .await;
    for (more, expected) in [
        (json!({}), true),
        (json!({"project_id": world.atlas}), true),
        (json!({"project_id": beacon}), false),
        (json!({"description": "#a #b*"}), false),
        (
            json!({"project_id": world.atlas, "description": "#a"}),
            true,
        ),
    ] {
        assert_eq!(
            entry(&world, "ada", more.clone()).await["billable"],
            json!(expected),
            "{more}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contractors_use_known_tags_only() {
    let world = World::start().await;
    world
        .post("ben", "/tags", json!({"names": ["known"]}))
        .await;
    let with = |words: &str| json!({"date": "2024-03-18", "minutes": 15, "project_id": world.atlas, "description": words});
    expect(world.post("cleo", "/entries", with("#known")).await, 201);
    let answer = world
        .post("cleo", "/entries", with("#known #unheard"))
        .await;
    refused(&answer, &["description:cannot_create_tags"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_given_only_to_users_who_work() {
    let world = World::start().await;
    let ben = world.persona("ben").id;
    entry(&world, "ben", json!({})).await;
    world
        .put("ada", &format!("/users/{ben}/deactivate"), json!({}))
        .await;
    let input = |user: i64| json!({"date": "2024-03-18", "minutes": 15, "user_id": user});
    refused(
        &world.post("ada", "/entries", input(ben)).await,
        &["user_id:deactivated"],
    );
    refused(
        &world.post("ada", "/entries", input(999_999)).await,
        &["user_id:missing"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_deleted_unless_it_is_locked_and_all_reasons_are_listed() {
    let world = World::start().await;
    let made = entry(&world, "ben", json!({})).await;
    let path = format!("/entries/{}", number(&made));
    expect(world.delete("ben", &path).await, 204);
    absent(&world.get("ben", &path).await);
    absent(&world.delete("ben", &path).await);

    let kept = entry(&world, "ben", json!({"project_id": world.atlas})).await;
    let path = format!("/entries/{}", number(&kept));
    world
        .put(
            "ada",
            &format!("{path}/marked_as_invoiced"),
            json!({"date": "2024-03-20"}),
        )
        .await;
    refused(&world.delete("ben", &path).await, &["base:invoiced"]);
    world
        .put("ada", &format!("{path}/approved"), json!({}))
        .await;
    refused(
        &world.delete("ada", &path).await,
        &["base:approved_and_locked", "base:invoiced"],
    );
    world
        .put(
            "ada",
            &format!("/projects/{}/archive", world.atlas),
            json!({}),
        )
        .await;
    let answer = world.delete("ada", &path).await;
    let mut problems = answer.problems();
    problems.sort();
    assert_eq!(
        problems,
        [
            "base:approved_and_locked",
            "base:archived_project",
            "base:invoiced"
        ]
    );
}
