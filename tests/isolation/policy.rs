//! Every role on every route does what the table of the contract says.
//!
//! Never: a route without a row.

use std::collections::BTreeSet;

use base::Role;
use serde_json::json;
use server::http::Route;

use super::ground::{Ground, HARBOUR};
use super::matrix::ROWS;
use super::prepare::{Scene, prepare};
use super::{dump, routes};
use crate::world::{Options, World};

fn route(name: &str) -> Route {
    let found = routes::all()
        .into_iter()
        .find(|route| routes::name(route) == name);
    found.unwrap_or_else(|| panic!("{name} is no route any more"))
}

#[test]
fn every_route_has_a_row() {
    let rows: BTreeSet<String> = ROWS
        .iter()
        .flat_map(|rows| rows.iter())
        .map(|(name, ..)| (*name).to_owned())
        .collect();
    let routes: BTreeSet<String> = routes::all().iter().map(routes::name).collect();
    assert_eq!(rows, routes);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_does_what_the_contract_says_and_a_refusal_writes_nothing() {
    let ground = Ground::lay().await;
    let foreign = dump::of_account(&ground.world, ground.world.persona("dora").account);
    let mut wrong = Vec::new();

    for (name, scene, expected) in ROWS.iter().flat_map(|rows| rows.iter()) {
        let route = route(name);
        for (who, expected) in HARBOUR.into_iter().zip(expected) {
            let prepared = prepare(&ground, *scene, who, &route).await;
            let answer = ground
                .call(who, route.method.as_str(), &prepared.path, &prepared.body)
                .await;
            if answer.status != *expected {
                let said = String::from_utf8_lossy(&answer.body).into_owned();
                wrong.push(format!("{who} {name} {scene:?}: {} {said}", answer.status));
            }
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
    let after = dump::of_account(&ground.world, ground.world.persona("dora").account);
    assert_eq!(dump::difference(&foreign, &after), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_roles_write_nothing() {
    let ground = Ground::lay().await;
    for (name, scene, expected) in ROWS.iter().flat_map(|rows| rows.iter()) {
        // Webhooks just made are still told of; the other scenes are at rest.
        let is_quiet = !matches!(scene, Scene::OwnWebhook | Scene::OthersWebhook);
        let route = route(name);
        for (who, expected) in HARBOUR.into_iter().zip(expected) {
            if is_quiet && *expected >= 400 {
                let prepared = prepare(&ground, *scene, who, &route).await;
                let before = dump::whole(&ground.world);
                ground
                    .call(who, route.method.as_str(), &prepared.path, &prepared.body)
                    .await;
                let difference = dump::difference(&before, &dump::whole(&ground.world));
                assert_eq!(difference, Vec::<String>::new(), "{who} {name}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_leaders_give_time_to_others_and_only_users_who_work() {
    let ground = Ground::lay().await;
    let entry = |user: i64| json!({"date": "2024-03-18", "minutes": 5, "user_id": user});
    let (ben, lea) = (ground.own("ben").user, ground.own("lea").user);
    for (who, user, expected) in [
        ("ada", ben, 201),
        ("lea", ben, 201),
        ("ben", ben, 201),
        ("ben", lea, 400),
        ("cleo", ben, 400),
    ] {
        let made = ground.call(who, "POST", "/entries", &entry(user)).await;
        assert_eq!(made.status, expected, "{who}");
        if expected == 400 {
            assert_eq!(
                made.problems(),
                ["user_id:insufficent_permissions"],
                "{who}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_setting_for_webhooks_shuts_out_lower_roles() {
    let mut options = Options::default();
    options.server.webhook_role = Some(Role::Leader);
    let world = World::start_with(options).await;
    for route in routes::all() {
        if !route.path.starts_with("/webhooks") {
            continue;
        }
        let path = route
            .path
            .replace("{payload_id}", super::ground::MISSING_PAYLOAD);
        let path = path.replace("{id}", super::ground::MISSING);
        for (who, is_shut_out) in [
            ("ada", false),
            ("lea", false),
            ("ben", true),
            ("cleo", true),
        ] {
            let answer = world
                .call(who, route.method.as_str(), &path, Some(json!({})))
                .await;
            assert_eq!(
                answer.status == 403,
                is_shut_out,
                "{who} {}",
                routes::name(&route)
            );
        }
    }
}
