//! Takes in a request's body within its limits of size and time (L16, L18).
//!
//! Never: understanding it.

use std::time::Duration;

use base::{Error, Result};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body;

use super::wait::{self, Deadline};
use crate::settings::Http;

/// What each byte of a body may take on average, after the time for a first byte: 1 KiB/s (L16).
const PER_BYTE_MAX: Duration = Duration::from_nanos(1_000_000_000 / 1024);

/// How much of a body that is too large is read and thrown away. A client that is still sending
/// would lose the answer if the connection closed under it.
const DISCARDED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// All of a body. `TooLarge` beyond `http.body_max`, `Malformed` if it breaks off or is too slow.
pub(super) async fn take<B>(body: B, limits: &Http) -> Result<Bytes>
where
    B: Body<Data = Bytes> + Unpin,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limits.body_max.saturating_add(DISCARDED_BYTES_MAX) {
        return Err(too_large(limits.body_max));
    }
    let whole = wait::at_most(limits.body_timeout, collect(body, limits));
    whole.await.unwrap_or_else(|| Err(too_slow()))
}

async fn collect<B>(mut body: B, limits: &Http) -> Result<Bytes>
where
    B: Body<Data = Bytes> + Unpin,
{
    let (mut whole, mut discarded) = (BytesMut::new(), 0);
    let mut due = Deadline::after(limits.first_byte_timeout);
    loop {
        let frame = due.guard(body.frame()).await.ok_or_else(too_slow)?;
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|_| Error::Malformed("The body broke off.".to_owned()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        due.extend(PER_BYTE_MAX * u32::try_from(data.len()).unwrap_or(u32::MAX));
        if discarded == 0 && whole.len() + data.len() <= limits.body_max {
            whole.extend_from_slice(&data);
            continue;
        }
        discarded += data.len();
        if discarded > DISCARDED_BYTES_MAX {
            break;
        }
    }
    if discarded > 0 {
        return Err(too_large(limits.body_max));
    }
    Ok(whole.freeze())
}

fn too_large(bytes_max: usize) -> Error {
    Error::TooLarge(format!("The body is larger than {bytes_max} bytes."))
}

fn too_slow() -> Error {
    Error::Malformed("The body did not arrive in time.".to_owned())
}
