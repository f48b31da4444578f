//! Every writing route taken twice at the same moment: one does its work, none is a fault.
//!
//! Never: which of the two wins; what may not come out is in `stories::at_once`.

use hyper::Method;

use super::ground::Ground;
use super::matrix::ROWS;
use super::prepare::prepare;
use super::routes;

#[tokio::test(flavor = "multi_thread")]
async fn every_action_asked_for_twice_at_once_is_done_and_never_a_fault() {
    let ground = Ground::lay().await;
    let mut wrong = Vec::new();
    let mut met = 0;

    for (name, scene, [expected, ..]) in ROWS.iter().flat_map(|rows| rows.iter()) {
        let route = routes::all()
            .into_iter()
            .find(|route| routes::name(route) == *name);
        let route = route.expect("the table names routes");
        if route.method == Method::GET || *expected >= 400 {
            continue;
        }
        let asked = prepare(&ground, *scene, "ada", &route).await;
        let act = || ground.call("ada", route.method.as_str(), &asked.path, &asked.body);
        let (one, other) = tokio::join!(act(), act());
        let statuses = [one.status, other.status];
        if !statuses.contains(expected) || statuses.iter().any(|status| *status >= 500) {
            wrong.push(format!("{name} {scene:?}: {statuses:?}"));
        }
        met += 1;
    }

    assert_eq!(wrong, Vec::<String>::new());
    assert!(met > 40, "only {met} routes write");
}
