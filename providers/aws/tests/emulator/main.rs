//! The provider against an emulator of the AWS APIs (moto) and a fake of our own, through the provider trait.

mod account;
mod audit;
mod batch;
mod cases;
mod cloud;
#[path = "../fake/mod.rs"]
mod fake;
mod iam;
mod machines;
mod moto;
mod nat;
mod provider;
mod recover;
mod second;
mod security;
mod tables;
mod traffic;
mod walk;
