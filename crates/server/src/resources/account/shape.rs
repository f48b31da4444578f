//! How an account looks in JSON: shape `account`.
//!
//! Never: knowing settings; whether invoicing is on is given.

use base::WallTime;
use base::id::{Account as AccountMark, Id};
use serde::Serialize;

use super::Seen;
use crate::Settings;
use crate::resources::users::SimpleUser;

/// Whether an account's people may work with invoices: `invoicing.enabled`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Invoicing {
    /// They may.
    Enabled,
    /// The feature is switched off.
    Disabled,
}

impl Invoicing {
    /// As the operator set it.
    pub(super) fn of(settings: &Settings) -> Self {
        if settings.invoicing_enabled {
            Self::Enabled
        } else {
            Self::Disabled
        }
    }
}

/// Shape `account`, in its order of fields.
#[derive(Debug, Serialize)]
pub(super) struct AccountShape {
    id: Id<AccountMark>,
    name: String,
    invoicing_enabled: bool,
    owner: SimpleUser,
    url: String,
    created_at: WallTime,
    updated_at: WallTime,
}

impl AccountShape {
    /// The account in an API at `{api}`.
    pub(super) fn of(seen: Seen, invoicing: Invoicing, api: &str) -> Self {
        Self {
            id: seen.account.id,
            name: seen.account.name,
            invoicing_enabled: invoicing == Invoicing::Enabled,
            owner: SimpleUser::of(&seen.owner, api),
            url: format!("{api}/account"),
            created_at: seen.account.created_at,
            updated_at: seen.account.updated_at,
        }
    }
}
