//! Azure: its clouds, and who signs in to them at Entra.

mod credentials;
mod environment;
mod fault;
mod settings;

pub use credentials::Tokens;
pub use environment::Environment;
pub use fault::{failed, is_passing, success};
pub use settings::{Block, SignIn};
