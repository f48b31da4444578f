//! Rounds of broadcasts on many nodes: each once, whichever node takes it.

use serde_json::json;
use zoo::{Received, Receiver};

use super::{call, installation, make};

const CHANGES: usize = 12;

fn last_event(message: &Received) -> String {
    message.json()["last_event"]
        .as_str()
        .unwrap_or("?")
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_sent_by_one_node_and_a_ping_comes_from_a_node_without_engine() {
    let Some((installation, _database)) = installation("rounds on three nodes") else {
        return;
    };
    let front = installation.serve_as(&["--no-engine"]);
    let engines = [installation.serve(), installation.serve()];
    let token = installation.create_account();
    let desk = Receiver::start().await;
    let input = json!({"name": "desk", "payload_uri": desk.url("/"), "subjects": ["timer"]});
    let receiver = make(&front, &token, "/broadcast_receivers", &input).await;
    let ping = format!("/broadcast_receivers/{}/ping", receiver["id"]);
    assert_eq!(call(&front, &token, "PUT", &ping).await.0, 202);
    assert_eq!(last_event(&desk.next().await), "broadcast_receiver.ping");

    let project = make(&front, &token, "/projects", &json!({"name": "P"})).await;
    for count in 0..CHANGES {
        let action = if count % 2 == 0 { "start" } else { "pause" };
        let timer = format!("/projects/{}/timer/{action}", project["id"]);
        let node = &engines[count % 2];
        let (status, body) = call(node, &token, "PUT", &timer).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        // One change and one message: a second of the same round would come before the next.
        let told = last_event(&desk.next().await);
        assert!(told.starts_with("timer."), "{told}");
    }
    assert_eq!(call(&front, &token, "PUT", &ping).await.0, 202);
    assert_eq!(last_event(&desk.next().await), "broadcast_receiver.ping");
    assert_eq!(desk.received().len(), CHANGES + 2, "each once");
}
