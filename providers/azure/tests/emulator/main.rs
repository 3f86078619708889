//! The provider against a fake of our own, and against cloudemu where it is, through the provider trait.

mod account;
mod audit;
mod batch;
mod cases;
mod cloud;
#[path = "../fake/mod.rs"]
mod fake;
mod machines;
mod manners;
mod recover;
mod walk;
