//! Lists of entries: their order, their filters, in every place (resources/entries.md).
//!
//! Never: pages; that is `lists`.

use serde_json::json;

use super::given::{entry, expect, ids, number, project};
use crate::world::World;

/// Entries of ada and ben, from the newest date to the oldest.
struct Shelf {
    world: World,
    beacon: i64,
    /// By ada, 2024-03-20, on atlas, `#sea #land`.
    first: i64,
    /// By ben, 2024-03-19, on beacon, `#sea`; approved and invoiced.
    second: i64,
    /// By ben, 2024-03-18, without a project, `#air*`.
    third: i64,
}

async fn shelf() -> Shelf {
    let world = World::start().await;
    let beacon = project(&world, "Beacon").await;
    let first = json!({"date": "2024-03-20", "project_id": world.atlas,
        "description": "Harbour WALL #sea #land"});
    let first = number(&entry(&world, "ada", first).await);
    let third = json!({"date": "2024-03-18", "description": "Sky #air*"});
    let third = number(&entry(&world, "ben", third).await);
    let second = json!({"date": "2024-03-19", "project_id": beacon, "description": "wall #sea"});
    let second = number(&entry(&world, "ben", second).await);
    let approved = json!({"approved_at": "2024-04-02T23:30:00Z"});
    expect(
        world
            .put("lea", &format!("/entries/{second}/approved"), approved)
            .await,
        204,
    );
    let invoiced = json!({"date": "2024-04-05"});
    let path = format!("/entries/{second}/marked_as_invoiced");
    expect(world.put("lea", &path, invoiced).await, 204);
    Shelf {
        world,
        beacon,
        first,
        second,
        third,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_date_comes_first_then_the_newest_entry() {
    let world = World::start().await;
    let mut made = Vec::new();
    for date in [
        "2024-03-18",
        "2024-03-20",
        "2024-03-19",
        "2024-03-20",
        "2024-03-18",
    ] {
        made.push(number(&entry(&world, "ada", json!({"date": date})).await));
    }
    let expected = [made[3], made[1], made[2], made[4], made[0]];
    assert_eq!(ids(&world, "ada", "/entries").await, expected);
}

/// Holds what lists of entries find against what they should.
async fn finds(world: &World, cases: Vec<(String, Vec<i64>)>) {
    for (query, expected) in cases {
        let found = ids(world, "ada", &format!("/entries?{query}")).await;
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_find_people_places_and_words() {
    let shelf = shelf().await;
    let Shelf {
        ref world,
        beacon,
        first,
        second,
        third,
    } = shelf;
    let id = |who| world.persona(who).id;
    let (ada, ben, lea, atlas) = (id("ada"), id("ben"), id("lea"), world.atlas);
    let cases = vec![
        (String::new(), vec![first, second, third]),
        (format!("user_ids={ben}"), vec![second, third]),
        (format!("user_ids={ada},{ben}"), vec![first, second, third]),
        ("user_ids=999999".to_owned(), vec![]),
        (format!("project_ids={atlas}"), vec![first]),
        (
            format!("project_ids[]={atlas}&project_ids[]={beacon}"),
            vec![first, second],
        ),
        ("description=WaLl".to_owned(), vec![first, second]),
        ("description=%25".to_owned(), vec![]),
        ("billable=true".to_owned(), vec![first, second]),
        ("billable=false".to_owned(), vec![third]),
        (format!("approved_by_ids={lea},{ada}"), vec![second]),
        (format!("approved_by_ids={ada}"), vec![]),
        ("invoice_ids=1".to_owned(), vec![]),
        ("import_ids=1".to_owned(), vec![]),
        (
            format!("user_ids={ben}&billable=true&description=sea"),
            vec![second],
        ),
    ];
    finds(world, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_bound_dates_and_moments_inclusively() {
    let shelf = shelf().await;
    let Shelf {
        ref world,
        first,
        second,
        third,
        ..
    } = shelf;
    let cases = [
        ("from=2024-03-19", vec![first, second]),
        ("to=2024-03-19", vec![second, third]),
        ("from=2024-03-19&to=2024-03-19", vec![second]),
        ("invoiced=true", vec![second]),
        ("invoiced=0", vec![first, third]),
        (
            "invoiced_at_from=2024-04-05&invoiced_at_to=2024-04-05",
            vec![second],
        ),
        ("invoiced_at_to=2024-04-04", vec![]),
        // A date bound covers the whole day.
        (
            "approved_at_from=2024-04-02&approved_at_to=2024-04-02",
            vec![second],
        ),
        ("approved_at_to=2024-04-01", vec![]),
        ("updated_from=2020-01-01", vec![first, second, third]),
        ("updated_to=2020-01-01T00:00:00Z", vec![]),
    ];
    finds(
        world,
        cases.map(|(query, found)| (query.to_owned(), found)).into(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_all_of_them_or_any_of_them() {
    let shelf = shelf().await;
    let Shelf {
        ref world,
        first,
        second,
        third,
        ..
    } = shelf;
    let tags = world.get("ada", "/tags").await.json();
    let tag = |name: &str| {
        let tags = tags.as_array().expect("a list");
        number(
            tags.iter()
                .find(|it| it["name"] == name)
                .expect("the tag is there"),
        )
    };
    let (sea, land, air) = (tag("sea"), tag("land"), tag("air"));
    for (query, expected) in [
        (format!("tag_ids={sea}"), vec![first, second]),
        (format!("tag_ids={sea},{land}"), vec![first]),
        (
            format!("tag_ids={sea},{land}&tag_filter_type=and"),
            vec![first],
        ),
        (
            format!("tag_ids={land},{air}&tag_filter_type=combination+of"),
            vec![first, third],
        ),
        (format!("tag_ids={land},{air}"), vec![]),
        (format!("tag_ids={sea},999999"), vec![]),
        (
            format!("tag_ids={sea},999999&tag_filter_type=combination%20of"),
            vec![first, second],
        ),
    ] {
        assert_eq!(
            ids(world, "ada", &format!("/entries?{query}")).await,
            expected,
            "{query}"
        );
    }
    assert_eq!(
        ids(world, "ada", &format!("/tags/{sea}/entries")).await,
        [first, second]
    );
    let path = format!("/tags/{sea}/entries?tag_ids={land}");
    assert_eq!(
        ids(world, "ada", &path).await,
        [first],
        "combined with the parent"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nested_lists_combine_the_filters_with_their_parent() {
    let shelf = shelf().await;
    let Shelf {
        ref world,
        beacon,
        first,
        second,
        third,
    } = shelf;
    let ben = world.persona("ben").id;
    for (path, expected) in [
        (format!("/projects/{beacon}/entries"), vec![second]),
        (
            format!("/projects/{beacon}/entries?project_ids={}", world.atlas),
            vec![],
        ),
        (
            format!("/projects/{}/entries?description=wall", world.atlas),
            vec![first],
        ),
        (format!("/users/{ben}/entries"), vec![second, third]),
        (format!("/users/{ben}/entries?invoiced=false"), vec![third]),
        (
            "/current_user/entries?from=2024-03-20".to_owned(),
            vec![first],
        ),
    ] {
        assert_eq!(ids(world, "ada", &path).await, expected, "{path}");
    }
    let page = world
        .get("ada", &format!("/users/{ben}/entries?per_page=1"))
        .await;
    let link = page.header("link").expect("two pages").to_owned();
    assert!(
        link.contains(&format!("{}/users/{ben}/entries?page=2", world.api())),
        "{link}"
    );
}
