//! What people read: text made from the engine's answers.

pub(crate) mod diagnostic;
pub(crate) mod diff;
pub(crate) mod drift;
pub(crate) mod plan;
pub(crate) mod resource;
pub(crate) mod state;
pub(crate) mod style;
pub(crate) mod text_diff;
pub(crate) mod value;
