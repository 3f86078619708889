//! Values of the language. In: literals and the answers of providers. Out: [`Value`] and [`Type`].
//!
//! The semantics are those of go-cty: typed nulls and unknowns, refinements of unknowns, marks that every
//! operation carries along, exact numbers, unification and conversion. Cloning a value never copies a collection.

mod access;
mod convert;
mod defaults;
mod duration;
mod equality;
mod inside;
pub mod json;
mod json_read;
mod json_type;
mod json_write;
mod marks;
mod mismatch;
pub mod msgpack;
mod msgpack_read;
mod msgpack_write;
mod number;
mod number_arithmetic;
mod number_float;
mod number_text;
pub mod ops;
mod path;
mod quoted;
mod refinement;
mod set;
mod types;
mod unify;
mod value;
mod walk;

#[cfg(test)]
mod codec_tests;
#[cfg(test)]
mod convert_tests;
#[cfg(test)]
mod number_tests;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod value_tests;

pub use access::IndexError;
pub use convert::{ConvertError, can_convert, convert};
pub use defaults::Defaults;
pub use duration::{duration, nanoseconds};
pub use marks::Marks;
pub use mismatch::mismatch;
pub use num_bigint::BigInt;
pub use number::Number;
pub use path::{Path, PathStep};
pub use quoted::quoted;
pub use refinement::{Refinement, safe_prefix};
pub use types::{ObjectType, Type};
pub use unify::{unify, unify_unsafe};
pub use value::{Elements, Kind, Name, Value};
