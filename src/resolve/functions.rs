//! What the compiler must know of functions: their names.

/// The functions that a configuration can call.
pub trait Functions {
    /// The slot of a function by its name as written, such as `upper` or `core::upper`.
    fn find(&self, name: &str) -> Option<u32>;
}
