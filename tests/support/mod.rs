//! What the tests stand on: the project's files, its sources as syntax, and programs run in temporary directories.

pub(crate) mod killer;
pub(crate) mod moto;
pub(crate) mod project;
pub(crate) mod rust;
pub(crate) mod sandbox;
pub(crate) mod skip;
#[cfg(feature = "s3")]
pub(crate) mod weed;
