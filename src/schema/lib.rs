//! Provider schemas: what a block may hold. In: the tables of a provider. Out: [`Schema`], and values made to conform.
//!
//! Nothing here talks to a provider: it is the part of the provider protocol that both sides share.

mod block;
mod check;
mod coerce;
mod compare;
mod item;
mod merge;
#[cfg(test)]
mod notation;
mod paths;
#[cfg(test)]
mod paths_tests;
#[cfg(test)]
mod property_tests;
mod provisioner;
mod shape;
mod stored;
mod walk;
pub mod wire;
#[cfg(test)]
mod wire_tests;

pub use block::{
    Attribute, AttributeType, Block, NestedBlock, Nesting, ObjectAttributes, ProviderSchema, Schema,
};
pub use check::plan_errors;
pub use coerce::{CoerceError, coerce};
pub use compare::{apply_errors, becomes, final_plan_errors};
pub use merge::{proposed_new, unknown_computed};
pub use paths::{BlockCount, block_counts, deprecated_set, read_only_set, required_missing, sensitive_paths};
pub use paths::{unknown_paths, without_write_only, write_only_set};
pub use provisioner::{connection, provisioner, provisioner_problem};
pub use shape::Shape;
pub use stored::read_stored;
pub use walk::attribute_at;
