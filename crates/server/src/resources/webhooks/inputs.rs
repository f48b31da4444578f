//! Inputs that webhooks and receivers share: `payload_uri`, which is parsed once and asked whether
//! it may be called, and a new `name`.
//!
//! Contract: webhooks.md §1, §7; broadcasts.md §1.
//! Never: sending anything; at most a name is looked up (L1).

use base::{Error, Kind, Problem, Result, limits};
use delivery::address::Target;

use crate::Delivery;
use crate::http::Inputs;

const FIELD: &str = "payload_uri";

/// The address, if one is given. Without one in spite of that, `input` has noted the problem.
pub(in crate::resources) async fn target(
    delivery: &Delivery,
    input: &mut Inputs<'_>,
    kind: Kind,
) -> Option<Target> {
    let text = input.text(FIELD, limits::URL_CHARS_MAX).value()?;
    note(input, kind, checked(delivery, &text).await)
}

/// The address, which must be given. Without one, `input` has noted the problem.
pub(in crate::resources) async fn required_target(
    delivery: &Delivery,
    input: &mut Inputs<'_>,
    kind: Kind,
) -> Option<Target> {
    let text = input.required_text(FIELD, limits::URL_CHARS_MAX);
    if text.is_empty() {
        return None;
    }
    note(input, kind, checked(delivery, &text).await)
}

/// The address, once `input` has said that there is no problem.
pub(in crate::resources) fn given(target: Option<Target>) -> Result<Target> {
    target.ok_or_else(|| Error::internal("an address without a problem is missing"))
}

/// The address that a text stands for; `Err` says what is wrong, and names the setting that
/// would allow it.
pub(crate) async fn checked(delivery: &Delivery, text: &str) -> Result<Target, String> {
    let target = Target::parse(text)?;
    delivery.courier.check(&target).await?;
    Ok(target)
}

fn note(input: &mut Inputs<'_>, kind: Kind, read: Result<Target, String>) -> Option<Target> {
    read.map_err(|sentence| input.problem(Problem::new(kind, FIELD, "invalid").saying(sentence)))
        .ok()
}

/// The new name, if one is given; an empty one is `missing_field`, for a name is required.
pub(in crate::resources) fn new_name(input: &mut Inputs<'_>) -> Option<String> {
    let name = input.text("name", limits::NAME_CHARS_MAX).value()?;
    if name.is_empty() {
        input.refuse("name", "missing_field");
    }
    Some(name)
}
