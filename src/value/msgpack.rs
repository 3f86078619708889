//! `MessagePack` as the plugin protocol uses it: unknown is an extension, with what is known about it inside; any is
//! a pair of type and value; numbers too long for machine types are strings.

use std::fmt;

pub use crate::msgpack_read::decode;
pub use crate::msgpack_write::encode;

/// The extension type of an unknown value about which something is known.
pub(crate) const EXTENSION_REFINED: u8 = 12;
/// Nesting beyond this is refused.
pub(crate) const DEPTH_MAX: usize = 400;

/// Keys of the map inside a refined unknown.
pub(crate) mod key {
    pub(crate) const NULLNESS: i64 = 1;
    pub(crate) const PREFIX: i64 = 2;
    pub(crate) const NUMBER_MIN: i64 = 3;
    pub(crate) const NUMBER_MAX: i64 = 4;
    pub(crate) const LENGTH_MIN: i64 = 5;
    pub(crate) const LENGTH_MAX: i64 = 6;
}

/// Why bytes can't be read as a value of the type, or a value can't be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MsgpackError {
    /// Where in the bytes; none when a value couldn't be written.
    pub offset: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for MsgpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "{} (at byte {offset})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for MsgpackError {}
