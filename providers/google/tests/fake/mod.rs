//! A strict fake of Google Cloud's Compute API, after its reference documentation: what the API refuses is refused with
//! its status and reason, writes are operations, and new things can't be seen or used before theirs has ended.

mod looks;
mod machines;
mod methods;
mod sorts;
mod world;

pub(crate) use world::World;
