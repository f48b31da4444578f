//! Secrets on their way through a browser: sealed with the master key, as the text of a cookie.
//!
//! Words: *once*, a cookie that carries a new secret to the one page that shows it (U13).
//! Never: a secret in the clear before that page.

use base::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::http::{Call, Cookie};

/// How long the page after a creation may take to be opened.
const ONCE_SECONDS: u64 = 60;

/// Sealed bytes as a cookie's value.
pub(super) fn write(sealed: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(sealed)
}

/// Sealed bytes from a cookie's value.
pub(super) fn read(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// The line that sets the cookie which carries a secret to the page about this thing.
pub(crate) fn carry(call: &Call, secret: &Secret<String>, thing: &str) -> String {
    let environment = call.app.db.environment();
    let sealed =
        environment
            .master_key
            .seal(secret, &place(call, thing), environment.chance.as_ref());
    Cookie::Once.set(&write(&sealed), Some(ONCE_SECONDS), &call.app.settings)
}

/// The secret that was carried here for this thing; none on a reload.
pub(crate) fn carried(call: &Call, thing: &str) -> Option<Secret<String>> {
    let sealed = read(&Cookie::Once.read(&call.headers, &call.app.settings)?)?;
    call.app
        .db
        .environment()
        .master_key
        .open(&sealed, &place(call, thing))
        .ok()
}

/// Bound to the session, so that a cookie from elsewhere opens nothing.
fn place(call: &Call, thing: &str) -> String {
    let session = call.visitor.as_ref();
    let session = session.map(|it| base::secret::digest(it.cookie.reveal()));
    format!("cookie.once:{thing}:{}", session.unwrap_or_default())
}
