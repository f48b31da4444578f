//! Timers (resources/timers.md).
//!
//! Never: measuring how long anything takes; seconds come from the requests.

use serde_json::{Value, json};

use super::given::{absent, column, expect, ids, project, refused};
use crate::world::{Answer, World};

async fn act(world: &World, who: &str, project: i64, action: &str, input: Value) -> Answer {
    let action = if action.is_empty() {
        String::new()
    } else {
        format!("/{action}")
    };
    world
        .put(who, &format!("/projects/{project}/timer{action}"), input)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_goes_from_pending_to_running_to_paused_to_nothing() {
    let world = World::start().await;
    let path = format!("/projects/{}/timer", world.atlas);
    absent(&world.get("ada", &path).await);

    let pending = expect(act(&world, "ada", world.atlas, "", json!({})).await, 200).json();
    assert_eq!(
        (&pending["state"], &pending["seconds"]),
        (&json!("pending"), &json!(0))
    );
    assert_eq!(pending["formatted_time"], "00:00:00");
    assert_eq!(pending["description"], "");
    assert_eq!(world.get("ada", &path).await.json(), pending);
    assert_eq!(
        world.get("ada", "/timers").await.json(),
        json!([]),
        "a pending one is not listed"
    );
    for action in ["pause", "add_or_subtract_time", "log"] {
        absent(&act(&world, "ada", world.atlas, action, json!({"minutes": 1})).await);
    }

    let running = expect(
        act(&world, "ada", world.atlas, "start", json!({})).await,
        200,
    );
    let location = format!("{}{path}", world.api());
    assert_eq!(running.header("location"), Some(location.as_str()));
    assert_eq!(running.json()["state"], "running");
    assert_eq!(running.json()["url"], json!(location));
    let again = expect(
        act(&world, "ada", world.atlas, "start", json!({})).await,
        200,
    )
    .json();
    assert_eq!(again["state"], "running");

    let paused = expect(
        act(&world, "ada", world.atlas, "pause", json!({})).await,
        200,
    )
    .json();
    assert_eq!(paused["state"], "paused");
    let still = expect(
        act(&world, "ada", world.atlas, "pause", json!({})).await,
        200,
    )
    .json();
    assert_eq!(still, paused);

    expect(world.delete("ada", &path).await, 204);
    absent(&world.get("ada", &path).await);
    absent(&world.delete("ada", &path).await);
    assert_eq!(
        world.get("ada", "/entries").await.json(),
        json!([]),
        "nothing was made"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn starting_one_pauses_the_other_and_the_list_shows_the_running_one_first() {
    let world = World::start().await;
    let (beacon, cove) = (
        project(&world, "Beacon").await,
        project(&world, "Cove").await,
    );
    for project in [world.atlas, beacon, cove] {
        expect(act(&world, "ada", project, "start", json!({})).await, 200);
    }
    expect(
        act(&world, "ada", world.atlas, "start", json!({})).await,
        200,
    );
    // Latest change first: cove was paused by the last start, beacon before it.
    assert_eq!(
        column(&world, "ada", "/timers", "state").await,
        ["running", "paused", "paused"]
    );
    let listed = world.get("ada", "/timers").await.json();
    let projects: Vec<_> = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["project"]["id"].clone())
        .collect();
    assert_eq!(projects, [json!(world.atlas), json!(cove), json!(beacon)]);
    assert_eq!(
        world.get("ben", "/timers").await.json(),
        json!([]),
        "timers are one's own"
    );
    absent(&world.get("ben", &format!("/projects/{cove}/timer")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_added_and_taken_away_but_never_below_nothing() {
    let world = World::start().await;
    absent(
        &act(
            &world,
            "ada",
            world.atlas,
            "add_or_subtract_time",
            json!({"minutes": 1}),
        )
        .await,
    );
    act(&world, "ada", world.atlas, "start", json!({})).await;
    expect(
        act(&world, "ada", world.atlas, "pause", json!({})).await,
        200,
    );
    act(
        &world,
        "ada",
        world.atlas,
        "add_or_subtract_time",
        json!({"minutes": -1}),
    )
    .await;
    for (input, seconds, formatted) in [
        (json!({"minutes": 1, "seconds": 30}), 90, "00:01:30"),
        (json!({}), 90, "00:01:30"),
        (json!({"seconds": "-30"}), 60, "00:01:00"),
        (json!({"minutes": 1_619}), 97_200, "27:00:00"),
        (json!({"minutes": -1_000_000}), 0, "00:00:00"),
        (json!({"minutes": 6_000}), 360_000, "100:00:00"),
    ] {
        let timer = act(
            &world,
            "ada",
            world.atlas,
            "add_or_subtract_time",
            input.clone(),
        )
        .await;
        let timer = expect(timer, 200).json();
        assert_eq!(timer["seconds"], json!(seconds), "{input}");
        assert_eq!(
            (&timer["formatted_time"], &timer["state"]),
            (&json!(formatted), &json!("paused"))
        );
    }
    for input in [json!({"minutes": "x"}), json!({"minutes": 1.5})] {
        let answer = act(&world, "ada", world.atlas, "add_or_subtract_time", input).await;
        refused(&answer, &["minutes:invalid"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_entry_date_is_that_of_the_first_start() {
    let world = World::start().await;
    let first = json!({"entry_date": "2024-03-18", "description": "Landing"});
    let started = expect(act(&world, "ada", world.atlas, "start", first).await, 200).json();
    assert_eq!(
        (&started["date"], &started["description"]),
        (&json!("2024-03-18"), &json!("Landing"))
    );
    let again = json!({"entry_date": "2024-04-01", "description": "Page"});
    let again = expect(act(&world, "ada", world.atlas, "start", again).await, 200).json();
    assert_eq!(
        (&again["date"], &again["description"]),
        (&json!("2024-03-18"), &json!("Page"))
    );
    let kept = expect(
        act(&world, "ada", world.atlas, "start", json!({})).await,
        200,
    )
    .json();
    assert_eq!(kept["description"], "Page");

    let beacon = project(&world, "Beacon").await;
    act(&world, "ada", beacon, "", json!({})).await;
    let dated = act(
        &world,
        "ada",
        beacon,
        "start",
        json!({"entry_date": "2024-03-20"}),
    )
    .await;
    assert_eq!(
        dated.json()["date"],
        "2024-03-20",
        "a pending one has never been started"
    );
    let bad = act(&world, "ada", beacon, "start", json!({"entry_date": "x"})).await;
    refused(&bad, &["entry_date:invalid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_makes_an_entry_of_the_timer_and_ends_it() {
    let world = World::start().await;
    let start = json!({"entry_date": "2024-03-18", "description": "Landing #design"});
    act(&world, "ada", world.atlas, "start", start).await;
    act(
        &world,
        "ada",
        world.atlas,
        "add_or_subtract_time",
        json!({"minutes": 15, "seconds": 1}),
    )
    .await;

    let logged = expect(act(&world, "ada", world.atlas, "log", json!({})).await, 204);

    assert!(logged.body.is_empty() && logged.header("location").is_none());
    let entry = world.get("ada", "/entries").await.json()[0].clone();
    assert_eq!(
        entry["minutes"], 30,
        "16 minutes, up to the increment of 15"
    );
    assert_eq!(
        (&entry["date"], &entry["description"]),
        (&json!("2024-03-18"), &json!("Landing #design"))
    );
    assert_eq!(entry["tags"][0]["name"], "design");
    assert_eq!(entry["project"]["id"], json!(world.atlas));
    assert_eq!(entry["user"]["id"], json!(world.persona("ada").id));
    absent(&act(&world, "ada", world.atlas, "log", json!({})).await);

    act(&world, "ada", world.atlas, "start", json!({})).await;
    let wish = json!({"entry_date": "2024-04-01", "minutes": 61, "description": "Other"});
    expect(act(&world, "ada", world.atlas, "log", wish).await, 204);
    let entry = world.get("ada", "/entries?from=2024-04-01").await.json()[0].clone();
    assert_eq!(
        (&entry["minutes"], &entry["description"]),
        (&json!(75), &json!("Other"))
    );

    act(&world, "ada", world.atlas, "start", json!({})).await;
    for (input, problem) in [
        (json!({"minutes": -1}), "minutes:invalid"),
        (json!({"entry_date": "x"}), "entry_date:invalid"),
    ] {
        refused(
            &act(&world, "ada", world.atlas, "log", input).await,
            &[problem],
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_log_leaves_the_timer_as_it_was() {
    let world = World::start().await;
    act(
        &world,
        "cleo",
        world.atlas,
        "start",
        json!({"description": "#unheard"}),
    )
    .await;
    act(&world, "cleo", world.atlas, "pause", json!({})).await;
    let path = format!("/projects/{}/timer", world.atlas);
    let before = world.get("cleo", &path).await.json();

    let answer = act(&world, "cleo", world.atlas, "log", json!({})).await;

    refused(&answer, &["description:cannot_create_tags"]);
    assert_eq!(answer.json()["errors"][0]["resource"], "Entry");
    assert_eq!(world.get("cleo", &path).await.json(), before);
    assert_eq!(world.get("cleo", "/entries").await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_project_pauses_its_timers_and_takes_no_more() {
    let world = World::start().await;
    super::given::entry(&world, "ada", json!({"project_id": world.atlas})).await;
    act(&world, "ada", world.atlas, "start", json!({})).await;
    expect(
        world
            .put(
                "ada",
                &format!("/projects/{}/archive", world.atlas),
                json!({}),
            )
            .await,
        204,
    );
    let path = format!("/projects/{}/timer", world.atlas);
    assert_eq!(world.get("ada", &path).await.json()["state"], "paused");
    for action in ["", "start", "log"] {
        let answer = act(
            &world,
            "ada",
            world.atlas,
            action,
            json!({"description": "x"}),
        )
        .await;
        refused(&answer, &["base:archived_project"]);
    }
    expect(world.delete("ada", &path).await, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_are_filtered_by_words_project_and_billability() {
    let world = World::start().await;
    let beacon = project(&world, "Beacon").await;
    world
        .put(
            "ada",
            &format!("/projects/{beacon}"),
            json!({"billable": false}),
        )
        .await;
    act(
        &world,
        "ada",
        world.atlas,
        "start",
        json!({"description": "Landing PAGE"}),
    )
    .await;
    act(
        &world,
        "ada",
        beacon,
        "start",
        json!({"description": "Sea"}),
    )
    .await;
    let (atlas, beacon_timer) = {
        let all = ids(&world, "ada", "/timers").await;
        (all[1], all[0])
    };
    for (query, expected) in [
        ("?description=page".to_owned(), vec![atlas]),
        (format!("?projects={beacon}"), vec![beacon_timer]),
        (
            format!("?project_ids={beacon},{}", world.atlas),
            vec![beacon_timer, atlas],
        ),
        ("?billable=true".to_owned(), vec![atlas]),
        (
            "?billable=false&description=sea".to_owned(),
            vec![beacon_timer],
        ),
        ("?projects=999999".to_owned(), vec![]),
        ("?per_page=1&page=2".to_owned(), vec![atlas]),
    ] {
        assert_eq!(
            ids(&world, "ada", &format!("/timers{query}")).await,
            expected,
            "{query}"
        );
    }
}
