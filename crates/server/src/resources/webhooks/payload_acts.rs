//! What can be done to a payload by a form: retry, skip after a question, redeliver.
//!
//! Never: SQL; decisions.

use std::sync::Arc;

use base::{Kind, limits};
use delivery::payloads::{self, Skip};

use super::pages::{LIST, after};
use super::payload_pages::{detail, place};
use crate::http::layout::{Confirm, Section};
use crate::http::{Call, Handled, Policy, Route, patience};

/// The routes of what can be done.
pub(super) fn routes() -> Vec<Route> {
    let policy = Policy::WebhookRole;
    vec![
        Route::form(
            "/integrations/webhooks/{webhook_id}/payloads/{payload_id}/retry",
            policy,
            retry,
        ),
        Route::page(
            "/integrations/webhooks/{webhook_id}/payloads/{payload_id}/skip",
            policy,
            ask_skip,
        ),
        Route::form(
            "/integrations/webhooks/{webhook_id}/payloads/{payload_id}/skip",
            policy,
            skip,
        ),
        Route::form(
            "/integrations/webhooks/{webhook_id}/payloads/{payload_id}/redeliver",
            policy,
            redeliver,
        ),
    ]
}

async fn retry(call: Call) -> Handled {
    let (webhook, payload) = place(&call)?;
    let settings = Arc::clone(&call.app.delivery.settings);
    let write = call.app.db.write(call.actor, move |tx| {
        payloads::retry(tx, &settings, webhook, payload)
    });
    after(
        &call,
        write.await,
        &format!("{LIST}/{webhook}?done=retried"),
    )
    .await
}

async fn ask_skip(call: Call) -> Handled {
    let (detail, _) = detail(&call).await?;
    let payload = detail.payload;
    let webhook = payload.webhook;
    let confirm = Confirm {
        page: call.layout(Section::Webhooks),
        title: format!("Skip payload #{}?", payload.sequence),
        back: (format!("{LIST}/{webhook}"), payload.webhook_name),
        consequences: vec![
            format!(
                "The receiver never gets this {} unless it is queued once more.",
                payload.event
            ),
            "The next payload goes out at once, with a window of its own.".to_owned(),
        ],
        action: format!("{LIST}/{webhook}/payloads/{}/skip", payload.id),
        button: "Skip this payload",
        reason: Some("Reason (kept in the log)"),
    };
    confirm.answer()
}

/// Waits for the end of an attempt under way, at most one whole attempt.
async fn skip(call: Call) -> Handled {
    let (webhook, payload) = place(&call)?;
    let mut input = call.input(Kind::WebhookPayload);
    let reason = input.text("reason", limits::NAME_CHARS_MAX).value();
    input.finish()?;
    let wish = Skip {
        settings: Arc::clone(&call.app.delivery.settings),
        webhook,
        payload,
        reason: reason.filter(|reason| !reason.is_empty()),
    };
    let whole = wish.settings.whole_attempt();
    let went = payloads::skip_when_settled(&call.app.db, call.actor, &wish, patience(whole)).await;
    after(&call, went, &format!("{LIST}/{webhook}?done=skipped")).await
}

async fn redeliver(call: Call) -> Handled {
    let (webhook, payload) = place(&call)?;
    let settings = Arc::clone(&call.app.delivery.settings);
    let write = call.app.db.write(call.actor, move |tx| {
        let queued = payloads::redeliver(tx, &settings, webhook, payload)?;
        Ok(queued.map(drop))
    });
    after(
        &call,
        write.await,
        &format!("{LIST}/{webhook}?done=redelivered"),
    )
    .await
}
