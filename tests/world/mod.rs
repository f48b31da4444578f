//! The world of the stories: a whole server on a real file, its people, and their clients.
//!
//! Ada owns the account, lea leads, ben works with them, cleo is a contractor who was given
//! project atlas. Dora owns a second account, which nobody of the first may ever see; dan works
//! for her. Every JSON answer is held against its shape.

pub(crate) mod client;
mod promised;
pub(crate) mod storage;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base::chance::SystemChance;
use base::clock::SystemClock;
use base::{Actor, Id, MasterKey, Reason, Role, Secret, id};
use delivery::courier::Courier;
use delivery::engine::Engine;
use delivery::runner::Runner;
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::{Value, json};
use server::http::Shape;
use server::resources::users::{self, NewUser};
use store::Db;

pub(crate) use client::Answer;

/// Somebody with a token.
#[derive(Clone, Debug)]
pub(crate) struct Persona {
    pub(crate) id: i64,
    pub(crate) account: i64,
    pub(crate) token: String,
}

/// A running server and everybody around it.
pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) address: SocketAddr,
    pub(crate) settings: Arc<delivery::Settings>,
    people: BTreeMap<&'static str, Persona>,
    pub(crate) atlas: i64,
    stop: tokio::sync::watch::Sender<bool>,
    _stopper: server::Stopper,
    _tasks: tokio::task::JoinSet<()>,
    _folder: tempfile::TempDir,
    /// Last: what works on it ends before.
    _database: Option<storage::Database>,
}

/// What a story may set otherwise.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) delivery: delivery::Settings,
    pub(crate) server: server::Settings,
    pub(crate) disk_free_min: u64,
}

impl Default for Options {
    fn default() -> Self {
        let mut delivery = delivery::Settings {
            broadcast_interval: Duration::from_millis(150),
            allow_networks: vec!["127.0.0.0/8".parse().expect("a network")],
            ..delivery::Settings::default()
        };
        delivery.retry.initial = Duration::from_millis(50);
        delivery.retry.max_interval = Duration::from_millis(400);
        delivery.answer_timeout = Duration::from_secs(2);
        Self {
            delivery,
            server: server::Settings::default(),
            disk_free_min: 0,
        }
    }
}

struct Ready;

impl server::operating::Readiness for Ready {
    fn check(
        &self,
    ) -> std::pin::Pin<Box<dyn Future<Output = Vec<server::operating::Check>> + Send + '_>> {
        Box::pin(async { Vec::new() })
    }
}

impl World {
    /// A server with short settings and everybody in place.
    pub(crate) async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    /// The same with other settings.
    pub(crate) async fn start_with(mut options: Options) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let public_url = format!("http://{address}");
        options.delivery.public_url.clone_from(&public_url);
        options.server.public_url.clone_from(&public_url);
        let settings = Arc::new(options.delivery);
        let folder = tempfile::tempdir().expect("a folder");
        let database = storage::Database::fresh();
        let db = open(&folder, database.as_ref(), &public_url, &settings);
        let courier =
            Courier::new(Arc::clone(&settings), Arc::new(SystemClock)).expect("a courier");
        let engine = Engine::new(db.clone(), Arc::clone(&settings), "node");
        let held = engine.held();
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let runner = Runner {
            db: db.clone(),
            settings: Arc::clone(&settings),
            courier: courier.clone(),
            engine,
            disk_free_min: options.disk_free_min,
            stop_timeout: Duration::from_secs(5),
        };
        let app = server::App::new(server::Wiring {
            settings: options.server,
            db: db.clone(),
            clock: Arc::new(SystemClock),
            resources: server::resources::RESOURCES,
            authenticate: server::identity::authenticate,
            delivery: Arc::new(server::Delivery {
                settings: Arc::clone(&settings),
                courier,
                held,
            }),
            readiness: Arc::new(Ready),
            metrics: Arc::new(String::new),
        });
        let (closing, shutdown) = server::shutdown();
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(runner.run(stopped));
        tasks.spawn(async move {
            server::serve(app, listener, shutdown).await;
        });
        let mut world = Self {
            db,
            address,
            settings,
            people: BTreeMap::new(),
            atlas: 0,
            stop,
            _stopper: closing,
            _tasks: tasks,
            _folder: folder,
            _database: database,
        };
        world.populate().await;
        world
    }

    async fn populate(&mut self) {
        self.found("harbour", "ada").await;
        self.found("quarry", "dora").await;
        for (name, owner, role) in [
            ("lea", "ada", Role::Leader),
            ("ben", "ada", Role::Coworker),
            ("cleo", "ada", Role::Contractor),
            ("dan", "dora", Role::Coworker),
        ] {
            self.hire(name, owner, role).await;
        }
        let atlas = self
            .post("ada", "/projects", json!({"name": "Atlas"}))
            .await;
        self.atlas = atlas.json()["id"].as_i64().expect("an id");
        let path = format!("/users/{}/give_access_to_projects", self.persona("cleo").id);
        let given = self
            .put("ada", &path, json!({"project_ids": [self.atlas]}))
            .await;
        assert_eq!(given.status, 204);
    }

    async fn found(&mut self, account: &str, owner: &'static str) {
        let new = server::identity::accounts::NewAccount {
            name: account.to_owned(),
            email: format!("{owner}@{account}.example"),
            first_name: owner.to_owned(),
            last_name: "Example".to_owned(),
            password_hash: "none".to_owned(),
            utc_offset: 0,
        };
        let by = Actor::System(Reason::StartUp);
        let made = self
            .db
            .write(by, move |tx| server::identity::accounts::create(tx, &new))
            .await
            .expect("an account");
        let persona = Persona {
            id: made.user.number(),
            account: made.account.number(),
            token: made.token.reveal().clone(),
        };
        self.people.insert(owner, persona);
    }

    /// Adds an active user and gives them a token.
    pub(crate) async fn hire(&mut self, name: &'static str, owner: &str, role: Role) {
        let account = self.persona(owner).account;
        let new = NewUser {
            email: format!("{name}@{account}.example"),
            first_name: name.to_owned(),
            last_name: "Example".to_owned(),
            role,
            state: users::State::Active,
            password_hash: None,
            utc_offset: 0,
        };
        let operator = Actor::Operator(Id::<id::Account>::new(account));
        let user = self
            .db
            .write(operator, move |tx| users::actions::create(tx, &new, None))
            .await
            .expect("a user");
        let (_, token): (_, Secret<String>) = self
            .db
            .write(operator, move |tx| {
                server::identity::tokens::create(tx, user.id, "story")
            })
            .await
            .expect("a token");
        let persona = Persona {
            id: user.id.number(),
            account,
            token: token.reveal().clone(),
        };
        self.people.insert(name, persona);
    }

    /// Somebody by name.
    pub(crate) fn persona(&self, name: &str) -> Persona {
        self.people
            .get(name)
            .unwrap_or_else(|| panic!("nobody is called {name}"))
            .clone()
    }

    /// `{api}`.
    pub(crate) fn api(&self) -> String {
        format!("http://{}/v2", self.address)
    }

    /// Sends a request as somebody; its JSON answer must have the shape of its route.
    pub(crate) async fn call(
        &self,
        who: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let token = self.persona(who).token;
        let request = hyper::Request::builder()
            .method(method)
            .uri(format!("/v2{path}"))
            .header("host", self.address.to_string())
            .header("user-agent", "stories")
            .header("x-nokotoken", token)
            .body(Full::new(Bytes::from(
                body.map_or_else(String::new, |it| it.to_string()),
            )))
            .expect("a request");
        let answer = client::send(self.address, request).await;
        self.check_shape(method, path, &answer);
        answer
    }

    /// Sends a request as it is; a JSON answer of the API must have its shape here too.
    pub(crate) async fn raw(&self, request: hyper::Request<Full<Bytes>>) -> Answer {
        let (method, path) = (
            request.method().to_string(),
            request.uri().path().to_owned(),
        );
        let answer = client::send(self.address, request).await;
        let has_body = !matches!(method.as_str(), "HEAD" | "OPTIONS");
        // The document that describes the shapes has none itself.
        let is_shaped = path.trim_end_matches('/') != "/v2/openapi.json";
        if let Some(path) = path.strip_prefix("/v2").filter(|_| has_body && is_shaped) {
            self.check_shape(&method, path, &answer);
        }
        answer
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.call(who, "GET", path, None).await
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: Value) -> Answer {
        self.call(who, "POST", path, Some(body)).await
    }

    pub(crate) async fn put(&self, who: &str, path: &str, body: Value) -> Answer {
        self.call(who, "PUT", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, who: &str, path: &str) -> Answer {
        self.call(who, "DELETE", path, None).await
    }

    /// Makes a webhook of somebody's; its id and secret.
    pub(crate) async fn webhook(&self, who: &str, uri: &str, events: &[&str]) -> (i64, String) {
        let input = json!({"name": "story", "payload_uri": uri, "events": events});
        let made = self.post(who, "/webhooks", input).await;
        assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
        let made = made.json();
        let id = made["id"].as_i64().expect("an id");
        (id, made["secret"].as_str().expect("a secret").to_owned())
    }

    fn check_shape(&self, method: &str, path: &str, answer: &Answer) {
        let checked = match answer.status {
            200 | 201 => self.check_success(method, path, answer),
            404 => crate::shapes::check_raw(
                "error_not_found",
                answer.header("content-type"),
                &String::from_utf8_lossy(&answer.body),
            ),
            429 => {
                let body = String::from_utf8_lossy(&answer.body);
                crate::shapes::check_raw("error_rate_limited", None, &body)
            }
            400.. => {
                let body = answer.json();
                let shape = if body["errors"].is_array() {
                    "validation_error"
                } else {
                    "error"
                };
                crate::shapes::check(shape, &body, &self.api())
            }
            _ if answer.body.is_empty() => Ok(()),
            status => Err(format!("{status} has a body")),
        };
        if let Err(problem) = checked {
            panic!("{method} {path} {}: {problem}", answer.status);
        }
    }

    fn check_success(&self, method: &str, path: &str, answer: &Answer) -> Result<(), String> {
        if method == "HEAD" {
            return Ok(());
        }
        match (promised::answers(method, path), answer.status) {
            (Some(Shape::One(shape)), 200) | (Some(Shape::Created(shape)), 201) => {
                crate::shapes::check(shape, &answer.json(), &self.api())
            }
            (Some(Shape::Many(shape)), 200 | 201) => {
                crate::shapes::check_list(shape, &answer.json(), &self.api())
            }
            (Some(Shape::Other), 200) => Ok(()),
            (answers, status) => Err(format!("{status} where {answers:?} is promised")),
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

fn open(
    folder: &tempfile::TempDir,
    database: Option<&storage::Database>,
    public_url: &str,
    settings: &Arc<delivery::Settings>,
) -> Db {
    let key = MasterKey::parse(MasterKey::draw(&SystemChance).reveal()).expect("a drawn key");
    let told = Arc::clone(settings);
    let environment = store::Environment::new(
        Arc::new(SystemClock),
        Arc::new(SystemChance),
        key,
        format!("{public_url}/v2"),
        Arc::new(move |tx, records| delivery::record::record(tx, &told, records)),
    );
    match database {
        Some(database) => Db::open_postgres(&database.options, environment).expect("a database"),
        None => Db::open(&folder.path().join("carillon.db"), environment).expect("a database"),
    }
}
