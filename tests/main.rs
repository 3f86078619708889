//! The one integration test binary: what holds for the whole house, and the program from the outside.

mod abandoned;
mod architecture;
#[cfg(feature = "s3")]
mod backends;
#[cfg(feature = "aws")]
mod clouds;
mod commands;
mod documents;
mod drift;
mod fixtures;
mod floors;
mod formats;
mod from_git;
mod graphs;
#[cfg(feature = "aws")]
mod killed;
mod modules;
mod notified;
mod pages;
mod pipelines;
mod pulls;
#[cfg(feature = "s3")]
mod races;
#[cfg(feature = "aws")]
mod readers;
mod recipes;
mod runs;
mod support;
mod tidy;
