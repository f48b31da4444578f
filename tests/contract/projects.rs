//! Projects (resources/projects.md).
//!
//! Never: timers on them; that is `timers`.

use serde_json::{Value, json};

use super::given::{absent, column, entry, expect, ids, number, project, refused};
use crate::world::{Options, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_project_needs_a_name_and_has_defaults_for_the_rest() {
    let world = World::start().await;
    refused(
        &world.post("ada", "/projects", json!({})).await,
        &["name:missing_field"],
    );
    let made = expect(
        world
            .post("lea", "/projects", json!({"name": "Beacon"}))
            .await,
        201,
    )
    .json();
    for (field, expected) in [
        ("name", json!("Beacon")),
        ("billable", json!(true)),
        ("enabled", json!(true)),
        ("billing_increment", json!(15)),
        ("group", Value::Null),
        ("import", Value::Null),
        ("description", Value::Null),
        ("budgeted_minutes", Value::Null),
        ("remaining_minutes", Value::Null),
        ("minutes", json!(0)),
        ("entries", json!(0)),
        ("participants", json!([])),
        ("invoices", json!([])),
    ] {
        assert_eq!(made[field], expected, "{field}");
    }
    let path = format!("/projects/{}", made["id"]);
    assert_eq!(expect(world.get("ada", &path).await, 200).json(), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn inputs_are_kept_in_their_one_form() {
    let world = World::start().await;
    let wish = json!({"name": "Beacon", "billable": false, "billing_increment": "6",
        "color": "ABC", "description": "Light", "budgeted_minutes": 600});
    let made = expect(world.post("ada", "/projects", wish).await, 201).json();
    assert_eq!(
        (&made["color"], &made["billing_increment"]),
        (&json!("#aabbcc"), &json!(6))
    );
    assert_eq!(
        (&made["budgeted_minutes"], &made["remaining_minutes"]),
        (&json!(600), &json!(600))
    );
    for (number, increment) in [1, 5, 6, 10, 15, 20, 30, 60].into_iter().enumerate() {
        let wish = json!({"name": format!("P{number}"), "billing_increment": increment});
        expect(world.post("ada", "/projects", wish).await, 201);
    }
    for (input, problem) in [
        (json!({"billing_increment": 7}), "billing_increment:invalid"),
        (json!({"billing_increment": 0}), "billing_increment:invalid"),
        (json!({"color": "#12"}), "color:invalid"),
        (json!({"color": "green"}), "color:invalid"),
        (json!({"budgeted_minutes": -1}), "budgeted_minutes:invalid"),
        (
            json!({"project_group_id": 999_999}),
            "project_group_id:missing",
        ),
        (json!({"billable": "maybe"}), "billable:invalid"),
        (json!({"name": "BEACON"}), "name:already_exists"),
    ] {
        let mut wish = json!({"name": "Fresh"});
        wish.as_object_mut()
            .expect("an object")
            .extend(input.as_object().expect("an object").clone());
        refused(&world.post("ada", "/projects", wish).await, &[problem]);
        let path = format!("/projects/{}", world.atlas);
        refused(&world.put("ada", &path, input).await, &[problem]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_taken_even_by_an_archived_project_and_free_for_the_project_itself() {
    let world = World::start().await;
    entry(&world, "ada", json!({"project_id": world.atlas})).await;
    let path = format!("/projects/{}", world.atlas);
    let renamed = expect(world.put("ada", &path, json!({"name": "ATLAS"})).await, 200).json();
    assert_eq!(renamed["name"], "ATLAS");
    expect(
        world
            .put("ada", &format!("{path}/archive"), json!({}))
            .await,
        204,
    );
    refused(
        &world
            .post("ada", "/projects", json!({"name": "atlas"}))
            .await,
        &["name:already_exists"],
    );
    refused(
        &world.put("ada", &path, json!({"name": "New"})).await,
        &["base:archived_project"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_follow_the_entries() {
    let world = World::start().await;
    let path = format!("/projects/{}", world.atlas);
    world
        .put("ada", &path, json!({"budgeted_minutes": 60}))
        .await;
    let on = |more: Value| {
        let mut input = json!({"project_id": world.atlas});
        input
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        input
    };
    entry(
        &world,
        "ben",
        on(json!({"minutes": 30, "description": "#free*"})),
    )
    .await;
    let paid = entry(&world, "ada", on(json!({"minutes": 45}))).await;
    entry(&world, "ben", on(json!({"minutes": 30}))).await;
    let invoiced = format!("/entries/{}/marked_as_invoiced", paid["id"]);
    world
        .put("ada", &invoiced, json!({"date": "2024-04-01"}))
        .await;

    let shown = world.get("ada", &path).await.json();
    for (field, expected) in [
        ("minutes", 105),
        ("billable_minutes", 75),
        ("unbillable_minutes", 30),
        ("invoiced_minutes", 45),
        ("uninvoiced_minutes", 30),
        ("remaining_minutes", -15),
        ("entries", 3),
    ] {
        assert_eq!(shown[field], json!(expected), "{field}");
    }
    let people: Vec<_> = shown["participants"]
        .as_array()
        .expect("people")
        .iter()
        .map(number)
        .collect();
    let mut expected = [world.persona("ada").id, world.persona("ben").id];
    expected.sort_unstable();
    assert_eq!(people, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_no_longer_billable_takes_its_entries_with_it_but_not_invoiced_ones() {
    let world = World::start().await;
    let path = format!("/projects/{}", world.atlas);
    let on = |minutes: i64| json!({"project_id": world.atlas, "minutes": minutes});
    let paid = entry(&world, "ada", on(45)).await;
    entry(&world, "ben", on(30)).await;
    let invoiced = format!("/entries/{}/marked_as_invoiced", paid["id"]);
    world
        .put("ada", &invoiced, json!({"date": "2024-04-01"}))
        .await;

    let edited = world.put("ada", &path, json!({"billable": false})).await;

    let edited = expect(edited, 200).json();
    assert_eq!(edited["billable_minutes"], json!(45));
    assert_eq!(edited["unbillable_minutes"], json!(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn coworkers_and_contractors_see_no_budget() {
    let world = World::start().await;
    let path = format!("/projects/{}", world.atlas);
    world
        .put("ada", &path, json!({"budgeted_minutes": 60}))
        .await;
    for (who, expected) in [
        ("ada", json!(60)),
        ("lea", json!(60)),
        ("ben", Value::Null),
        ("cleo", Value::Null),
    ] {
        let shown = world.get(who, &path).await.json();
        assert_eq!(shown["budgeted_minutes"], expected, "{who}");
        assert_eq!(shown["remaining_minutes"], expected, "{who}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn latest_activity_comes_first() {
    let world = World::start().await;
    let (beacon, cove) = (
        project(&world, "Beacon").await,
        project(&world, "Cove").await,
    );
    assert_eq!(
        ids(&world, "ada", "/projects").await,
        [cove, beacon, world.atlas]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn projects_are_filtered() {
    let world = World::start().await;
    let wish = json!({"name": "Beacon", "billable": false, "billing_increment": 60});
    expect(world.post("ada", "/projects", wish).await, 201);
    entry(&world, "ada", json!({"project_id": world.atlas})).await;
    world
        .put(
            "ada",
            &format!("/projects/{}/archive", world.atlas),
            json!({}),
        )
        .await;
    for (query, expected) in [
        ("", vec!["Atlas", "Beacon"]),
        ("?name=LAS", vec!["Atlas"]),
        ("?enabled=true", vec!["Beacon"]),
        ("?enabled=false", vec!["Atlas"]),
        ("?billable=false", vec!["Beacon"]),
        ("?billing_increment=60", vec!["Beacon"]),
        ("?billing_increment=15,60", vec!["Atlas", "Beacon"]),
        ("?billing_increment=30", vec![]),
        ("?project_group_ids=1", vec![]),
    ] {
        let mut found = column(&world, "ada", &format!("/projects{query}"), "name").await;
        found.sort();
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_project_is_deleted_and_a_used_one_is_archived() {
    let world = World::start().await;
    let beacon = project(&world, "Beacon").await;
    let path = format!("/projects/{beacon}");
    refused(
        &world
            .put("ada", &format!("{path}/archive"), json!({}))
            .await,
        &["base:deletable"],
    );
    expect(
        world
            .put("ada", &format!("{path}/unarchive"), json!({}))
            .await,
        204,
    );
    expect(world.delete("ada", &path).await, 204);
    absent(&world.get("ada", &path).await);

    let path = format!("/projects/{}", world.atlas);
    entry(&world, "ada", json!({"project_id": world.atlas})).await;
    refused(&world.delete("ada", &path).await, &["base:not_deletable"]);
    for _ in 0..2 {
        expect(
            world
                .put("ada", &format!("{path}/archive"), json!({}))
                .await,
            204,
        );
        assert_eq!(
            world.get("ada", &path).await.json()["enabled"],
            json!(false)
        );
    }
    let answer = world.delete("ada", &path).await;
    assert!(
        answer
            .problems()
            .contains(&"base:archived_project".to_owned())
    );
    for _ in 0..2 {
        expect(
            world
                .put("ada", &format!("{path}/unarchive"), json!({}))
                .await,
            204,
        );
        assert_eq!(world.get("ada", &path).await.json()["enabled"], json!(true));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_are_changed_at_once_and_those_that_cannot_be_are_skipped() {
    let world = World::start().await;
    let (empty, other) = (
        project(&world, "Empty").await,
        project(&world, "Other").await,
    );
    entry(&world, "ada", json!({"project_id": world.atlas})).await;
    let all = || json!({"project_ids": [world.atlas, empty, 999_999]});
    let enabled = |expected: [bool; 2]| {
        let world = &world;
        async move {
            for (project, expected) in [world.atlas, empty].into_iter().zip(expected) {
                let shown = world
                    .get("ada", &format!("/projects/{project}"))
                    .await
                    .json();
                assert_eq!(shown["enabled"], json!(expected));
            }
        }
    };
    expect(world.put("ada", "/projects/archive", all()).await, 204);
    enabled([false, true]).await;
    expect(world.put("ada", "/projects/unarchive", all()).await, 204);
    enabled([true, true]).await;
    expect(world.put("ada", "/projects/delete", all()).await, 204);
    let mut left = ids(&world, "ada", "/projects").await;
    left.sort_unstable();
    assert_eq!(left, [world.atlas, other]);
    for action in ["archive", "unarchive", "delete"] {
        let answer = world
            .put("ada", &format!("/projects/{action}"), json!({}))
            .await;
        refused(&answer, &["project_ids:missing_field"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_no_more_projects_than_it_may() {
    let mut options = Options::default();
    options.server.project_limit = Some(2);
    let world = World::start_with(options).await;
    project(&world, "Beacon").await;
    let answer = world
        .post("ada", "/projects", json!({"name": "Cove"}))
        .await;
    refused(&answer, &["base:reached_project_limit"]);
    assert_eq!(
        world
            .post("dora", "/projects", json!({"name": "Pit"}))
            .await
            .status,
        201
    );
}
