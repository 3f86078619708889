//! The aws provider, on the official SDK crates.
