//! The contract, rule by rule and endpoint by endpoint; the world checks the shape of each answer.
//!
//! Never: rules of the inside; a stranger with the contract in hand could have written these.

mod account;
mod answers;
mod authentication;
mod bodies;
mod broadcast_receivers;
mod cors;
mod current_user;
mod entries;
mod entry_filters;
mod entry_reviews;
mod given;
mod leniency;
mod lists;
mod methods;
mod openapi;
mod operating;
mod payload_log;
mod projects;
mod rate_limit;
mod tags;
mod timers;
mod users;
mod webhooks;
