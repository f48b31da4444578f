//! The style sheet, the script and the mark: in the binary, under names that change with them.
//!
//! Never: anything but these three; a file from disk or from another host.

use std::sync::LazyLock;

use base::secret::digest;
use base::{Error, Kind};
use hyper::header;

use super::answer::{Answer, Handled};
use super::call::Call;
use super::route::{Area, Doc, Policy, Route};

/// One file: what it is called, what it is, what it holds.
struct Asset {
    name: String,
    content_type: &'static str,
    text: &'static str,
}

impl Asset {
    fn new(stem: &str, ending: &str, content_type: &'static str, text: &'static str) -> Self {
        let mut hash = digest(text);
        hash.truncate(12);
        Self {
            name: format!("{stem}-{hash}.{ending}"),
            content_type,
            text,
        }
    }
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        Asset::new(
            "carillon",
            "css",
            "text/css; charset=utf-8",
            include_str!("assets/carillon.css"),
        ),
        Asset::new(
            "carillon",
            "js",
            "text/javascript; charset=utf-8",
            include_str!("assets/carillon.js"),
        ),
        Asset::new(
            "bell",
            "svg",
            "image/svg+xml",
            include_str!("assets/bell.svg"),
        ),
    ]
});

/// The file name of the style sheet.
pub(super) fn css() -> &'static str {
    &ASSETS[0].name
}

/// The file name of the script.
pub(super) fn js() -> &'static str {
    &ASSETS[1].name
}

/// The file name of the mark.
pub(super) fn bell() -> &'static str {
    &ASSETS[2].name
}

/// The one route of all assets.
pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/assets/{name}", Policy::Public, Doc::PLAIN, asset).within(Area::Page)]
}

/// A name with its hash never changes what it means, so it may be kept for ever (U4).
async fn asset(call: Call) -> Handled {
    let found = ASSETS.iter().find(|asset| asset.name == call.text("name"));
    let asset = found.ok_or(Error::NotFound(Kind::Account))?;
    Answer::text(asset.content_type, asset.text)?
        .with_header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_and_the_style_sheet_are_small() {
        assert!(ASSETS[1].text.len() <= 8 * 1024, "{}", ASSETS[1].text.len());
        assert!(
            ASSETS[0].text.len() <= 24 * 1024,
            "{}",
            ASSETS[0].text.len()
        );
    }

    #[test]
    fn the_name_changes_with_the_content() {
        let name = |text| Asset::new("a", "css", "text/css", text).name;
        assert_ne!(name("a"), name("b"));
        assert!(css().starts_with("carillon-"));
    }
}
