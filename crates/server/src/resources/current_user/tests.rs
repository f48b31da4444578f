//! What users see of themselves.
//!
//! Never: HTTP.

use serde_json::json;

use super::shape::CurrentUserShape;
use crate::resources::testing::{House, user_of};
use crate::resources::users::actions;

#[test]
fn the_own_shape_has_the_settings_and_links_to_the_user() {
    let house = House::open();
    let shown = house.read(house.cleo, |reader| {
        let user = actions::peek(reader, reader.user()?)?;
        Ok(CurrentUserShape::of(user, reader.api()))
    });

    let cleo = user_of(house.cleo);
    let url = format!("https://time.example.test/v2/users/{cleo}");
    let expected = json!({
        "id": cleo,
        "email": "cleo@harbour.example",
        "first_name": "cleo",
        "last_name": "Tester",
        "profile_image_url": "",
        "url": url,
        "state": "active",
        "role": "contractor",
        "entries": 0,
        "entries_url": format!("{url}/entries"),
        "expenses": 0,
        "expenses_url": format!("{url}/expenses"),
        "time_format": "fraction",
        "week_start": "Monday",
        "utc_offset": 0,
        "send_personal_weekly_report_email": false,
        "send_team_weekly_report_email": false,
        "created_at": "2024-03-18T09:00:00Z",
        "updated_at": "2024-03-18T09:00:00Z",
    });
    // As text, so that the order of fields counts.
    let shown = serde_json::to_string(&shown.expect("a user")).expect("JSON");
    assert_eq!(shown, expected.to_string());
}
