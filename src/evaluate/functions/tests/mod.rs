//! Calls as text with what they give.

pub(crate) mod expression;
pub(crate) mod world;
