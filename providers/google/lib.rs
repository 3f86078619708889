//! The google provider. In: provider requests. Out: calls to the JSON APIs of Google Cloud.
//!
//! Names and schemas are those of `hashicorp/google` 7. One folder for each service and in it one file (or folder) for
//! each type, listed in `table`. Credentials are those of Google's own crate, google-cloud-auth; calls go through one
//! client for all services (`account/api.rs`), since the generated models of google-cloud-compute-v1 leave out empty
//! lists when they are written: a list that is to be emptied in place (the secondary ranges of a subnetwork, the
//! addresses of a NAT) can't be said with them. What objects of Cloud Storage hold is written by google-cloud-storage
//! (`storage/bucket_object/upload.rs` says what else it has, why that isn't used, and what it costs).
//!
//! How a type is added is told step by step in `docs/adding-a-resource.md`.
//!
//! Another type of Compute takes four steps: its schema as `schemas/google/TYPE.json` (the shape `providers schema -json`
//! prints, with `force_new`, `default`, `computed_block` and `meaning` where they hold), a file beside `compute/subnetwork.rs` that
//! implements `Kind` in the same order, a line in `table`, and a case in `tests/emulator/cases/`. Its page in
//! `docs/google` is made by `cargo run -p trueup-provider-google --example pages`.

mod account;
mod codec;
mod compute;
mod data;
mod deletion;
mod factory;
mod fault;
mod iam;
mod labels;
mod links;
mod places;
mod resource_manager;
mod storage;
mod table;

pub use factory::GoogleFactory;
