//! User stories: through HTTP, against the real router, engine, courier and storage.

mod broadcasts;
mod webhooks;
