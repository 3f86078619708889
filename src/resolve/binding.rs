//! Provider configurations, and what names them.

use crate::expr::{Body, Expr};
use crate::program::NodeId;
use trueup_addr::{InstanceKey, Name, ProviderAddr};
use trueup_diag::Span;

/// Where a call says which of several provider configurations it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenKey {
    /// The calling module's place.
    pub caller: NodeId,
    /// The call's slot.
    pub call: u32,
    /// The entry in [`crate::program::ModuleCall::providers`].
    pub entry: u32,
}

/// A provider configuration as a module names it: `aws` or `aws.west`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderRef {
    /// The local name.
    pub name: Name,
    /// The alias.
    pub alias: Option<Name>,
}

/// A provider configuration that a reference came to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderBinding {
    /// Which provider.
    pub provider: ProviderAddr,
    /// The module whose provider block it is; the root for one that isn't written.
    pub node: NodeId,
    /// The alias in that module.
    pub alias: Option<Name>,
    /// Slot in [`crate::program::Module::provider_configs`] of that module; `None` is an empty configuration.
    pub config: Option<u32>,
    /// Which of several, where the block has `for_each`; each instance of a resource says it.
    pub key: InstanceKey,
}

/// A `provider` block.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// The local name and alias.
    pub name: ProviderRef,
    /// The provider.
    pub provider: ProviderAddr,
    /// `version`, as written; deprecated here.
    pub version: Option<String>,
    /// `for_each`
    pub for_each: Option<Expr>,
    /// The content without `alias` and `version`.
    pub body: Body,
    /// A test has something stand in for the provider: there is no configuration.
    pub mocked: bool,
    /// Its place.
    pub span: Span,
}

/// An entry in the `providers` of a call.
#[derive(Clone, Debug)]
pub struct GivenProvider {
    /// The called module's name.
    pub child: ProviderRef,
    /// What it means in the calling one.
    pub given: ProviderRef,
    /// Which of several.
    pub key: Option<Expr>,
    /// Its place.
    pub span: Span,
}
