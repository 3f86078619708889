//! Instance keys: what tells the instances of one block apart.

use crate::Name;
use std::fmt;

/// The key of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// The only instance of a block without `count` and `for_each`.
    #[default]
    None,
    /// One of `count`.
    Int(u64),
    /// One of `for_each`.
    Text(Name),
}

impl InstanceKey {
    /// Whether the block has no `count` and no `for_each`.
    pub fn is_none(&self) -> bool {
        matches!(self, InstanceKey::None)
    }
}

/// Nothing, `[0]` or `["key"]`.
impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InstanceKey::None => Ok(()),
            InstanceKey::Int(n) => write!(f, "[{n}]"),
            InstanceKey::Text(text) => write!(f, "[\"{}\"]", escape(text)),
        }
    }
}

/// Escapes as a quoted literal of the language needs, template markers included.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
