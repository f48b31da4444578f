//! Each action from two clients at the same moment: no answer is a failure of ours, and "at most
//! one" holds.
//!
//! On SQLite the two come one after the other, which must be as well; so these run on both engines.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use zoo::Receiver;

use crate::world::{Answer, World};

/// How often each pair meets.
const MEETINGS: usize = 6;

/// What somebody asks for.
#[derive(Clone)]
struct Wish {
    who: &'static str,
    method: &'static str,
    path: String,
    body: Value,
}

fn wish(who: &'static str, method: &'static str, path: impl Into<String>, body: Value) -> Wish {
    Wish {
        who,
        method,
        path: path.into(),
        body,
    }
}

/// Both at once; their statuses in order.
async fn meet(world: &World, one: Wish, other: Wish) -> [u16; 2] {
    let ask = |wish: Wish| async move {
        let Wish {
            who,
            method,
            path,
            body,
        } = wish;
        let answer = world.call(who, method, &path, Some(body)).await;
        let text = String::from_utf8_lossy(&answer.body);
        assert!(answer.status < 500, "{method} {path}: {text}");
        answer.status
    };
    let (one, other) = tokio::join!(ask(one), ask(other));
    let mut both = [one, other];
    both.sort_unstable();
    both
}

async fn made(world: &World, path: &str, input: Value) -> Value {
    let answer: Answer = world.post("ada", path, input).await;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(matches!(answer.status, 200 | 201), "{path}: {text}");
    answer.json()
}

fn id(object: &Value) -> i64 {
    object["id"].as_i64().expect("an id")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clients_at_once_make_a_thing_once_and_delete_it_once() {
    let world = World::start().await;
    for meeting in 0..MEETINGS {
        let project = wish(
            "ada",
            "POST",
            "/projects",
            json!({"name": format!("P{meeting}")}),
        );
        assert_eq!(meet(&world, project.clone(), project).await, [201, 400]);
        let tags = json!({"names": [format!("t{meeting}"), "same"]});
        let tags = wish("ada", "POST", "/tags", tags);
        meet(&world, tags.clone(), tags).await;
        let entry = json!({"date": "2024-03-18", "minutes": 15,
            "description": format!("at #new{meeting} and #same"), "project_name": format!("Q{meeting}")});
        let entry = wish("ada", "POST", "/entries", entry);
        assert_eq!(meet(&world, entry.clone(), entry).await, [201, 201]);
        for path in ["/projects", "/entries"] {
            let input = json!({"name": format!("D{meeting}"), "date": "2024-03-18", "minutes": 5});
            let thing = made(&world, path, input).await;
            let gone = wish(
                "ada",
                "DELETE",
                format!("{path}/{}", thing["id"]),
                json!({}),
            );
            assert_eq!(meet(&world, gone.clone(), gone).await, [204, 404]);
        }
    }
    for path in ["/projects", "/tags"] {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        let list = world.get("ada", &format!("{path}?per_page=100")).await;
        assert_eq!(list.status, 200, "{}", String::from_utf8_lossy(&list.body));
        for thing in list.json().as_array().expect("a list") {
            *count.entry(thing["name"].to_string()).or_default() += 1;
        }
        assert!(count.values().all(|count| *count == 1), "{count:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_one_timer_of_a_person_runs_whoever_starts_two() {
    let world = World::start().await;
    let other = id(&made(&world, "/projects", json!({"name": "Other"})).await);
    let timer = |project: i64, action: &str| {
        let path = format!("/projects/{project}/timer/{action}");
        wish("ada", "PUT", path, json!({}))
    };
    for _ in 0..MEETINGS {
        meet(&world, timer(world.atlas, "start"), timer(other, "start")).await;
        let timers = world.get("ada", "/timers").await.json();
        let timers = timers.as_array().expect("a list").clone();
        let running = timers.iter().filter(|it| it["state"] == "running");
        assert_eq!((running.count(), timers.len()), (1, 2));
        meet(&world, timer(other, "pause"), timer(other, "start")).await;
        meet(&world, timer(world.atlas, "pause"), timer(other, "log")).await;
        meet(&world, timer(world.atlas, "log"), timer(world.atlas, "log")).await;
    }
}

/// What was recorded can be told: the queue runs empty, in order.
async fn arrives_in_order(world: &World, receiver: &Receiver) {
    let mut last = 0;
    let sql = "select max(next_seq) - 1 from lanes";
    let queued = world
        .db
        .read(base::Actor::System(base::Reason::Health), |reader| {
            reader.number(sql, &[])
        })
        .await
        .expect("a number can be read");
    while last < queued {
        let told = receiver.next().await;
        let sequence = told.header("x-carillon-sequence").expect("a sequence");
        let sequence: i64 = sequence.parse().expect("a number");
        assert_eq!(sequence, last + 1);
        last = sequence;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_on_many_things_meet_in_any_order() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    world.webhook("ada", &receiver.url("/"), &["*"]).await;
    for meeting in 0..MEETINGS {
        let mut entries = Vec::new();
        for _ in 0..4 {
            let input = json!({"date": "2024-03-18", "minutes": 15, "project_id": world.atlas,
                "description": format!("#a{meeting} #b{meeting}")});
            entries.push(made(&world, "/entries", input).await);
        }
        let ids: Vec<i64> = entries.iter().map(id).collect();
        let backwards: Vec<i64> = ids.iter().rev().copied().collect();
        let tags: Vec<i64> = entries[0]["tags"]
            .as_array()
            .expect("tags")
            .iter()
            .map(id)
            .collect();
        let several =
            |who, path: &str, key: &str, ids: &[i64]| wish(who, "PUT", path, json!({key: ids}));
        let approve = several("lea", "/entries/approved", "entry_ids", &ids);
        let reject = several("ada", "/entries/unapproved", "entry_ids", &backwards);
        let again = several("ada", "/entries/approved", "entry_ids", &backwards);
        meet(&world, approve.clone(), again).await;
        meet(&world, approve, reject.clone()).await;
        meet(&world, reject.clone(), reject).await;
        let archive = several("ada", "/projects/archive", "project_ids", &[world.atlas]);
        let unarchive = several("lea", "/projects/unarchive", "project_ids", &[world.atlas]);
        let edit = wish(
            "ada",
            "PUT",
            format!("/entries/{}", ids[0]),
            json!({"minutes": 20}),
        );
        meet(&world, archive, edit.clone()).await;
        meet(&world, unarchive.clone(), unarchive.clone()).await;
        meet(&world, unarchive, edit.clone()).await;
        let merge = |from: i64, into: i64| {
            wish(
                "ada",
                "PUT",
                format!("/tags/{from}/merge"),
                json!({"tag_id": into}),
            )
        };
        meet(&world, merge(tags[0], tags[1]), merge(tags[1], tags[0])).await;
        let gone = several("ada", "/tags/delete", "tag_ids", &tags);
        meet(&world, gone, edit).await;
    }
    arrives_in_order(&world, &receiver).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_and_people_are_switched_from_two_sides() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    let (webhook, _) = world.webhook("lea", &receiver.url("/"), &["*"]).await;
    let lea = world.persona("lea").id;
    for _ in 0..MEETINGS {
        let on_webhook = |action: &str| {
            let path = format!("/webhooks/{webhook}/{action}");
            wish("ada", "PUT", path, json!({}))
        };
        let on_lea = |action: &str| wish("ada", "PUT", format!("/users/{lea}/{action}"), json!({}));
        let entry = wish(
            "ben",
            "POST",
            "/entries",
            json!({"date": "2024-03-18", "minutes": 15, "project_id": world.atlas}),
        );
        for (one, other) in [
            (on_webhook("disable"), on_webhook("disable")),
            (on_webhook("enable"), on_webhook("disable")),
            (on_webhook("enable"), on_webhook("enable")),
            (on_webhook("disable"), entry.clone()),
            (on_lea("deactivate"), on_webhook("enable")),
            (on_lea("activate"), entry.clone()),
            (on_lea("deactivate"), on_lea("deactivate")),
            (on_lea("activate"), on_lea("activate")),
            (on_webhook("reroll_secret"), on_webhook("ping")),
            (on_webhook("reroll_secret"), on_webhook("reroll_secret")),
        ] {
            meet(&world, one, other).await;
        }
    }
}
