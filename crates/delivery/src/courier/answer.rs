//! Reading what came back, within L4 and L5.
//!
//! Never: acting on it; nothing of an answer has effect but status, `Retry-After` and shown text.

use std::time::{Duration, UNIX_EPOCH};

use base::{WallTime, limits};
use hyper::StatusCode;
use hyper::header::{HeaderMap, RETRY_AFTER};

use crate::outcome::Outcome;

/// What a final status means.
pub(super) fn outcome(status: StatusCode) -> Outcome {
    match status.as_u16() {
        200..=299 => Outcome::Accepted,
        300..=399 => Outcome::Redirected,
        // 101: the connection would speak another protocol from here on (L7).
        100..=199 => Outcome::BadAnswer,
        _ => Outcome::Refused,
    }
}

/// The sentences for the owner; none if the request was accepted.
pub(super) fn sentence(outcome: Outcome, status: StatusCode) -> Option<String> {
    (outcome != Outcome::Accepted).then(|| {
        format!(
            "The receiver answered {}. {}",
            status.as_u16(),
            outcome.remedy()
        )
    })
}

/// Names and values as text; what is no UTF-8 is replaced.
pub(super) fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    map.iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

/// How long the receiver asked to wait, in seconds or as an HTTP date, only with 429 and 503 (L14).
///
/// None if it did not, if it cannot be read, or if the date has passed. Not cut.
pub(super) fn retry_after(
    status: StatusCode,
    headers: &HeaderMap,
    now: WallTime,
) -> Option<Duration> {
    if !matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        return None;
    }
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are an age of the world: as good as the largest.
        return Some(Duration::from_secs(
            text.parse::<u32>().unwrap_or(u32::MAX).into(),
        ));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let since = date.duration_since(UNIX_EPOCH).ok()?;
    let wait = (WallTime(0) + since) - now;
    (!wait.is_zero()).then_some(wait)
}

/// The body as far as it was read and kept (L5).
#[derive(Default)]
pub(super) struct Body {
    kept: Vec<u8>,
    read_bytes: usize,
    is_whole: bool,
}

impl Body {
    /// Takes a piece; false once L5 is reached and nothing more may be read.
    pub(super) fn take(&mut self, piece: &[u8]) -> bool {
        let left = limits::ANSWER_BODY_READ_BYTES_MAX - self.read_bytes;
        let piece = &piece[..piece.len().min(left)];
        let room = limits::ANSWER_BODY_KEPT_BYTES_MAX - self.kept.len();
        self.kept.extend_from_slice(&piece[..piece.len().min(room)]);
        self.read_bytes += piece.len();
        self.read_bytes < limits::ANSWER_BODY_READ_BYTES_MAX
    }

    /// The receiver said that this was all.
    pub(super) fn end(&mut self) {
        self.is_whole = true;
    }

    /// Whether the end was seen.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Text, bytes read, and whether the text is not all.
    pub(super) fn show(mut self) -> (String, usize, bool) {
        let is_cut = self.kept.len() < self.read_bytes;
        if is_cut {
            // A character that was cut in two is left out rather than shown as a broken one.
            let end = self
                .kept
                .utf8_chunks()
                .last()
                .map_or(0, |chunk| chunk.invalid().len());
            if end < 4 {
                self.kept.truncate(self.kept.len() - end);
            }
        }
        let mut text = String::from_utf8_lossy(&self.kept).replace('\0', "\u{fffd}");
        let is_longer = text.len() > limits::ANSWER_BODY_KEPT_BYTES_MAX;
        text.truncate(text.floor_char_boundary(limits::ANSWER_BODY_KEPT_BYTES_MAX));
        (text, self.read_bytes, is_cut || is_longer || !self.is_whole)
    }
}
