//! JSON: as `jsonencode` and `jsondecode` have it, and typed as state files have it.

use std::fmt;

pub use crate::json_read::{decode, decode_implied};
pub use crate::json_type::{type_from_json, type_to_json};
pub use crate::json_write::{encode, encode_plain, encode_typed};

/// Nesting beyond this is refused.
pub(crate) const DEPTH_MAX: usize = 400;

/// Why JSON can't be read, or a value can't be written as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Where in the text, in bytes; none when a value couldn't be written.
    pub offset: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "{} (at byte {offset})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for JsonError {}
