//! The azurerm provider. In: provider requests. Out: calls to Azure Resource Manager.
//!
//! Names and schemas are those of `hashicorp/azurerm` 4. One folder for each service and in it one file (or folder) for
//! each type, listed in `table`. `account` is the provider block at work: clouds, credentials, traffic. `arm` is a thin
//! client of the management API on JSON documents: what Git doesn't manage stays in them when they are written back,
//! whatever version of the API brought it. The generated crates `azure_mgmt_*` don't serve for that: they are no longer
//! maintained, their models drop what they don't know, the API versions that they know lack properties of the types
//! here, and their pollers don't follow the protocol of long-running operations. Where the API version fits, requests are
//! built with their models: `compute::model` says what is taken from `azure_mgmt_compute` and what isn't.
//!
//! How a type is added is told step by step in `docs/adding-a-resource.md`.
//!
//! Another type takes four steps: its schema as `schemas/azure/TYPE.json` (the shape `providers schema -json` prints, with
//! `force_new`, `default`, `computed_block` and `meaning` where they hold), a file beside `network/subnet.rs` that
//! implements `Resource` in the same order, a line in `table`, and a case in `tests/emulator/cases/`. Its page in
//! `docs/azure` is made by `cargo run -p trueup-provider-azure --example pages`.

mod account;
mod arm;
mod authorization;
mod compute;
mod data;
mod element;
mod factory;
mod identity;
mod meaning;
mod network;
mod resources;
mod storage;
mod table;

pub use factory::AzureFactory;
pub use trueup_provider_kit::Outside;
