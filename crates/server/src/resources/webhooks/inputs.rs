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
    checked(delivery, input, kind, &text).await
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
    checked(delivery, input, kind, &text).await
}

/// The address, once `input` has said that there is no problem.
pub(in crate::resources) fn given(target: Option<Target>) -> Result<Target> {
    target.ok_or_else(|| Error::internal("an address without a problem is missing"))
}

/// The address that a text stands for. One that may not be called is `invalid` with a sentence
/// that names the setting (contract webhooks.md §7).
async fn checked(
    delivery: &Delivery,
    input: &mut Inputs<'_>,
    kind: Kind,
    text: &str,
) -> Option<Target> {
    let Ok(target) = Target::parse(text) else {
        input.refuse(FIELD, "invalid");
        return None;
    };
    if let Err(sentence) = delivery.courier.check(&target).await {
        input.problem(Problem::new(kind, FIELD, "invalid").saying(sentence));
        return None;
    }
    Some(target)
}

/// The new name, if one is given; an empty one is `missing_field`, for a name is required.
pub(in crate::resources) fn new_name(input: &mut Inputs<'_>) -> Option<String> {
    let name = input.text("name", limits::NAME_CHARS_MAX).value()?;
    if name.is_empty() {
        input.refuse("name", "missing_field");
    }
    Some(name)
}
