//! The providers of a run: started once for their schemas, and once for each configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use trueup_addr::ProviderAddr;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_evaluate::Schemas;
use trueup_provider::{Factory, Provider};
use trueup_resolve::program::ProviderBinding;
use trueup_schema::{ProviderSchema, Schema};

/// Providers that were started.
pub struct Providers {
    factory: Arc<dyn Factory>,
    started: BTreeMap<ProviderAddr, Arc<dyn Provider>>,
    configured: Mutex<BTreeMap<ProviderBinding, Arc<dyn Provider>>>,
}

impl Providers {
    /// Starts every provider of `addrs`; those that can't be started are reported and left out.
    pub fn start(factory: Arc<dyn Factory>, addrs: &BTreeSet<ProviderAddr>) -> (Providers, Diagnostics) {
        let mut started = BTreeMap::new();
        let mut diagnostics = Diagnostics::new();
        for addr in addrs {
            match factory.start(addr) {
                Ok(provider) => {
                    started.insert(addr.clone(), provider);
                }
                Err(error) => diagnostics
                    .push(Diagnostic::error("Provider not available", format!("{error}.")).hint(
                    "only the providers that are built in can be used so far: see the README for the list",
                )),
            }
        }
        (Providers { factory, started, configured: Mutex::new(BTreeMap::new()) }, diagnostics)
    }

    /// A fresh provider for one configuration.
    pub(crate) fn fresh(&self, binding: &ProviderBinding) -> Result<Arc<dyn Provider>, Diagnostics> {
        self.factory.start(&binding.provider).map_err(|error| {
            Diagnostics::from(Diagnostic::error("Provider not available", format!("{error}.")))
        })
    }

    /// Keeps a provider that was configured.
    pub(crate) fn keep(&self, binding: &ProviderBinding, provider: Arc<dyn Provider>) {
        self.configured.lock().unwrap_or_else(PoisonError::into_inner).insert(binding.clone(), provider);
    }

    /// The configured provider behind a binding.
    pub(crate) fn configured(&self, binding: &ProviderBinding) -> Option<Arc<dyn Provider>> {
        self.configured.lock().unwrap_or_else(PoisonError::into_inner).get(binding).cloned()
    }

    /// The unconfigured provider, for what needs no configuration: validation and upgrades of stored objects.
    pub(crate) fn plain(&self, addr: &ProviderAddr) -> Option<&Arc<dyn Provider>> {
        self.started.get(addr)
    }

    /// The schema of an ephemeral resource type.
    pub(crate) fn ephemeral(&self, addr: &ProviderAddr, kind: &str) -> Option<Arc<Schema>> {
        self.started.get(addr)?.schema().ephemeral.get(kind).cloned()
    }

    /// The schema of a resource type or data source.
    pub(crate) fn resource(&self, addr: &ProviderAddr, data: bool, kind: &str) -> Option<Arc<Schema>> {
        self.started.get(addr)?.schema().resource(data, kind).cloned()
    }
}

impl Schemas for Providers {
    fn schema(&self, provider: &ProviderAddr) -> Option<&ProviderSchema> {
        self.started.get(provider).map(|p| p.schema())
    }
}
