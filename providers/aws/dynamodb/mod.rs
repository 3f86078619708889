//! The types of `DynamoDB`.

pub(crate) mod table;
