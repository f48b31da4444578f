//! What the registry promises of a route's answer.
//!
//! Never: looking at an answer.

use server::http::Shape;

/// What the registry promises of a route.
pub(super) fn answers(method: &str, path: &str) -> Option<Shape> {
    let path = path.split('?').next().unwrap_or(path).trim_end_matches('/');
    let routes = server::resources::RESOURCES
        .iter()
        .flat_map(|it| (it.routes)());
    let mut fitting: Vec<_> = routes
        .filter(|route| route.method.as_str() == method && fits(route.path, path))
        .collect();
    // A fixed word wins over an id.
    fitting.sort_by_key(|route| route.path.matches('{').count());
    fitting.first().map(|route| route.doc.answers)
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(&path)
            .all(|(word, part)| word.starts_with('{') || word == part)
}
