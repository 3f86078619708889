//! What the embedded clouds share. In: a table of resources and a cloud to reach them. Out: a [`Provider`].
//!
//! A cloud crate writes one [`Resource`] for each type: what to call to read, create, update and delete. The rest
//! is here: schemas kept as data, the plan logic, tags, batches, waiting, partial success and recovery.
//!
//! [`Provider`]: trueup_provider::Provider

mod apply;
mod audit;
mod batch;
mod catalog;
mod cloud;
mod embedded;
mod fault;
mod keep;
mod limiter;
mod meaning;
mod notes;
mod object;
mod outside;
mod page;
mod plan;
mod power;
mod read;
mod rules;
mod schema_file;
mod tags;
mod upgrade;
mod wait;

pub use audit::{Audit, Audited, Span};
pub use batch::{described, each, keyed, lookup, unread};
pub use catalog::{Catalog, Entry, Offer};
pub use cloud::{Call, Cloud, DataSource, Readings, Resource};
pub use embedded::Embedded;
pub use fault::{Fault, FaultKind};
pub use limiter::{Limiter, Passage};
pub use meaning::Meaning;
pub use object::{Fields, Object};
pub use outside::Outside;
pub use page::book;
pub use plan::Planning;
pub use power::SwitchedOff;
pub use rules::{Rule, Rules};
pub use schema_file::{SchemaFile, SchemaFileError};
pub use tags::{TagPolicy, Tags, TagsChange};
pub use trueup_provider::Deed;
pub use trueup_value::duration;
pub use wait::{Backoff, Deadline};
