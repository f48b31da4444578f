//! What an account shows.
//!
//! Never: HTTP.

use serde_json::json;

use super::actions;
use super::shape::{AccountShape, Invoicing};
use crate::resources::testing::{House, account_of, user_of};

#[test]
fn everybody_sees_their_own_account_and_its_owner() {
    let house = House::open();
    for actor in [house.ada, house.ben, house.cleo] {
        let shown = house.read(actor, |reader| {
            let seen = actions::peek(reader)?;
            Ok(AccountShape::of(seen, Invoicing::Enabled, reader.api()))
        });
        let ada = user_of(house.ada);
        let expected = json!({
            "id": account_of(house.ada),
            "name": "Harbour",
            "invoicing_enabled": true,
            "owner": {
                "id": ada,
                "email": "ada@harbour.example",
                "first_name": "ada",
                "last_name": "Tester",
                "profile_image_url": "",
                "url": format!("https://time.example.test/v2/users/{ada}"),
            },
            "url": "https://time.example.test/v2/account",
            "created_at": "2024-03-18T09:00:00Z",
            "updated_at": "2024-03-18T09:00:00Z",
        });
        // As text, so that the order of fields counts.
        let shown = serde_json::to_string(&shown.expect("an account")).expect("JSON");
        assert_eq!(shown, expected.to_string());
    }
}
