//! Finds the route of a request: fixed words win over open ones, a slash at the end is nothing.
//!
//! Never: more than the method and the path.

use std::fmt;

use hyper::Method;

use super::call::Words;
use super::route::{Area, Route};

/// All routes of this build.
pub struct Table {
    paths: matchit::Router<Path>,
    count: usize,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({} paths)", self.count)
    }
}

/// One path with the routes of its methods.
#[derive(Debug)]
pub(super) struct Path {
    /// The template with its prefix, for logs and metrics.
    pub(super) template: String,
    pub(super) routes: Vec<Route>,
}

impl Table {
    /// Puts routes together by path.
    ///
    /// Panics when two routes have the same method and path, or two paths cannot be told apart:
    /// the registry is part of the program.
    pub fn new(routes: impl IntoIterator<Item = Route>) -> Self {
        let mut paths: Vec<Path> = Vec::new();
        for route in routes {
            let template = route.template();
            match paths.iter_mut().find(|path| path.template == template) {
                Some(path) => {
                    let is_new = path.routes.iter().all(|other| other.method != route.method);
                    assert!(is_new, "{route:?} is in the registry twice");
                    path.routes.push(route);
                }
                None => paths.push(Path {
                    template,
                    routes: vec![route],
                }),
            }
        }
        let count = paths.len();
        let mut table = matchit::Router::new();
        for path in paths {
            let template = path.template.clone();
            let inserted = table.insert(&template, path);
            inserted.unwrap_or_else(|cause| panic!("{template} cannot be told apart: {cause}"));
        }
        Self {
            paths: table,
            count,
        }
    }

    /// The path of a request and its open words; `path` has no slash at its end. A word that is
    /// not UTF-8 once decoded names nothing.
    pub(super) fn find(&self, path: &str) -> Option<(&Path, Words)> {
        let path = if path.is_empty() { "/" } else { path };
        let found = self.paths.at(path).ok()?;
        let words = found
            .params
            .iter()
            .map(|(name, word)| Some((name.to_owned(), decode(word)?)));
        Some((found.value, Words(words.collect::<Option<Vec<_>>>()?)))
    }
}

impl Path {
    /// The route of a method; `HEAD` goes with `GET`.
    pub(super) fn route(&self, method: &Method) -> Option<&Route> {
        let method = if *method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        self.routes.iter().find(|route| route.method == *method)
    }

    /// All routes of a path lie in the same area.
    pub(super) fn area(&self) -> Area {
        self.routes.first().map_or(Area::Site, |route| route.area)
    }

    /// The value of `Allow`.
    pub(super) fn allowed(&self) -> String {
        let mut methods = Vec::new();
        for route in &self.routes {
            methods.push(route.method.as_str());
            if route.method == Method::GET {
                methods.push("HEAD");
            }
        }
        methods.sort_unstable();
        methods.join(", ")
    }
}

/// Undoes percent-encoding; `None` if that leaves no UTF-8.
fn decode(word: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digit = |index: usize| {
            after
                .get(index)
                .and_then(|byte| char::from(*byte).to_digit(16))
        };
        let coded = digit(0).zip(digit(1)).filter(|_| *byte == b'%');
        let coded = coded.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        bytes.push(coded.unwrap_or(*byte));
        rest = if coded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::super::answer::{Answer, Handled};
    use super::super::call::Call;
    use super::super::route::{Doc, Policy};
    use super::*;

    async fn nothing(_call: Call) -> Handled {
        Answer::no_content()
    }

    fn table() -> Table {
        let any = Policy::AnyUser;
        Table::new([
            Route::get("/projects/{id}", any, Doc::PLAIN, nothing),
            Route::put("/projects/{id}", any, Doc::PLAIN, nothing),
            Route::put("/projects/archive", any, Doc::PLAIN, nothing),
            Route::put(
                "/projects/{project_id}/timer/start",
                any,
                Doc::PLAIN,
                nothing,
            ),
            Route::put("/projects/{id}/archive", any, Doc::PLAIN, nothing),
        ])
    }

    #[test]
    fn fixed_words_win_over_open_ones() {
        let table = table();
        for (path, template, words) in [
            ("/v2/projects/7", "/v2/projects/{id}", vec!["id=7"]),
            ("/v2/projects/archive", "/v2/projects/archive", vec![]),
            (
                "/v2/projects/archived",
                "/v2/projects/{id}",
                vec!["id=archived"],
            ),
            (
                "/v2/projects/7/archive",
                "/v2/projects/{id}/archive",
                vec!["id=7"],
            ),
            (
                "/v2/projects/a%20b%C3%A4/timer/start",
                "/v2/projects/{project_id}/timer/start",
                vec!["project_id=a b\u{e4}"],
            ),
        ] {
            let (found, open) = table.find(path).expect("a known path");
            let open: Vec<_> = open
                .0
                .iter()
                .map(|(name, word)| format!("{name}={word}"))
                .collect();
            assert_eq!(
                (found.template.as_str(), open),
                (template, words.iter().map(|it| (*it).to_owned()).collect())
            );
        }
        for path in [
            "/v2/projects",
            "/v2/projects/",
            "/projects/7",
            "/v2/projects/7/8",
            "",
            "/v2/projects/%FF",
        ] {
            assert!(table.find(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_path_says_which_methods_it_has() {
        let table = table();
        let (path, _) = table.find("/v2/projects/7").expect("a known path");
        assert_eq!(path.allowed(), "GET, HEAD, PUT");
        assert!(
            path.route(&Method::HEAD)
                .is_some_and(|route| route.method == Method::GET)
        );
        assert!(path.route(&Method::DELETE).is_none());
    }
}
