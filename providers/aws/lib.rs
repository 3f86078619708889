//! The aws provider, on the official SDK crates. In: provider requests. Out: calls to EC2, S3 and STS.
//!
//! Names and schemas are those of `hashicorp/aws` 6. One file (or folder) for each type, listed in `table`.
//!
//! Another type takes four steps: its schema as `schemas/aws/TYPE.json` (the shape `providers schema -json` prints, with
//! `force_new`, `default` and `computed_block` where they hold), a file beside `subnet.rs` that implements `Resource`
//! in the same order, a line in `table`, and a case in `tests/emulator/cases.rs`.

mod account;
mod connect;
mod credentials;
mod data;
mod ec2;
mod factory;
mod fault;
mod instance;
mod internet_gateway;
mod route;
mod route_table;
mod route_table_association;
mod s3_bucket;
mod s3_bucket_versioning;
mod s3_object;
mod security_group;
mod security_group_rule;
mod settings;
mod site;
mod subnet;
mod table;
mod vpc;

pub use factory::AwsFactory;
