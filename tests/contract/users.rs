//! Users (resources/users.md).
//!
//! Never: who may; that is the table in `isolation`.

use serde_json::{Value, json};

use super::given::{absent, column, entry, expect, ids, number, project, refused};
use crate::ask::id_of;
use crate::world::{Options, World};

async fn invite(world: &World, input: Value) -> i64 {
    id_of(&expect(world.post("ada", "/users", input).await, 201))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_user_is_pending_and_a_leader_by_default() {
    let world = World::start().await;
    let invited = world
        .post("ada", "/users", json!({"email": "eve@harbour.example"}))
        .await;
    let eve = expect(invited, 201).json();
    for (field, expected) in [
        ("email", json!("eve@harbour.example")),
        ("first_name", json!("")),
        ("last_name", json!("")),
        ("state", json!("pending")),
        ("role", json!("leader")),
        ("entries", json!(0)),
        ("teams", json!([])),
    ] {
        assert_eq!(eve[field], expected, "{field}");
    }
    let fay = json!({"email": "fay@harbour.example", "first_name": "Fay", "role": "contractor"});
    let fay = expect(world.post("ada", "/users", fay).await, 201).json();
    assert_eq!(
        (&fay["first_name"], &fay["role"]),
        (&json!("Fay"), &json!("contractor"))
    );
    for (input, problem) in [
        (json!({}), "email:missing_field"),
        (json!({"email": "no address"}), "email:invalid"),
        (
            json!({"email": "EVE@harbour.example"}),
            "email:already_exists",
        ),
        (
            json!({"email": "gus@harbour.example", "role": "boss"}),
            "role:invalid",
        ),
    ] {
        refused(&world.post("ada", "/users", input).await, &[problem]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_come_oldest_first_and_are_filtered() {
    let world = World::start().await;
    let eve = json!({"email": "eve@other.example", "first_name": "Eve", "last_name": "Stone"});
    let eve = invite(&world, eve).await;
    let (ada, lea, ben, cleo) = (
        world.persona("ada").id,
        world.persona("lea").id,
        world.persona("ben").id,
        world.persona("cleo").id,
    );
    for (query, expected) in [
        ("", vec![ada, lea, ben, cleo, eve]),
        ("?name=EVE", vec![eve]),
        ("?name=eve+sto", vec![eve]),
        ("?name=example", vec![ada, lea, ben, cleo]),
        ("?email=@OTHER", vec![eve]),
        ("?role=leader", vec![lea, eve]),
        ("?state=pending", vec![eve]),
        ("?state=active&role=coworker", vec![ben]),
        ("?state=disabled", vec![]),
        ("?per_page=2&page=3", vec![eve]),
    ] {
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(
            ids(&world, "ada", &format!("/users{query}")).await,
            expected,
            "{query}"
        );
    }
    assert_eq!(
        ids(&world, "cleo", "/users").await,
        [cleo],
        "contractors see themselves"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_edited_but_not_their_address_and_not_the_owner() {
    let world = World::start().await;
    let path = format!("/users/{}", world.persona("ben").id);
    let before = world.get("ada", &path).await.json();
    let wish = json!({"first_name": "Benno", "role": "leader", "email": "x@y.example", "state": "disabled"});
    let edited = expect(world.put("ada", &path, wish).await, 200).json();
    assert_eq!(
        (&edited["first_name"], &edited["role"]),
        (&json!("Benno"), &json!("leader"))
    );
    assert_eq!(
        (&edited["email"], &edited["state"]),
        (&before["email"], &before["state"])
    );
    let same = expect(world.put("ada", &path, json!({})).await, 200).json();
    assert_eq!(same, edited);
    refused(
        &world.put("ada", &path, json!({"role": "boss"})).await,
        &["role:invalid"],
    );

    let own = format!("/users/{}", world.persona("ada").id);
    refused(
        &world.put("ada", &own, json!({"role": "leader"})).await,
        &["role:authenticated_user"],
    );
    expect(
        world.put("ada", &path, json!({"role": "supervisor"})).await,
        200,
    );
    let answer = world.put("ben", &own, json!({"role": "leader"})).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.problems()[0].ends_with(":account_owner"),
        "{:?}",
        answer.problems()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn deactivating_is_for_those_with_entries_and_activating_undoes_it() {
    let world = World::start().await;
    let path = format!("/users/{}", world.persona("ben").id);
    let deactivate = format!("{path}/deactivate");
    refused(
        &world.put("ada", &deactivate, json!({})).await,
        &["base:deletable"],
    );
    refused(
        &world
            .put("ada", &format!("{path}/activate"), json!({}))
            .await,
        &["base:not_deactivated"],
    );
    entry(&world, "ben", json!({})).await;
    world
        .put(
            "ben",
            &format!("/projects/{}/timer/start", world.atlas),
            json!({}),
        )
        .await;

    for _ in 0..2 {
        expect(world.put("ada", &deactivate, json!({})).await, 204);
    }

    assert_eq!(world.get("ada", &path).await.json()["state"], "disabled");
    let renamed = world.put("ada", &path, json!({"first_name": "x"})).await;
    refused(&renamed, &["base:deactivated"]);
    expect(
        world
            .put("ada", &format!("{path}/activate"), json!({}))
            .await,
        204,
    );
    assert_eq!(world.get("ada", &path).await.json()["state"], "active");
    absent(
        &world
            .get("ben", &format!("/projects/{}/timer", world.atlas))
            .await,
    );
    let own = format!("/users/{}/deactivate", world.persona("ada").id);
    let answer = world.put("ada", &own, json!({})).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn contractors_see_the_projects_they_were_given() {
    let world = World::start().await;
    let (beacon, cove) = (
        project(&world, "Beacon").await,
        project(&world, "Cove").await,
    );
    let path = format!("/users/{}", world.persona("cleo").id);
    let seen = || async { column(&world, "cleo", "/projects", "name").await.len() };
    let give = format!("{path}/give_access_to_projects");
    refused(
        &world.put("ada", &give, json!({})).await,
        &["project_ids:missing_field"],
    );
    for input in [
        json!({"project_ids": [beacon, 999_999]}),
        json!({"project_ids": beacon.to_string()}),
        json!({"projects": [beacon, cove]}),
    ] {
        expect(world.put("ada", &give, input).await, 204);
    }
    assert_eq!(seen().await, 3);
    let revoke = format!("{path}/revoke_access_to_projects");
    refused(
        &world.put("ada", &revoke, json!({})).await,
        &["project_ids:missing_field"],
    );
    for _ in 0..2 {
        expect(
            world
                .put("ada", &revoke, json!({"project_ids": [beacon]}))
                .await,
            204,
        );
    }
    assert_eq!(seen().await, 2);
    absent(&world.get("cleo", &format!("/projects/{beacon}")).await);
    for word in [
        "revoke_access_to_all_projects",
        "revoke_access_to_all_process",
    ] {
        expect(
            world.put("ada", &format!("{path}/{word}"), json!({})).await,
            204,
        );
        assert_eq!(seen().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn access_is_no_matter_for_other_roles_and_not_for_oneself() {
    let world = World::start().await;
    let (ben, ada) = (world.persona("ben").id, world.persona("ada").id);
    let ids = || json!({"project_ids": [world.atlas]});
    let to = |user: i64, word: &str| format!("/users/{user}/{word}");
    expect(
        world
            .put("ada", &to(ben, "give_access_to_projects"), ids())
            .await,
        204,
    );
    for word in ["revoke_access_to_projects", "revoke_access_to_all_projects"] {
        let answer = world.put("ada", &to(ben, word), ids()).await;
        refused(&answer, &["base:can_access_all_projects"]);
    }
    let answer = world
        .put("ada", &to(ada, "give_access_to_projects"), ids())
        .await;
    refused(&answer, &["base:authenticated_user"]);
    entry(&world, "ben", json!({})).await;
    world.put("ada", &to(ben, "deactivate"), json!({})).await;
    let answer = world
        .put("ada", &to(ben, "give_access_to_projects"), ids())
        .await;
    refused(&answer, &["base:deactivated"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_counts_and_lists_their_entries() {
    let world = World::start().await;
    let made = number(&entry(&world, "ben", json!({})).await);
    let path = format!("/users/{}", world.persona("ben").id);
    assert_eq!(world.get("lea", &path).await.json()["entries"], 1);
    assert_eq!(ids(&world, "lea", &format!("{path}/entries")).await, [made]);
    absent(&world.get("lea", "/users/999999/entries").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_no_more_users_than_it_may() {
    let mut options = Options::default();
    options.server.user_limit = Some(5);
    let world = World::start_with(options).await;
    invite(&world, json!({"email": "eve@harbour.example"})).await;
    let answer = world
        .post("ada", "/users", json!({"email": "fay@harbour.example"}))
        .await;
    refused(&answer, &["base:reached_user_limit"]);
    entry(&world, "ben", json!({})).await;
    let ben = format!("/users/{}", world.persona("ben").id);
    expect(
        world
            .put("ada", &format!("{ben}/deactivate"), json!({}))
            .await,
        204,
    );
    invite(&world, json!({"email": "fay@harbour.example"})).await;
    let answer = world
        .put("ada", &format!("{ben}/activate"), json!({}))
        .await;
    refused(&answer, &["base:reached_user_limit"]);
}
