//! A browser without scripts: it keeps cookies, fills in forms and follows where it is sent.
//!
//! Never: knowing what a page means.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base::{Actor, Id, Secret, chance::SystemChance};
use hyper::body::Bytes;

use crate::world::{Answer, World};

pub(super) const PASSWORD: &str = "quiet-harbour-41";

/// Gives these people of the world a password.
pub(super) async fn give_passwords(world: &World, people: &[&str]) {
    let hash = server::identity::passwords::hash(&Secret::new(PASSWORD.to_owned()), &SystemChance);
    let hash = hash.expect("a good password");
    for name in people {
        let persona = world.persona(name);
        let (user, hash) = (Id::new(persona.id), hash.clone());
        let operator = Actor::Operator(Id::new(persona.account));
        let set = world.db.write(operator, move |tx| {
            server::resources::users::actions::set_password(tx, user, &hash)
        });
        set.await.expect("the user is there");
    }
}

/// The address with which somebody of the world signs in.
pub(super) fn email(world: &World, name: &str) -> String {
    match name {
        "ada" => "ada@harbour.example".to_owned(),
        "dora" => "dora@quarry.example".to_owned(),
        _ => format!("{name}@{}.example", world.persona(name).account),
    }
}

/// One browser.
pub(super) struct Browser<'w> {
    world: &'w World,
    pub(super) cookies: RefCell<BTreeMap<String, String>>,
}

impl<'w> Browser<'w> {
    /// A browser that was never here.
    pub(super) fn new(world: &'w World) -> Self {
        Self {
            world,
            cookies: RefCell::default(),
        }
    }

    /// A browser in which somebody has signed in.
    pub(super) async fn of(world: &'w World, name: &str) -> Self {
        let browser = Self::new(world);
        browser.get("/sign_in").await;
        let email = email(world, name);
        let fields = [("email", email.as_str()), ("password", PASSWORD)];
        let went = browser.post("/sign_in", &fields).await;
        assert_eq!(went.status, 303, "{name} signs in: {}", text(&went));
        browser
    }

    /// Goes to a page.
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[("accept", "text/html")], String::new())
            .await
    }

    /// Goes to a page that must be there, and gives its text.
    pub(super) async fn read(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", text(&answer));
        text(&answer)
    }

    /// Posts a form of ours as a browser does, with its token.
    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token();
        let mut all = vec![("form_token", token.as_str())];
        all.extend(fields);
        let headers = [("sec-fetch-site", "same-origin")];
        self.submit(path, &headers, &all).await
    }

    /// Posts a form and reads the page to which that leads.
    pub(super) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, 303, "{path}: {}", text(&answer));
        let next = answer
            .header("location")
            .expect("a place to go to")
            .to_owned();
        self.read(&next).await
    }

    /// Posts exactly these fields with exactly these headers.
    pub(super) async fn submit(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend(headers);
        self.ask("POST", path, &all, form.finish()).await
    }

    /// The token that our forms carry for this browser's cookie.
    pub(super) fn token(&self) -> String {
        let cookies = self.cookies.borrow();
        let cookie = cookies
            .get("carillon")
            .or_else(|| cookies.get("carillon_form"));
        let cookie = cookie.cloned().unwrap_or_default();
        let mut token = base::secret::digest(&format!("carillon form {cookie}"));
        token.truncate(32);
        token
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request = hyper::Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.world.address.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let cookies = self.cookies.borrow().clone();
        let cookies = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let request = request
            .header("cookie", cookies)
            .body(Bytes::from(body).into());
        let answer = self.world.raw(request.expect("a request")).await;
        self.keep(&answer);
        answer
    }

    fn keep(&self, answer: &Answer) {
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().expect("plain words");
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').expect("a name and a value");
            let mut cookies = self.cookies.borrow_mut();
            if attributes.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The body of an answer as text.
pub(super) fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}
