//! The JSON documents that commands print, shaped as Terraform 1.11.4 prints them. In: plans, programs, states,
//! diagnostics. Out: text.
//!
//! What is ours alone has `trueup` in its name.

mod change;
mod checks;
mod configuration;
mod constant;
pub(crate) mod diagnostic;
pub(crate) mod drift;
pub(crate) mod enclosing;
mod encode;
pub(crate) mod events;
mod expression;
pub(crate) mod functions;
pub(crate) mod graph;
pub(crate) mod head;
pub(crate) mod junit;
pub(crate) mod modules;
pub(crate) mod output;
pub(crate) mod plan;
pub(crate) mod relevant;
pub(crate) mod schemas;
pub(crate) mod stacks;
pub(crate) mod state;
#[cfg(test)]
mod tests;
mod tree;
pub(crate) mod validate;

use serde::Serialize;
use serde_json::value::RawValue;
use trueup_diag::Diagnostic;

/// JSON text that is put into a document as it is, so that no digit is lost.
pub(crate) type Json = Box<RawValue>;

/// A document that can't be made.
pub(crate) type Failure = Box<Diagnostic>;

/// JSON text on one line.
pub(crate) fn text<T: Serialize>(document: &T) -> String {
    serde_json::to_string(document).expect("documents have string keys and nothing that JSON lacks")
}

/// JSON text as Terraform lays it out over lines.
pub(crate) fn laid_out(compact: &str) -> String {
    trueup_state::wire::pretty::indent(compact)
}
