//! The provider against a fake of Google Cloud's APIs, and against cloudemu where that is at hand, through the provider
//! trait.

mod cases;
#[path = "../fake/mod.rs"]
mod fake;
mod stand;
mod walk;
