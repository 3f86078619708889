//! Names of things. In: words of configuration, state and command line. Out: addresses that print as they parse.

mod key;
mod module;
mod parse;
mod provider;
mod resource;
mod target;

pub use key::InstanceKey;
pub use module::{ModuleInstance, ModulePath, ModuleStep};
pub use parse::ParseError;
pub use provider::{DEFAULT_HOST, ProviderAddr, ProviderConfigAddr};
pub use resource::{ConfigResource, Mode, Resource, ResourceInstance, ResourceNode};
pub use target::Target;

/// A name, shared, never copied.
pub type Name = std::sync::Arc<str>;
