//! The types of S3.

pub(crate) mod bucket;
pub(crate) mod bucket_versioning;
pub(crate) mod object;
