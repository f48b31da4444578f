//! What a request needs to be there: something fresh for each, so that none spoils another.
//!
//! Words: *scene* (what is made before a route is tried).
//! Never: checking anything.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use server::http::Route;

use super::ground::{Ground, Own};
use super::routes;
use crate::ask::id_of;

/// What is there before somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scene {
    /// Nothing but the ground.
    Plain,
    /// A project that was given to everybody; nothing on it.
    Project,
    /// Two of them.
    Projects,
    /// One with an entry.
    UsedProject,
    /// One that contractors were not given, with an entry.
    HiddenProject,
    /// A project on which the asker's timer runs.
    Timer,
    /// An entry of the asker.
    OwnEntry,
    /// An entry of somebody else.
    OthersEntry,
    /// Two tags.
    Tag,
    /// The asker.
    Oneself,
    /// A contractor with an entry.
    Other,
    /// Somebody without entries.
    Newcomer,
    /// A contractor with an entry, deactivated.
    Deactivated,
    /// A webhook of the asker and its delivered ping.
    OwnWebhook,
    /// The same of somebody else.
    OthersWebhook,
    /// A broadcast receiver of the asker.
    OwnReceiver,
    /// The same of somebody else.
    OthersReceiver,
}

/// A request that can be made.
pub(super) struct Prepared {
    pub(super) path: String,
    pub(super) body: Value,
}

/// Sets a scene for somebody of harbour and puts the request together.
pub(super) async fn prepare(ground: &Ground, scene: Scene, who: &str, route: &Route) -> Prepared {
    let serial = ground.serial();
    let mut own = ground.own(who).clone();
    own.ids.extend(set(ground, scene, who, serial).await);
    let words = routes::words(route.path).into_iter();
    let ids: Vec<String> = words
        .map(|word| own.id(routes::kind(route.path, word)))
        .collect();
    let mut body = routes::body(route, &second(&own));
    for (name, value) in [
        ("name", json!(format!("swept{serial}"))),
        ("names", json!([format!("swept{serial}")])),
        ("email", json!(format!("swept{serial}@harbour.example"))),
    ] {
        if body.get(name).is_some() {
            body[name] = value;
        }
    }
    Prepared {
        path: routes::fill(route.path, &ids),
        body,
    }
}

/// What a body names: where a path names a thing too, the body names another.
fn second(own: &Own) -> Own {
    let mut second = own.clone();
    for (kind, other) in [("tag", "other tag"), ("project", "other project")] {
        if let Some(other) = own.ids.get(other) {
            second.ids.insert(kind, other.clone());
        }
    }
    second
}

async fn set(
    ground: &Ground,
    scene: Scene,
    who: &str,
    serial: usize,
) -> BTreeMap<&'static str, String> {
    let other = if who == "ada" { "lea" } else { "ada" };
    match scene {
        Scene::Plain => BTreeMap::new(),
        Scene::Project => of("project", project(ground, serial, true).await),
        Scene::Projects => {
            let other = project(ground, ground.serial(), true).await;
            let mut both = of("project", project(ground, serial, true).await);
            both.extend(of("other project", other));
            both
        }
        Scene::UsedProject | Scene::HiddenProject => {
            let project = project(ground, serial, scene == Scene::UsedProject).await;
            entry(ground, "ada", Some(project)).await;
            of("project", project)
        }
        Scene::Timer => {
            let project = project(ground, serial, true).await;
            let path = format!("/projects/{project}/timer/start");
            assert_eq!(ground.world.put(who, &path, json!({})).await.status, 200);
            of("project", project)
        }
        Scene::OwnEntry => of("entry", entry(ground, who, None).await),
        Scene::OthersEntry => of("entry", entry(ground, other, None).await),
        Scene::Tag => {
            let names = json!({"names": [format!("fresh{serial}"), format!("other{serial}")]});
            let made = ground.world.post("ada", "/tags", names).await.json();
            [
                ("tag", made[0]["id"].to_string()),
                ("other tag", made[1]["id"].to_string()),
            ]
            .into()
        }
        Scene::Oneself => of("user", ground.own(who).user),
        Scene::Newcomer => of("user", newcomer(ground, serial).await),
        Scene::Other => of("user", user(ground, serial).await),
        Scene::Deactivated => {
            let user = user(ground, serial).await;
            let path = format!("/users/{user}/deactivate");
            assert_eq!(ground.world.put("ada", &path, json!({})).await.status, 204);
            of("user", user)
        }
        Scene::OwnWebhook => webhook(ground, who).await,
        Scene::OthersWebhook => webhook(ground, other).await,
        Scene::OwnReceiver => of("receiver", receiver(ground, who).await),
        Scene::OthersReceiver => of("receiver", receiver(ground, other).await),
    }
}

fn of(kind: &'static str, id: i64) -> BTreeMap<&'static str, String> {
    BTreeMap::from([(kind, id.to_string())])
}

async fn project(ground: &Ground, serial: usize, is_given: bool) -> i64 {
    let input = json!({"name": format!("fresh{serial}")});
    let project = id_of(&ground.world.post("ada", "/projects", input).await);
    if is_given {
        let cleo = ground.own("cleo").user;
        let path = format!("/users/{cleo}/give_access_to_projects");
        ground
            .world
            .put("ada", &path, json!({"project_ids": [project]}))
            .await;
    }
    project
}

async fn entry(ground: &Ground, who: &str, project: Option<i64>) -> i64 {
    let project = project.unwrap_or(ground.world.atlas);
    let input = json!({"date": "2024-03-18", "minutes": 15, "project_id": project});
    id_of(&ground.world.post(who, "/entries", input).await)
}

async fn newcomer(ground: &Ground, serial: usize) -> i64 {
    let email = format!("fresh{serial}@harbour.example");
    let input = json!({"email": email, "role": "contractor"});
    id_of(&ground.world.post("ada", "/users", input).await)
}

async fn user(ground: &Ground, serial: usize) -> i64 {
    let user = newcomer(ground, serial).await;
    let path = format!("/users/{user}/give_access_to_projects");
    ground
        .world
        .put("ada", &path, json!({"project_ids": [ground.world.atlas]}))
        .await;
    let input = json!({"date": "2024-03-18", "minutes": 15, "user_id": user});
    id_of(&ground.world.post("ada", "/entries", input).await);
    user
}

async fn webhook(ground: &Ground, who: &str) -> BTreeMap<&'static str, String> {
    let uri = ground.receiver.url("/fresh");
    let (webhook, _) = ground.world.webhook(who, &uri, &["invoice.created"]).await;
    let ping = ground.ping_of(who, webhook).await;
    [("webhook", webhook.to_string()), ("payload", ping)].into()
}

async fn receiver(ground: &Ground, who: &str) -> i64 {
    let uri = ground.receiver.url("/fresh");
    let input = json!({"name": "fresh", "payload_uri": uri, "subjects": ["*"]});
    id_of(&ground.world.post(who, "/broadcast_receivers", input).await)
}
