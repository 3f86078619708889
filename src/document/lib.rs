//! The JSON documents that commands print, shaped as Terraform 1.11.4 prints them. In: plans, programs, states,
//! diagnostics. Out: text.
//!
//! What is ours alone has `trueup` in its name.

mod change;
pub mod checks;
mod configuration;
mod constant;
mod diagnostic;
pub mod drift;
pub mod enclosing;
mod encode;
pub mod events;
mod expression;
pub mod functions;
pub mod graph;
pub mod head;
pub mod modules;
pub mod output;
pub mod plan;
pub mod relevant;
pub mod run;
pub mod schemas;
pub mod stacks;
pub mod state;
#[cfg(test)]
mod tests;
mod tree;
pub mod validate;

use serde::Serialize;
use serde_json::value::RawValue;
use trueup_diag::Diagnostic;

/// The version of this program, as documents tell it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// JSON text that is put into a document as it is, so that no digit is lost.
pub type Json = Box<RawValue>;

/// A document that can't be made.
pub type Failure = Box<Diagnostic>;

/// JSON text on one line.
pub fn text<T: Serialize>(document: &T) -> String {
    serde_json::to_string(document).expect("documents have string keys and nothing that JSON lacks")
}

/// JSON text as Terraform lays it out over lines.
pub fn laid_out(compact: &str) -> String {
    trueup_state::wire::pretty::indent(compact)
}
