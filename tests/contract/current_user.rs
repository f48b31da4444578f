//! The user of the credentials (`resources/current_user.md`).
//!
//! Never: editing others; that is `users`.

use serde_json::{Value, json};
use zoo::Receiver;

use super::given::{expect, ids, number, refused};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_themselves_with_links_to_their_user() {
    let world = World::start().await;
    for who in ["ada", "lea", "ben", "cleo"] {
        let shown = expect(world.get(who, "/current_user").await, 200).json();
        let id = world.persona(who).id;
        assert_eq!(shown["id"], json!(id));
        assert_eq!(
            shown["email"].as_str().map(|it| it.starts_with(who)),
            Some(true)
        );
        let entries = format!("{}/users/{id}/entries", world.api());
        assert_eq!(shown["entries_url"], json!(entries));
        assert_eq!(
            (&shown["time_format"], &shown["week_start"]),
            (&json!("fraction"), &json!("Monday"))
        );
        assert_eq!(shown["utc_offset"], 0);
        assert_eq!(shown["send_personal_weekly_report_email"], json!(false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_kept_and_what_is_absent_stays() {
    let world = World::start().await;
    let wish = json!({"first_name": "Ben", "last_name": "", "time_format": "hours_minutes",
        "week_start": "SUNDAY", "send_personal_weekly_report": "1", "utc_offset": 7_200});
    let edited = expect(world.put("ben", "/current_user", wish).await, 200).json();
    for (field, expected) in [
        ("first_name", json!("Ben")),
        ("last_name", json!("")),
        ("time_format", json!("hours_minutes")),
        ("week_start", json!("Sunday")),
        ("send_personal_weekly_report_email", json!(true)),
        ("utc_offset", json!(7_200)),
    ] {
        assert_eq!(edited[field], expected, "{field}");
    }
    let same = expect(world.put("ben", "/current_user", json!({})).await, 200).json();
    assert_eq!(same, edited);
    assert_eq!(world.get("ben", "/current_user").await.json(), edited);
    let alias = json!({"send_personal_weekly_report_email": false});
    let edited = world.put("ben", "/current_user", alias).await.json();
    assert_eq!(edited["send_personal_weekly_report_email"], json!(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_supervisors_get_the_report_on_the_team() {
    let world = World::start().await;
    let wish = || json!({"send_team_weekly_report": true});
    for (who, expected) in [("ada", true), ("lea", false), ("ben", false)] {
        let edited = expect(world.put(who, "/current_user", wish()).await, 200).json();
        assert_eq!(
            edited["send_team_weekly_report_email"],
            json!(expected),
            "{who}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_out_of_their_range_are_invalid() {
    let world = World::start().await;
    for (input, problem) in [
        (json!({"time_format": "decimal"}), "time_format:invalid"),
        (json!({"week_start": "friday"}), "week_start:invalid"),
        (json!({"utc_offset": 50_401}), "utc_offset:invalid"),
        (json!({"utc_offset": -50_401}), "utc_offset:invalid"),
        (
            json!({"send_personal_weekly_report": "often"}),
            "send_personal_weekly_report:invalid",
        ),
        (json!({"first_name": "a".repeat(256)}), "first_name:invalid"),
    ] {
        refused(&world.put("ben", "/current_user", input).await, &[problem]);
    }
    for edge in [-50_400, 50_400] {
        expect(
            world
                .put("ben", "/current_user", json!({"utc_offset": edge}))
                .await,
            200,
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn own_entries_are_listed_and_filtered_and_links_keep_the_path() {
    let world = World::start().await;
    let mut own = Vec::new();
    for minutes in [5, 10, 20] {
        let entry = super::given::entry(&world, "ben", json!({"minutes": minutes})).await;
        own.insert(0, number(&entry));
    }
    super::given::entry(&world, "ada", json!({})).await;
    assert_eq!(ids(&world, "ben", "/current_user/entries").await, own);
    assert_eq!(
        ids(&world, "ben", "/current_user/entries?to=2024-03-17").await,
        Vec::<i64>::new()
    );
    let page = world.get("ben", "/current_user/entries?per_page=2").await;
    let link = page.header("link").expect("two pages").to_owned();
    assert!(link.contains(&format!(
        "<{}/current_user/entries?page=2&per_page=2>",
        world.api()
    )));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_is_told_of_and_other_settings_are_not() {
    let world = World::start().await;
    let receiver = Receiver::start().await;
    world.webhook("ada", &receiver.url("/"), &["*"]).await;
    receiver.next().await;
    world
        .put(
            "ben",
            "/current_user",
            json!({"week_start": "Sunday", "utc_offset": 60}),
        )
        .await;
    world
        .put("ben", "/current_user", json!({"first_name": "ben"}))
        .await;

    world
        .put("ben", "/current_user", json!({"first_name": "Benno"}))
        .await;

    let told: Value = receiver.next().await.json();
    assert_eq!(told["type"], "user.updated");
    assert_eq!(told["changes"]["first_name"], json!(["ben", "Benno"]));
    crate::shapes::check("user", &told["object"], &world.api()).expect("the shape of a user");
}
