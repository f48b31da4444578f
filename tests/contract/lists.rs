//! Pages, links and filters of lists (README §4).
//!
//! Never: the filters of one resource.

use serde_json::json;

use super::given::{column, expect, ids, project, refused};
use crate::ask::ask;
use crate::world::World;

/// A world with five projects: Atlas and four more.
async fn five() -> World {
    let world = World::start().await;
    for name in ["Beacon", "Cove", "Dock", "Ebb"] {
        project(&world, name).await;
    }
    world
}

async fn link(world: &World, query: &str) -> Option<String> {
    let page = expect(world.get("ada", &format!("/projects{query}")).await, 200);
    assert!(
        page.headers.get_all("link").iter().count() < 2,
        "one header line"
    );
    page.header("link").map(|it| it.replace(&world.api(), ""))
}

#[tokio::test(flavor = "multi_thread")]
async fn links_lead_from_page_to_page() {
    let world = five().await;
    let to = |page: u8, rel: &str| format!("</projects?page={page}&per_page=2>; rel=\"{rel}\"");
    for (query, expected) in [
        (
            "?per_page=2",
            Some([to(3, "last"), to(2, "next")].join(", ")),
        ),
        (
            "?per_page=2&page=1",
            Some([to(3, "last"), to(2, "next")].join(", ")),
        ),
        (
            "?page=2&per_page=2",
            Some([to(1, "first"), to(3, "last"), to(3, "next"), to(1, "prev")].join(", ")),
        ),
        (
            "?page=3&per_page=2",
            Some([to(1, "first"), to(2, "prev")].join(", ")),
        ),
        (
            "?page=9&per_page=2",
            Some([to(1, "first"), to(3, "prev")].join(", ")),
        ),
        ("?per_page=5", None),
        ("", None),
    ] {
        assert_eq!(link(&world, query).await, expected, "{query}");
    }
    assert_eq!(
        world.get("ada", "/projects?page=9&per_page=2").await.json(),
        json!([])
    );
    assert_eq!(
        link(&world, "?name=nothing&page=4").await,
        None,
        "an empty list has no links"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn links_carry_all_parameters_sorted_and_coded_and_per_page_only_if_it_was_given() {
    let world = five().await;
    for _ in 0..31 {
        super::given::entry(&world, "ada", json!({})).await;
    }
    let entries = |query: &str| {
        let path = format!("/entries{query}");
        let world = &world;
        async move {
            let page = expect(world.get("ada", &path).await, 200);
            page.header("link").map(|it| it.replace(&world.api(), ""))
        }
    };
    assert_eq!(
        entries("").await.as_deref(),
        Some("</entries?page=2>; rel=\"last\", </entries?page=2>; rel=\"next\"")
    );
    let user = world.persona("ada").id;
    let query =
        format!("?updated_from=2020-01-01T00:00:00Z&from=2024-01-01&user_ids={user},7&x=a+b");
    let expected = format!(
        "</entries?from=2024-01-01&page=2&updated_from=2020-01-01T00%3A00%3A00Z\
         &user_ids={user}%2C7&x=a+b>; rel=\"last\""
    );
    let link = entries(&query).await.expect("two pages");
    assert_eq!(link.split(", ").next(), Some(expected.as_str()));
    assert_eq!(
        link.matches(',').count(),
        1,
        "no raw comma in an address: {link}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn following_next_reaches_everything_once() {
    let world = five().await;
    let mut seen = Vec::new();
    let mut next = Some(format!("{}/projects?per_page=2", world.api()));
    while let Some(url) = next {
        let target = url.replace(&world.api(), "/v2");
        let page = ask("GET", target).by(&world, "ada").send(&world).await;
        seen.extend(
            page.json()
                .as_array()
                .expect("a list")
                .iter()
                .map(|it| it["id"].to_string()),
        );
        let links = page.header("link").unwrap_or_default().to_owned();
        let found = links.split(',').find(|it| it.contains("rel=\"next\""));
        next = found.and_then(|it| Some(it.split('<').nth(1)?.split('>').next()?.to_owned()));
    }
    let all: Vec<_> = ids(&world, "ada", "/projects")
        .await
        .iter()
        .map(i64::to_string)
        .collect();
    assert_eq!(seen, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_in_page_and_per_page_falls_back() {
    let world = five().await;
    let all = ids(&world, "ada", "/projects").await;
    for query in [
        "?page=0",
        "?page=-1",
        "?page=x",
        "?per_page=0",
        "?per_page=-5",
        "?per_page=x",
        "?per_page=1000000",
        "?page=1&page=9",
        "?page=",
        "?per_page=",
    ] {
        assert_eq!(
            ids(&world, "ada", &format!("/projects{query}")).await,
            all,
            "{query}"
        );
    }
    let far = world
        .get("ada", "/projects?page=9223372036854775807&per_page=1000")
        .await;
    assert_eq!(expect(far, 200).json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_of_two_scalars_wins_and_lists_are_united() {
    let world = five().await;
    let all = ids(&world, "ada", "/projects").await;
    assert_eq!(
        column(&world, "ada", "/projects?name=cove&name=dock", "name").await,
        ["Cove"]
    );
    for id in &all {
        world
            .put("ada", &format!("/projects/{id}/timer/start"), json!({}))
            .await;
    }
    let (a, b) = (all[0], all[1]);
    for query in [
        format!("projects={a},{b}"),
        format!("projects[]={a}&projects[]={b}"),
        format!("projects={a}&projects={b}"),
        format!("projects={a}&projects[]={b}"),
        format!("project_ids={a},{b}"),
        format!("projects=%20{a}%20,,{b},"),
    ] {
        assert_eq!(
            ids(&world, "ada", &format!("/timers?{query}")).await.len(),
            2,
            "{query}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_combine_with_and_empty_ones_are_absent_and_bad_ones_are_refused() {
    let world = five().await;
    let named = |query| column(&world, "ada", query, "name");
    assert_eq!(
        named("/projects?name=O&billable=true&enabled=1")
            .await
            .len(),
        3
    );
    assert_eq!(
        named("/projects?name=o&billable=FALSE").await,
        Vec::<String>::new()
    );
    assert_eq!(named("/projects?name=&billable=&enabled=").await.len(), 5);
    assert_eq!(named("/projects?invented=1").await.len(), 5);
    for (query, problems) in [
        ("/projects?billable=maybe", &["billable:invalid"][..]),
        (
            "/projects?enabled=2&billable=x",
            &["enabled:invalid", "billable:invalid"],
        ),
        ("/entries?user_ids=1,x", &["user_ids:invalid"]),
        (
            "/entries?from=yesterday&to=2024-13-01",
            &["from:invalid", "to:invalid"],
        ),
        ("/entries?updated_from=noon", &["updated_from:invalid"]),
        ("/entries?tag_filter_type=or", &["tag_filter_type:invalid"]),
        ("/users?role=boss", &["role:invalid"]),
        ("/users?state=gone", &["state:invalid"]),
        ("/webhooks?state=off", &["state:invalid"]),
        ("/broadcast_receivers?state=off", &["state:invalid"]),
        ("/timers?projects=x", &["projects:invalid"]),
    ] {
        let answer = world.get("ada", query).await;
        assert_eq!(answer.status, 400, "{query}");
        let mut found = answer.problems();
        found.sort();
        let mut expected = problems.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{query}");
        assert_eq!(answer.json()["message"], "Validation Failed", "{query}");
    }
    refused(
        &world.get("ada", "/projects?billing_increment=x").await,
        &["billing_increment:invalid"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_found_without_regard_to_case_or_composition() {
    let world = World::start().await;
    project(&world, "Caf\u{e9} GRO\u{df}").await;
    for query in ["caf%C3%A9", "CAFE%CC%81", "gro%C3%9F", "%C3%89+g"] {
        let found = column(&world, "ada", &format!("/projects?name={query}"), "name").await;
        assert_eq!(found.len(), 1, "{query}");
    }
    for query in ["%25", "_", "cafe", "*"] {
        let found = column(&world, "ada", &format!("/projects?name={query}"), "name").await;
        assert_eq!(found, Vec::<String>::new(), "{query}");
    }
}
