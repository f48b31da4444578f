//! Every URL that we print, built from `public_url` and never from a request (contract §1).
//!
//! Never: ending in a slash.

use std::fmt::Display;
use std::sync::Arc;

/// Prints absolute URLs; cheap to clone into a database closure.
#[derive(Clone, Debug)]
pub struct Urls {
    public_url: Arc<str>,
}

impl Urls {
    /// For this origin, given without a slash at its end.
    pub fn new(public_url: &str) -> Self {
        Self {
            public_url: public_url.trim_end_matches('/').into(),
        }
    }

    /// `{api}/PATH`, for example `urls.api(format_args!("projects/{id}/timer"))`.
    pub fn api(&self, path: impl Display) -> String {
        format!("{}/v2/{path}", self.public_url)
    }

    /// `{public_url}PATH`: pages, avatars, OAuth. The path begins with a slash.
    pub fn site(&self, path: impl Display) -> String {
        format!("{}{path}", self.public_url)
    }
}
