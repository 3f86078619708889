//! Drawings of graphs, for people and the programs that draw for them.

mod colour;
pub(crate) mod dot;
pub(crate) mod html;
mod layout;
mod level;
pub(crate) mod mermaid;
pub(crate) mod svg;
mod tree;
