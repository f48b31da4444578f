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

    /// The value of a colour in one of the style sheet's two palettes.
    fn colour(palette: &str, name: &str) -> [f64; 3] {
        let value = palette.split(&format!("--{name}: #")).nth(1);
        let value = value.unwrap_or_else(|| panic!("no {name}"));
        [0, 2, 4].map(|place| {
            let byte = u8::from_str_radix(&value[place..place + 2], 16).expect("two digits");
            let share = f64::from(byte) / 255.0;
            if share <= 0.040_45 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    /// WCAG 2.2, contrast ratio.
    fn contrast(left: [f64; 3], right: [f64; 3]) -> f64 {
        let light =
            |[red, green, blue]: [f64; 3]| 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
        let (left, right) = (light(left), light(right));
        left.max(right) / left.min(right)
    }

    #[test]
    fn every_pair_of_both_palettes_can_be_read() {
        let palettes: Vec<&str> = ASSETS[0].text.split("--page: ").skip(1).collect();
        for palette in palettes.iter().take(3) {
            let palette = format!("--page: {palette}");
            let check = |front: &str, back: &str, least: f64| {
                let found = contrast(colour(&palette, front), colour(&palette, back));
                assert!(found >= least, "{front} on {back}: {found:.2}");
            };
            for back in ["page", "panel"] {
                for front in ["text", "muted", "link", "good", "failing", "stopped"] {
                    check(front, back, 4.5);
                }
                check("border", back, 3.0);
            }
            for tone in ["good", "failing", "stopped"] {
                check(tone, &format!("{tone}-tint"), 4.5);
            }
            check("on-link", "link", 4.5);
        }
        assert!(
            palettes.len() >= 3,
            "light, dark by choice, dark by the system"
        );
    }

    #[test]
    fn the_name_changes_with_the_content() {
        let name = |text| Asset::new("a", "css", "text/css", text).name;
        assert_ne!(name("a"), name("b"));
        assert!(css().starts_with("carillon-"));
    }
}
