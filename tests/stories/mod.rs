//! User stories: through HTTP, against the real router, engine, courier and storage.

mod at_once;
mod broadcasts;
mod delivery;
mod gone_projects;
mod webhooks;
