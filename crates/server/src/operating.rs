//! What operators and their machines ask: alive, ready, metrics (extensions §8).
//!
//! Never: the database; readiness is told by the wiring.

use std::future::Future;
use std::pin::Pin;

use base::{Error, Kind};
use hyper::header::AUTHORIZATION;
use hyper::{StatusCode, header};
use serde_json::{Map, Value, json};

use crate::Settings;
use crate::http::{Answer, Area, Call, Doc, Handled, Policy, Route, Shape};

/// Tells whether requests should be sent here.
pub trait Readiness: Send + Sync + 'static {
    /// Looks at each part now: its name, and `ok` or a few words on what is wrong.
    fn check(&self) -> Pin<Box<dyn Future<Output = Vec<Check>> + Send + '_>>;
}

/// The state of one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// `database`, `migrations`, `disk`, `engine`.
    pub part: &'static str,
    /// `Err` holds a few words, without addresses or paths.
    pub state: Result<(), String>,
}

/// The operating routes; without metrics if they are switched off.
pub(crate) fn routes(settings: &Settings) -> Vec<Route> {
    let doc = |summary| Doc {
        summary,
        answers: Shape::Other,
        extension: true,
        ..Doc::PLAIN
    };
    let mut routes = vec![
        Route::get(
            "/healthz",
            Policy::Public,
            doc("Is the process alive?"),
            health,
        ),
        Route::get(
            "/readyz",
            Policy::Public,
            doc("Is it ready to serve?"),
            readiness,
        ),
    ];
    if settings.metrics.enabled {
        let doc = doc("Prints metrics for Prometheus.");
        routes.push(Route::get("/metrics", Policy::Public, doc, metrics));
    }
    routes
        .into_iter()
        .map(|route| route.within(Area::Site))
        .collect()
}

async fn health(_call: Call) -> Handled {
    Answer::text("text/plain; charset=utf-8", "ok")
}

async fn readiness(call: Call) -> Handled {
    let checks = call.app.readiness.check().await;
    let ready = checks.iter().all(|check| check.state.is_ok());
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let checks: Map<String, Value> = checks
        .into_iter()
        .map(|check| {
            (
                check.part.to_owned(),
                check.state.err().unwrap_or("ok".to_owned()).into(),
            )
        })
        .collect();
    let answer = Answer::of(status).with_json(&json!({ "ready": ready, "checks": checks }))?;
    if ready {
        Ok(answer)
    } else {
        answer.with_header(header::RETRY_AFTER, "5")
    }
}

/// For this machine, or with the token; for others there is nothing here.
async fn metrics(call: Call) -> Handled {
    if call.client.is_local || has_token(&call) {
        let text = (call.app.metrics)();
        return Answer::text("text/plain; version=0.0.4; charset=utf-8", text);
    }
    Err(Error::NotFound(Kind::Account))
}

fn has_token(call: &Call) -> bool {
    let presented = call
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let presented = presented.and_then(|value| value.split_once(' '));
    let presented = presented.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match (presented, &call.app.settings.metrics.token) {
        (Some((_, text)), Some(token)) => {
            base::secret::is_equal(text.trim().as_bytes(), token.reveal().as_bytes())
        }
        _ => false,
    }
}
