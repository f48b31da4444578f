//! The ground of the sweeps: two accounts full of things, each with texts that others never read.
//!
//! Words: *own* (what somebody may name), *hidden* (what is there, but not for them).
//! Never: events that are still under way; whoever dumps the database finds it at rest.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use zoo::Receiver;

use crate::ask::{Question, ask, id_of};
use crate::world::{Answer, World};

/// Everybody: four roles of account harbour, two of account quarry.
pub(super) const PEOPLE: [&str; 6] = ["ada", "lea", "ben", "cleo", "dora", "dan"];
/// The people of account harbour, by role from the highest.
pub(super) const HARBOUR: [&str; 4] = ["ada", "lea", "ben", "cleo"];
/// An id that nobody was ever given.
pub(super) const MISSING: &str = "999999999";
/// A payload that never was.
pub(super) const MISSING_PAYLOAD: &str = "00000000-0000-4000-8000-000000000000";
/// A budget that coworkers and contractors may not read.
pub(super) const BUDGET: i64 = 98_765_432;

/// What somebody may name: the kinds of `routes::kind`.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    pub(super) user: i64,
    pub(super) ids: BTreeMap<&'static str, String>,
}

impl Own {
    /// The id of the own thing of a kind.
    pub(super) fn id(&self, kind: &str) -> String {
        self.ids
            .get(kind)
            .unwrap_or_else(|| panic!("nothing is a {kind}"))
            .clone()
    }

    /// The same as a number.
    pub(super) fn number(&self, kind: &str) -> i64 {
        self.id(kind).parse().expect("ids are numbers")
    }
}

/// A world full of things.
pub(super) struct Ground {
    pub(super) world: World,
    /// Where webhooks and receivers lead.
    pub(super) receiver: Receiver,
    own: BTreeMap<&'static str, Own>,
    /// A project of harbour that cleo was not given.
    pub(super) beacon: i64,
    deleted: BTreeMap<&'static str, String>,
    canaries: Vec<(String, Vec<&'static str>)>,
    made: AtomicUsize,
}

impl Ground {
    /// Fills a world and waits until it is at rest.
    pub(super) async fn lay() -> Self {
        let mut ground = Self {
            world: World::start().await,
            receiver: Receiver::start().await,
            beacon: 0,
            own: BTreeMap::new(),
            deleted: BTreeMap::new(),
            canaries: Vec::new(),
            made: AtomicUsize::new(0),
        };
        ground.projects().await;
        for who in PEOPLE {
            ground.settle(who).await;
        }
        ground.delete_some().await;
        ground.guard();
        ground
    }

    /// A number that was not used before, for names.
    pub(super) fn serial(&self) -> usize {
        self.made.fetch_add(1, Ordering::Relaxed)
    }

    /// What somebody may name.
    pub(super) fn own(&self, who: &str) -> &Own {
        self.own
            .get(who)
            .unwrap_or_else(|| panic!("{who} has nothing"))
    }

    /// Ids of this kind that are there, but not for them; each with a word on what it is.
    pub(super) fn hidden(&self, who: &str, kind: &'static str) -> Vec<(&'static str, String)> {
        let at_home = HARBOUR.contains(&who);
        let stranger = if at_home { "dora" } else { "ada" };
        let mut hidden = vec![("foreign", self.own(stranger).id(kind))];
        hidden.extend(self.deleted.get(kind).map(|id| ("deleted", id.clone())));
        let private = matches!(kind, "webhook" | "payload" | "receiver");
        if private && !matches!(who, "ada" | "dora") {
            let other = if at_home { "ada" } else { "dora" };
            hidden.push(("another user's", self.own(other).id(kind)));
        }
        match (who, kind) {
            ("cleo", "project") => hidden.push(("not given", self.beacon.to_string())),
            ("cleo", "entry" | "user") => hidden.push(("another's", self.own("ada").id(kind))),
            _ => {}
        }
        hidden
    }

    /// Asks as somebody, below `/v2`; no answer may hold a canary that is not theirs.
    pub(super) async fn call(&self, who: &str, method: &str, path: &str, body: &Value) -> Answer {
        self.send(
            who,
            ask(method, format!("/v2{path}"))
                .json(body)
                .by(&self.world, who),
        )
        .await
    }

    /// The same with a whole question.
    pub(super) async fn send(&self, who: &str, question: Question) -> Answer {
        let asked = format!("{question:?}");
        let answer = question.send(&self.world).await;
        let leak = self.leak(who, &crate::ask::told(&answer));
        assert_eq!(leak, None, "{who} reads of others: {asked}");
        assert_ne!(answer.status, 500, "{asked}");
        answer
    }

    /// The first text in it that this person may never read.
    pub(super) fn leak(&self, who: &str, text: &str) -> Option<&str> {
        let leaks = self
            .canaries
            .iter()
            .filter(|(_, readers)| !readers.contains(&who));
        leaks
            .map(|(canary, _)| canary.as_str())
            .find(|canary| text.contains(canary))
    }

    /// The first payload of a webhook, once it was delivered.
    pub(super) async fn ping_of(&self, who: &str, webhook: i64) -> String {
        let status = format!("/webhooks/{webhook}/status");
        while self.world.get(who, &status).await.json()["waiting_count"] != 0 {
            self.receiver.received();
        }
        let log = self
            .world
            .get(who, &format!("/webhooks/{webhook}/payloads"))
            .await
            .json();
        log[0]["id"].as_str().expect("a payload").to_owned()
    }

    async fn projects(&mut self) {
        let world = &self.world;
        let told = json!({"budgeted_minutes": BUDGET, "description": "canary-harbour-atlas"});
        world
            .put("ada", &format!("/projects/{}", world.atlas), told)
            .await;
        let beacon = json!({"name": "canary-harbour-beacon", "budgeted_minutes": BUDGET + 1});
        self.beacon = id_of(&world.post("ada", "/projects", beacon).await);
        let pit = json!({"name": "canary-quarry-pit", "description": "canary-quarry-words",
            "budgeted_minutes": 87_654_321});
        let pit = id_of(&world.post("dora", "/projects", pit).await);
        let tags = [("ada", "canary-harbour-tag"), ("dora", "canary-quarry-tag")];
        for (owner, tag) in tags {
            let made = world
                .post(owner, "/tags", json!({"names": [tag]}))
                .await
                .json();
            let project = if owner == "ada" { world.atlas } else { pit };
            let people = if owner == "ada" {
                &PEOPLE[..4]
            } else {
                &PEOPLE[4..]
            };
            for who in people {
                let user = world.persona(who).id;
                let seen = if *who == "lea" || *who == "ada" {
                    world.persona("ben").id
                } else {
                    user
                };
                let own = Own {
                    user,
                    ids: BTreeMap::from([
                        ("project", project.to_string()),
                        ("tag", made[0]["id"].to_string()),
                        ("user", seen.to_string()),
                    ]),
                };
                self.own.insert(who, own);
            }
        }
        let seen = self.world.persona("dan").id.to_string();
        self.own
            .get_mut("dora")
            .expect("dora is there")
            .ids
            .insert("user", seen);
        let seen = self.world.persona("lea").id.to_string();
        self.own
            .get_mut("ada")
            .expect("ada is there")
            .ids
            .insert("user", seen);
    }

    /// Somebody's entry, timer, webhook and receiver.
    async fn settle(&mut self, who: &'static str) {
        let account = if HARBOUR.contains(&who) {
            "harbour"
        } else {
            "quarry"
        };
        let project = self.own(who).number("project");
        let words = format!("canary-{account}-entry-of-{who} #canary-{account}-tag");
        let source = format!("https://canary-{account}-{who}.example/1");
        let entry = json!({"date": "2024-03-18", "minutes": 45, "project_id": project,
            "description": words, "source_url": source});
        let entry = self.world.post(who, "/entries", entry).await;
        let words = json!({"description": format!("canary-{account}-timer-of-{who}")});
        self.world
            .put(who, &format!("/projects/{project}/timer/start"), words)
            .await;
        let uri = self
            .receiver
            .url(&format!("/canary-{account}-hook-of-{who}"));
        let (webhook, secret) = self.world.webhook(who, &uri, &["invoice.created"]).await;
        let input = json!({"name": format!("canary-{account}-light-of-{who}"),
            "payload_uri": uri, "subjects": ["*"]});
        let light = self.world.post(who, "/broadcast_receivers", input).await;
        let ping = self.ping_of(who, webhook).await;
        let ids = [
            ("entry", id_of(&entry).to_string()),
            ("webhook", webhook.to_string()),
            ("payload", ping),
            ("receiver", id_of(&light).to_string()),
        ];
        self.own
            .get_mut(who)
            .expect("everybody has something")
            .ids
            .extend(ids);
        for secret in [
            secret,
            light.json()["secret"]
                .as_str()
                .expect("a secret")
                .to_owned(),
        ] {
            self.canaries.push((secret, Vec::new()));
        }
    }

    async fn delete_some(&mut self) {
        let project = self
            .world
            .post("ada", "/projects", json!({"name": "Gone"}))
            .await;
        let tag = self
            .world
            .post("ada", "/tags", json!({"names": ["gone"]}))
            .await
            .json();
        let entry = json!({"date": "2024-03-18", "minutes": 15});
        let entry = self.world.post("ada", "/entries", entry).await;
        let (webhook, _) = self
            .world
            .webhook("ada", "http://127.0.0.1:9/", &["*"])
            .await;
        let log = self
            .world
            .get("ada", &format!("/webhooks/{webhook}/payloads"))
            .await
            .json();
        let light =
            json!({"name": "gone", "payload_uri": "http://127.0.0.1:9/", "subjects": ["*"]});
        let light = self.world.post("ada", "/broadcast_receivers", light).await;
        let gone = [
            ("project", "projects", id_of(&project)),
            ("tag", "tags", tag[0]["id"].as_i64().expect("an id")),
            ("entry", "entries", id_of(&entry)),
            ("webhook", "webhooks", webhook),
            ("receiver", "broadcast_receivers", id_of(&light)),
        ];
        for (kind, path, id) in gone {
            let answer = self.world.delete("ada", &format!("/{path}/{id}")).await;
            assert_eq!(answer.status, 204, "{path}");
            self.deleted.insert(kind, id.to_string());
        }
        let payload = log[0]["id"].as_str().expect("a payload").to_owned();
        self.deleted.insert("payload", payload);
    }

    /// Who may read which text. Contract: authentication.md §5.
    fn guard(&mut self) {
        let seniors = vec!["ada", "lea"];
        let mut guarded = vec![
            ("canary-quarry".to_owned(), vec!["dora", "dan"]),
            ("quarry.example".to_owned(), vec!["dora", "dan"]),
            ("\"quarry\"".to_owned(), vec!["dora", "dan"]),
            ("87654321".to_owned(), vec!["dora"]),
            ("canary-harbour".to_owned(), HARBOUR.to_vec()),
            ("harbour.example".to_owned(), HARBOUR.to_vec()),
            (
                "canary-harbour-beacon".to_owned(),
                vec!["ada", "lea", "ben"],
            ),
            (BUDGET.to_string(), seniors.clone()),
            ((BUDGET + 1).to_string(), seniors),
        ];
        for who in PEOPLE {
            guarded.push((self.world.persona(who).token, Vec::new()));
            let account = if HARBOUR.contains(&who) {
                "harbour"
            } else {
                "quarry"
            };
            for thing in ["hook", "light"] {
                let readers = vec![who, "ada", "dora"];
                guarded.push((format!("canary-{account}-{thing}-of-{who}"), readers));
            }
            guarded.push((format!("canary-{account}-timer-of-{who}"), vec![who]));
            let all = vec!["ada", "lea", "ben", "dora", "dan", who];
            guarded.push((format!("canary-{account}-entry-of-{who}"), all));
        }
        self.canaries.extend(guarded);
    }
}
