//! The provider against a fake of Google Cloud's APIs, and against cloudemu where that is at hand, through the provider
//! trait.

mod audit;
mod cases;
mod data;
#[path = "../fake/mod.rs"]
mod fake;
mod machines;
mod manners;
mod policies;
mod provider;
mod real_server;
mod recover;
mod stand;
mod storage;
mod walk;
