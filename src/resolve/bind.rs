//! Which provider configuration each name in each module means.

use crate::program::{
    GivenProvider, Module, ModuleCall, Node, NodeId, Program, ProviderBinding, ProviderConfig, ProviderRef,
    Repetition,
};
use crate::provider::provider_of;
use crate::tree::Resolution;
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{InstanceKey, ModulePath, ProviderAddr, ProviderConfigAddr};
use trueup_diag::{Diagnostic, Diagnostics, Sources, Span};

/// Fills [`Node::providers`] of every node, callers first.
pub(crate) fn bind_providers(out: &mut Resolution, sources: &Sources) {
    let mut defaults: Vec<BTreeMap<ProviderAddr, ProviderBinding>> = Vec::new();
    let broken = out.load.has_errors();
    for at in 0..out.program.nodes.len() {
        let id = NodeId(crate::index::slot(at));
        let program = &out.program;
        let mut binder = Binder {
            program,
            sources,
            id,
            node: program.node(id),
            module: program.module_at(id),
            defaults: &defaults,
            passed: BTreeMap::new(),
            load: Diagnostics::new(),
            references: Diagnostics::new(),
        };
        binder.take_passed();
        let (providers, own) = binder.bind();
        let keys = binder.given_keys(&providers);
        binder.check_keys(&providers, &keys);
        let (load, references) = (binder.load, binder.references);
        // Where a declaration is missing because it couldn't be read, this would only repeat it.
        if !broken {
            out.load.append(load);
        }
        out.references.append(references);
        out.program.nodes[at].providers = providers;
        out.program.nodes[at].given_keys = keys;
        defaults.push(own);
    }
}

/// Finds anew what every name of a provider configuration means, after the configurations of a program were changed.
pub fn rebind_providers(program: Program, sources: &Sources) -> (Program, Diagnostics) {
    let mut out = Resolution { program, ..Resolution::default() };
    bind_providers(&mut out, sources);
    let mut found = out.load;
    found.append(out.references);
    (out.program, found)
}

pub(crate) struct Binder<'p> {
    pub(crate) program: &'p Program,
    sources: &'p Sources,
    pub(crate) id: NodeId,
    pub(crate) node: &'p Node,
    pub(crate) module: &'p Module,
    /// The unaliased configurations of the nodes before this one.
    defaults: &'p [BTreeMap<ProviderAddr, ProviderBinding>],
    /// What the call gives.
    passed: BTreeMap<ProviderRef, ProviderBinding>,
    pub(crate) load: Diagnostics,
    references: Diagnostics,
}

/// A configuration without an argument of its own: from before there was `configuration_aliases`, it only says that
/// one is to be given.
fn is_proxy(config: &ProviderConfig) -> bool {
    config.body.attributes.is_empty() && config.body.blocks.is_empty()
}

fn shown(path: &ModulePath) -> String {
    if path.is_root() { "the root module".to_owned() } else { path.to_string() }
}

impl<'p> Binder<'p> {
    pub(crate) fn call(&self) -> Option<(NodeId, &'p ModuleCall)> {
        let (parent, slot) = self.node.parent?;
        Some((parent, &self.program.module_at(parent).calls[slot as usize]))
    }

    /// What the module's call says in `providers`.
    fn take_passed(&mut self) {
        let Some((parent, call)) = self.call() else { return };
        for config in self.module.provider_configs.iter().filter(|config| is_proxy(config)) {
            let detail = format!(
                "This block has no arguments: it only says that {} uses the provider.",
                self.node.path
            );
            let warning = Diagnostic::warning("Redundant empty provider block", detail).at(config.span);
            let hint = "Declare the provider in required_providers, an alias of it in configuration_aliases.";
            self.load.push(warning.hint(hint));
        }
        let parent_module = self.program.module_at(parent);
        for GivenProvider { child, given, span, .. } in &call.providers {
            let wanted = provider_of(&self.module.settings, &child.name);
            let source = provider_of(&parent_module.settings, &given.name);
            self.check_declared(self.module, child, *span, &self.node.path);
            self.check_declared(parent_module, given, *span, &self.program.node(parent).path);
            if wanted != source {
                let detail = format!(
                    "\"{given}\" is a configuration of {}, but in {} \"{child}\" is one of {}.",
                    source.short(),
                    self.node.path,
                    wanted.short()
                );
                self.load.push(Diagnostic::error("Provider type mismatch", detail).at(*span));
                continue;
            }
            self.check_own(child, *span);
            if let Some(binding) = self.program.node(parent).providers.get(given) {
                self.passed.insert(child.clone(), binding.clone());
            }
        }
        self.check_wanted(call);
        self.check_repeated();
    }

    /// A configuration can't be given for one that the module has itself.
    fn check_own(&mut self, name: &ProviderRef, at: Span) {
        let own = self.module.provider_configs.iter().find(|config| config.name == *name);
        if own.is_some_and(|config| !is_proxy(config)) {
            let detail = format!("{} configures \"{name}\" itself.", self.node.path);
            self.load.push(Diagnostic::error("Cannot override provider configuration", detail).at(at));
        }
        let requirement = self.module.settings.providers.get(&name.name);
        if own.is_none()
            && name.alias.is_some()
            && requirement.is_some_and(|requirement| !requirement.aliases.contains(name))
        {
            let detail =
                format!("{} doesn't declare that it is given a configuration \"{name}\".", self.node.path);
            let error = Diagnostic::error("Reference to undefined provider", detail).at(at);
            self.load.push(error.hint("Add it to the configuration_aliases of the provider in that module."));
        }
    }

    fn check_declared(&mut self, module: &Module, name: &ProviderRef, at: Span, path: &ModulePath) {
        let declared = module.settings.providers.contains_key(&name.name)
            || module.provider_configs.iter().any(|config| config.name == *name);
        if !declared {
            let addr = provider_of(&module.settings, &name.name);
            let detail = format!(
                "In {} \"{}\" isn't declared; it is taken to mean {}.",
                shown(path),
                name.name,
                addr.short()
            );
            let warning = Diagnostic::warning("Reference to undefined provider", detail).at(at);
            self.load.push(warning.hint("Declare it in the required_providers of that module."));
        }
    }

    /// Every declared alias must be given.
    fn check_wanted(&mut self, call: &ModuleCall) {
        for alias in self.module.settings.providers.values().flat_map(|requirement| &requirement.aliases) {
            if call.providers.iter().any(|one| one.child == *alias) {
                continue;
            }
            let detail =
                format!("The module in {} needs a provider configuration \"{alias}\".", self.module.dir);
            let error = Diagnostic::error("Missing required provider configuration", detail).at(call.span);
            self.load.push(error.hint(format!("Give it: providers = {{ {alias} = ... }}.")));
        }
    }

    /// A module with configurations of its own can have only one instance, and so can all modules around it.
    fn check_repeated(&mut self) {
        let Some(config) = self.module.provider_configs.iter().find(|config| !is_proxy(config)) else {
            return;
        };
        let Some(at) = self.repeated_call() else { return };
        let file = self.sources.file(config.span.file);
        let detail = format!(
            "{} configures the provider \"{}\" itself, in {}, line {}: such a module can't be called with count, for_each or depends_on.",
            self.node.path,
            config.name,
            file.name,
            file.position(config.span.start).line
        );
        let summary = "Module is incompatible with count, for_each, and depends_on";
        let error = Diagnostic::error(summary, detail).at(at);
        self.load
            .push(error.hint("Move the configuration to the calling module and give it in \"providers\"."));
    }

    /// Where the nearest call around says that there may be several instances, or that something is waited for.
    fn repeated_call(&self) -> Option<Span> {
        let mut next = self.node.parent;
        while let Some((parent, slot)) = next {
            let call = &self.program.module_at(parent).calls[slot as usize];
            match (&call.repetition, call.depends_on.first()) {
                (
                    Some(Repetition::Count(expr) | Repetition::ForEach(expr) | Repetition::Enabled(expr)),
                    _,
                ) => {
                    return Some(expr.span);
                }
                (None, Some(dependency)) => return Some(dependency.span),
                (None, None) => next = self.program.node(parent).parent,
            }
        }
        None
    }

    /// What every name that the module uses means, and its unaliased configurations by provider.
    fn bind(&mut self) -> (BTreeMap<ProviderRef, ProviderBinding>, BTreeMap<ProviderAddr, ProviderBinding>) {
        let mut providers = BTreeMap::new();
        for name in self.used() {
            if let Some(binding) = self.binding(&name) {
                providers.insert(name, binding);
            }
        }
        let own = providers.iter().filter(|(name, _)| name.alias.is_none());
        let mut defaults: BTreeMap<_, _> = match self.node.parent {
            Some((parent, _)) => self.defaults[parent.0 as usize].clone(),
            None => BTreeMap::new(),
        };
        defaults.extend(own.map(|(_, binding)| (binding.provider.clone(), binding.clone())));
        self.check_present(&providers);
        (providers, defaults)
    }

    /// Every name of a provider configuration in the module.
    fn used(&self) -> BTreeSet<ProviderRef> {
        let module = self.module;
        let plain = |name: &trueup_addr::Name| ProviderRef { name: name.clone(), alias: None };
        let mut out: BTreeSet<ProviderRef> = module.settings.providers.keys().map(plain).collect();
        out.extend(
            module.settings.providers.values().flat_map(|requirement| requirement.aliases.iter().cloned()),
        );
        out.extend(module.provider_configs.iter().map(|config| config.name.clone()));
        out.extend(module.resources.iter().map(|resource| resource.provider.clone()));
        out.extend(module.imports.iter().filter_map(|import| import.provider.clone()));
        out.extend(module.calls.iter().flat_map(|call| call.providers.iter().map(|one| one.given.clone())));
        out.extend(self.passed.keys().cloned());
        out
    }

    fn binding(&self, name: &ProviderRef) -> Option<ProviderBinding> {
        if let Some(passed) = self.passed.get(name) {
            return Some(passed.clone());
        }
        let provider = provider_of(&self.module.settings, &name.name);
        let configs = &self.module.provider_configs;
        let own = configs.iter().position(|c| c.provider == provider && c.name.alias == name.alias);
        if let Some(slot) = own {
            let inherits = self.node.parent.is_some() && is_proxy(&configs[slot]) && name.alias.is_none();
            if !inherits {
                let config = Some(crate::index::slot(slot));
                let (node, alias) = (self.id, name.alias.clone());
                return Some(ProviderBinding { provider, node, alias, config, key: InstanceKey::None });
            }
        }
        if name.alias.is_some() {
            return None;
        }
        let inherited =
            self.node.parent.and_then(|(parent, _)| self.defaults[parent.0 as usize].get(&provider));
        let implied = || ProviderBinding {
            provider: provider.clone(),
            node: NodeId::ROOT,
            alias: None,
            config: None,
            key: InstanceKey::None,
        };
        Some(inherited.cloned().unwrap_or_else(implied))
    }

    /// Reports names with an alias that nothing configures.
    fn check_present(&mut self, providers: &BTreeMap<ProviderRef, ProviderBinding>) {
        let address = |name: &ProviderRef| ProviderConfigAddr {
            module: self.node.path.clone(),
            provider: provider_of(&self.module.settings, &name.name),
            alias: name.alias.clone(),
            key: InstanceKey::None,
        };
        let mut found = Vec::new();
        for resource in &self.module.resources {
            if !providers.contains_key(&resource.provider) {
                let detail = format!(
                    "{} uses the provider configuration {}, which is not there.",
                    resource.addr,
                    address(&resource.provider)
                );
                let error = Diagnostic::error("Provider configuration not present", detail).at(resource.span);
                found.push(
                    error.hint(format!(
                        "Declare it: provider \"{}\" {{ alias = ... }}.",
                        resource.provider.name
                    )),
                );
            }
        }
        for GivenProvider { given, span, .. } in self.module.calls.iter().flat_map(|call| &call.providers) {
            if !providers.contains_key(given) {
                let summary = format!("missing provider {}", address(given));
                let detail = "The module is given a provider configuration that is not there.";
                found.push(Diagnostic::error(summary, detail).at(*span));
            }
        }
        self.references.extend(found);
    }
}
