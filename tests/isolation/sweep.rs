//! The sweep: what somebody may not see answers like what is not there, and nothing is written.
//!
//! Never: a route that is left out.

use serde_json::{Value, json};
use server::http::Route;

use super::ground::{Ground, MISSING, MISSING_PAYLOAD, PEOPLE};
use super::{dump, routes};
use crate::ask::{Question, ask, told};

/// Words that are no id of anything.
const MALFORMED: [&str; 8] = [
    "0",
    "-1",
    "abc",
    "1.0",
    "1e3",
    "9223372036854775808",
    "%00",
    "%31%2F",
];

/// The ids of a path for somebody: each open word hidden, missing or malformed in turn, and a
/// word on what was done.
fn invisible(ground: &Ground, who: &str, route: &Route) -> Vec<(String, Vec<String>)> {
    let words = routes::words(route.path);
    let own: Vec<String> = words
        .iter()
        .map(|word| ground.own(who).id(routes::kind(route.path, word)))
        .collect();
    let mut found = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let kind = routes::kind(route.path, word);
        let mut others = ground.hidden(who, kind);
        others.extend(MALFORMED.map(|it| ("malformed", it.to_owned())));
        for (what, id) in others {
            let mut ids = own.clone();
            ids[place] = id;
            found.push((format!("{what} {kind}"), ids));
        }
    }
    if words.len() == 2 {
        let hidden = |word: &str| {
            ground
                .hidden(who, routes::kind(route.path, word))
                .remove(0)
                .1
        };
        found.push((
            "all foreign".to_owned(),
            words.iter().map(|word| hidden(word)).collect(),
        ));
    }
    found
}

fn missing(route: &Route) -> Vec<String> {
    let ids = routes::words(route.path)
        .into_iter()
        .map(|word| match word {
            "payload_id" => MISSING_PAYLOAD.to_owned(),
            _ => MISSING.to_owned(),
        });
    ids.collect()
}

async fn sweep_route(ground: &Ground, who: &str, route: &Route) {
    let bodies = [json!({}), routes::body(route, ground.own(who))];
    let methods: &[&str] = match route.method.as_str() {
        "GET" => &["GET", "HEAD"],
        "POST" => &["POST"],
        "PUT" => &["PUT"],
        _ => &["DELETE"],
    };
    for (method, body) in methods
        .iter()
        .flat_map(|it| bodies.iter().map(move |body| (*it, body)))
    {
        let absent = routes::fill(route.path, &missing(route));
        let expected = ground.call(who, method, &absent, body).await;
        assert!(
            matches!(expected.status, 400 | 403 | 404),
            "{who} {method} {absent} {body}"
        );
        for (what, ids) in invisible(ground, who, route) {
            let path = routes::fill(route.path, &ids);
            let answer = ground.call(who, method, &path, body).await;
            // What is no id at all is known to be absent before the body is read.
            if what.starts_with("malformed") && answer.status == 404 {
                continue;
            }
            assert_eq!(
                told(&answer),
                told(&expected),
                "{who} {method} {path} ({what}) {body}"
            );
        }
        if *body != bodies[0] {
            assert_eq!(expected.status, 404, "{who} {method} {absent} {body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_answers_like_what_is_missing_and_nothing_is_written() {
    let ground = Ground::lay().await;
    let before = dump::whole(&ground.world);

    for who in PEOPLE {
        for route in routes::all() {
            if !routes::words(route.path).is_empty() {
                sweep_route(&ground, who, &route).await;
            }
        }
    }

    let after = dump::whole(&ground.world);
    assert_eq!(dump::difference(&before, &after), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_good_credentials_every_route_and_every_id_answers_the_same() {
    let ground = Ground::lay().await;
    let revoked = revoked_token(&ground).await;
    let before = dump::whole(&ground.world);

    for route in routes::all() {
        let own = routes::body(&route, ground.own("ada"));
        let mut places = vec![missing(&route)];
        places.extend(
            invisible(&ground, "ben", &route)
                .into_iter()
                .map(|(_, ids)| ids),
        );
        let words = routes::words(route.path).into_iter();
        places.push(
            words
                .map(|it| ground.own("ada").id(routes::kind(route.path, it)))
                .collect(),
        );
        let mut answers = Vec::new();
        for ids in &places {
            for token in [
                None,
                Some(revoked.as_str()),
                Some("carillon-garbage"),
                Some(" "),
            ] {
                let target = format!("/v2{}", routes::fill(route.path, ids));
                let question = ask(route.method.as_str(), target).json(&own);
                let question = token.into_iter().fold(question, Question::token);
                answers.push(ground.send("nobody", question).await);
            }
        }
        for answer in &answers {
            assert_eq!(answer.status, 401, "{}", routes::name(&route));
            assert_eq!(told(answer), told(&answers[0]), "{}", routes::name(&route));
        }
    }

    let after = dump::whole(&ground.world);
    assert_eq!(dump::difference(&before, &after), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_that_a_path_does_not_have_change_nothing_whoever_asks() {
    let ground = Ground::lay().await;
    let before = dump::whole(&ground.world);

    let all = routes::all();
    for route in &all {
        let has = |method: &str| {
            all.iter()
                .any(|it| it.path == route.path && it.method.as_str() == method)
        };
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE"] {
            if has(method) {
                continue;
            }
            let own = routes::own_path(route, ground.own("ada"));
            let foreign = routes::own_path(route, ground.own("dora"));
            let own = ground.call("ada", method, &own, &Value::Null).await;
            let foreign = ground.call("ada", method, &foreign, &Value::Null).await;
            assert_eq!(told(&own), told(&foreign), "{method} {}", route.path);
            assert!(
                own.header("allow").is_some() || own.status == 404,
                "{method} {}",
                route.path
            );
        }
    }

    let after = dump::whole(&ground.world);
    assert_eq!(dump::difference(&before, &after), Vec::<String>::new());
}

/// A token of ada's that worked once.
async fn revoked_token(ground: &Ground) -> String {
    use base::{Actor, Id};
    use server::identity::tokens;

    let ada = ground.world.persona("ada");
    let operator = Actor::Operator(Id::new(ada.account));
    let made = ground.world.db.write(operator, move |tx| {
        tokens::create(tx, Id::new(ada.id), "old")
    });
    let (id, token) = made.await.expect("a token");
    let token = token.reveal().clone();
    let works = ask("GET", "/v2/current_user")
        .token(&token)
        .send(&ground.world)
        .await;
    assert_eq!(works.status, 200);
    let revoked = ground
        .world
        .db
        .write(operator, move |tx| tokens::revoke(tx, id))
        .await;
    revoked.expect("the token is there");
    token
}
