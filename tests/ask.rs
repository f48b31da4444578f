//! Requests as a stranger would write them: any method, header and body, and the whole answer.
//!
//! Words: *question* (a request that is being put together).
//! Never: holding answers against shapes; that is `World::call`.

use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::Value;

use crate::world::{Answer, World};

/// A request below the origin of a world; it names an application unless told otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Begins a request; the target starts at the origin: `/v2/projects?page=2`.
pub(crate) fn ask(method: &str, target: impl Into<String>) -> Question {
    Question {
        method: method.to_owned(),
        target: target.into(),
        headers: vec![("user-agent".to_owned(), "stories".to_owned())],
        body: Vec::new(),
    }
}

impl Question {
    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Leaves the application unnamed.
    pub(crate) fn unnamed(mut self) -> Self {
        self.headers.retain(|(name, _)| name != "user-agent");
        self
    }

    /// Presents a personal token in the usual header.
    pub(crate) fn token(self, token: &str) -> Self {
        self.header("x-nokotoken", token)
    }

    /// Presents somebody's token.
    pub(crate) fn by(self, world: &World, who: &str) -> Self {
        let token = world.persona(who).token;
        self.token(&token)
    }

    /// Sends these bytes.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends this as JSON.
    pub(crate) fn json(self, body: &Value) -> Self {
        self.body(body.to_string())
    }

    /// The answer, as it came.
    pub(crate) async fn send(self, world: &World) -> Answer {
        let mut request = hyper::Request::builder()
            .method(self.method.as_str())
            .uri(self.target)
            .header("host", world.address.to_string());
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let body = Full::new(Bytes::from(self.body));
        world
            .raw(request.body(body).expect("a well-formed request"))
            .await
    }
}

/// All that an answer tells, in bytes that can be compared: everything but the date.
pub(crate) fn told(answer: &Answer) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers.sort();
    let body = String::from_utf8_lossy(&answer.body);
    format!("{}\n{}\n\n{body}", answer.status, headers.join("\n"))
}

/// The id of what an answer shows.
pub(crate) fn id_of(answer: &Answer) -> i64 {
    answer.json()["id"]
        .as_i64()
        .expect("the answer shows a thing with an id")
}
