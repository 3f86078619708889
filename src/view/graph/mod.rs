//! Drawings of graphs, for people and the programs that draw for them.

mod colour;
pub mod dot;
pub mod html;
mod layout;
mod level;
pub mod mermaid;
pub mod svg;
mod tree;
