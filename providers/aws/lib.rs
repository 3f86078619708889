//! The aws provider, on the official SDK crates. In: provider requests. Out: calls to EC2, IAM, S3 and STS.
//!
//! Names and schemas are those of `hashicorp/aws` 6. One folder for each service and in it one file (or
//! folder) for each type, listed in `table`.
//!
//! How a type is added is told step by step in `docs/adding-a-resource.md`.
//!
//! Another type takes four steps: its schema as `schemas/aws/TYPE.json` (the shape `providers schema -json` prints, with
//! `force_new`, `default`, `computed_block` and `meaning` where they hold), a file beside `ec2/subnet.rs` that implements `Resource`
//! in the same order, a line in `table`, and a case in `tests/emulator/cases/`. Its page in `docs/aws` is made by
//! `cargo run -p trueup-provider-aws --example pages`, which says what the schema file's key `page` lacks.

mod account;
mod data;
mod dynamodb;
mod ec2;
mod factory;
mod fault;
mod iam;
mod names;
mod policy;
mod s3;
mod table;
mod time;

pub use factory::AwsFactory;
