//! What went wrong and where. In: places in source text. Out: [`Diagnostics`].
//!
//! This room collects and sorts; it never prints. Three voices exist for failure (STYLE.md): what a user
//! wrote becomes a [`Diagnostic`], what the world did becomes a typed error that the engine turns into one,
//! and what we got wrong panics.

mod diagnostic;
mod nearest;
mod source;

pub use diagnostic::{CalledFunction, Diagnostic, Diagnostics, ExpressionValue, FunctionParameter, Severity};
pub use nearest::{edit_distance, nearest};
pub use source::{FileId, Position, SourceFile, Sources, Span};
