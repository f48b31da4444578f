//! One text of SQL on two engines: each statement is prepared on both, and answers with the same
//! columns; what runs all the time goes by its index on both.
//!
//! The statements are those that the product was seen to send in this process: a tour of the API,
//! and whatever other tests have done by then.
//! Never: a copy of a statement.

use std::sync::Arc;

use base::MasterKey;
use base::chance::SystemChance;
use base::clock::SystemClock;
use serde_json::json;
use store::postgres::testing;
use store::{Db, Environment, statements};
use zoo::Receiver;

use crate::world::World;
use crate::world::storage::Database;

/// A part of a statement, and the index by which SQLite and PostgreSQL find its rows.
const HOT: &[(&str, &str, &str)] = &[
    ("order by due_at limit $5", "lanes_due", "lanes_due"),
    (
        "where failing = 0 and due_at > $1",
        "lanes_due",
        "lanes_due",
    ),
    (
        "from lanes where webhook_id = $1",
        "PRIMARY KEY",
        "lanes_pkey",
    ),
    ("order by round_at limit", "receivers_due", "receivers_due"),
    (
        "order by ping_at limit",
        "receivers_pinged",
        "receivers_pinged",
    ),
    (
        "where s.account_id = $1 and s.name",
        "autoindex_subscriptions",
        "subscriptions_pkey",
    ),
    (
        "where p.webhook_id = $1 and p.seq = $2",
        "autoindex_payloads",
        "payloads_pkey",
    ),
    (
        "order by ended_at limit",
        "payloads_ended",
        "payloads_ended",
    ),
];

/// Uses much of the API, so that its statements are seen.
async fn tour(world: &World) {
    let receiver = Receiver::start().await;
    let (webhook, _) = world.webhook("ada", &receiver.url("/"), &["*"]).await;
    let input = json!({"name": "r", "payload_uri": receiver.url("/"), "subjects": ["timer"]});
    world.post("ada", "/broadcast_receivers", input).await;
    let input = json!({"date": "2024-03-18", "minutes": 15, "description": "#one #two",
        "project_id": world.atlas});
    let entry = world.post("ben", "/entries", input).await.json();
    let timer = format!("/projects/{}/timer", world.atlas);
    for action in ["start", "pause", "log"] {
        world
            .put("ben", &format!("{timer}/{action}"), json!({}))
            .await;
    }
    let entry = format!("/entries/{}", entry["id"]);
    world.put("ben", &entry, json!({"minutes": 30})).await;
    world
        .put("ada", &format!("{entry}/approved"), json!({}))
        .await;
    for list in [
        "users",
        "projects",
        "tags",
        "entries",
        "timers",
        "webhooks",
        "broadcast_receivers",
    ] {
        for who in ["ada", "cleo"] {
            world
                .get(who, &format!("/{list}?page=1&name=a&state=enabled"))
                .await;
        }
    }
    for what in ["payloads", "status"] {
        world
            .get("ada", &format!("/webhooks/{webhook}/{what}"))
            .await;
    }
    // A ping and a change at least.
    for _ in 0..2 {
        receiver.next().await;
    }
    tokio::task::block_in_place(|| delivery::retention::sweep(&world.db, &world.settings))
        .expect("a sweep");
}

fn in_memory() -> Db {
    let key = MasterKey::parse(MasterKey::draw(&SystemChance).reveal()).expect("a drawn key");
    let environment = Environment::new(
        Arc::new(SystemClock),
        Arc::new(SystemChance),
        key,
        "http://127.0.0.1/v2".into(),
        Arc::new(|_, _| Ok(())),
    );
    Db::inline(environment).expect("a database in memory opens")
}

/// An expression without a name, which SQLite calls by its text: nobody asks for it by name.
fn is_unnamed(column: &str) -> bool {
    let is_of_words = |it: char| it.is_ascii_lowercase() || it == '_';
    !column.chars().all(is_of_words)
}

/// What is meant for one engine: the clock of the database.
fn is_common(sql: &str) -> bool {
    !sql.contains("clock_timestamp")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_statement_is_prepared_on_both_engines_and_the_hot_ones_go_by_an_index() {
    let world = World::start().await;
    tour(&world).await;
    let seen: Vec<String> = statements::seen()
        .into_iter()
        .filter(|it| is_common(it))
        .collect();
    assert!(seen.len() > 80, "only {} statements", seen.len());
    let sqlite = in_memory();
    let of_sqlite = seen.iter().map(|sql| sqlite.columns(sql));
    let of_sqlite: Vec<Vec<String>> = of_sqlite.collect::<Result<_, _>>().expect("on SQLite");
    for (part, index, _) in HOT {
        let found = seen.iter().find(|sql| sql.contains(part));
        let sql = found.unwrap_or_else(|| panic!("nobody sends {part}"));
        let plan = sqlite.plan(sql).expect("a plan").join("\n");
        assert!(plan.contains(index), "{index}: {sql}\n{plan}");
    }

    let Some(database) = Database::fresh() else {
        return;
    };
    let of_postgres = testing::columns(&database.options, seen.clone()).expect("on PostgreSQL");
    for ((sql, left), right) in seen.iter().zip(&of_sqlite).zip(&of_postgres) {
        assert_eq!(left.len(), right.len(), "{sql}");
        for (left, right) in left.iter().zip(right) {
            assert!(left == right || is_unnamed(left), "{left}, {right}: {sql}");
        }
    }
    for (part, _, index) in HOT {
        let found = seen.iter().find(|sql| sql.contains(part));
        let sql = found.expect("it was found before");
        let plan = testing::plan(&database.options, sql)
            .expect("a plan")
            .join("\n");
        assert!(plan.contains(index), "{index}: {sql}\n{plan}");
    }
}
