//! Provider schemas: what a block may hold. In: the tables of a provider. Out: [`Schema`], and values made to conform.

mod block;
mod coerce;
mod config;
mod merge;

pub use block::{Attribute, AttributeType, Block, Nesting, NestedBlock, ObjectAttributes, ProviderSchema, Schema};
pub use coerce::{coerce, CoerceError};
pub use merge::{proposed_new, unknown_computed};
