//! The account (resources/account.md).
//!
//! Never: other accounts; that is `isolation`.

use serde_json::json;

use super::given::expect;
use crate::world::{Options, World};

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_the_account_and_its_owner() {
    let world = World::start().await;
    for who in ["ada", "lea", "ben", "cleo"] {
        let account = expect(world.get(who, "/account").await, 200).json();
        assert_eq!(account["name"], "harbour");
        assert_eq!(account["owner"]["id"], json!(world.persona("ada").id));
        assert_eq!(account["url"], json!(format!("{}/account", world.api())));
        assert_eq!(account["invoicing_enabled"], json!(true));
    }
    assert_eq!(world.get("dan", "/account").await.json()["name"], "quarry");
    assert_eq!(
        world
            .put("ada", "/account", json!({"name": "other"}))
            .await
            .status,
        405
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn invoicing_can_be_switched_off() {
    let mut options = Options::default();
    options.server.invoicing_enabled = false;
    let world = World::start_with(options).await;
    assert_eq!(
        world.get("ada", "/account").await.json()["invoicing_enabled"],
        json!(false)
    );
}
