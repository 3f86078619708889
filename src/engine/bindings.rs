//! Provider configurations as state files name them and as the program knows them.

use std::collections::BTreeMap;
use trueup_addr::ProviderConfigAddr;
use trueup_diag::Diagnostic;
use trueup_resolve::program::ProviderBinding;
use trueup_resolve::{NodeId, Program};

/// Looks bindings up once each.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    found: BTreeMap<ProviderConfigAddr, Option<ProviderBinding>>,
}

impl Bindings {
    /// The program's configuration of that name; `None` when it is gone.
    pub(crate) fn find(&mut self, program: &Program, addr: &ProviderConfigAddr) -> Option<ProviderBinding> {
        self.found.entry(addr.clone()).or_insert_with(|| binding(program, addr)).clone()
    }

    /// One that was looked up before.
    pub(crate) fn known(&self, addr: &ProviderConfigAddr) -> Option<&ProviderBinding> {
        self.found.get(addr)?.as_ref()
    }
}

fn binding(program: &Program, addr: &ProviderConfigAddr) -> Option<ProviderBinding> {
    let index = program.nodes.iter().position(|node| node.path == addr.module)?;
    let node = NodeId(u32::try_from(index).ok()?);
    let configs = &program.module_at(node).provider_configs;
    let slot = configs.iter().position(|c| c.provider == addr.provider && c.name.alias == addr.alias);
    let config = slot.and_then(|slot| u32::try_from(slot).ok());
    let implied = node == NodeId::ROOT && addr.alias.is_none();
    if config.is_none() && !implied {
        return None;
    }
    let (provider, alias, key) = (addr.provider.clone(), addr.alias.clone(), addr.key.clone());
    let found = ProviderBinding { provider, node, alias, config, key };
    program.has_provider_key(&found).then_some(found)
}

/// The name that state files use.
pub(crate) fn provider_addr(program: &Program, binding: &ProviderBinding) -> ProviderConfigAddr {
    ProviderConfigAddr {
        module: program.node(binding.node).path.clone(),
        provider: binding.provider.clone(),
        alias: binding.alias.clone(),
        key: binding.key.clone(),
    }
}

/// The provider configuration that an object needs is not in the program any more; what it is needed for is `what`.
pub(crate) fn gone(what: &impl ToString, addr: &ProviderConfigAddr) -> Diagnostic {
    let what = what.to_string();
    if addr.key.is_none() {
        let detail = format!(
            "To work with {what} its provider configuration {addr} is needed, but it is no longer in the configuration."
        );
        return Diagnostic::error("Provider configuration not present", detail)
            .on(what)
            .hint("put the provider block back until everything that was made with it is destroyed");
    }
    let detail = format!(
        "To work with {what} its provider configuration {addr} is needed, but the for_each of the provider block has no such element any more."
    );
    Diagnostic::error("Provider instance not present", detail)
        .on(what)
        .hint("put the element back into the provider's for_each until everything that was made with it is destroyed: take it out of the for_each of resources and modules first")
}
