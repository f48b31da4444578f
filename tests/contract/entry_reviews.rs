//! Approving entries and marking them as invoiced (resources/entries.md).
//!
//! Never: who may; that is the table in `isolation`.

use serde_json::{Value, json};

use super::given::{absent, entry, expect, number, project, refused};
use crate::world::World;

async fn shown(world: &World, id: i64) -> Value {
    world.get("ada", &format!("/entries/{id}")).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn approving_locks_an_entry_and_unapproving_opens_it() {
    let world = World::start().await;
    let id = number(&entry(&world, "ben", json!({})).await);
    let path = format!("/entries/{id}");

    let approved = json!({"approved_at": "2024-03-20T10:00:00+01:00"});
    expect(
        world
            .put("lea", &format!("{path}/approved"), approved)
            .await,
        204,
    );

    let locked = shown(&world, id).await;
    assert_eq!(locked["approved_at"], "2024-03-20T09:00:00Z");
    assert_eq!(locked["approved_by"]["id"], json!(world.persona("lea").id));
    let again = world
        .put("ada", &format!("{path}/approved"), json!({}))
        .await;
    refused(&again, &["base:already_approved"]);
    refused(
        &world.put("ben", &path, json!({"minutes": 5})).await,
        &["base:approved_and_locked"],
    );
    refused(
        &world.delete("ben", &path).await,
        &["base:approved_and_locked"],
    );

    expect(
        world
            .put("lea", &format!("{path}/unapproved"), json!({}))
            .await,
        204,
    );
    let open = shown(&world, id).await;
    assert_eq!(
        (&open["approved_at"], &open["approved_by"]),
        (&Value::Null, &Value::Null)
    );
    expect(
        world
            .put("lea", &format!("{path}/unapproved"), json!({}))
            .await,
        204,
    );
    expect(world.put("ben", &path, json!({"minutes": 5})).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_of_nothing_or_at_no_time_is_refused() {
    let world = World::start().await;
    let id = number(&entry(&world, "ben", json!({})).await);
    let never = json!({"approved_at": "x"});
    let bad = world
        .put("lea", &format!("/entries/{id}/approved"), never)
        .await;
    refused(&bad, &["approved_at:invalid"]);
    for action in ["approved", "unapproved"] {
        let path = format!("/entries/999999/{action}");
        absent(&world.put("lea", &path, json!({})).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_are_reviewed_at_once_and_those_that_cannot_be_are_skipped() {
    let world = World::start().await;
    let beacon = project(&world, "Beacon").await;
    let plain = number(&entry(&world, "ben", json!({})).await);
    let done = number(&entry(&world, "ben", json!({})).await);
    let stuck = number(&entry(&world, "ben", json!({"project_id": beacon})).await);
    world
        .put("ada", &format!("/entries/{done}/approved"), json!({}))
        .await;
    world
        .put("ada", &format!("/projects/{beacon}/archive"), json!({}))
        .await;
    let before = (shown(&world, done).await, shown(&world, stuck).await);

    let all =
        json!({"entry_ids": [plain, done, stuck, 999_999, plain], "approved_at": "2024-03-20"});
    expect(world.put("lea", "/entries/approved", all).await, 204);

    assert_eq!(
        shown(&world, plain).await["approved_at"],
        "2024-03-20T00:00:00Z"
    );
    assert_eq!(
        (shown(&world, done).await, shown(&world, stuck).await),
        before
    );
    let all = json!({"entry_ids": format!("{plain},{done}")});
    expect(world.put("lea", "/entries/unapproved", all).await, 204);
    assert_eq!(shown(&world, plain).await["approved_at"], Value::Null);
    assert_eq!(shown(&world, done).await["approved_at"], Value::Null);
    for path in ["/entries/approved", "/entries/unapproved"] {
        for input in [json!({}), json!({"entry_ids": []})] {
            refused(
                &world.put("lea", path, input).await,
                &["entry_ids:missing_field"],
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_an_archived_project_are_not_reviewed() {
    let world = World::start().await;
    let plain = number(&entry(&world, "ben", json!({"project_id": world.atlas})).await);
    let done = number(&entry(&world, "ben", json!({"project_id": world.atlas})).await);
    expect(
        world
            .put("ada", &format!("/entries/{done}/approved"), json!({}))
            .await,
        204,
    );
    world
        .put(
            "ada",
            &format!("/projects/{}/archive", world.atlas),
            json!({}),
        )
        .await;
    for path in [
        format!("/entries/{plain}/approved"),
        format!("/entries/{done}/unapproved"),
    ] {
        refused(
            &world.put("ada", &path, json!({})).await,
            &["base:archived_project"],
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn marking_as_invoiced_needs_a_date_and_changes_it_later() {
    let world = World::start().await;
    let id = number(&entry(&world, "ben", json!({"project_id": world.atlas})).await);
    for (word, date) in [
        ("marked_as_invoiced", "2024-03-20"),
        ("mark_as_invoiced", "2024-03-21"),
        ("invoiced_outside_of_freckle", "2024-03-22"),
    ] {
        let path = format!("/entries/{id}/{word}");
        refused(
            &world.put("lea", &path, json!({})).await,
            &["date:missing_field"],
        );
        expect(world.put("lea", &path, json!({"date": date})).await, 204);
        let marked = shown(&world, id).await;
        assert_eq!(marked["invoiced_at"], json!(format!("{date}T00:00:00Z")));
        assert_eq!(marked["invoice"], Value::Null);
    }
    let project = world
        .get("ada", &format!("/projects/{}", world.atlas))
        .await
        .json();
    assert_eq!(
        (&project["invoiced_minutes"], &project["uninvoiced_minutes"]),
        (&json!(15), &json!(0))
    );
    // Marked outside, it may still be edited.
    expect(
        world
            .put(
                "ben",
                &format!("/entries/{id}"),
                json!({"description": "x"}),
            )
            .await,
        200,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn several_are_marked_as_invoiced_at_once() {
    let world = World::start().await;
    let ids = [
        number(&entry(&world, "ben", json!({})).await),
        number(&entry(&world, "ada", json!({})).await),
    ];
    for (path, date) in [
        ("/entries/marked_as_invoiced", "2024-03-20"),
        ("/entries/mark_as_invoiced", "2024-03-21"),
    ] {
        let input = json!({"entry_ids": [ids[0], ids[1], 999_999], "date": date});
        expect(world.put("lea", path, input).await, 204);
        for id in ids {
            let invoiced = shown(&world, id).await["invoiced_at"].clone();
            assert_eq!(invoiced, json!(format!("{date}T00:00:00Z")));
        }
        let answer = world.put("lea", path, json!({})).await;
        refused(&answer, &["entry_ids:missing_field", "date:missing_field"]);
    }
}
