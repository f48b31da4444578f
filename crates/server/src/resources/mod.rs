//! Every resource of the API: one folder and one line each.
//!
//! Never: anything but the list.

use crate::http::Resource;

/// The registry: router, OpenAPI document and policy table are folds over it.
pub const RESOURCES: &[Resource] = &[];
