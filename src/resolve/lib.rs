//! Parsed files to a [`Program`]. In: [`trueup_parse::ast::Body`] of every file. Out: declarations with expressions
//! compiled once, references resolved to slots, and diagnostics.
//!
//! This room knows no provider, no file system and no value of a variable. A module is looked at twice: first for
//! the names that it declares ([`index`]), then each declaration is compiled with all names known.

mod bind;
mod binding;
mod body;
mod call;
mod chain;
mod check;
mod compile;
mod constant;
mod constraint;
mod deprecated;
mod early;
mod entry;
mod expand;
pub mod expr;
mod find;
mod fixed;
mod functions;
mod index;
mod input_output;
mod inputs;
mod keyed;
mod lifecycle;
mod loader;
mod merge;
mod module;
pub mod program;
mod provider;
mod read;
mod refactor;
mod reference;
mod report;
mod requirement;
mod resource;
mod scope;
mod settings;
mod template;
mod tree;
mod unit;

pub use bind::rebind_providers;
pub use deprecated::deprecated_outputs;
pub use early::{Early, EarlyQuestion, NothingEarly};
pub use entry::{
    compile_assertion, compile_constant, compile_constant_as, compile_expression, compile_json_constant,
    compile_template, compile_template_body,
};
pub use expr::{Body, Expr, ExprKind, PROVIDER_FUNCTION, Reference, UNKNOWN_FUNCTION};
pub use functions::Functions;
pub use loader::{Files, Loader};
pub use program::{Module, ModuleId, NodeId, Program};
pub use provider::provider_of;
pub use refactor::constant_key;
pub use scope::Scope;
pub use tree::{Resolution, resolve};
