//! A strict fake of Google Cloud's Compute, Storage, IAM and Resource Manager APIs, after their reference documentation: what the API refuses is refused with
//! its status and reason, writes are operations, and new things can't be seen or used before theirs has ended.

mod buckets;
mod entries;
mod identity;
mod looks;
mod machines;
mod methods;
mod objects;
mod sorts;
mod world;

pub(crate) use world::World;
